package sandbox

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// explored are the objects that custom reports are about.
var explored = []string{"lead", "contact", "opportunity", "call", "email", "sms"}

// customReportFields is GET /report/custom/fields/: what can stand on the axes of a custom report.
func customReportFields(c *call, b []byte) ([]byte, *apiError) {
	v := c.view()
	list := []fields{}
	for _, name := range explored {
		for _, field := range v.reportFields(name) {
			list = append(list, fields{{"name", name + "." + field.name}, {"object", name}, {"field", field.name}, {"type", field.value}})
		}
	}
	return v.fields(b, fields{{"data", list}}), nil
}

// reportFields are the members of a resource with the type of their values, as the objects of the store show them.
func (v *view) reportFields(resource string) fields {
	var list fields
	for _, m := range v.st.tables[resource].res.members {
		for _, o := range v.st.tables[resource].all {
			value := o.values[m.name]
			if m.derive != nil {
				value = m.derive(v, o)
			}
			kind := ""
			switch value.(type) {
			case int, float64:
				kind = "number"
			case moment:
				kind = "date"
			case string:
				kind = "string"
			case bool:
				kind = "boolean"
			}
			if kind != "" {
				list = append(list, field{m.name, kind})
				break
			}
		}
	}
	return append(list, field{"count", "number"})
}

// A custom is a custom report: the field that is summed up, and those that it is cut by.
type custom struct {
	resource, y, x, by, how, interval string
}

// customReport is GET /report/custom/{org_id}/ (Close docs: Reporting).
func customReport(c *call, b []byte) ([]byte, *apiError) {
	errs, v := fieldErrors{}, c.view()
	when, _ := c.spanOfParams("start", "end", errs)
	r := custom{how: cmp.Or(c.params.Get("transform_y"), "sum"), interval: cmp.Or(c.params.Get("interval"), "auto")}
	r.resource, r.y, _ = strings.Cut(cmp.Or(c.params.Get("y"), "lead.count"), ".")
	if !slices.Contains(explored, r.resource) {
		errs["y"] = textNoChoice
	} else {
		known := v.reportFields(r.resource)
		if known.get(r.y) != "number" {
			errs["y"] = "Only numbers can stand here."
		}
		for name, to := range map[string]*string{"x": &r.x, "group_by": &r.by} {
			object, member, _ := strings.Cut(c.params.Get(name), ".")
			if *to = member; c.params.Get(name) != "" && (object != r.resource || known.get(member) == nil) {
				errs[name] = textNoChoice
			}
		}
	}
	if !slices.Contains([]string{"sum", "avg", "min", "max"}, r.how) {
		errs["transform_y"] = textNoChoice
	}
	if step, err := strconv.Atoi(r.interval); !slices.Contains([]string{"auto", "hour", "day", "week", "month", "quarter", "year"}, r.interval) && (err != nil || step < 1) {
		errs["interval"] = textNoChoice
	}
	if len(errs) > 0 {
		return nil, refuseFields(errs)
	}
	type cell struct{ x, by string }
	cells := map[cell][]float64{}
	words := strings.TrimPrefix(c.params.Get("query"), "*")
	for _, o := range v.st.tables[r.resource].all {
		lead := v.st.get("lead", leadOf(o))
		made, _ := o.moment("date_created")
		if lead == nil || !hasWords(asText(leadName(lead)), words) || !when.has(made.t) {
			continue
		}
		y, ok := 1.0, true
		if r.y != "count" {
			y, ok = toFloat(v.member(o, r.y))
		}
		if ok {
			at := cell{r.bucket(&v, v.member(o, r.x)), asText(v.member(o, r.by))}
			cells[at] = append(cells[at], y)
		}
	}
	rows := []fields{}
	for _, at := range slices.SortedFunc(maps.Keys(cells), func(a, b cell) int {
		return cmp.Or(cmp.Compare(a.x, b.x), cmp.Compare(a.by, b.by))
	}) {
		row := fields{{"x", at.x}, {"y", r.fold(cells[at])}}
		if r.by != "" {
			row = append(row, field{"group", at.by})
		}
		rows = append(rows, row)
	}
	return v.fields(b, fields{{"data", rows}}), nil
}

func (r custom) fold(values []float64) float64 {
	total := 0.0
	for _, n := range values {
		total += n
	}
	switch r.how {
	case "avg":
		return total / float64(len(values))
	case "min":
		return slices.Min(values)
	case "max":
		return slices.Max(values)
	}
	return total
}

// bucket is where a value stands on the x axis: the beginning of its interval.
func (r custom) bucket(v *view, x any) string {
	switch x := x.(type) {
	case string:
		return x
	case bool:
		return strconv.FormatBool(x)
	case moment:
		t := x.at(v.offset).Add(v.offset)
		day := day(t).t
		switch r.interval {
		case "hour":
			return t.Truncate(time.Hour).Format("2006-01-02T15:00")
		case "day":
		case "week":
			day = day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
		case "quarter":
			day = time.Date(day.Year(), (day.Month()-1)/3*3+1, 1, 0, 0, 0, 0, time.UTC)
		case "year":
			day = time.Date(day.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
		default:
			day = time.Date(day.Year(), day.Month(), 1, 0, 0, 0, 0, time.UTC)
		}
		return day.Format(time.DateOnly)
	}
	n, ok := toFloat(x)
	if !ok {
		return ""
	}
	if step, err := strconv.ParseFloat(r.interval, 64); err == nil {
		n = math.Floor(n/step) * step
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}
