package projection

import (
	"maps"
	"strconv"
	"time"

	"github.com/closegraph/closegraph/closeapi"
)

// The most that the arguments of a list may ask for.
const (
	maxFirst = 1000
	maxIDs   = 1000
)

// listArgs are the arguments of a connection, in Close's terms.
type listArgs struct {
	operation closeapi.Operation
	params    map[string]string
	first     int
	skip      int
	from      trailPosition // of a list that Close walks with cursors
	hash      uint64
	offset    *closeapi.Offset // the time zone, when the arguments name one
	asked     bool             // whether params belong to the call for a page
}

// page are the parameters of a page; a limit of 0 is not said.
func (l *listArgs) page(skip, limit int) map[string]string {
	if l.asked {
		l.params = maps.Clone(l.params)
	}
	l.asked = true
	if limit > 0 {
		l.params["_limit"] = strconv.Itoa(limit)
	}
	if skip > 0 {
		l.params["_skip"] = strconv.Itoa(skip)
	}
	return l.params
}

// listArgs turns the arguments of a connection into parameters of its REST list. parent is the id of the object above,
// or "" at the root.
func (s *schema) listArgs(f *field, args map[string]any, parent string, check map[string]Check) (listArgs, error) {
	l := listArgs{operation: f.list.operation, params: map[string]string{}, first: 50}
	if check := check[f.name()]; check != nil {
		if err := check(args); err != nil {
			return l, badInput("%v", err)
		}
	}
	p := params{schema: s, check: check, out: l.params}
	for _, def := range f.def.Arguments {
		value := args[def.Name]
		if value == nil {
			continue
		}
		var err error
		switch param := paramName(def.Name, def.Directives); {
		case def.Name == "first":
			l.first, err = firstArg(value)
		case def.Name == "after":
		case def.Name == "timeZone":
			l.offset, err = timeZone(value)
		case isVariable(param):
			var word string
			word, err = s.paramText(def.Name, def.Type, value)
			l.operation = f.list.chosen(map[string]string{param: word})
		default:
			err = p.add(def.Name, param, def.Type, value, 0)
		}
		if err != nil {
			return l, err
		}
	}
	if parent != "" {
		if err := p.set(f.def.Name, f.list.parentParam, parent); err != nil {
			return l, badInput("filter: the lists below an object have its id as a condition already; leave %s out", f.list.parentParam)
		}
	}
	p.defaults(f.list.defaults)
	l.hash = listHash(l.operation.Path, l.params)
	after, _ := args["after"].(string)
	var err error
	switch {
	case after == "":
	case l.operation.Cursor:
		l.from, err = parseTrailPosition(after, l.hash)
	default:
		l.skip, err = parseCursor(after, l.hash)
	}
	return l, err
}

func firstArg(value any) (int, error) {
	n, ok := value.(int64) // as it is written in the operation
	if !ok {
		given, err := strconv.Atoi(spelt(value))
		n, ok = int64(given), err == nil
	}
	if !ok || n < 1 || n > maxFirst {
		return 0, badInput("first: %v is not possible; ask for 1 to %d items", value, maxFirst)
	}
	return int(n), nil
}

func timeZone(value any) (*closeapi.Offset, error) {
	text, _ := value.(string)
	offset, err := closeapi.ParseOffset(text, time.Now())
	if err != nil {
		return nil, badInput("timeZone: %v", err)
	}
	return &offset, nil
}
