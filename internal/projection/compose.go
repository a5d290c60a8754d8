package projection

// composed writes a text that Go makes of the row.
func (w *writer) composed(it *item, r row) bool {
	w.text = it.field.compose(w.text[:0], Parent{r})
	if len(w.text) == 0 {
		return w.value(it, it.typ, nil)
	}
	w.buf = appendQuoted(w.buf, w.text)
	return true
}

// appendQuoted appends a text as JSON.
func appendQuoted(dst, text []byte) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for _, b := range text {
		switch {
		case b == '"' || b == '\\':
			dst = append(dst, '\\', b)
		case b >= ' ':
			dst = append(dst, b)
		case b == '\n':
			dst = append(dst, '\\', 'n')
		case b == '\r':
			dst = append(dst, '\\', 'r')
		case b == '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[b>>4], hex[b&15])
		}
	}
	return append(dst, '"')
}
