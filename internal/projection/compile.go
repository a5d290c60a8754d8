package projection

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// compiler makes the plan of one operation.
type compiler struct {
	schema   *schema
	vars     map[string]any
	entities map[*objectType]*layout
	items    int
	maxItems int
}

// compile makes the plan of an operation for the given variables, of which only those of @skip and @include count. It may have
// so many fields: fragments that spread fragments can make a small document select more than any app needs.
func (s *schema) compile(op *ast.OperationDefinition, vars map[string]any, maxItems int) (*plan, error) {
	c := &compiler{schema: s, vars: vars, maxItems: maxItems, entities: map[*objectType]*layout{}}
	p := &plan{roots: map[string]*rootPlan{}}
	def := s.ast.Query
	if op.Operation == ast.Mutation {
		def = s.ast.Mutation
	}
	var roots []string
	for _, sel := range collect([]ast.SelectionSet{op.SelectionSet}, s.types[def.Name], vars) {
		roots = append(roots, sel.key)
		if op.Operation == ast.Mutation {
			c.entities = map[*objectType]*layout{}
			p.roots[sel.key] = c.mutation(sel)
		} else if f := s.types[def.Name].fields[sel.ast.Name]; f != nil {
			root := c.root(sel, f)
			if p.roots[sel.key] = root; root.lone() {
				p.lones++
			}
		}
		if c.items > maxItems {
			return nil, exceeds(LimitFields, "the operation selects more than %d fields, counting those of every fragment where it is spread; ask for less", maxItems)
		}
	}
	p.items, p.costs = c.items, costsOf(p, roots)
	return p, nil
}

func (c *compiler) root(sel *selected, f *field) *rootPlan {
	root := &rootPlan{ast: sel.ast, field: f, entities: c.entities}
	switch f.kind {
	case listField:
		root.connection = c.connection(sel, f)
	case sameField, embeddedField:
		root.document = c.document(sel, f)
	default:
		root.target = c.byID(sel.sets, f.target)
	}
	return root
}

func (c *compiler) mutation(sel *selected) *rootPlan {
	root := &rootPlan{ast: sel.ast, entities: c.entities}
	payload := &objectType{name: sel.ast.Definition.Type.Name()}
	payload.above = map[string]bool{payload.name: true}
	for _, field := range collect(sel.sets, payload, c.vars) {
		if field.ast.Name == "__typename" {
			continue
		}
		if target := c.schema.types[field.ast.Definition.Type.Name()]; target != nil {
			root.payload = append(root.payload, &payloadPlan{
				key: field.key, name: field.ast.Name, target: c.byID(field.sets, target),
			})
		}
	}
	return root
}

// entity is the layout of objects of a type that are loaded by id.
func (c *compiler) entity(t *objectType) *layout {
	l := c.entities[t]
	if l == nil {
		l = newLayout()
		l.need("id")
		c.entities[t] = l
	}
	return l
}

// byID is the target of objects that are loaded by id, of one type or of several.
func (c *compiler) byID(sets []ast.SelectionSet, t *objectType) *target {
	result := &target{types: t.loadedAs}
	for _, typ := range t.loadedAs {
		result.places = append(result.places, c.place(sets, typ, c.entity(typ)))
	}
	return result
}

// place compiles what selection sets select of a type whose rows have a layout.
func (c *compiler) place(sets []ast.SelectionSet, t *objectType, l *layout) *place {
	p := &place{typ: t, layout: l}
	if t.abstract {
		p.variants = c.variants(sets, t, l)
		return p
	}
	for _, sel := range collect(sets, t, c.vars) {
		if c.items++; c.items > c.maxItems {
			return p
		}
		if sel.ast.Name == "__typename" {
			p.items = append(p.items, constant(p, sel, t))
		} else {
			c.add(p, sel, t.fields[sel.ast.Name])
		}
	}
	return p
}

// constant is the item of __typename.
func constant(p *place, sel *selected, t *objectType) item {
	return item{ast: sel.ast, kid: -1, prefix: prefix(len(p.items), sel.key), text: []byte(strconv.Quote(t.name))}
}

// add compiles one field into a place.
func (c *compiler) add(p *place, sel *selected, f *field) {
	it := item{ast: sel.ast, kid: -1, prefix: prefix(len(p.items), sel.key), field: f, typ: f.def.Type, leaf: f.leaf}
	c.item(&it, sel, p.layout)
	switch {
	case f.late:
		for _, name := range c.reads(sel, f) {
			p.late = append(p.late, p.layout.need(name))
		}
	case it.kind == sameItem:
		p.late = append(p.late, it.below.late...)
	}
	if it.kind == leafItem {
		it.copies()
	}
	if needsKid(&it) {
		it.kid = p.kids
		p.kids++
	}
	p.items = append(p.items, it)
}

// prefix is what comes before the n-th value of an object.
func prefix(n int, key string) []byte {
	open := ","
	if n == 0 {
		open = "{"
	}
	return []byte(open + `"` + key + `":`)
}

// needsKid reports whether an item is written from more than the row.
func needsKid(it *item) bool {
	switch it.kind {
	case computedItem, edgeItem, referItem, embeddedItem, listItem:
		return true
	case sameItem:
		return it.below.deep()
	}
	return false
}

