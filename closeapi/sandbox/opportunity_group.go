package sandbox

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// A group is what opportunities of a grouped list have in common (Close docs: Opportunities, _group_by).
type group struct {
	key   string
	order string // how groups are sorted
	own   fields // the members that tell what kind of group it is
}

// opportunityGroups tells the group of an opportunity: its user, or the week, month, quarter or year in which it was won.
func opportunityGroups(v *view, by string) func(o *object) group {
	if by == "user_id" {
		return func(o *object) group {
			id := o.str("user_id")
			name, _ := v.name("user", id).(string)
			return group{id, strings.ToLower(name), fields{{"user_id", id}, {"user_name", name}}}
		}
	}
	unit, ok := strings.CutPrefix(by, "date_won__")
	if !ok || !slices.Contains([]string{"week", "month", "quarter", "year"}, unit) {
		return nil
	}
	return func(o *object) group {
		m, won := o.moment("date_won")
		year, number := "year", 0
		first := m.t.Year()
		switch unit {
		case "week":
			year = "weekyear"
			first, number = m.t.ISOWeek()
		case "month":
			number = int(m.t.Month())
		case "quarter":
			number = (int(m.t.Month()) + 2) / 3
		}
		if !won {
			own := fields{{year, nil}}
			if unit != "year" {
				own = append(own, field{unit, nil})
			}
			return group{"", "~", own}
		}
		g := group{key: strconv.Itoa(first), own: fields{{year, first}}}
		if unit != "year" {
			g.own = append(g.own, field{unit, number})
			g.key += "-" + strconv.Itoa(number)
		}
		g.order = strconv.Itoa(first*100 + number)
		return g
	}
}

// grouped writes a page of a grouped list. The page counts objects, so that its first and last group may be partial;
// what a group sums up is over all of it.
func (r *resource) grouped(c *call, b []byte, matches []*object, sel *selection) ([]byte, *apiError) {
	by, descending := strings.CutPrefix(c.params.Get("_group_by"), "-")
	v := c.view()
	groupOf := r.list.group(&v, by)
	if groupOf == nil {
		return nil, refuseField("_group_by", textNoChoice)
	}
	limit, skip, refused := r.paging(c)
	if refused != nil {
		return nil, refused
	}
	groups, members := map[string]group{}, map[string][]*object{}
	var keys []string
	for _, o := range matches { // in their order
		g := groupOf(o)
		if _, known := groups[g.key]; !known {
			groups[g.key] = g
			keys = append(keys, g.key)
		}
		members[g.key] = append(members[g.key], o)
	}
	slices.SortStableFunc(keys, func(x, y string) int {
		if descending {
			x, y = y, x
		}
		return cmp.Compare(groups[x].order, groups[y].order)
	})
	b = append(b, `{"data":[`...)
	written, passed := 0, 0
	for _, key := range keys {
		all := members[key]
		from := min(max(skip-passed, 0), len(all))
		to := min(max(skip+limit-passed, 0), len(all))
		passed += len(all)
		if from >= to {
			continue
		}
		if written++; written > 1 {
			b = append(b, ',')
		}
		head := v.fields(nil, append(fields{{"key", key}}, groups[key].own...))
		b = append(append(b, head[:len(head)-1]...), `,"objects":`...)
		b = list(b, all[from:to], func(b []byte, o *object) []byte { return v.object(b, o, sel) })
		b = append(r.list.envelope(&v, b, all), '}')
	}
	b = append(b, `],"has_more":`...)
	b = strconv.AppendBool(b, skip+limit < len(matches))
	return append(r.list.envelope(&v, b, matches), '}'), nil
}
