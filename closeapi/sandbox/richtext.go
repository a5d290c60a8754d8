package sandbox

import (
	"encoding/xml"
	"errors"
	"html"
	"io"
	"slices"
	"strconv"
	"strings"
)

// richElements are the elements of rich text, and the attributes that each may have (Close docs: rich text).
var richElements = map[string][]string{
	"body": nil, "h1": nil, "h2": nil, "h3": nil, "h4": nil, "h5": nil, "h6": nil, "p": nil, "em": nil, "i": nil, "strong": nil,
	"b": nil, "u": nil, "s": nil, "code": nil, "hr": nil, "br": nil, "ul": nil, "ol": nil, "li": nil,
	"span": {"style", "data-type", "data-id", "data-label", "class"}, "a": {"href", "target", "rel"}, "img": {"src", "alt"},
}

// richText accepts rich text: XHTML in a body element, of few elements (Close docs: rich text).
func richText(_ *write, v any) (any, any) {
	s, ok := v.(string)
	switch {
	case !ok:
		return nil, "Value must be of str type."
	case !strings.HasPrefix(s, "<body>") || !strings.HasSuffix(s, "</body>"):
		return nil, "Rich text must begin with <body> and end with </body>."
	}
	depth, bodies := 0, 0
	problem := walkRich(s, func(token xml.Token) string {
		switch t := token.(type) {
		case xml.StartElement:
			allowed, known := richElements[t.Name.Local]
			if depth == 0 {
				bodies++
			}
			if !known || (t.Name.Local == "body") != (depth == 0) || bodies > 1 {
				return "Element <" + t.Name.Local + "> is not allowed here."
			}
			for _, a := range t.Attr {
				if !slices.Contains(allowed, a.Name.Local) {
					return "Attribute " + strconv.Quote(a.Name.Local) + " is not allowed on <" + t.Name.Local + ">."
				}
			}
			depth++
		case xml.EndElement:
			depth--
		case xml.CharData:
		default:
			return "Comments and instructions are not allowed."
		}
		return ""
	})
	if problem != "" {
		return nil, problem
	}
	return s, nil
}

// walkRich hands the tokens of rich text to visit, until it objects or there are none left.
func walkRich(rich string, visit func(xml.Token) string) (problem string) {
	d := xml.NewDecoder(strings.NewReader(rich))
	d.Entity = xml.HTMLEntity
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return ""
		}
		if err != nil {
			return "Rich text is not well-formed."
		}
		if problem := visit(token); problem != "" {
			return problem
		}
	}
}

// mentions are the ids of the users and groups that rich text mentions, each once.
func mentions(rich string) []string {
	ids := []string{}
	walkRich(rich, func(token xml.Token) string {
		if t, ok := token.(xml.StartElement); ok && t.Name.Local == "span" && attribute(t, "data-type") == "mention" {
			if id := attribute(t, "data-id"); id != "" && !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
		return ""
	})
	return ids
}

func attribute(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// bodyOf is a plain text as rich text.
func bodyOf(text string) string {
	return "<body>" + strings.ReplaceAll(html.EscapeString(text), "\n", "<br />") + "</body>"
}

// markdown is rich text for readers of plain text: the note of an opportunity (Close docs: Opportunities).
func markdown(rich string) string {
	var b strings.Builder
	var lists []int // of each list around, the number of its last item; -1 without numbers
	var links []string
	marks := map[string]string{"em": "*", "i": "*", "strong": "**", "b": "**", "s": "~~", "code": "`"}
	walkRich(rich, func(token xml.Token) string {
		switch t := token.(type) {
		case xml.StartElement:
			switch name := t.Name.Local; name {
			case "br":
				b.WriteString("\n")
			case "hr":
				b.WriteString("\n---\n")
			case "h1", "h2", "h3", "h4", "h5", "h6":
				b.WriteString(strings.Repeat("#", int(name[1]-'0')) + " ")
			case "ul":
				lists = append(lists, -1)
			case "ol":
				lists = append(lists, 0)
			case "li":
				b.WriteString(listItem(lists))
			case "a":
				b.WriteString("[")
				links = append(links, attribute(t, "href"))
			case "img":
				b.WriteString("![" + attribute(t, "alt") + "](" + attribute(t, "src") + ")")
			default:
				b.WriteString(marks[name])
			}
		case xml.EndElement:
			switch name := t.Name.Local; name {
			case "p", "li", "h1", "h2", "h3", "h4", "h5", "h6":
				b.WriteString("\n")
			case "ul", "ol":
				lists = lists[:len(lists)-1]
			case "a":
				b.WriteString("](" + links[len(links)-1] + ")")
				links = links[:len(links)-1]
			default:
				b.WriteString(marks[name])
			}
		case xml.CharData:
			b.Write(t)
		}
		return ""
	})
	return strings.TrimSpace(b.String())
}

// listItem is what stands before an item of the innermost list.
func listItem(lists []int) string {
	if len(lists) == 0 {
		return "- "
	}
	indent, last := strings.Repeat("  ", len(lists)-1), &lists[len(lists)-1]
	if *last < 0 {
		return indent + "- "
	}
	*last++
	return indent + strconv.Itoa(*last) + ". "
}

// plainText is rich text without its tags: lines where there were paragraphs, items of lists indented.
func plainText(rich string) string {
	var b strings.Builder
	depth := 0
	walkRich(rich, func(token xml.Token) string {
		switch t := token.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "br":
				b.WriteString("\n")
			case "ul", "ol":
				depth++
			case "li":
				b.WriteString(strings.Repeat("  ", depth))
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "p", "li", "h1", "h2", "h3", "h4", "h5", "h6":
				b.WriteString("\n")
			case "ul", "ol":
				depth--
			}
		case xml.CharData:
			b.Write(t)
		}
		return ""
	})
	return strings.Trim(b.String(), "\n")
}
