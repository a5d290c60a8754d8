package projection_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"
)

// world is a Close that makes up its objects from a seed: whoever asks for an object, in whatever way, gets the same
// one. Members are made from the schema, most of them right, some null, absent, or of a wrong kind. It answers calls as
// an http.RoundTripper, and hands whole objects to the reference executor.
type world struct {
	seed   uint64
	schema *ast.Schema
	kinds  map[string]*ast.Definition // entities by the path of their list
	roots  []*ast.FieldDefinition     // root fields that stand in a document
	broken map[string]string          // how all answers about a type are broken
	mu     sync.Mutex
	asked  map[string]map[string]bool // members asked for, by type
	calls  []string
}

func newWorld(seed uint64, schema *ast.Schema) *world {
	w := &world{
		seed: seed, schema: schema, roots: documentRoots(schema),
		kinds: map[string]*ast.Definition{}, broken: map[string]string{}, asked: map[string]map[string]bool{},
	}
	for _, name := range slices.Sorted(maps.Keys(schema.Types)) {
		def := schema.Types[name]
		if d := def.Directives.ForName("entity"); d != nil {
			path := strings.TrimPrefix(d.Arguments.ForName("operation").Value.Raw, "GET ")
			w.kinds[strings.TrimSuffix(path, "{id}/")] = def
		}
		if name != "Task" && name != "Activity" && name != "SearchResult" {
			w.maybeBreak(name)
		}
	}
	for _, root := range w.roots {
		w.maybeBreak(root.Name)
	}
	return w
}

// maybeBreak breaks all answers about something, now and then.
func (w *world) maybeBreak(name string) {
	if r := w.random("broken", name); r.IntN(8) == 0 {
		w.broken[name] = []string{"cut", "html", "refused", "empty"}[r.IntN(4)]
	}
}

func (w *world) random(parts ...string) *rand.Rand {
	h := fnv.New64a()
	_, _ = io.WriteString(h, strings.Join(parts, "\x00"))
	return rand.New(rand.NewPCG(w.seed, h.Sum64()))
}

// object is the object of a type with an id, or nil when there is none. Its members are JSON.
func (w *world) object(typeName, id string) map[string]json.RawMessage {
	r := w.random("object", typeName, id)
	if r.IntN(12) == 0 {
		return nil
	}
	object := w.members(r, w.schema.Types[typeName], 3)
	object["id"], _ = json.Marshal(id)
	return object
}

// members makes up the members that the fields of a type read.
func (w *world) members(r *rand.Rand, def *ast.Definition, depth int) map[string]json.RawMessage {
	object := map[string]json.RawMessage{}
	if def.Kind == ast.Interface { // one of its objects, which says what it is
		possible := w.schema.GetPossibleTypes(def)
		one := possible[r.IntN(len(possible))]
		object = w.members(r, one, depth)
		member := def.Directives.ForName("discriminator").Arguments.ForName("field").Value.Raw
		object[member] = json.RawMessage(`"SomethingNew"`)
		if values := one.Directives.ForName("variant").Arguments.ForName("values"); values != nil {
			object[member] = json.RawMessage(strconv.Quote(values.Value.Children[0].Value.Raw))
		}
		return object
	}
	if def.Fields.ForName("customFields") != nil {
		for n := range 5 {
			if r.IntN(3) == 0 {
				object[fmt.Sprintf("custom.cf_%d", n)] = w.customValue(r)
			}
		}
	}
	for _, field := range def.Fields {
		if slices.Contains(readsOf(field), "_all") {
			w.addMetrics(r, object)
		}
		for _, member := range membersOf(w.schema, def, field) {
			dropped := len(fallbackOf(field)) > 0 && member.name == readsOf(field)[0] && r.IntN(4) == 0
			if _, ok := object[member.name]; ok || dropped {
				continue
			}
			if value := w.value(r, member.name, member.typ, depth); value != nil {
				object[member.name] = value
			}
		}
	}
	return object
}

// customDefinitions are the definitions of all custom fields of the world; cf_4 has none.
const customDefinitions = `{"fields":[{"id":"cf_2","name":"Choice","type":"choices","choices":["a","b"],"accepts_multiple_values":true},
	{"id":"cf_0","name":"Text","type":"text","choices":null},{"id":"cf_1","type":"number","name":null},{"id":"cf_3","type":"user"}]}`

// customValue makes up a value of a custom field, fit for one of the fields.
func (w *world) customValue(r *rand.Rand) json.RawMessage {
	return json.RawMessage([]string{`"plain"`, `17.5`, `["a","b"]`, `"user_2"`, `[]`, `null`, `true`, `[null,"user_1"]`}[r.IntN(8)])
}

