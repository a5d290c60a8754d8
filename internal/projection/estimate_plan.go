package projection

import (
	"slices"

	"github.com/closegraph/closegraph/internal/loaders"
)

// coster finds what of a plan takes calls.
type coster struct {
	costs
	root string // the field of a mutation, whose objects are read by themselves
}

// costsOf are those of a plan. roots are its fields in the order of the document.
func costsOf(p *plan, roots []string) *costs {
	c := &coster{}
	for _, key := range roots {
		root := p.roots[key]
		switch {
		case root == nil: // introspection
		case root.field == nil:
			c.mutation(key, root)
		case root.connection != nil:
			c.list(root.connection, -1, 1, key)
		case root.document != nil:
			c.document(key, root)
		default:
			c.byID(key, root)
		}
	}
	return &c.costs
}

// add adds a step and returns its index.
func (c *coster) add(s costStep) int {
	c.steps = append(c.steps, s)
	return len(c.steps) - 1
}

// mutation costs its call, and what lies below the object that it answers with.
func (c *coster) mutation(key string, root *rootPlan) {
	c.root = key
	call := c.add(costStep{kind: callStep, above: -1, path: key})
	for _, p := range root.payload {
		for _, place := range p.target.places {
			c.place(place, call, 1/float64(len(p.target.places)), key+"."+p.key)
		}
	}
}

// document is a root that a call answers, or as many as its pages are.
func (c *coster) document(key string, root *rootPlan) {
	s := costStep{kind: callStep, above: -1, field: root.ast, path: key}
	if root.field.def.Arguments.ForName("first") != nil {
		s.kind, s.list, s.each = listStep, root.field.list, 1
		c.add(s)
		s = costStep{kind: rowsStep, above: -1, each: 1, path: key}
	}
	c.place(root.document, c.add(s), 1, key)
}

// byID is a root with ids.
func (c *coster) byID(key string, root *rootPlan) {
	ids := c.add(costStep{kind: idsStep, above: -1, field: root.ast, target: root.target, path: key})
	for _, place := range root.target.places {
		at := c.add(costStep{kind: placeStep, above: ids, path: key})
		c.steps[at].group = c.group(place, at)
	}
	for i, place := range root.target.places {
		c.place(place, ids+1+i, 1, key)
	}
}

// group is the one of objects that a step reads by their ids.
func (c *coster) group(p *place, at int) int {
	g := costGroup{layout: p.layout, typ: p.typ.name, root: c.root, first: at}
	if _, once, _ := loaders.Cost(g.typ, nil, 1); !once {
		for above := c.steps[at].above; above >= 0; above = c.steps[above].above {
			g.level++
		}
	}
	i := slices.IndexFunc(c.groups, func(other costGroup) bool {
		return other.typ == g.typ && other.level == g.level && other.root == g.root
	})
	if i >= 0 {
		return i
	}
	c.groups = append(c.groups, g)
	return len(c.groups) - 1
}

// place finds what lies below objects: for each object of the step above, there are so many of them.
func (c *coster) place(p *place, above int, each float64, path string) {
	if p == nil || p.idOnly || !p.deep() {
		return
	}
	if v := p.variants; v != nil {
		deep := 0.0
		for _, variant := range v.places {
			if variant.deep() {
				deep++
			}
		}
		for _, variant := range v.places { // an object is of one type; which, nobody knows before
			c.place(variant, above, each/deep, path)
		}
		return
	}
	for i := range p.items {
		if it := &p.items[i]; it.kid >= 0 {
			c.item(it, above, each, path+"."+it.ast.Alias)
		}
	}
}

func (c *coster) item(it *item, above int, each float64, path string) {
	if it.typ != nil && it.typ.Elem != nil && it.kind != listItem {
		each *= usualFew
	}
	switch it.kind {
	case edgeItem, referItem:
		each /= float64(len(it.target.places))
		for _, place := range it.target.places {
			c.edge(place, above, each, path)
		}
	case computedItem:
		if it.field.calls {
			c.add(costStep{kind: callStep, above: above, path: path})
		}
		c.place(it.below, above, each, path)
	case embeddedItem, sameItem:
		c.place(it.below, above, each, path)
	case listItem:
		c.list(it.connection, above, each, path)
	}
}

// edge is objects that others have the ids of. What has no id of its own is there already.
func (c *coster) edge(p *place, above int, each float64, path string) {
	if p.idOnly {
		return
	}
	kind := edgeStep
	if p.typ.entity == nil {
		kind = rowsStep
	}
	at := c.add(costStep{kind: kind, above: above, each: each, path: path})
	if kind == edgeStep {
		c.steps[at].group = c.group(p, at)
	}
	c.place(p, at, 1, path)
}

// list is a list for each object above, or one at the root.
func (c *coster) list(conn *connection, above int, each float64, path string) {
	at := c.add(costStep{kind: listStep, above: above, each: each, field: conn.ast, list: conn.field.list, conn: conn, path: path})
	paths := viewPaths(conn.items, path, nil)
	for i, view := range conn.views {
		viewPath := path
		if i < len(paths) {
			viewPath = paths[i]
		}
		c.place(view, at, 1, viewPath)
	}
	if conn.head.deep() {
		c.place(conn.head, c.add(costStep{kind: rowsStep, above: above, each: each, path: path}), 1, path)
	}
}

// viewPaths are the paths of a connection's views, in their order.
func viewPaths(items []pageItem, path string, paths []string) []string {
	for _, it := range items {
		switch it.kind {
		case pageNodes, pageNode:
			paths = append(paths, path+"."+it.ast.Alias)
		case pageEdges:
			paths = viewPaths(it.items, path+"."+it.ast.Alias, paths)
		}
	}
	return paths
}
