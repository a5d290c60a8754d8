package projection

import (
	"context"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/closegraph/closegraph/closeapi"
)

// Single is the value of the root field in ctx: what the field's operation answers, or a member of it. The schema says
// what the arguments become: variables of the path, parameters, or the body of a POST that only reads.
func (e *Engine) Single(ctx context.Context) (*Value, error) {
	req, plan := rootOf(ctx)
	q, err := e.question(plan.field, plan.ast.ArgumentMap(req.vars))
	if err != nil {
		return nil, err
	}
	q.call.Fields = plan.document.layout.fields()
	x := &req.query
	return x.document(plan, func(ctx context.Context) (row, error) {
		if err := x.find(ctx, q); err != nil {
			return row{}, err
		}
		return x.fetchObject(ctx, q.call, plan.document.layout)
	}), nil
}

// document is the value of a root field that stands in a document of Close, which read reads into a row.
func (x *run) document(plan *rootPlan, read func(ctx context.Context) (row, error)) *Value {
	b := &block{place: plan.document, rows: make([]row, 1), errs: make([]error, 1)}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.entities = plan.entities
	x.next.calls = append(x.next.calls, func(ctx context.Context) { b.rows[0], b.errs[0] = read(ctx) })
	x.next.arrived = append(x.next.arrived, func(ctx context.Context) {
		if b.errs[0] == nil {
			x.expand(ctx, b)
		}
	})
	return &Value{run: x, root: root{key: plan.ast.Alias, wrote: &plan.wrote, document: b}}
}

// document writes the one item of a document.
func (w *writer) document(b *block) {
	if err := b.errs[0]; err != nil {
		w.fail(err)
		w.null(false)
		return
	}
	w.field(&b.place.items[0], b, 0, b.rows[0])
}

// document compiles a root field that stands in a document of Close.
func (c *compiler) document(sel *selected, f *field) *place {
	p := &place{layout: newLayout()}
	if f.list.operation.Fields {
		p.layout.need("id") // without a name in _fields Close would answer with everything
	}
	c.add(p, sel, f)
	return p
}

// question is a call that answers a root field. The variables of its path that no argument gives are still to be found.
type question struct {
	call closeapi.Call
	find []string // by variable of the path; "" when it is there
}

// question turns the arguments of a field into the call that answers it.
func (e *Engine) question(f *field, args map[string]any) (question, error) {
	q := question{call: closeapi.Call{Params: map[string]string{}}}
	given := map[string]string{}
	p := params{schema: e.schema, check: e.code.Check, out: q.call.Params}
	for _, def := range f.def.Arguments {
		value := args[def.Name]
		if value == nil {
			continue
		}
		var err error
		name := paramName(def.Name, def.Directives)
		input, _ := value.(map[string]any)
		switch {
		case def.Name == "timeZone":
			q.call.Offset, err = timeZone(value)
		case isVariable(name) && input != nil:
			given[name], err = e.spell(f, def, input)
		case isVariable(name):
			given[name], err = e.schema.paramText(def.Name, def.Type, value)
		case input != nil && f.list.operation.Method != "GET":
			reading := e.body()
			reading.read = true
			q.call.Body = reading.object([]string{def.Name}, e.schema.ast.Types[def.Type.Name()], input)
			err = reading.wrong()
		default:
			err = p.add(def.Name, name, def.Type, value, 0)
		}
		if err != nil {
			return q, err
		}
	}
	p.defaults(f.list.defaults)
	op := f.list.chosen(given)
	q.call.Operation = op.String()
	for _, name := range pathVariables(op.Path) {
		text, ok := given[name]
		if ok {
			name = ""
		}
		q.call.Vars, q.find = append(q.call.Vars, text), append(q.find, name)
	}
	return q, nil
}

// spell is the variable of a path that an input stands for.
func (e *Engine) spell(f *field, def *ast.ArgumentDefinition, input map[string]any) (string, error) {
	if err := checkInput(e.schema.ast.Types[def.Type.Name()], input, e.code.Check); err != nil {
		return "", badInput("%s: %v", def.Name, err)
	}
	text, err := e.code.Path[f.name()](input)
	if err != nil {
		return "", badInput("%s: %v", def.Name, err)
	}
	return text, nil
}

// variable is a variable of paths that is found out once for all that need it.
type variable struct {
	once sync.Once
	text string
	err  error
}

// find finds the variables of a path that are still unknown.
func (x *run) find(ctx context.Context, q question) error {
	for i, name := range q.find {
		if name == "" {
			continue
		}
		x.mu.Lock()
		v := x.variables[name]
		if v == nil {
			if x.variables == nil {
				x.variables = map[string]*variable{}
			}
			v = &variable{}
			x.variables[name] = v
		}
		x.mu.Unlock()
		v.once.Do(func() { v.text, v.err = x.request.engine.code.Find[name](ctx, x.request) })
		if v.err != nil {
			return v.err
		}
		q.call.Vars[i] = v.text
	}
	return nil
}

// isVariable reports whether a name is that of a variable of a path: "{org_id}".
func isVariable(name string) bool { return strings.HasPrefix(name, "{") }

// pathVariables are the variables of a path, in order.
func pathVariables(path string) []string {
	var names []string
	for segment := range strings.SplitSeq(path, "/") {
		if isVariable(segment) {
			names = append(names, segment)
		}
	}
	return names
}

// checkVariables complains about variables of a path that nothing gives.
func (r *schemaReader) checkVariables(f *field) {
	for _, name := range pathVariables(f.list.operation.Path) {
		given := false
		for _, arg := range f.def.Arguments {
			if paramName(arg.Name, arg.Directives) != name || !arg.Type.NonNull {
				continue
			}
			given = true
			if def := r.ast.Types[arg.Type.Name()]; def.Kind == ast.InputObject {
				given = r.code.Path[f.name()] != nil
				r.used[f.name()] = true
			}
		}
		if r.code.Find[name] != nil {
			r.used[name] = true
		} else if !given {
			r.errorf("%s: no argument gives %s", f.name(), name)
		}
	}
}