// value makes up a value of a member, mostly fit for a field of the type; nil stands for a member that is absent.
func (w *world) value(r *rand.Rand, name string, t *ast.Type, depth int) json.RawMessage {
	if name == "comment_summary" && r.IntN(3) == 0 { // nobody said anything, which saves a call
		return json.RawMessage("null")
	}
	switch r.IntN(60) {
	case 0, 1, 2, 3:
		return json.RawMessage("null")
	case 4, 5:
		return nil
	case 6:
		return json.RawMessage([]string{`17`, `"odd"`, `true`, `[]`, `{}`, `[null]`, `-0.5`, `{"id":3}`}[r.IntN(8)])
	}
	if t.Elem != nil {
		var list []string
		for range r.IntN(4) {
			element := w.value(r, name, t.Elem, depth)
			if element == nil {
				element = json.RawMessage("null")
			}
			list = append(list, string(element))
		}
		return json.RawMessage("[" + strings.Join(list, space(r)+",") + "]")
	}
	return w.single(r, name, t, depth)
}

func (w *world) single(r *rand.Rand, name string, t *ast.Type, depth int) json.RawMessage {
	if t == activeLeadType {
		return w.render(r, w.activeLead(r))
	}
	if t == metricsType || t == queriesType {
		return w.render(r, w.metrics(r, t))
	}
	def := w.schema.Types[t.Name()]
	switch {
	case def.Kind == ast.Enum:
		return quote(r, textOf(def.EnumValues[r.IntN(len(def.EnumValues))]))
	case def.IsCompositeType() && depth > 0:
		return w.render(r, w.members(r, def, depth-1))
	}
	if name == "object_type" && r.IntN(4) > 0 {
		return quote(r, []string{"opportunity", "call", "emailthread", "sms", "activity.note", "activity.custom_activity", "lead"}[r.IntN(7)])
	}
	switch t.Name() {
	case "ID":
		return quote(r, w.id(r, name))
	case "Int", "Cents":
		return json.RawMessage([]string{"0", "7", "-3", "2147483648", "5.0", "2.5", "1e3"}[r.IntN(7)])
	case "Boolean":
		return json.RawMessage([]string{"true", "false"}[r.IntN(2)])
	case "DateTime", "Date", "DateOrDateTime":
		return quote(r, []string{
			"2026-03-18T09:30:00.120000+00:00", "2026-03-18 09:30:00", "2026-03-18", "2026-02-30", "2026-03-18T09:30:00-04:00",
		}[r.IntN(5)])
	case "JSON":
		return json.RawMessage([]string{`{"a": [1, null]}`, `[]`, `"x"`, `1.50`}[r.IntN(4)])
	}
	if name == "object_type" {
		return quote(r, []string{"lead", "task.lead", "activity.note", "custom_object", "call", "something_new"}[r.IntN(6)])
	}
	return quote(r, []string{"", "Ada", "a \"quoted\" word", "line\nbreak", "Zürich 😀", "<b>&amp;</b>", "back\\slash"}[r.IntN(7)])
}

// id makes up an id for a member: of a few objects, so that many lead to the same one.
func (w *world) id(r *rand.Rand, member string) string {
	prefix := map[string]string{
		"lead_id": "lead_", "contact_id": "cont_", "contact_ids": "cont_", "organization_id": "orga_", "status_id": "stat_", "pipeline_id": "pipe_",
		"role_id": "role_", "saved_view_ids": "save_", "default_caller_id": "phon_", "organizations": "orga_", "assigned_to": "user_", "users": "user_", "thread_id": "acti_", "in_reply_to_id": "acti_", "response_to_id": "acti_",
		"outcome_id": "outcome_", "outcome_ids": "outcome_", "playbook_id": "convtyp_", "connected_account_id": "emailacct_", "email_account_id": "emailacct_",
		"template_id": "tmpl_", "send_as_id": "sdas_", "dialer_id": "dial_", "dialer_saved_search_id": "save_",
		"participants": "user_", "allowing_user_id": "user_", "allowed_user_id": "user_",
		"task_id": "task_", "opportunity_id": "oppo_", "task_assigned_to": "user_", "destination_lead_id": "lead_", "created_by": "user_", "updated_by": "user_", "user_id": "user_", "object_id": "acti_",
		"sequence_id": "seq_", "sequence_subscription_id": "sub_", "bulk_action_id": "bulkedit_", "bulk_email_action_id": "bulkemail_",
	}[member]
	if prefix == "" {
		prefix = "thing_"
	}
	return fmt.Sprintf("%s%d", prefix, r.IntN(6))
}

// quote writes a text as a JSON string in one of the ways that JSON allows.
func quote(r *rand.Rand, text string) json.RawMessage {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(r.IntN(2) == 0)
	_ = encoder.Encode(text)
	quoted := bytes.TrimSpace(b.Bytes())
	if r.IntN(5) == 0 {
		quoted = bytes.ReplaceAll(quoted, []byte("a"), []byte(`\u0061`))
	}
	return quoted
}

func space(r *rand.Rand) string { return []string{"", "", " ", "\n\t"}[r.IntN(4)] }

