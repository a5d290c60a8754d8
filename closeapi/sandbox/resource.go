package sandbox

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// A resource declares one kind of object. Everything that resources share is done from this declaration.
type resource struct {
	name     string // for Fields and IDs
	path     string // "/task/"
	group    string // of the rate limit
	idLength int    // of an id after its prefix
	modern   bool   // refuses bad paging in the words of the newer endpoints
	virtual  bool   // has no objects of its own
	custom   bool   // takes custom fields
	noFields bool   // does not know _fields
	apart    bool   // belongs to no lead, whatever lead it names
	more     bool   // shows what is on request whenever an object stands alone
	moreWith string // the parameter that asks for it, of one that stands alone

	members  []*memberDef
	variant  func(o *object) string // tells which members an object has; nil when all have the same
	defaults map[string][]*memberDef

	list    *listing                                    // GET on the path
	single  func(c *call, b []byte) ([]byte, *apiError) // GET on the path, where that is one object
	read    bool                                        // GET by id
	also    []string                                    // parameters of GET by id that change nothing
	writing *writing                                    // POST, PUT and DELETE
}

// A memberDef declares one member of a resource's objects.
type memberDef struct {
	name      string
	onRequest bool                         // left out unless named in _fields, or _all is
	variants  []string                     // the variants that have it; nil means all
	derive    func(v *view, o *object) any // nil for what is stored
}

// stored declares members that are kept as they are.
func stored(names ...string) []*memberDef {
	var ms []*memberDef
	for _, name := range names {
		ms = append(ms, &memberDef{name: name})
	}
	return ms
}

// derived declares a member that is computed when it is looked at.
func derived(name string, f func(v *view, o *object) any) *memberDef {
	return &memberDef{name: name, derive: f}
}

// onRequest declares a derived member that has to be asked for.
func onRequest(name string, f func(v *view, o *object) any) *memberDef {
	return &memberDef{name: name, derive: f, onRequest: true}
}

// constant declares a member that is the same on every object.
func constant(name string, value any) *memberDef {
	return derived(name, func(*view, *object) any { return value })
}

// nameOf declares a member that names what another member refers to.
func nameOf(name, resource, ref string) *memberDef {
	return derived(name, func(v *view, o *object) any { return v.name(resource, o.str(ref)) })
}

// idMember and organizationMember are on every object.
func idMember() *memberDef { return derived("id", func(_ *view, o *object) any { return o.id }) }

func organizationMember() *memberDef {
	return derived("organization_id", func(v *view, _ *object) any { return v.st.organization })
}

// authorship declares who made and changed an object, and when.
func authorship(named bool) []*memberDef {
	ms := []*memberDef{{name: "created_by"}, {name: "updated_by"}, {name: "date_created"}, {name: "date_updated"}}
	if named {
		ms = append(ms, nameOf("created_by_name", "user", "created_by"), nameOf("updated_by_name", "user", "updated_by"))
	}
	return ms
}

// naiveDates declares when an object was made and changed, as Close writes it without an offset.
func naiveDates() []*memberDef {
	var ms []*memberDef
	for _, name := range []string{"date_created", "date_updated"} {
		ms = append(ms, derived(name, func(_ *view, o *object) any {
			m, _ := o.moment(name)
			return naive(m.t)
		}))
	}
	return ms
}

// renamed declares a stored member that goes by another name.
func renamed(name, from string) *memberDef {
	return derived(name, func(_ *view, o *object) any { return o.values[from] })
}

// name is what people call the object that an id refers to; nil when there is none.
func (v *view) name(resource, id string) any {
	o := v.st.get(resource, id)
	if o == nil {
		return nil
	}
	switch resource {
	case "user":
		return userName(o)
	case "contact":
		return contactName(o)
	case "lead":
		return leadName(o)
	}
	return o.values["name"]
}

// prepare computes what depends on the declaration alone.
func (r *resource) prepare() {
	if r.idLength == 0 {
		r.idLength = 43
	}
	variants := map[string]bool{"": true}
	for _, m := range r.members {
		for _, variant := range m.variants {
			variants[variant] = true
		}
	}
	r.defaults = map[string][]*memberDef{}
	for variant := range variants {
		r.defaults[variant] = r.pick(variant, func(m *memberDef) bool { return !m.onRequest })
	}
	if r.list != nil {
		r.list.prepare()
	}
}

func (r *resource) pick(variant string, wanted func(*memberDef) bool) []*memberDef {
	var ms []*memberDef
	for _, m := range r.members {
		if (m.variants == nil || slices.Contains(m.variants, variant)) && wanted(m) {
			ms = append(ms, m)
		}
	}
	return ms
}

func (r *resource) variantOf(o *object) string {
	if r.variant == nil {
		return ""
	}
	return r.variant(o)
}

