package projection

import (
	"bytes"
	"strings"
)

// naming makes the ids that rows hold into texts: some together are one text, of which each is a piece. So fifty ids take a few
// pieces of memory, not fifty. The texts are copies, since a document ends before they do.
type naming struct {
	text strings.Builder
	left int // how many ids are still to come, as far as it is known
}

const (
	// fewIDs is for how many ids room is made at first: most edges lead to few objects. manyIDs is the most.
	fewIDs, manyIDs = 8, 32
	// maxPiece is the length of an id, in bytes, beyond which it is no id.
	maxPiece = 128
)

// cut is an id as a text.
func (n *naming) cut(id []byte) string {
	if len(id) > maxPiece {
		return string(id)
	}
	if n.text.Cap()-n.text.Len() < len(id) {
		most := manyIDs
		if n.text.Cap() == 0 {
			most = fewIDs
		}
		n.text.Reset()
		n.text.Grow(len(id) * max(1, min(n.left, most)))
	}
	from := n.text.Len()
	n.text.Write(id)
	return n.text.String()[from:]
}

// expandEdge asks for the objects whose ids a member holds.
func (x *run) expandEdge(b *block, it *item, k *kid) {
	*k = newKid(it.target.places)
	k.links = make([]link, len(b.rows))
	names := &x.names
	for i, r := range b.rows {
		if r.missing() {
			continue
		}
		names.left = len(b.rows) - i
		raw := r.raw(it.slot)
		switch {
		case isNull(raw):
		case it.typ.Elem != nil:
			k.links[i] = k.nameList(raw, names)
		default:
			k.links[i] = k.nameRaw(raw, names)
		}
	}
	x.load(k)
}

// nameRaw is the way to the object whose id a JSON text holds.
func (k *kid) nameRaw(raw []byte, names *naming) link {
	if raw[0] != '"' {
		return link{state: linkWrong}
	}
	b, inner := k.blocks[0], raw[1:len(raw)-1]
	if at := b.ids.AtBytes(inner); at >= 0 {
		return link{state: linkSet, at: int32(at)}
	}
	if bytes.IndexByte(inner, '\\') >= 0 {
		inner = []byte(unquote(raw))
	}
	id := names.cut(inner)
	if !b.place.typ.hasID(id) {
		return link{state: linkWrong}
	}
	switch b.ids.Len() {
	case 0:
		b.ids.Grow(min(names.left, fewIDs))
	case fewIDs:
		b.ids.Grow(names.left)
	}
	return k.name(0, id)
}

// nameList is the way to the objects whose ids a JSON array holds.
func (k *kid) nameList(raw []byte, names *naming) link {
	if raw[0] != '[' {
		return link{state: linkWrong}
	}
	l := link{state: linkSet, at: int32(len(k.refs))}
	eachElement(raw, func(element []byte) {
		ref := link{}
		if !isNull(element) {
			ref = k.nameRaw(element, names)
		}
		k.refs = append(k.refs, ref)
		l.n++
	})
	return l
}
