package projection_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"maps"
	"math/rand/v2"
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
		if root.Name != "customFieldSchema" { // which the values of custom fields need
			w.maybeBreak(root.Name)
		}
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
		return quote(r, []string{"lead", "task.lead", "activity.note", "custom_object", "custom_activity_type", "sms_template", "call", "something_new"}[r.IntN(8)])
	}
	return quote(r, []string{"", "Ada", "a \"quoted\" word", "line\nbreak", "Zürich 😀", "<b>&amp;</b>", "back\\slash"}[r.IntN(7)])
}

// id makes up an id for a member: of a few objects, so that many lead to the same one.
func (w *world) id(r *rand.Rand, member string) string {
	prefix := map[string]string{
		"lead_id": "lead_", "contact_id": "cont_", "contact_ids": "cont_", "organization_id": "orga_", "status_id": "stat_", "pipeline_id": "pipe_",
		"assigned_to": "user_", "users": "user_", "thread_id": "acti_", "in_reply_to_id": "acti_", "response_to_id": "acti_",
		"outcome_id": "outcome_", "outcome_ids": "outcome_", "playbook_id": "convtyp_", "connected_account_id": "emailacct_", "email_account_id": "emailacct_",
		"template_id": "tmpl_", "send_as_id": "sdas_", "dialer_id": "dial_", "dialer_saved_search_id": "save_",
		"participants": "user_", "allowing_user_id": "user_", "allowed_user_id": "user_",
		"task_id": "task_", "opportunity_id": "oppo_", "task_assigned_to": "user_", "destination_lead_id": "lead_", "created_by": "user_", "role_id": "role_", "saved_view_ids": "save_", "default_caller_id": "phon_", "organizations": "orga_", "updated_by": "user_", "user_id": "user_", "object_id": "acti_",
		"form_id": "form_", "custom_activity_type_id": "actitype_", "custom_field_ids": "cf_", "custom_object_type_id": "cotype_", "referenced_custom_type_id": "cotype_", "sequence_id": "seq_", "sequence_subscription_id": "sub_", "bulk_action_id": "bulkedit_", "bulk_email_action_id": "bulkemail_",
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
	case target.Name == "PinnedViews": // of a call of its own
		return []member{{reads[0], idType}}
	case def.Name == "Playbook" && field.Name == "customFields":
		return []member{{reads[0], ast.ListType(idType, nil)}}
	case target.Name == "CustomFieldValue", len(reads) == 0: // those of customValue, or none at all
		return nil
	case reads[0] == "_all":
		return nil // addMetrics
	case def.Name == "ActivityReportTotals":
		return []member{{reads[0], metricsType}}
	case def.Name == "ActivityReportQueries":
		return []member{{reads[0], queriesType}}
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
	case field.Name == "statuses" && len(reads) == 3: // Pipeline.statuses
		return []member{{reads[0], idType}, {reads[1], idType}, {reads[2], field.Type}}
	case len(reads) == 3: // Task.subject
		return []member{{"object_type", stringType}, {"object_id", idType}, {"lead_id", idType}}
	case reads[0] == "object_type" && target.IsCompositeType(): // CommentThread.object
		return []member{{"object_type", stringType}, {"object_id", idType}}
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
