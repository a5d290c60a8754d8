package projection

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/closegraph/closegraph/closeapi"
)

// schema is what the projection learnt of the GraphQL schema at start: for each type and field, where it stands in REST.
type schema struct {
	ast     *ast.Schema
	words   []string // ids that are words, of objects of any type
	types   map[string]*objectType
	limitOf map[*ast.FieldDefinition]*limit // of fields of inputs
}

// objectType is an object, interface or union of the schema.
type objectType struct {
	name     string
	abstract bool
	entity   *entity // nil for objects that no operation reads by their ids
	prefix   string  // what the ids begin with of such an object; "" when it has none
	fields   map[string]*field
	possible []*objectType // of an abstract type, in the order of the schema; of an object itself
	loadedAs []*objectType // the types as which its objects are loaded by id: an interface may stand for its objects
	// above are the names of the type conditions that hold for the object: itself, its interfaces and unions.
	above map[string]bool

	discriminator string                 // of an interface or union: the REST member that tells the type
	variants      map[string]*objectType // by value of the discriminator
	otherVariant  *objectType            // for all other values
}

// entity is what makes an object one of its own: its ids, and the operation that reads one.
type entity struct {
	prefixes  []string
	names     []string // ids that are words
	operation closeapi.Operation
}

// fieldKind says how the value of a field comes about.
type fieldKind int

const (
	leafField     fieldKind = iota // a member of the parent
	computedField                  // worked out in Go
	composedField                  // a text that Go makes of the object
	edgeField                      // the object whose id a member holds
	referField                     // the object that Go names by type and id
	embeddedField                  // an object, or a list of them, inside a member
	sameField                      // the parent, or the document of a root, seen as another type
	listField                      // a connection that is a REST call of its own
	pageField                      // a field of a connection, an edge of it, or PageInfo
)

// field is a field of an object.
type field struct {
	parent  *objectType
	def     *ast.FieldDefinition
	kind    fieldKind
	reads   []string     // REST members of the parent
	late    bool         // Close sends them on request alone
	leaf    *leaf        // of fields without fields of their own
	page    pageItemKind // of the fields of a connection
	target  *objectType
	inline  map[string]string // of edgeField: fields of the target that the parent carries, with the REST member
	list    *listSource       // of listField
	gone    *fallback         // of embeddedField
	compute Compute
	calls   bool // computing makes calls
	compose Compose
	refer   Refer
	search  Searcher // of a listField that is a search
}

// templated reports whether an argument says which member the field reads.
func (f *field) templated() bool {
	return slices.ContainsFunc(f.reads, func(name string) bool { return strings.Contains(name, "{") })
}

// listSource is the REST list behind a connection.
type listSource struct {
	operation   closeapi.Operation
	choice      *choice // between several operations; operation is one of them
	node        *objectType
	defaults    map[string]string // parameters that are sent unless an argument sets them or a form of them
	parentParam string            // the parameter that takes the id of the parent, for a list below an object
	batch       *batch            // how it is read for many parents at once; nil for one by one
	empty       string            // the member of the parent that is null where the list is empty; "" when none tells
}

// name is how errors speak of a field.
func (f *field) name() string { return f.parent.name + "." + f.def.Name }

// schemaReader builds a schema and gathers what is wrong with it.
type schemaReader struct {
	*schema
	code Code
	used map[string]bool // names of the code that the schema uses
	errs []string
}

// readSchema learns a schema. Its errors name every mistake in the directives.
func readSchema(s *ast.Schema, code Code) (*schema, error) {
	r := &schemaReader{
		schema: &schema{ast: s, types: map[string]*objectType{}},
		code:   code,
		used:   map[string]bool{},
	}
	for name, def := range s.Types {
		if Projects(s, def) || def == s.Query || def == s.Mutation {
			r.types[name] = &objectType{name: name, abstract: def.IsAbstractType()}
		}
	}
	names := slices.Sorted(maps.Keys(r.types))
	for _, name := range names {
		r.readType(r.types[name], s.Types[name])
	}
	for _, name := range names {
		r.readLoading(r.types[name])
		r.readVariants(r.types[name], s.Types[name])
	}
	for _, name := range names {
		if def := s.Types[name]; Projects(s, def) && !r.types[name].abstract {
			r.readFields(r.types[name], def)
		}
	}
	r.readRoots(s.Query)
	r.readLimits()
	r.checkCode()
	if len(r.errs) > 0 {
		return nil, fmt.Errorf("schema: %s", strings.Join(r.errs, "; "))
	}
	return r.schema, nil
}

