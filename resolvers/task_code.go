package resolvers

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/closegraph/closegraph/internal/projection"
)

// subjectTypes are the kinds of objects behind tasks (Close docs: Tasks).
var subjectTypes = map[string]string{
	"opportunity": "Opportunity",
	"call":        "Call",
	"emailthread": "EmailThread",
	"sms":         "SMS",
}

// taskSubjects are what tasks are about: the object that Close names, or else the lead.
func taskSubjects(tasks []projection.Parent) []projection.Reference {
	refs := make([]projection.Reference, len(tasks))
	for i, task := range tasks {
		kind, id := task.Text("object_type"), task.Text("object_id")
		switch {
		case kind == "" || id == "":
			if lead := task.Text("lead_id"); lead != "" {
				refs[i] = projection.Reference{Type: "Lead", ID: lead}
			}
		case subjectTypes[kind] != "":
			refs[i] = projection.Reference{Type: subjectTypes[kind], ID: id}
		default:
			refs[i] = projection.Reference{Type: "OtherTaskSubject"}
		}
	}
	return refs
}

// checkTaskFilter refuses conditions that contradict each other. Close would take one of them and drop the other without
// a word: the views INBOX and FUTURE override bounds on the date (Close docs: Tasks).
func checkTaskFilter(filter map[string]any) error {
	if len(filter) == 0 {
		return nil
	}
	view, _ := filter["view"].(string)
	complete, given := filter["isComplete"].(bool)
	switch {
	case given && complete && (view == "INBOX" || view == "FUTURE"):
		return fmt.Errorf("isComplete: true contradicts view: %s, which holds open tasks; use view: ARCHIVE, or leave one out", view)
	case given && !complete && view == "ARCHIVE":
		return errors.New("isComplete: false contradicts view: ARCHIVE, which holds complete tasks; use view: INBOX or FUTURE, or leave one out")
	}
	if date, ok := filter["date"].(map[string]any); ok && (view == "INBOX" || view == "FUTURE") {
		for _, bound := range []string{"gt", "gte", "lt", "lte", "eq"} {
			if date[bound] != nil {
				return fmt.Errorf("date.%s contradicts view: %s, which sets the dates itself; leave one out", bound, view)
			}
		}
	}
	return nil
}

// checkRange refuses ranges that say nothing, or that nothing can be in.
func checkRange(bounds map[string]any) error {
	given := func(names ...string) (name, text string) {
		for _, name := range names {
			if text, ok := bounds[name].(string); ok {
				return name, text
			}
		}
		return "", ""
	}
	one := func(names ...string) bool {
		return slices.IndexFunc(names, func(n string) bool { return bounds[n] != nil }) >= 0
	}
	switch {
	case !one("eq", "gt", "gte", "lt", "lte"):
		return errors.New("give at least one bound")
	case one("eq") && one("gt", "gte", "lt", "lte"):
		return errors.New("eq leaves no room for other bounds; give either")
	case bounds["gt"] != nil && bounds["gte"] != nil:
		return errors.New("gt and gte are two lower bounds; give one")
	case bounds["lt"] != nil && bounds["lte"] != nil:
		return errors.New("lt and lte are two upper bounds; give one")
	}
	low, from := given("gt", "gte")
	high, to := given("lt", "lte")
	if low == "" || high == "" {
		return nil
	}
	if order := compareMoments(from, to); order > 0 || order == 0 && (low == "gt" || high == "lt") {
		return fmt.Errorf("nothing is both %s %s and %s %s", low, from, high, to)
	}
	return nil
}

// compareMoments compares two days or two moments; what cannot be compared without a time zone, a day and a moment, is
// taken as in order.
func compareMoments(a, b string) int {
	if projection.IsDate(a) && projection.IsDate(b) {
		return strings.Compare(a, b)
	}
	first, err1 := time.Parse(time.RFC3339, a)
	second, err2 := time.Parse(time.RFC3339, b)
	if err1 != nil || err2 != nil {
		return -1
	}
	return first.Compare(second)
}
