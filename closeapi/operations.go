package closeapi

import (
	_ "embed"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed operations.txt
var operationsText string

// Operation is one operation of Close's REST API.
type Operation struct {
	Name     string // as a [Call] spells it: "GET /lead/{id}/"
	Method   string // such as "GET"
	Path     string // below the base URL, with its variables in braces: "/lead/{id}/"
	Fields   bool   // whether it takes the parameter _fields
	MaxLimit int    // the largest page of a list, in rows; 0 for what is not a list
	Reads    bool   // whether it changes nothing: a GET, or a POST whose body says what to read
	Cursor   bool   // whether its list is walked with a cursor, not with _skip
}

// String returns the operation's name.
func (o Operation) String() string { return o.Name }

// LookupOperation finds an operation by its name, such as "GET /lead/{id}/".
func LookupOperation(name string) (Operation, bool) {
	op, ok := operations()[name]
	if !ok {
		return Operation{}, false
	}
	return op.Operation, true
}

// Operations returns all operations in the order of operations.txt. The list is the caller's own.
func Operations() []Operation {
	list := make([]*operation, 0, len(operations()))
	for _, op := range operations() {
		list = append(list, op)
	}
	slices.SortFunc(list, func(a, b *operation) int { return a.line - b.line })
	all := make([]Operation, len(list))
	for i, op := range list {
		all[i] = op.Operation
	}
	return all
}

// operation is an Operation, prepared for making its paths.
type operation struct {
	Operation
	line    int
	kind    string   // the first step of its path; see kinds
	live    bool     // whether its answers are never kept
	group   string   // of the endpoints that share a budget, as far as can be guessed
	literal []string // the pieces of the path around its variables, one more than those
	vars    []string // the names of the variables, in braces
}

// fill writes the path after a prefix, with each value passed through escape, if that is not nil.
func (op *operation) fill(prefix string, values []string, escape func(string) string) string {
	if prefix == "" && len(values) == 0 {
		return op.Path
	}
	size := len(prefix) + len(op.Path)
	for _, value := range values {
		size += len(value)
	}
	var path strings.Builder
	path.Grow(size)
	path.WriteString(prefix)
	path.WriteString(op.literal[0])
	for i, value := range values {
		if escape != nil {
			value = escape(value)
		}
		path.WriteString(value)
		path.WriteString(op.literal[i+1])
	}
	return path.String()
}

// operations holds every operation by its name. The file is part of the program, so a mistake in it panics.
var operations = sync.OnceValue(func() map[string]*operation {
	byName := make(map[string]*operation, 320)
	line := 0
	for text := range strings.Lines(operationsText) {
		line++
		text = strings.TrimSpace(text)
		if text == "" || text[0] == '#' {
			continue
		}
		op, err := parseOperation(text)
		if err == nil && byName[op.Name] != nil {
			err = fmt.Errorf("%s is listed twice", op)
		}
		if err != nil {
			panic(fmt.Sprintf("operations.txt:%d: %v", line, err))
		}
		op.line = line
		byName[op.Name] = op
	}
	return byName
})

// groupOf is the group of endpoints that an operation shares its budget with, and whether it is a read. Close does not
// publish its groups, only that they are sets of paths and methods (Close docs: Rate Limits). Too small a group costs
// a refusal now and then, since each learns for itself what others have used up; too large a one would hold up calls
// for the limit of others. So these are small: the first segment of the path, once for reads and once for writes.
func groupOf(op *operation) string {
	switch {
	case op.Path == "/data/search/":
		return "search"
	case op.Reads:
		return op.kind + " read"
	}
	return op.kind + " write"
}

// parseOperation reads one line of operations.txt.
func parseOperation(line string) (*operation, error) {
	words := strings.Fields(line)
	if len(words) < 2 {
		return nil, fmt.Errorf("%q is not METHOD /path/", line)
	}
	op := &operation{Operation: Operation{Name: words[0] + " " + words[1], Method: words[0], Path: words[1], Reads: words[0] == http.MethodGet}}
	op.kind, _, _ = strings.Cut(strings.TrimPrefix(op.Path, "/"), "/")
	for _, flag := range words[2:] {
		limit, isLimit := strings.CutPrefix(flag, "max=")
		switch {
		case flag == fieldsParam:
			op.Fields = true
		case flag == "cursor":
			op.Cursor = true
		case flag == "read":
			op.Reads = true
		case flag == "live":
			op.live = true
		case isLimit:
			n, err := strconv.Atoi(limit)
			if err != nil || n < 1 {
				return nil, fmt.Errorf("%q is not a page size", flag)
			}
			op.MaxLimit = n
		default:
			return nil, fmt.Errorf("unknown flag %q", flag)
		}
	}
	op.group = groupOf(op)
	rest := op.Path
	for {
		before, after, found := strings.Cut(rest, "{")
		op.literal = append(op.literal, before)
		if !found {
			return op, nil
		}
		name, after, found := strings.Cut(after, "}")
		if !found {
			return nil, fmt.Errorf("%q has an open brace", op.Path)
		}
		op.vars = append(op.vars, "{"+name+"}")
		rest = after
	}
}