func (r *schemaReader) errorf(format string, args ...any) {
	r.errs = append(r.errs, fmt.Sprintf(format, args...))
}

func (r *schemaReader) readType(t *objectType, def *ast.Definition) {
	t.fields = map[string]*field{}
	t.above = map[string]bool{t.name: true}
	for _, above := range r.ast.GetImplements(def) {
		t.above[above.Name] = true
	}
	for _, possible := range r.ast.GetPossibleTypes(def) {
		t.possible = append(t.possible, r.types[possible.Name])
	}
	t.prefix = argString(def.Directives.ForName("ids"), "prefix")
	d := def.Directives.ForName("entity")
	if d == nil {
		return
	}
	t.entity = &entity{
		prefixes: argStrings(d, "prefixes"), names: argStrings(d, "names"), operation: r.operation(def.Name, argString(d, "operation")),
	}
	r.words = append(r.words, t.entity.names...)
}

// readLoading learns as which types the objects of a type are loaded by id: as themselves; of an interface without ids of
// its own, as the interface below it that has them, or else as the object.
func (r *schemaReader) readLoading(t *objectType) {
	if t.entity != nil || !t.abstract {
		t.loadedAs = []*objectType{t}
		return
	}
	for _, possible := range t.possible {
		as := possible
		for name := range possible.above {
			if above := r.types[name]; above != t && above.abstract && above.entity != nil {
				as = above
			}
		}
		if as.entity != nil && !slices.Contains(t.loadedAs, as) {
			t.loadedAs = append(t.loadedAs, as)
		}
	}
	if r.ast.Types[t.name].Kind == ast.Union {
		return // whose objects Go names by their types
	}
	prefixes := map[string]*objectType{}
	for _, as := range t.loadedAs {
		for _, prefix := range as.entity.prefixes {
			if other := prefixes[prefix]; other != nil {
				r.errorf("%s: %s and %s share the prefix %s", t.name, other.name, as.name, prefix)
			}
			prefixes[prefix] = as
		}
	}
}

func (r *schemaReader) operation(where, name string) closeapi.Operation {
	op, ok := closeapi.LookupOperation(name)
	if !ok {
		r.errorf("%s: %q is not an operation of Close", where, name)
	}
	return op
}

// readVariants learns how the objects of an interface or union are told apart.
func (r *schemaReader) readVariants(t *objectType, def *ast.Definition) {
	t.discriminator = argString(def.Directives.ForName("discriminator"), "field")
	if t.discriminator == "" {
		return
	}
	t.variants = map[string]*objectType{}
	for _, possible := range t.possible {
		d := variantOf(r.ast.Types[possible.name], t.name)
		values := argStrings(d, "values")
		for _, value := range values {
			t.variants[value] = possible
		}
		if d == nil {
			r.errorf("%s is one of %s but has no @variant", possible.name, t.name)
		} else if len(values) == 0 {
			t.otherVariant = possible
		}
	}
	if t.otherVariant == nil {
		r.errorf("%s has no type for values that Close may add", t.name)
	}
}

// variantOf is the @variant by which a type belongs to an interface or union, or nil.
func variantOf(def *ast.Definition, of string) *ast.Directive {
	var general *ast.Directive
	for _, d := range def.Directives.ForNames("variant") {
		switch argString(d, "of") {
		case of:
			return d
		case "":
			general = d
		}
	}
	return general
}