// item compiles one field of a place.
func (c *compiler) item(it *item, sel *selected, l *layout) {
	f := it.field
	switch f.kind {
	case leafField:
		it.kind, it.slot = leafItem, l.need(f.reads[0])
	case computedField:
		it.kind = computedItem
		needAll(l, c.reads(sel, f))
		if f.target != nil {
			it.below = c.place(sel.sets, f.target, newLayout())
		}
	case composedField:
		it.kind = composedItem
		needAll(l, f.reads)
	case edgeField:
		it.slot = l.need(f.reads[0])
		if it.below = c.inline(sel, f, l); it.below != nil {
			it.kind = inlineItem
			return
		}
		it.kind, it.target = edgeItem, c.byID(sel.sets, f.target)
	case referField:
		it.kind, it.target = referItem, c.refer(sel, f, l)
		needAll(l, f.reads)
	case embeddedField:
		it.kind, it.slot = embeddedItem, l.need(f.reads[0])
		it.below = c.place(sel.sets, f.target, newLayout())
		f.gone.compile(it, l)
	case sameField:
		it.kind, it.below = sameItem, c.place(sel.sets, f.target, l)
	case pageField: // PageInfo of what is no connection, which says of itself where it stands
		it.kind, it.slot = leafItem, l.need(snakeCase(f.def.Name))
	case listField:
		it.kind, it.slot = listItem, l.need(f.reads[0])
		needAll(l, f.reads)
		if f.list.empty != "" {
			it.other = l.need(f.list.empty)
		}
		it.connection = c.connection(sel, f)
	default:
		panic(fmt.Sprintf("projection: %s has no kind", f.name()))
	}
}

// reads are the members that a field reads. One may have a place for an argument: custom.{id}.
func (c *compiler) reads(sel *selected, f *field) []string {
	if !f.templated() {
		return f.reads
	}
	args := sel.ast.ArgumentMap(c.vars)
	var reads []string
	for _, name := range f.reads {
		before, rest, found := strings.Cut(name, "{")
		arg, after, _ := strings.Cut(rest, "}")
		if text, ok := args[arg].(string); !found {
			reads = append(reads, name)
		} else if ok && isID(text) { // what is no id reads nothing; the field's own code says what is wrong
			reads = append(reads, before+text+after)
		}
	}
	return reads
}

func needAll(l *layout, names []string) {
	for _, name := range names {
		l.need(name)
	}
}

// inline is the place of an edge that the parent's row answers, or nil when more is selected than the parent carries.
func (c *compiler) inline(sel *selected, f *field, l *layout) *place {
	if f.def.Type.Elem != nil || f.target.abstract {
		return nil
	}
	fields := collect(sel.sets, f.target, c.vars)
	for _, below := range fields {
		if _, ok := f.inline[below.ast.Name]; !ok && below.ast.Name != "__typename" {
			return nil
		}
	}
	p := &place{typ: f.target, layout: l}
	for _, below := range fields {
		c.items++
		it := constant(p, below, f.target)
		if below.ast.Name != "__typename" {
			it.kind, it.field = leafItem, f.target.fields[below.ast.Name]
			it.typ, it.leaf = it.field.def.Type, it.field.leaf
			it.slot = l.need(f.inline[below.ast.Name])
			it.copies()
		}
		p.items = append(p.items, it)
	}
	return p
}

// refer is the target of a field whose objects Go names. Where only the id of an object is selected, none is loaded.
func (c *compiler) refer(sel *selected, f *field, l *layout) *target {
	result := &target{}
	types := f.target.possible
	if c.schema.ast.Types[f.target.name].Kind == ast.Interface {
		types = f.target.loadedAs
	}
	for _, possible := range types {
		p := c.idPlace(sel, possible)
		switch {
		case possible.entity == nil:
			p = c.place(sel.sets, possible, l)
		case p == nil:
			p = c.place(sel.sets, possible, c.entity(possible))
		}
		result.types = append(result.types, possible)
		result.places = append(result.places, p)
	}
	return result
}

// idPlace is the place of objects of which nothing is selected but the id, or nil when more is. What an object of an
// interface is called is more.
func (c *compiler) idPlace(sel *selected, t *objectType) *place {
	var p *place
	for _, possible := range t.possible {
		p = &place{typ: t, idOnly: true}
		for _, below := range collect(sel.sets, possible, c.vars) {
			it := constant(p, below, t)
			switch {
			case below.ast.Name == "id":
				it.kind = idItem
			case below.ast.Name != "__typename" || t.abstract:
				return nil
			}
			p.items = append(p.items, it)
		}
	}
	return p
}

// variants are the places of a type whose rows tell which of its types they are.
func (c *compiler) variants(sets []ast.SelectionSet, t *objectType, l *layout) *variants {
	v := &variants{slot: l.need(t.discriminator), byValue: map[string]int{}}
	for i, possible := range t.possible {
		before := l.needed
		l.needed = nil
		v.places = append(v.places, c.place(sets, possible, l))
		v.needs = append(v.needs, l.needed)
		l.needed = append(before, l.needed...)
		if possible == t.otherVariant {
			v.other = i
		}
	}
	for value, variant := range t.variants {
		v.byValue[value] = slices.Index(t.possible, variant)
	}
	return v
}

// variant is the part of a plan's key that hangs on variables: those of @skip and @include, and those that say which
// members to read.
func variant(names []string, vars map[string]any) string {
	if len(names) == 0 {
		return ""
	}
	var b strings.Builder
	for _, name := range names {
		fmt.Fprintf(&b, "%q", fmt.Sprint(vars[name]))
	}
	return b.String()
}
