package sandbox

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// A bulk update changes fewer objects than this (flask-mongorest).
const maxBulk = 1000

// Where an input may stand.
const (
	onCreate = 1 << iota
	onUpdate
	onBulk
	always = onCreate | onUpdate | onBulk
)

// A writing declares how a resource is written. Handlers check everything before the first change, so that a refused
// call changes nothing.
type writing struct {
	inputs []input
	fields bool     // the answer can be trimmed with _fields
	closed bool     // refuses members that it does not know; others are ignored, as Close does
	bulk   bool     // PUT on the path, with the filters of the list
	params []string // that POST takes, beside _fields
	newer  bool     // POST answers 201 with a Location, DELETE 204 without a body (Close docs: status codes)
	// keepsDelete says that DELETE answers 200 even so.
	keepsDelete bool

	// create completes the checked values and makes the object. Nil where there is no POST.
	create func(w *write, values map[string]any) (*object, *apiError)
	// change completes the checked values before they are set on an object. Nil where there is no PUT.
	change func(w *write, o *object, values map[string]any) fieldErrors
	// changed does what follows from a change, after it; before are the values until then.
	changed func(w *write, o *object, before map[string]any)
	// delete takes the object away, with what hangs on it. Nil where there is no DELETE.
	delete func(st *store, o *object)
	// remove is the DELETE of what depends on who asks, and when.
	remove func(w *write, o *object) *apiError
	// own refuses to change what others made, in these words.
	own string
}

// An input declares a member of the body.
type input struct {
	name     string
	on       int
	required bool // on create
	notNull  bool
	check    check
}

// A check turns a value of JSON into what is stored, or returns a refusal: a text, or nested errors. It does not see
// null.
type check func(w *write, v any) (value, refusal any)

// A write is one call that changes the store.
type write struct {
	c  *call
	st *store
}

// input checks the members of the body.
func (r *resource) input(w *write, on int) (map[string]any, *apiError) {
	values, errs := map[string]any{}, fieldErrors{}
	for _, name := range slices.Sorted(maps.Keys(w.c.body)) {
		v := w.c.body[name]
		if r.custom && (name == "custom" || strings.HasPrefix(name, "custom.")) {
			w.customInput(r, on, name, v, values, errs)
			continue
		}
		i := slices.IndexFunc(r.writing.inputs, func(in input) bool { return in.name == name && in.on&on != 0 })
		if i < 0 {
			if refused := w.c.strict("unknown member %q of the body", name); refused != nil {
				return nil, refused
			}
			if r.writing.closed {
				errs[name] = textExtra
			}
			continue
		}
		in := r.writing.inputs[i]
		switch {
		case v != nil:
			value, refusal := in.check(w, v)
			if refusal != nil {
				errs[name] = refusal
			}
			values[name] = value
		case in.notNull || in.required:
			errs[name] = textRequired
		default:
			values[name] = nil
		}
	}
	for _, in := range r.writing.inputs {
		if _, given := w.c.body[in.name]; on == onCreate && in.required && !given {
			errs[in.name] = textRequired
		}
	}
	if len(errs) > 0 {
		return nil, refuseFields(errs)
	}
	return values, nil
}

func (r *resource) handleCreate(c *call, b []byte) ([]byte, *apiError) {
	w := &write{c, c.s.store}
	sel, refused := r.selection(c)
	if refused != nil {
		return nil, refused
	}
	values, refused := r.input(w, onCreate)
	if refused != nil {
		return nil, refused
	}
	if w.st.size >= maxObjects {
		return nil, refuse(http.StatusBadRequest, "sandbox: the store is full")
	}
	o, refused := r.writing.create(w, values)
	if refused != nil {
		return nil, refused
	}
	if r.writing.newer {
		c.answers.Set("Location", c.base+"/api/v1"+r.path+o.id+"/")
	}
	v := c.view()
	return v.object(b, o, r.alone(c, sel)), nil
}

// preset sets members that the values do not have.
func preset(values, presets map[string]any) {
	for name, v := range presets {
		if values[name] == nil {
			values[name] = v
		}
	}
}

// unchecked is the change of objects whose checked values need nothing more.
func unchecked(*write, *object, map[string]any) fieldErrors { return nil }

// bareDelete reports whether DELETE answers 204 without a body.
func (w *writing) bareDelete() bool { return w.newer && !w.keepsDelete }

