package resolvers

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/closegraph/closegraph/internal/projection"
)

// query is a part of a search in Close's form (Close docs: Advanced Filtering).
type query = map[string]any

// relatedOnly are the kinds of objects that a search asks about but does not return (Close docs: Advanced Filtering).
var relatedOnly = []string{"contact_email", "contact_phone", "contact_url", "address"}

// maxSearchIDs is how many ids one condition may name; Close does not say how many it takes.
const maxSearchIDs = 200

// searchFor says what Query.search searches for.
func searchFor(args map[string]any, _ projection.Parent) (projection.Search, error) {
	s := projection.Search{}
	typ, _ := args["type"].(string)
	raw, ownQuery := args["query"]
	switch {
	case ownQuery == (typ != ""):
		return s, errors.New("give either type, with where if you like, or query")
	case ownQuery && args["where"] != nil:
		return s, errors.New("where belongs to type; put its conditions into query")
	case slices.Contains(relatedOnly, typ):
		return s, fmt.Errorf("type: %s can be asked about in related, but not be found by itself", strings.ToUpper(typ))
	}
	if ownQuery {
		var ok bool
		if s.Query, ok = rawQuery(raw); !ok {
			return s, errors.New(`query: want an object in Close's form, such as {"type": "and", "queries": [...]}`)
		}
		if typ = objectTypeOf(s.Query); typ != "" {
			s.Types = []string{typ}
		}
	} else {
		s.Types = []string{typ}
		where, _ := args["where"].(map[string]any)
		conditions, err := searchConditions("where", typ, where)
		if err != nil {
			return s, err
		}
		s.Query = allOf(append([]any{query{"type": "object_type", "object_type": typ}}, conditions...))
	}
	limit, err := searchLimit(args["limit"])
	if err != nil {
		return s, err
	}
	s.Limit = limit
	s.Order, err = searchOrder(typ, args["order_by"])
	return s, err
}

// rawQuery is a query that a client gave in Close's form. What Close copies to the clipboard may have the query inside.
func rawQuery(value any) (query, bool) {
	q, ok := value.(map[string]any)
	if inner, nested := q["query"].(map[string]any); nested && q["type"] == nil {
		q = inner
	}
	return q, ok && q["type"] != nil
}

// objectTypeOf is the type of objects that a query in Close's form finds, "" when it does not say so plainly.
func objectTypeOf(q query) string {
	if q["negate"] == true {
		return ""
	}
	switch q["type"] {
	case "object_type":
		typ, _ := q["object_type"].(string)
		return typ
	case "and":
		queries, _ := q["queries"].([]any)
		for _, inner := range queries {
			if inner, ok := inner.(map[string]any); ok {
				if typ := objectTypeOf(inner); typ != "" {
					return typ
				}
			}
		}
	}
	return ""
}

func searchLimit(value any) (int, error) {
	if value == nil {
		return 0, nil
	}
	n, err := wholeNumber(value)
	if err != nil || n < 1 {
		return 0, errors.New("limit: ask for at least 1 object, or leave it out")
	}
	return n, nil
}

// searchOrder is the order of a search for objects of a type: the newest first, unless the client says otherwise.
func searchOrder(typ string, value any) (projection.Order, error) {
	given, _ := value.(map[string]any)
	if given == nil {
		return projection.Order{Type: typ, Field: "date_created", Descending: true}, nil
	}
	if typ == "" {
		return projection.Order{}, errors.New(`orderBy: the query does not say plainly what it finds; begin it with {"type": "object_type", "object_type": ...} in an "and"`)
	}
	field, custom, err := searchFieldName("orderBy", "field", given)
	return projection.Order{Type: typ, Field: field, Custom: custom, Descending: given["direction"] == "desc"}, err
}

// searchFieldName is the field that an input names: one of Close's own, under a member, or a custom field.
func searchFieldName(path, member string, input map[string]any) (name string, custom bool, err error) {
	name, _ = input[member].(string)
	id, _ := input["custom_field_id"].(string)
	switch {
	case (name == "") == (id == ""):
		return "", false, fmt.Errorf("%s: give either %s or customFieldId", path, member)
	case id != "" && !isCustomFieldID(id):
		return "", false, fmt.Errorf("%s.customFieldId: %q is not the id of a custom field; it begins with cf_", path, id)
	case id != "":
		return id, true, nil
	case strings.HasPrefix(name, "custom."):
		return "", false, fmt.Errorf("%s.%s: name a custom field by its id, in customFieldId", path, member)
	case len(name) > 100 || strings.ContainsFunc(name, notOfName):
		return "", false, fmt.Errorf("%s.%s: not a name of Close: those have small letters, digits and underscores", path, member)
	}
	return name, false, nil
}

// notOfName reports whether a character is not one of Close's names.
func notOfName(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' }

// smartViewSearch says what SmartView.results searches for: what the view does, in its order.
func smartViewSearch(args map[string]any, view projection.Parent) (projection.Search, error) {
	s := projection.Search{Query: query{"type": "saved_search", "saved_search_id": view.Text("id")}}
	var own struct {
		Query   map[string]any `json:"query"`
		Sort    []any          `json:"sort"`
		Results *int           `json:"results_limit"`
	}
	if err := view.Decode("s_query", &own); err != nil {
		return s, err
	}
	typ := objectTypeOf(own.Query)
	if typ == "" {
		typ = smartViewTypes[view.Text("type")]
	}
	if typ != "" {
		s.Types = []string{typ}
		s.Query = allOf([]any{query{"type": "object_type", "object_type": typ}, s.Query})
	}
	if own.Results != nil {
		s.Limit = max(*own.Results, 1)
	}
	var err error
	order, ordered := sortAsOrder(typ, own.Sort)
	switch {
	case args["order_by"] != nil, len(own.Sort) == 0:
		s.Order, err = searchOrder(typ, args["order_by"])
	case ordered:
		s.Order = order
	default:
		s.Sort = own.Sort
	}
	return s, err
}

// smartViewTypes are the types of objects that Smart Views find, by the view's type, where they differ (Close docs: Smart
// Views, Events).
var smartViewTypes = map[string]string{
	"lead": "lead", "contact": "contact", "opportunity": "opportunity", "call": "activity.call", "email": "activity.email",
	"sms": "activity.sms", "meeting": "activity.meeting", "note": "activity.note", "whatsapp_message": "activity.whatsapp_message",
	"custom_activity": "activity.custom_activity", "form_submission": "activity.form_submission",
}

// sortAsOrder is a sort in Close's form as an order by one field of a type, if it is one.
func sortAsOrder(typ string, sort []any) (projection.Order, bool) {
	if len(sort) != 1 || typ == "" {
		return projection.Order{}, false
	}
	one, _ := sort[0].(map[string]any)
	field, _ := one["field"].(map[string]any)
	order := projection.Order{Type: typ, Descending: one["direction"] == "desc"}
	switch field["type"] {
	case "regular_field":
		order.Field, _ = field["field_name"].(string)
		return order, order.Field != "" && field["object_type"] == typ
	case "custom_field":
		order.Field, _ = field["custom_field_id"].(string)
		order.Custom = true
		return order, isCustomFieldID(order.Field)
	}
	return order, false
}
