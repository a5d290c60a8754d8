package projection

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/ast"
)

// limit is what Close takes as the value of a field of an input, as @limit says. Zero members do not limit anything.
type limit struct {
	min, max *float64
	length   int
	items    int
	prefix   string
	format   func(text string) string // says what is wrong
}

// formats are the kinds of texts.
var formats = map[string]func(text string) string{
	"email":     wrongEmail,
	"mailbox":   wrongMailbox,
	"https":     wrongHTTPS,
	"rich text": wrongRichText,
	"time zone": wrongTimeZone,
}

// readLimits learns the limits of all inputs.
func (r *schemaReader) readLimits() {
	r.limitOf = map[*ast.FieldDefinition]*limit{}
	for _, def := range r.ast.Types {
		if def.Kind != ast.InputObject {
			continue
		}
		for _, field := range def.Fields {
			if d := field.Directives.ForName("limit"); d != nil {
				r.limitOf[field] = r.readLimit(def.Name+"."+field.Name, d)
			}
		}
	}
}

func (r *schemaReader) readLimit(where string, d *ast.Directive) *limit {
	l := &limit{prefix: argString(d, "prefix")}
	number := func(name string) *float64 {
		text := argString(d, name)
		if text == "" {
			return nil
		}
		n, err := strconv.ParseFloat(text, 64)
		if err != nil {
			r.errorf("%s: %s: %v", where, name, err)
		}
		return &n
	}
	l.min, l.max = number("min"), number("max")
	for name, into := range map[string]*int{"length": &l.length, "items": &l.items} {
		if n := number(name); n != nil {
			*into = int(*n)
		}
	}
	if name := argString(d, "format"); name != "" {
		if l.format = formats[name]; l.format == nil {
			r.errorf("%s: %q is not a format", where, name)
		}
	}
	return l
}

// limits notes where a value goes beyond what Close takes. Those of a list hold for its items.
func (b *body) limits(path []string, field *ast.FieldDefinition, value any) {
	l := b.limitOf[field]
	if l == nil || value == nil {
		return
	}
	list, ok := value.([]any)
	if !ok {
		b.limit(path, l, value)
		return
	}
	if l.items > 0 && len(list) > l.items {
		b.fault(path, "%d are too many; %d at most", len(list), l.items)
	}
	for i, element := range list {
		b.limit(at(path, strconv.Itoa(i)), l, element)
	}
}

func (b *body) limit(path []string, l *limit, value any) {
	if text, ok := value.(string); ok {
		switch n := utf8.RuneCountInString(text); {
		case l.length > 0 && n > l.length:
			b.fault(path, "%d characters are too many; %d at most", n, l.length)
		case !strings.HasPrefix(text, l.prefix):
			b.fault(path, "must begin with %s", l.prefix)
		case l.format != nil:
			if wrong := l.format(text); wrong != "" {
				b.fault(path, "%s", wrong)
			}
		}
		return
	}
	n, err := json.Number(fmt.Sprint(value)).Float64()
	if err != nil {
		return // no number at all, which is found where the value becomes Close's
	}
	switch {
	case l.min != nil && n < *l.min && l.max != nil, l.max != nil && n > *l.max && l.min != nil:
		b.fault(path, "must be from %v to %v", *l.min, *l.max)
	case l.min != nil && n < *l.min:
		b.fault(path, "must be %v at least", *l.min)
	case l.max != nil && n > *l.max:
		b.fault(path, "must be %v at most", *l.max)
	}
}

// wrongEmail looks for the least that an e-mail address has: something before and after its one sign.
func wrongEmail(text string) string {
	before, after, found := strings.Cut(text, "@")
	if !found || before == "" || after == "" || strings.ContainsAny(after, "@,;") || strings.ContainsAny(text, " \t\r\n<>") {
		return shorten(text) + " is not an e-mail address"
	}
	return ""
}

// wrongMailbox looks for an address, which may stand in angle brackets behind a name.
func wrongMailbox(text string) string {
	address := strings.TrimSpace(text)
	if inner, ok := strings.CutSuffix(address, ">"); ok {
		address = inner[strings.LastIndexByte(inner, '<')+1:]
	}
	if wrongEmail(address) != "" {
		return shorten(text) + " is neither an e-mail address nor `Name <address>`"
	}
	return ""
}

func wrongHTTPS(text string) string {
	if u, err := url.Parse(text); err != nil || u.Scheme != "https" || u.Host == "" {
		return shorten(text) + " is not an address that begins with https://"
	}
	return ""
}

func wrongTimeZone(text string) string {
	if _, err := time.LoadLocation(text); err != nil || text == "" || strings.EqualFold(text, "local") {
		return shorten(text) + " is not the IANA name of a time zone, such as Europe/Vienna"
	}
	return ""
}

// wrongRichText wants XHTML in a body (Close docs: rich text). Which elements may stand in it is left to Close.
func wrongRichText(text string) string {
	if !strings.HasPrefix(text, "<body>") || !strings.HasSuffix(text, "</body>") {
		return "rich text begins with <body> and ends with </body>"
	}
	d := xml.NewDecoder(strings.NewReader(text))
	d.Entity = xml.HTMLEntity
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return ""
		}
		if wrong, ok := errors.AsType[*xml.SyntaxError](err); ok {
			return "rich text is XHTML, which this is not: " + wrong.Msg
		}
		if err != nil {
			return "rich text is XHTML, which this is not"
		}
	}
}
