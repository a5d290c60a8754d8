package projection_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// RoundTrip answers a call as Close would.
func (w *world) RoundTrip(req *http.Request) (*http.Response, error) {
	path := strings.TrimPrefix(req.URL.Path, "/api/v1")
	query := req.URL.Query()
	if req.Method == http.MethodPost && req.Header.Get("x-http-method-override") == "GET" {
		var body struct {
			Params map[string]string `json:"_params"`
		}
		if err := json.NewDecoder(req.Body).Decode(&body); err != nil {
			return nil, err
		}
		for name, value := range body.Params {
			query.Set(name, value)
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls = append(w.calls, req.Method+" "+path+" "+query.Get("_fields"))
	switch {
	case strings.HasPrefix(path, "/custom_field_schema/"):
		return w.answer(req, "", json.RawMessage(customDefinitions))
	case path == "/custom_field/shared/":
		return w.answer(req, "", json.RawMessage(strings.Replace(customDefinitions, "fields", "data", 1)))
	case path == "/data/search/":
		return w.search(req)
	case strings.HasPrefix(path, "/report/"), path == "/user/availability/", strings.HasPrefix(path, "/custom_field/"):
		root := w.rootOf(req.Method, path)
		document := w.document(root)
		if definitionRoots[root.Name] {
			w.ask(root.Type.Name(), query)
			document = w.projectRow(document, query)
		}
		return w.answer(req, root.Name, document)
	case query.Get("_group_by") != "":
		w.ask("Opportunity", query)
		return w.answer(req, "Opportunity", w.groupPage(query))
	case strings.HasSuffix(path, "/pinned_views/"):
		return w.answer(req, "PinnedViews", w.pinned(strings.Split(path, "/")[2]))
	case path == "/me/":
		w.ask("Viewer", query)
		return w.answer(req, "Viewer", w.project(w.object("Viewer", "user_1"), query))
	case w.kinds[path] != nil:
		name := w.kinds[path].Name
		w.ask(name, query)
		return w.answer(req, name, w.list(name, query))
	}
	cut := strings.LastIndex(strings.TrimSuffix(path, "/"), "/") + 1
	def := w.kinds[path[:cut]]
	if def == nil {
		return nil, fmt.Errorf("the world has no %s", path)
	}
	w.ask(def.Name, query)
	return w.answer(req, def.Name, w.project(w.object(def.Name, strings.TrimSuffix(path[cut:], "/")), query))
}

// ask keeps which members of a type were asked for.
func (w *world) ask(typeName string, query url.Values) {
	if w.asked[typeName] == nil {
		w.asked[typeName] = map[string]bool{}
	}
	if fields := query.Get("_fields"); fields != "" {
		for name := range strings.SplitSeq(fields, ",") {
			w.asked[typeName][name] = true
		}
	}
}

// project leaves of an object what _fields names.
func (w *world) project(object map[string]json.RawMessage, query url.Values) json.RawMessage {
	if object == nil {
		return nil
	}
	if fields := query.Get("_fields"); fields != "" {
		names := strings.Split(fields, ",")
		maps.DeleteFunc(object, func(name string, _ json.RawMessage) bool {
			return !slices.Contains(names, name) && (!strings.HasPrefix(name, "custom.") || !slices.Contains(names, "custom"))
		})
	}
	return w.render(w.random("project", query.Encode()), object)
}

func (w *world) list(typeName string, query url.Values) json.RawMessage {
	var rows []json.RawMessage
	switch ids := query.Get("id__in"); {
	case ids != "":
		for id := range strings.SplitSeq(ids, ",") {
			if row := w.project(w.object(typeName, id), query); row != nil {
				rows = append(rows, row)
			}
		}
	case wholeTypes[typeName]:
		for _, object := range w.all(typeName) {
			rows = append(rows, w.project(object, query))
		}
	case query.Get("lead_id__in") != "":
		return w.shared(typeName, query)
	default:
		for _, row := range w.rows(typeName, query.Get("lead_id")+query.Get("thread_id")+query.Get("object_id")+query.Get("contact_id")+query.Get("sequence_id")) {
			rows = append(rows, w.projectRow(row, query))
		}
	}
	return w.listOf(w.head(typeName), rows, false)
}

// shared is a page of the rows of several leads, which keep their order among those of their lead. It may end before they do.
func (w *world) shared(typeName string, query url.Values) json.RawMessage {
	r := w.random("shared", query.Encode())
	var lists [][]json.RawMessage
	for lead := range strings.SplitSeq(query.Get("lead_id__in"), ",") {
		lists = append(lists, w.rows(typeName, lead))
	}
	var rows []json.RawMessage
	for {
		lists = slices.DeleteFunc(lists, func(list []json.RawMessage) bool { return len(list) == 0 })
		if len(lists) == 0 || r.IntN(12) == 0 {
			break
		}
		n := r.IntN(len(lists))
		rows = append(rows, w.projectRow(lists[n][0], query))
		lists[n] = lists[n][1:]
	}
	return w.listOf(w.head(typeName), rows, len(lists) > 0)
}

// projectRow leaves of a row what _fields names, if it is an object.
func (w *world) projectRow(row json.RawMessage, query url.Values) json.RawMessage {
	var object map[string]json.RawMessage
	if json.Unmarshal(row, &object) != nil || object == nil {
		return row
	}
	return w.project(object, query)
}

// wholeTypes are those of which one list shows all.
var wholeTypes = map[string]bool{"User": true, "LeadStatus": true, "OpportunityStatus": true, "Pipeline": true, "Role": true}

// all are the objects of such a type that its list shows. Some others exist all the same.
func (w *world) all(typeName string) []map[string]json.RawMessage {
	var all []map[string]json.RawMessage
	for i := range 4 {
		if object := w.object(typeName, fmt.Sprintf("%s%d", w.prefix(typeName), i)); object != nil {
			all = append(all, object)
		}
	}
	return all
}

// prefix is what the ids of a type begin with.
func (w *world) prefix(typeName string) string {
	return w.schema.Types[typeName].Directives.ForName("entity").Arguments.ForName("prefixes").Value.Children[0].Value.Raw
}

// head is what a list of a type has beside its rows.
func (w *world) head(typeName string) map[string]json.RawMessage {
	r := w.random("head", typeName)
	head := map[string]json.RawMessage{}
	if aggregates := w.schema.Types[typeName+"Aggregates"]; aggregates != nil {
		head = w.members(r, aggregates, 2)
	}
	if value := w.value(r, "total_results", ast.NamedType("Int", nil), 0); value != nil {
		head["total_results"] = value
	}
	return head
}

func (w *world) listOf(head map[string]json.RawMessage, rows []json.RawMessage, more bool) json.RawMessage {
	head["has_more"] = json.RawMessage(strconv.FormatBool(more))
	head["data"] = json.RawMessage("[" + string(bytes.Join(toBytes(rows), []byte(","))) + "]")
	var b bytes.Buffer
	for i, name := range slices.Sorted(maps.Keys(head)) {
		b.WriteString([]string{",", "{"}[max(0, 1-i)])
		fmt.Fprintf(&b, "%q: %s", name, head[name])
	}
	b.WriteString("}")
	return b.Bytes()
}

func toBytes(rows []json.RawMessage) [][]byte {
	out := make([][]byte, len(rows))
	for i, row := range rows {
		out[i] = row
	}
	return out
}

// answer makes the response, broken as all of the type's are.
func (w *world) answer(req *http.Request, typeName string, body json.RawMessage) (*http.Response, error) {
	status, contentType := http.StatusOK, "application/json"
	if body == nil {
		status, body = http.StatusNotFound, json.RawMessage(`{"error":"not found"}`)
	}
	switch w.broken[typeName] {
	case "cut":
		status, body = http.StatusOK, json.RawMessage(`{"data":[{"id":"cut`)
	case "html":
		status, body, contentType = http.StatusBadGateway, json.RawMessage("<html>"), "text/html"
	case "refused":
		status, body = http.StatusForbidden, json.RawMessage(`{"error":"no"}`)
	case "empty":
		status, body = http.StatusOK, json.RawMessage(`[]`)
	}
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {contentType}}, Request: req,
		Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}, nil
}