// stamp sets who made an object and when, where the values do not say so.
func (w *write) stamp(values map[string]any) {
	now := at(w.c.now)
	for name, v := range map[string]any{"created_by": w.c.user.id, "updated_by": w.c.user.id, "date_created": now, "date_updated": now} {
		if values[name] == nil {
			values[name] = v
		}
	}
	maps.DeleteFunc(values, func(name string, v any) bool { return v == nil && strings.HasPrefix(name, "custom.") })
}

func (r *resource) handleUpdate(c *call, b []byte) ([]byte, *apiError) {
	w := &write{c, c.s.store}
	o := w.st.get(r.name, c.id)
	if o == nil || !c.sees(o) {
		return nil, notFound(c.id)
	}
	sel, refused := r.selection(c)
	if refused != nil {
		return nil, refused
	}
	if refused := r.writing.mayChange(c, o); refused != nil {
		return nil, refused
	}
	values, refused := r.input(w, onUpdate)
	if refused != nil {
		return nil, refused
	}
	if errs := r.writing.change(w, o, values); len(errs) > 0 {
		return nil, refuseFields(errs)
	}
	w.apply(o, values)
	v := c.view()
	return v.object(b, o, r.alone(c, sel)), nil
}

// handleBulk changes everything that the filters of the list let through (Close docs: Tasks, bulk update).
func (r *resource) handleBulk(c *call, b []byte) ([]byte, *apiError) {
	w := &write{c, c.s.store}
	if _, refused := r.selection(c); refused != nil {
		return nil, refused
	}
	matches, refused := r.match(c)
	if refused != nil {
		return nil, refused
	}
	if len(matches) >= maxBulk {
		return nil, &apiError{status: http.StatusBadRequest, body: fields{{"errors", []any{"It's not allowed to update more than 1000 objects at once"}}}}
	}
	values, refused := r.input(w, onBulk)
	if refused != nil {
		return nil, refused
	}
	each := make([]map[string]any, len(matches))
	for i, o := range matches {
		each[i] = maps.Clone(values)
		if errs := r.writing.change(w, o, each[i]); len(errs) > 0 {
			return nil, refuseFields(errs)
		}
	}
	for i, o := range matches {
		w.apply(o, each[i])
	}
	return append(b, `{"ok":true}`...), nil
}

// apply sets checked values on an object, and who changed it when.
func (w *write) apply(o *object, values map[string]any) {
	before := maps.Clone(o.values)
	for name, v := range values {
		base, operation := cutOperation(name)
		switch {
		case operation != "":
			v = combine(o.values[base], v, operation)
			w.st.set(o, base, v)
		case v == nil && strings.HasPrefix(name, "custom."):
			delete(o.values, name)
		default:
			w.st.set(o, name, v)
		}
	}
	w.st.set(o, "date_updated", at(w.c.now))
	w.st.set(o, "updated_by", w.c.user.id)
	if changed := o.res.writing.changed; changed != nil {
		changed(w, o, before)
	}
}

// cutOperation splits "custom.cf_x.add" into the field and what happens to its list (Close docs: custom fields).
func cutOperation(name string) (base, operation string) {
	if strings.HasPrefix(name, "custom.") {
		for _, suffix := range []string{".add", ".remove"} {
			if base, ok := strings.CutSuffix(name, suffix); ok {
				return base, suffix
			}
		}
	}
	return name, ""
}

func combine(old, v any, operation string) any {
	items, ok := old.([]any)
	if !ok && old != nil {
		items = []any{old}
	}
	without := slices.DeleteFunc(slices.Clone(items), func(item any) bool { return item == v })
	if operation == ".add" {
		return append(without, v)
	}
	return without
}

func (r *resource) handleDelete(c *call, b []byte) ([]byte, *apiError) {
	o := c.s.store.get(r.name, c.id)
	if o == nil || !c.sees(o) {
		return nil, notFound(c.id)
	}
	if refused := r.writing.mayChange(c, o); refused != nil {
		return nil, refused
	}
	if r.writing.remove != nil {
		if refused := r.writing.remove(&write{c, c.s.store}, o); refused != nil {
			return nil, refused
		}
	} else {
		r.writing.delete(c.s.store, o)
	}
	if r.writing.bareDelete() {
		return b, nil
	}
	return append(b, '{', '}'), nil
}
