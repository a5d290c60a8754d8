package projection

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// paramName is the name in REST of an argument or input field.
func paramName(name string, directives ast.DirectiveList) string {
	if param := argString(directives.ForName("rest"), "param"); param != "" {
		return param
	}
	return snakeCase(name)
}

// params flattens arguments into query parameters.
type params struct {
	schema *schema
	check  map[string]Check
	out    map[string]string
}

// add adds a value, which is not null, under a parameter's name. The fields of an input become parameters of their own; those of an input
// within an input are operators of it, as in date__gte, or stand in the place of the star in its name.
func (p params) add(path, param string, t *ast.Type, value any, depth int) error {
	def := p.schema.ast.Types[t.Name()]
	if def != nil && def.Kind == ast.InputObject {
		input, ok := value.(map[string]any)
		if !ok {
			return badInput("%s: want an object of type %s", path, def.Name)
		}
		return p.addInput(path, param, def, input, depth)
	}
	text, err := p.schema.paramText(path, t, value)
	if err != nil {
		return err
	}
	return p.set(path, param, text)
}

func (p params) addInput(path, param string, def *ast.Definition, input map[string]any, depth int) error {
	if err := checkInput(def, input, p.check); err != nil {
		return badInput("%s: %v", path, err)
	}
	for _, field := range def.Fields {
		value := input[field.Name]
		if value == nil {
			continue
		}
		name := paramName(field.Name, field.Directives)
		if strings.Contains(param, "*") {
			name = strings.Replace(param, "*", name, 1)
		} else if depth > 0 {
			name = param + "__" + name
			if field.Name == "eq" {
				name = param
			}
		}
		if err := p.add(path+"."+field.Name, name, field.Type, value, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// checkInput refuses an input that contradicts itself.
func checkInput(def *ast.Definition, input map[string]any, check map[string]Check) error {
	if def.Directives.ForName("oneOf") != nil {
		var names []string
		given := 0
		for _, field := range def.Fields {
			names = append(names, field.Name)
			if input[field.Name] != nil {
				given++
			}
		}
		if given != 1 {
			return fmt.Errorf("give exactly one of %s", strings.Join(names, ", "))
		}
	}
	if check := check[def.Name]; check != nil {
		return check(input)
	}
	return nil
}

func (p params) set(path, param, text string) error {
	if _, ok := p.out[param]; ok {
		return badInput("%s: the condition is given twice", path)
	}
	p.out[param] = text
	return nil
}

// defaults adds parameters unless they, or a form of them such as param__in, are there.
func (p params) defaults(defaults map[string]string) {
next:
	for name, value := range defaults {
		for given := range p.out {
			if given == name || strings.HasPrefix(given, name+"__") {
				continue next
			}
		}
		p.out[name] = value
	}
}

// paramText is a value as Close reads it in a query parameter.
func (s *schema) paramText(path string, t *ast.Type, value any) (string, error) {
	if t.Elem == nil {
		plain, err := s.plain(t, value)
		if err != nil {
			return "", badInput("%s: %v", path, err)
		}
		return spelt(plain), nil
	}
	list, ok := value.([]any)
	if !ok {
		list = []any{value} // GraphQL: a single value stands for a list of one
	}
	if len(list) == 0 {
		return "", badInput("%s: the list is empty, so nothing can match; leave it out, or name at least one", path)
	}
	if len(list) > maxIDs {
		return "", badInput("%s: %d values are too many; %d at most", path, len(list), maxIDs)
	}
	texts := make([]string, len(list))
	for i, element := range list {
		plain, err := s.plain(t.Elem, element)
		if err != nil {
			return "", badInput("%s[%d]: %v", path, i, err)
		}
		texts[i] = spelt(plain)
		if strings.Contains(texts[i], ",") {
			return "", badInput("%s[%d]: a value in a list cannot contain a comma", path, i)
		}
	}
	return strings.Join(texts, ","), nil
}

// spelt is a plain value as text.
func spelt(value any) string {
	if text, ok := value.(string); ok { // as nearly all are
		return text
	}
	return fmt.Sprint(value)
}

// plain is a scalar or enum value in Close's terms, as encoding/json writes it. The error says what is wrong with the value.
func (s *schema) plain(t *ast.Type, value any) (any, error) {
	def := s.ast.Types[t.Name()]
	if def != nil && def.Kind == ast.Enum {
		return plainEnum(def, value)
	}
	text, isText := value.(string)
	switch t.Name() {
	case "Boolean":
		if b, ok := value.(bool); ok {
			return b, nil
		}
	case "ID":
		if id := spelt(value); isID(id) || slices.Contains(s.words, id) {
			return id, nil
		}
		return nil, badInput("%s is not an id of Close", shorten(spelt(value)))
	case "Int", "Float", "Cents":
		if n, err := json.Number(fmt.Sprint(value)).Float64(); err == nil && !isText {
			return json.Number(strconv.FormatFloat(n, 'f', -1, 64)), nil
		}
	case "Date":
		if isText && IsDate(text) {
			return text, nil
		}
	case "DateTime":
		if isText && IsDateTime(text) {
			return text, nil
		}
	case "DateOrDateTime":
		if isText && (IsDate(text) || IsDateTime(text)) {
			return text, nil
		}
	case "JSON":
		return value, nil
	default:
		if isText {
			return text, nil
		}
	}
	return nil, badInput("%s is not a %s", shorten(fmt.Sprint(value)), t.Name())
}

func plainEnum(def *ast.Definition, value any) (any, error) {
	name, _ := value.(string)
	v := def.EnumValues.ForName(name)
	if v == nil {
		return nil, badInput("%s is not a value of %s", shorten(fmt.Sprint(value)), def.Name)
	}
	if v.Name == otherValue {
		return nil, badInput("OTHER stands for what this API does not know and cannot be given")
	}
	return enumText(v), nil
}

// enumText is the text that stands for an enum value in REST.
func enumText(v *ast.EnumValueDefinition) string {
	if text := argString(v.Directives.ForName("rest"), "value"); text != "" {
		return text
	}
	return strings.ToLower(v.Name)
}

// hasID reports whether a text can be the id of an object of the type.
func (t *objectType) hasID(text string) bool {
	return isID(text) || t.entity != nil && slices.Contains(t.entity.names, text)
}

// isID reports whether a text can be an id of Close that is no word: letters, digits and underscores, a prefix and something after it.
func isID(text string) bool {
	if at := strings.IndexByte(text, '_'); len(text) > 128 || at < 1 || at == len(text)-1 {
		return false
	}
	for i := range len(text) {
		if !inIDs[text[i]] {
			return false
		}
	}
	return true
}

// inIDs says of each byte whether it may be in an id.
var inIDs = func() (table [256]bool) {
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") {
		table[c] = true
	}
	return table
}()

// shorten is a text of a client as errors repeat it: quoted, and no longer than a line.
func shorten(text string) string {
	const most = 60
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return strconv.Quote(text)
}