// endpoints are the methods of the resource's paths.
func (r *resource) endpoints() map[string]map[string]*endpoint {
	if r.single != nil {
		return map[string]map[string]*endpoint{r.path: {http.MethodGet: r.endpoint("read", r.single, []string{"_fields"})}}
	}
	root, one := map[string]*endpoint{}, map[string]*endpoint{}
	fields := []string{"_fields"}
	if r.noFields {
		fields = nil
	}
	if r.list != nil {
		root[http.MethodGet] = r.endpoint("read", r.handleList, slices.Collect(maps.Keys(r.list.params)), fields)
		if r.list.noFields {
			delete(root[http.MethodGet].params, "_fields")
		}
		root[http.MethodGet].lists = r.list.repeated
	}
	if r.read {
		one[http.MethodGet] = r.endpoint("read", r.handleRead, r.also, fields)
	}
	if w := r.writing; w != nil {
		if !w.fields {
			fields = nil
		}
		if w.create != nil {
			root[http.MethodPost] = r.endpoint("write", r.handleCreate, fields, w.params)
			if w.newer {
				root[http.MethodPost].status = http.StatusCreated
			}
		}
		if w.change != nil {
			one[http.MethodPut] = r.endpoint("write", r.handleUpdate, fields)
		}
		if w.bulk {
			e := r.endpoint("write", r.handleBulk, slices.Collect(maps.Keys(r.list.params)), fields)
			delete(e.params, "_limit") // a bulk update has no pages
			delete(e.params, "_skip")
			root[http.MethodPut] = e
		}
		if w.delete != nil || w.remove != nil {
			one[http.MethodDelete] = r.endpoint("write", r.handleDelete)
			if w.bareDelete() {
				one[http.MethodDelete].status = http.StatusNoContent
			}
		}
	}
	all := map[string]map[string]*endpoint{}
	for template, methods := range map[string]map[string]*endpoint{r.path: root, r.path + "{id}/": one} {
		if len(methods) > 0 {
			all[template] = methods
		}
	}
	return all
}

func (r *resource) endpoint(kind string, handle func(*call, []byte) ([]byte, *apiError), params ...[]string) *endpoint {
	e := &endpoint{group: r.group + " " + kind, params: map[string]bool{}, status: http.StatusOK, handle: handle, writes: kind == "write"}
	for _, name := range slices.Concat(params...) {
		e.params[name] = true
	}
	return e
}

func (r *resource) handleRead(c *call, b []byte) ([]byte, *apiError) {
	o := c.s.store.get(r.name, c.id)
	if o == nil || !c.sees(o) {
		return nil, notFound(c.id)
	}
	sel, refused := r.selection(c)
	if refused != nil {
		return nil, refused
	}
	v := c.view()
	v.expand = c.params.Get("_expand")
	return v.object(b, o, r.alone(c, sel)), nil
}

// alone is the selection for an object that is no row of a list.
func (r *resource) alone(c *call, sel *selection) *selection {
	if sel == nil && (r.more || r.moreWith != "" && c.params.Get(r.moreWith) == "true") {
		return selectNames([]string{"_all"})
	}
	return sel
}

// A selection is what _fields asks for (Close docs: field selection). id is not added to it. A nil selection is the
// default one.
type selection struct {
	as      *resource // show objects as this resource; nil for as what they are
	all     bool
	names   map[string]bool
	customs bool     // all custom fields
	without []string // members that are left out even so
	picked  map[pick][]*memberDef
}

type pick struct {
	res     *resource
	variant string
}

func selectNames(names []string) *selection {
	s := &selection{names: map[string]bool{}, picked: map[pick][]*memberDef{}}
	for _, name := range names {
		if name != "" {
			s.names[name] = true
		}
	}
	s.all = s.names["_all"]
	s.customs = s.all || s.names["custom"]
	return s
}

// selection reads the _fields of a call.
func (r *resource) selection(c *call) (*selection, *apiError) {
	text := c.params.Get("_fields")
	if text == "" || r.noFields {
		if c.without == nil {
			return nil, nil
		}
		return &selection{without: c.without, picked: map[pick][]*memberDef{}}, nil
	}
	sel := selectNames(strings.Split(text, ","))
	sel.without = c.without
	for _, name := range slices.Sorted(maps.Keys(sel.names)) {
		if !r.knows(name) {
			if refused := c.strict("unknown name %q in _fields", name); refused != nil {
				return nil, refused
			}
		}
	}
	return sel, nil
}

// knows tells whether a name may stand in _fields.
func (r *resource) knows(name string) bool {
	if name == "_all" || r.custom && (name == "custom" || strings.HasPrefix(name, "custom.cf_")) {
		return true
	}
	return slices.ContainsFunc(r.members, func(m *memberDef) bool { return m.name == name })
}

func (s *selection) of(o *object) []*memberDef {
	r := o.res
	if s != nil && s.as != nil {
		r = s.as
	}
	variant := r.variantOf(o)
	if s == nil || s.names == nil && s.without == nil {
		if ms, ok := r.defaults[variant]; ok {
			return ms
		}
		return r.defaults[""]
	}
	key := pick{r, variant}
	ms, ok := s.picked[key]
	if !ok {
		ms = r.pick(variant, func(m *memberDef) bool { return s.wants(m) })
		s.picked[key] = ms
	}
	return ms
}

func (s *selection) wants(m *memberDef) bool {
	if s.names == nil && m.onRequest || s.names != nil && !s.all && !s.names[m.name] {
		return false
	}
	return !slices.Contains(s.without, m.name)
}

// custom are the names of the selected custom fields that are set on o.
func (s *selection) custom(o *object) []string {
	var names []string
	for name := range o.values {
		if strings.HasPrefix(name, "custom.") && (s == nil || s.names == nil || s.customs || s.names[name]) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