// render writes an object with its members in an order of its own.
func (w *world) render(r *rand.Rand, object map[string]json.RawMessage) json.RawMessage {
	names := slices.Sorted(maps.Keys(object))
	if r.IntN(3) == 0 {
		r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	}
	var b bytes.Buffer
	b.WriteString("{" + space(r))
	for i, name := range names {
		if i > 0 {
			b.WriteString("," + space(r))
		}
		if r.IntN(9) == 0 { // of two members of one name the last one counts
			fmt.Fprintf(&b, "%q:%s,", name, `"first"`)
		}
		b.Write(quote(r, name))
		b.WriteString(space(r) + ":" + space(r))
		b.Write(object[name])
	}
	b.WriteString("}")
	return b.Bytes()
}

// rows are the rows of a list: objects, and now and then something else.
func (w *world) rows(typeName, list string) []json.RawMessage {
	r := w.random("rows", typeName, list)
	var rows []json.RawMessage
	if wholeTypes[typeName] {
		for _, object := range w.all(typeName) {
			rows = append(rows, w.render(r, object))
		}
		return rows
	}
	for i := range r.IntN(5) {
		object := w.object(typeName, fmt.Sprintf("%s%d", w.prefix(typeName), i))
		switch {
		case r.IntN(25) == 0:
			rows = append(rows, json.RawMessage([]string{"null", "5", "[]"}[r.IntN(3)]))
		case object != nil:
			if strings.HasPrefix(list, "lead_") {
				object["lead_id"] = quote(r, list)
			}
			rows = append(rows, w.render(w.random("render", list), object))
		}
	}
	return rows
}

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
	case strings.HasPrefix(path, "/report/"):
		root := w.rootOf(req.Method, path)
		return w.answer(req, root.Name, w.document(root))
	case query.Get("_group_by") != "":
		w.ask("Opportunity", query)
		return w.answer(req, "Opportunity", w.groupPage(query))
	case path == "/user/availability/":
		root := w.rootOf(req.Method, path)
		return w.answer(req, root.Name, w.document(root))
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

// member is a REST member with the type of a field that reads it.
type member struct {
	name string
	typ  *ast.Type
}

var (
	idType     = ast.NamedType("ID", nil)
	stringType = ast.NamedType("String", nil)
)

// membersOf are the REST members behind a field, those for its inline answers included.
func membersOf(schema *ast.Schema, def *ast.Definition, field *ast.FieldDefinition) []member {
	if field.Directives.ForName("same") != nil {
		var members []member
		for _, variant := range schema.GetPossibleTypes(schema.Types[field.Type.Name()]) {
			for _, below := range variant.Fields {
				members = append(members, membersOf(schema, variant, below)...)
			}
		}
		return members
	}
	target := schema.Types[field.Type.Name()]
	reads := readsOf(field)
	switch {
	case strings.HasSuffix(target.Name, "Connection"):
		return []member{{reads[0], idType}}
	case target.Name == "CustomFieldValue", len(reads) == 0: // those of customValue, or none at all
		return nil
	case reads[0] == "_all":
		return nil // addMetrics
	case def.Name == "ActivityReportTotals":
		return []member{{reads[0], metricsType}}
	case def.Name == "ActivityReportQueries":
		return []member{{reads[0], queriesType}}
	case target.Name == "PinnedViews": // of a call of its own
		return []member{{reads[0], idType}}
	case def.Name == "ActiveCall" && reads[0] == "lead":
		return []member{{reads[0], activeLeadType}}
	case def.Name == "Group" && len(reads) == 2:
		return []member{{reads[0], idType}, {reads[1], field.Type}}
	case target.Name == "EventObject":
		return []member{{"object_type", stringType}, {"object_id", idType}, {"action", stringType}}
	case field.Name == "progress":
		return []member{{reads[0], stringType}, {reads[1], ast.NamedType("Int", nil)}, {reads[2], ast.NamedType("Int", nil)}}
	case target.Name == "BulkAction":
		return []member{{reads[0], idType}}
	case target.Name == "EnrichedObject":
		return []member{{"object_type", stringType}, {"object_id", idType}}
	case len(reads) == 3: // Task.subject
		return []member{{"object_type", stringType}, {"object_id", idType}, {"lead_id", idType}}
	case reads[0] == "object_type" && target.IsCompositeType(): // CommentThread.object
		return []member{{"object_type", stringType}, {"object_id", idType}}
	case field.Name == "statuses" && len(reads) == 2: // Pipeline.statuses
		return []member{{reads[0], idType}, {reads[1], field.Type}}
	case len(reads) == 2: // names
		return []member{{reads[0], stringType}, {reads[1], stringType}}
	case fallbackOf(field)["ids"] != "":
		return []member{{reads[0], field.Type}, {fallbackOf(field)["ids"], ast.ListType(idType, nil)}}
	case !target.IsCompositeType() || isEmbedded(target, field):
		return []member{{reads[0], field.Type}}
	}
	if field.Type.Elem != nil {
		return []member{{reads[0], ast.ListType(idType, nil)}}
	}
	members := []member{{reads[0], idType}}
	for name, rest := range inlineOf(field) {
		members = append(members, member{rest, target.Fields.ForName(name).Type})
	}
	slices.SortFunc(members[1:], func(a, b member) int { return strings.Compare(a.name, b.name) })
	return members
}