// readRoots learns the root fields that are lists or single objects.
func (r *schemaReader) readRoots(query *ast.Definition) {
	root := r.types[query.Name]
	for _, def := range query.Fields {
		target := r.types[def.Type.Name()]
		if target == nil || strings.HasPrefix(def.Name, "__") {
			continue
		}
		if def.Type.NonNull {
			r.errorf("Query.%s must be nullable: one failing root must not take the others with it", def.Name)
		}
		f := &field{parent: root, def: def, kind: edgeField, target: target}
		if d := def.Directives.ForName("rest"); d != nil {
			r.readRoot(f, d)
		}
		root.fields[def.Name] = f
	}
}

// readRoot learns a root field that an operation answers: with a list, with an object, or with a document of which one
// member is wanted.
func (r *schemaReader) readRoot(f *field, rest *ast.Directive) {
	f.list = r.listSource(f, rest)
	f.reads = argStrings(rest, "fields")
	r.readSearch(f)
	switch {
	case f.list.node != nil:
		f.kind = listField
		return
	case f.reads != nil:
		f.kind = embeddedField
	case f.def.Type.Elem != nil:
		f.kind, f.list.node = listField, f.target
		return
	default:
		f.kind = sameField
	}
	r.checkSource(f)
	r.checkVariables(f)
}

// listSource learns the operation behind a field.
func (r *schemaReader) listSource(f *field, rest *ast.Directive) *listSource {
	source := &listSource{
		choice:      r.choice(f, argString(rest, "operation")),
		node:        r.nodeOf(f.target),
		defaults:    map[string]string{},
		parentParam: argString(rest, "param"),
		batch:       readBatch(rest),
		empty:       argString(rest, "empty"),
	}
	if source.choice != nil {
		source.operation = source.choice.first
	} else {
		source.operation = r.operation(f.name(), argString(rest, "operation"))
	}
	if source.batch != nil && source.parentParam == "" {
		r.errorf("%s: a batch needs the parameter of one object too, which is the member that tells the object of a row", f.name())
	}
	for _, pair := range argStrings(rest, "defaults") {
		name, value, ok := strings.Cut(pair, "=")
		if !ok {
			r.errorf("%s: a default is param=value, not %q", f.name(), pair)
		}
		source.defaults[name] = value
	}
	return source
}

// nodeOf is the type of the objects of a connection, or nil for a type that is no connection.
func (r *schemaReader) nodeOf(t *objectType) *objectType {
	if !strings.HasSuffix(t.name, "Connection") {
		return nil
	}
	nodes := r.ast.Types[t.name].Fields.ForName("nodes")
	if nodes == nil {
		r.errorf("%s has no nodes", t.name)
		return nil
	}
	return r.types[nodes.Type.Name()]
}

// checkCode complains about code for fields that the schema does not have.
func (r *schemaReader) checkCode() {
	names := slices.Collect(maps.Keys(r.code.Compute))
	names = slices.AppendSeq(names, maps.Keys(r.code.Compose))
	names = slices.AppendSeq(names, maps.Keys(r.code.Refer))
	names = slices.AppendSeq(names, maps.Keys(r.code.Find))
	names = slices.AppendSeq(names, maps.Keys(r.code.Search))
	names = slices.AppendSeq(names, maps.Keys(r.code.Path))
	slices.Sort(names)
	for _, name := range names {
		if !r.used[name] {
			r.errorf("there is code for %s, which nothing in the schema needs", name)
		}
	}
	for _, name := range slices.Concat(slices.Sorted(maps.Keys(r.code.Check)), slices.Sorted(maps.Keys(r.code.Spread)),
		slices.Sorted(maps.Keys(r.code.Rules))) {
		if typeName, fieldName, ok := strings.Cut(name, "."); ok {
			if t := r.types[typeName]; t == nil || t.fields[fieldName] == nil || t.fields[fieldName].kind != listField {
				r.errorf("there is a check for %s, which is not a list of the schema", name)
			}
		} else if def := r.ast.Types[name]; def == nil || def.Kind != ast.InputObject {
			r.errorf("there is code for %s, which is not an input of the schema", name)
		}
	}
}
