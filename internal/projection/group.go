package projection

import (
	"bytes"
	"context"
	"encoding/json"

	"github.com/closegraph/closegraph/closeapi"
)

// Groups is the value of the root field in ctx: a list that Close answers in groups, each with some of its objects.
// Arguments choose the page, which counts objects, so that a group may go on in the page after. The groups of all calls
// that a page takes become one document, of which the field is the whole.
func (e *Engine) Groups(ctx context.Context) (*Value, error) {
	req, plan := rootOf(ctx)
	la, err := e.schema.listArgs(plan.field, plan.ast.ArgumentMap(req.vars), "", e.code.Check)
	if err != nil {
		return nil, err
	}
	x := &req.query
	return x.document(plan, func(ctx context.Context) (row, error) { return x.fetchGroups(ctx, plan, la) }), nil
}

// fetchGroups reads groups with so many objects, in as many calls as Close's page takes.
func (x *run) fetchGroups(ctx context.Context, plan *rootPlan, la listArgs) (row, error) {
	op := plan.field.list.operation
	fields := append(plan.document.within("data", "objects"), "id")
	var pages groupPages
	for more := true; more && pages.objects < la.first; {
		params := la.page(la.skip+pages.objects, min(la.first-pages.objects, op.MaxLimit))
		doc, err := x.request.Do(ctx, closeapi.Call{Operation: op.String(), Params: params, Fields: fields, Offset: la.offset})
		if err != nil {
			return row{}, err
		}
		if more, err = pages.add(doc.Body); err != nil {
			return row{}, malformed(err)
		}
	}
	t, err := scanObject(pages.document(la), plan.document.layout)
	if err != nil {
		return row{}, malformed(err)
	}
	return row{t, 0}, nil
}

// within are the members that a place wants of the objects inside a member of its own, or deeper inside.
func (p *place) within(member string, deeper ...string) []string {
	var names []string
	for _, it := range p.items {
		switch {
		case it.kind == sameItem:
			names = append(names, it.below.within(member, deeper...)...)
		case it.kind != embeddedItem || it.field.reads[0] != member:
		case len(deeper) == 0:
			names = append(names, it.below.layout.names...)
		default:
			names = append(names, it.below.within(deeper[0], deeper[1:]...)...)
		}
	}
	return names
}

// groupPages gathers the groups of several pages.
type groupPages struct {
	first, rest []byte // of the first page: what stands before its list, and after it up to the end of the object
	groups      []*group
	byKey       map[string]*group
	objects     int  // of all groups
	more        bool // whether the list goes on
}

// group is a group with its objects of all pages.
type group struct {
	before, after []byte // what the group has around its objects
	objects       [][]byte
}

// What is read of a grouped list, and of a group, with the slots.
var (
	groupsLayout = newLayout("data", "has_more")
	groupLayout  = newLayout("key", "objects", wholeMember)
)

const (
	slotData = iota
	slotMore
)

const (
	slotKey = iota
	slotObjects
	slotWhole
)

// add adds the groups of a page, and reports whether there is more to ask for.
func (g *groupPages) add(doc []byte) (more bool, err error) {
	page, err := scanObject(doc, groupsLayout)
	if err != nil {
		return false, err
	}
	head := row{page, 0}
	data := head.span(slotData)
	if data.to == 0 || page.doc[data.from] != '[' {
		return false, errScanList
	}
	if g.byKey == nil {
		g.byKey = map[string]*group{}
		g.first, g.rest = page.doc[:data.from], page.doc[data.to:bytes.LastIndexByte(page.doc, '}')]
	}
	before := g.objects
	t := &table{doc: page.doc, layout: groupLayout}
	_, _ = t.scanRows(int(data.from)) // it was scanned before, as a value
	for i := range t.rows {
		g.addGroup(row{t, i})
	}
	g.more = string(head.raw(slotMore)) == "true"
	return g.more && g.objects > before, nil
}

// addGroup adds a group of a page, to the one with its key if there is one.
func (g *groupPages) addGroup(r row) {
	if r.missing() {
		g.groups = append(g.groups, &group{before: []byte("null")})
		return
	}
	key, objects, whole := string(r.raw(slotKey)), r.raw(slotObjects), r.raw(slotWhole)
	if isNull(objects) || objects[0] != '[' {
		g.groups = append(g.groups, &group{before: whole})
		return
	}
	known := g.byKey[key]
	if known == nil || key == "" {
		from, to := r.span(slotObjects).from-r.span(slotWhole).from, r.span(slotObjects).to-r.span(slotWhole).from
		known = &group{before: whole[:from], after: whole[to:]}
		g.groups = append(g.groups, known)
		g.byKey[key] = known
	}
	eachElement(objects, func(object []byte) {
		known.objects = append(known.objects, object)
		g.objects++
	})
}

// document is the document of all groups. It says where the page stands as PageInfo does.
func (g *groupPages) document(la listArgs) []byte {
	var out bytes.Buffer
	out.Write(g.first)
	out.WriteByte('[')
	for i, group := range g.groups {
		if i > 0 {
			out.WriteByte(',')
		}
		out.Write(group.before)
		if group.after != nil {
			out.WriteByte('[')
			out.Write(bytes.Join(group.objects, []byte(",")))
			out.WriteByte(']')
			out.Write(group.after)
		}
	}
	out.WriteByte(']')
	out.Write(g.rest)
	out.WriteString(`,"page_info":`)
	out.Write(pageInfoOf(la, g.objects, g.more))
	out.WriteByte('}')
	return out.Bytes()
}

// pageInfoOf is PageInfo as a member of a document.
func pageInfoOf(la listArgs, n int, more bool) []byte {
	info := map[string]any{"has_next_page": more, "has_previous_page": la.skip > 0}
	if n > 0 {
		info["start_cursor"] = string(appendCursor(nil, la.hash, la.skip+1))
		info["end_cursor"] = string(appendCursor(nil, la.hash, la.skip+n))
	}
	out, _ := json.Marshal(info) // booleans and texts always encode
	return out
}
