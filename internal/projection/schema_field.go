package projection

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// isPage reports whether a type is part of a connection: its fields come from the list, not from an object of Close.
func (r *schemaReader) isPage(t *objectType) bool {
	return t.name == "PageInfo" || strings.HasSuffix(t.name, "Connection") || strings.HasSuffix(t.name, "Edge")
}

// readFields learns the fields of an object.
func (r *schemaReader) readFields(t *objectType, def *ast.Definition) {
	for _, fd := range def.Fields {
		f := &field{parent: t, def: fd, target: r.types[fd.Type.Name()]}
		f.late = def.Directives.ForName("onRequest") != nil || fd.Directives.ForName("onRequest") != nil
		if f.target == nil {
			f.leaf = r.leaf(f)
		}
		if r.isPage(t) {
			f.page = pageHead
			if kind, ok := pageKinds[fd.Name]; ok {
				f.kind, f.page = pageField, kind
			} else if !strings.HasSuffix(t.name, "Connection") {
				r.errorf("%s: edges and PageInfo have no fields of their own", f.name())
			}
		}
		if f.kind != pageField {
			r.readSource(f)
		}
		t.fields[fd.Name] = f
	}
}

// leaf is what writes the values of a field without fields of its own.
func (r *schemaReader) leaf(f *field) *leaf {
	name := f.def.Type.Name()
	if l := leaves[name]; l != nil {
		return l
	}
	def := r.ast.Types[name]
	if def == nil || def.Kind != ast.Enum {
		r.errorf("%s: the projection cannot write a %s", f.name(), name)
		return nil
	}
	l, err := enumLeaf(def)
	if err != nil {
		r.errorf("%s: %v", f.name(), err)
	}
	return l
}

// readSource learns where a field of an object of Close comes from.
func (r *schemaReader) readSource(f *field) {
	rest := f.def.Directives.ForName("rest")
	if f.reads = argStrings(rest, "fields"); f.reads == nil {
		f.reads = []string{snakeCase(f.def.Name)}
	}
	switch {
	case r.code.Compute[f.name()] != nil:
		f.kind = computedField
		f.compute = r.code.Compute[f.name()]
		f.calls = argString(rest, "operation") != ""
		r.used[f.name()] = true
	case r.code.Compose[f.name()] != nil:
		f.kind = composedField
		f.compose = r.code.Compose[f.name()]
		r.used[f.name()] = true
	case r.code.Refer[f.name()] != nil:
		f.kind = referField
		f.refer = r.code.Refer[f.name()]
		r.used[f.name()] = true
	case f.def.Directives.ForName("same") != nil:
		f.kind = sameField
		f.reads = nil
	case argString(rest, "operation") != "":
		f.kind = listField
		f.list = r.listSource(f, rest)
		if r.readSearch(f); f.list.node == nil || f.search == nil && f.list.parentParam == "" {
			r.errorf("%s: a field with an operation must be a connection and name the parameter of its parent", f.name())
		}
	case f.leaf != nil:
		f.kind = leafField
	case f.target != nil && f.target.entity != nil && f.def.Directives.ForName("embedded") == nil:
		r.readEdge(f)
	default:
		f.kind = embeddedField
		r.readFallback(f)
	}
	r.checkSource(f)
}

// readSearch learns what a field searches for.
func (r *schemaReader) readSearch(f *field) {
	if f.list.operation.String() != searchOperation {
		return
	}
	f.search = r.code.Search[f.name()]
	r.used[f.name()] = true
	if f.search == nil || f.list.node == nil || f.list.node.discriminator == "" {
		r.errorf("%s: a search needs code, and finds objects of a union with a @discriminator", f.name())
	}
}

// readEdge learns an edge by id and what the parent carries of the object at its far end.
func (r *schemaReader) readEdge(f *field) {
	f.kind = edgeField
	f.inline = map[string]string{"id": f.reads[0]}
	for _, pair := range argStrings(f.def.Directives.ForName("inline"), "fields") {
		name, member, ok := strings.Cut(pair, "=")
		def := r.ast.Types[f.target.name].Fields.ForName(name)
		if !ok || def == nil || r.types[def.Type.Name()] != nil {
			r.errorf("%s: @inline needs field=member of a field of %s without fields of its own, not %q", f.name(), f.target.name, pair)
			continue
		}
		f.inline[name] = member
	}
}

func (r *schemaReader) checkSource(f *field) {
	list := f.def.Type.Elem != nil
	switch f.kind {
	case leafField, edgeField, embeddedField:
		if len(f.reads) != 1 {
			r.errorf("%s reads %d members of Close, which takes code", f.name(), len(f.reads))
		}
	case computedField:
		if f.leaf != nil && list {
			r.errorf("%s: a list of leaves cannot be computed", f.name())
		}
	case composedField:
		if f.leaf != leaves["String"] || list {
			r.errorf("%s: only texts can be composed", f.name())
		}
	case referField, sameField, listField:
		if list {
			r.errorf("%s cannot be a list", f.name())
		}
	}
	if f.kind != computedField && f.templated() {
		r.errorf("%s: only a computed field may read a member that an argument names", f.name())
	}
	if f.target == nil {
		return
	}
	if f.target.abstract && f.target.discriminator == "" && f.kind != referField {
		r.errorf("%s: nothing tells which type of %s it is; it has no @discriminator", f.name(), f.target.name)
	}
	if list && f.def.Type.Elem.Elem != nil {
		r.errorf("%s: lists of lists of objects are not supported", f.name())
	}
}
