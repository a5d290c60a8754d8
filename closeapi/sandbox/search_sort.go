package sandbox

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// A searchSort is one of the fields that the objects found are sorted by.
type searchSort struct {
	field      *searchField
	descending bool
	v          view
}

// readSorts reads the sorts of a search: numbers, dates and texts of the objects that are returned, the first one first
// (Close docs: advanced filtering). Without any the newest objects come first.
func readSorts(c *call, v any, types []*searchType) ([]searchSort, any) {
	given, isList := v.([]any)
	if v != nil && !isList {
		return nil, "Input should be a valid list"
	}
	k := &compiler{c: c, v: c.view()}
	if len(types) == 1 {
		k.only = types[0]
	}
	var sorts []searchSort
	wrong := map[string]any{}
	for i, item := range given {
		one, _ := item.(map[string]any)
		at, _ := one["field"].(map[string]any)
		field, refusal := k.field(at)
		switch direction := one["direction"]; {
		case refusal != nil:
			wrong[strconv.Itoa(i)] = fieldErrors{"field": refusal}.nested()
		case direction != "asc" && direction != "desc":
			wrong[strconv.Itoa(i)] = fieldErrors{"direction": "Input should be 'asc' or 'desc'"}.nested()
		case !sortable(field.name):
			wrong[strconv.Itoa(i)] = fieldErrors{"field": "Only numbers, dates and texts can be sorted by."}.nested()
		default:
			sorts = append(sorts, searchSort{field, direction == "desc", k.v})
		}
	}
	if len(wrong) > 0 {
		return nil, listErrors(wrong)
	}
	if len(sorts) == 0 {
		created := &searchField{get: func(o *object) any { return o.values["date_created"] }}
		sorts = []searchSort{{created, true, k.v}}
	}
	return sorts, nil
}

// sortable leaves out references and ids.
func sortable(name string) bool {
	return !strings.HasSuffix(name, "_id") && !strings.HasSuffix(name, "_ids") && !slices.Contains([]string{"created_by", "updated_by", "assigned_to"}, name)
}

func (s searchSort) key(o *object) sortKey {
	switch v := s.field.get(o).(type) {
	case moment:
		return sortKey{number: v.at(s.v.offset).UnixMicro()}
	case string:
		return sortKey{text: v}
	default:
		if n, ok := toFloat(v); ok {
			return sortKey{number: int64(n * 1000)}
		}
	}
	return sortKey{rank: 1}
}

// sortBy sorts by each sort in turn. Objects that are equal in all of them keep the order of the first one: that in
// which they were made, or its reverse.
func sortBy(objects []*object, sorts []searchSort) {
	type row struct {
		keys []sortKey
		o    *object
	}
	rows := make([]row, len(objects))
	for i, o := range objects {
		rows[i].o = o
		for _, s := range sorts {
			rows[i].keys = append(rows[i].keys, s.key(o))
		}
	}
	slices.SortFunc(rows, func(a, b row) int {
		for i, s := range sorts {
			x, y := a.keys[i], b.keys[i]
			if s.descending {
				x, y = y, x
			}
			if n := cmp.Or(cmp.Compare(x.rank, y.rank), cmp.Compare(x.number, y.number), cmp.Compare(x.text, y.text)); n != 0 {
				return n
			}
		}
		if sorts[0].descending {
			a, b = b, a
		}
		return cmp.Or(cmp.Compare(a.o.seq, b.o.seq), cmp.Compare(a.o.id, b.o.id))
	})
	for i, r := range rows {
		objects[i] = r.o
	}
}
