package gateway

import (
	"context"
	"fmt"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
)

// Limits of a document beside its tokens and its depth.
const (
	// maxRepeats is how often one response key may stand in a selection set, what its fragments spread included. All fields
	// of one key are compared with each other to find out whether they can be merged, so that the work grows with its square.
	maxRepeats = 100
	// maxIntrospected is how many fields a document may select of the schema itself, those of every fragment counted where
	// it is spread. The query of GraphiQL selects 160.
	maxIntrospected = 500
	// maxName is how long a name may be. One that is not known is compared with all that are, to suggest what was meant.
	maxName = 256
	// harmless is the length up to which a document cannot reach these limits by far enough to cost anything.
	harmless = 512
)

// documentLimit refuses documents that would take long to validate or to answer, before they are validated. What is in the
// cache of queries was let through before.
type documentLimit struct {
	maxTokens, maxAliases, maxDirectives int
	known                                graphql.Cache[*ast.QueryDocument]
}

var _ graphql.OperationParameterMutator = documentLimit{}

// ExtensionName names the extension.
func (documentLimit) ExtensionName() string { return "DocumentLimit" }

// Validate has nothing to say.
func (documentLimit) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationParameters measures the document and changes nothing. One that cannot be parsed is left to the executor,
// which says so.
func (l documentLimit) MutateOperationParameters(ctx context.Context, params *graphql.RawParams) *gqlerror.Error {
	if len(params.Query) <= min(harmless, l.maxAliases, l.maxDirectives) {
		return nil
	}
	if _, known := l.known.Get(ctx, params.Query); known {
		return nil
	}
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: params.Query}, l.maxTokens)
	if err != nil {
		return nil //nolint:nilerr // the executor finds the same, and reports it
	}
	meter := newDocumentMeter(doc)
	meter.maxAliases, meter.maxDirectives = l.maxAliases, l.maxDirectives
	if limit, message := meter.measure(doc); message != "" {
		return &gqlerror.Error{Err: limit, Message: message, Extensions: map[string]any{"code": codeValidationFailed}}
	}
	return nil
}

// documentMeter measures a document that may not be valid: its fragments may be missing, or spread themselves.
type documentMeter struct {
	fragments map[string]*ast.FragmentDefinition
	keys      map[string]map[string]int // how often response keys stand in a fragment
	fields    map[string]int            // how many fields a fragment selects
	worst     string                    // the response key that repeats most
	repeats   int
	longest   string // the longest name

	aliases, directives, maxAliases, maxDirectives int
}

func newDocumentMeter(doc *ast.QueryDocument) *documentMeter {
	m := &documentMeter{fragments: map[string]*ast.FragmentDefinition{}, keys: map[string]map[string]int{}, fields: map[string]int{}}
	for _, f := range doc.Fragments {
		m.fragments[f.Name] = f
	}
	return m
}

// measure says which limit a document exceeds, or nothing.
func (m *documentMeter) measure(doc *ast.QueryDocument) (limit exceeded, message string) {
	introspected := 0
	for _, op := range doc.Operations {
		m.tally(op.Directives, op.SelectionSet)
		m.walk(op.SelectionSet)
		introspected += m.introspected(op.SelectionSet, map[string]bool{})
	}
	for _, f := range doc.Fragments {
		m.tally(f.Directives, f.SelectionSet)
		m.walk(f.SelectionSet)
	}
	switch {
	case m.aliases > m.maxAliases:
		return limitAliases, fmt.Sprintf("the document has %d aliases; the limit is %d", m.aliases, m.maxAliases)
	case m.directives > m.maxDirectives:
		return limitDirectives, fmt.Sprintf("the document has %d directives; the limit is %d", m.directives, m.maxDirectives)
	case len(m.longest) > maxName:
		return limitNames, fmt.Sprintf("the name %s is %d characters long; the limit is %d", clip(m.longest, 60), len(m.longest), maxName)
	case m.repeats > maxRepeats:
		return limitRepeats, fmt.Sprintf("%s stands %d times in one selection set; the limit is %d", clip(m.worst, 60), m.repeats, maxRepeats)
	case introspected > maxIntrospected:
		return limitIntrospection, fmt.Sprintf("the document selects more than %d fields of the schema, counting those of every fragment where it is spread", maxIntrospected)
	}
	return "", ""
}

// tally counts the aliases and directives of a selection set and of all below it, as they are written.
func (m *documentMeter) tally(directives ast.DirectiveList, set ast.SelectionSet) {
	m.directives += len(directives)
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			if s.Alias != s.Name {
				m.aliases++
			}
			m.tally(s.Directives, s.SelectionSet)
		case *ast.InlineFragment:
			m.tally(s.Directives, s.SelectionSet)
		case *ast.FragmentSpread:
			m.directives += len(s.Directives)
		}
	}
}

// name notes the longest name.
func (m *documentMeter) name(name string) {
	if len(name) > len(m.longest) {
		m.longest = name
	}
}

// walk counts the response keys of every selection set.
func (m *documentMeter) walk(set ast.SelectionSet) {
	for key, n := range m.count(set, map[string]int{}, map[string]bool{}) {
		if n > m.repeats {
			m.worst, m.repeats = key, n
		}
	}
	m.below(set)
}

func (m *documentMeter) below(set ast.SelectionSet) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			if len(s.SelectionSet) > 0 {
				m.walk(s.SelectionSet)
			}
		case *ast.InlineFragment:
			m.below(s.SelectionSet)
		}
	}
}

// count adds how often response keys stand in a set. A fragment counts once, however often the set spreads it.
func (m *documentMeter) count(set ast.SelectionSet, keys map[string]int, spread map[string]bool) map[string]int {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			keys[s.Alias]++
			m.name(s.Name)
			for _, arg := range s.Arguments {
				m.name(arg.Name)
			}
		case *ast.InlineFragment:
			m.count(s.SelectionSet, keys, spread)
		case *ast.FragmentSpread:
			if spread[s.Name] {
				continue
			}
			spread[s.Name] = true
			for key, n := range m.ofFragment(s.Name) {
				keys[key] += n
			}
		}
	}
	return keys
}

// ofFragment is how often response keys stand in a fragment, worked out once.
func (m *documentMeter) ofFragment(name string) map[string]int {
	if keys, ok := m.keys[name]; ok {
		return keys
	}
	m.keys[name] = nil // what spreads itself is not valid; here it must only come to an end
	if f := m.fragments[name]; f != nil {
		m.keys[name] = m.count(f.SelectionSet, map[string]int{}, map[string]bool{})
	}
	return m.keys[name]
}

// introspected is how many fields are selected below the fields of a root that tell of the schema.
func (m *documentMeter) introspected(root ast.SelectionSet, spread map[string]bool) int {
	n := 0
	for _, selection := range root {
		switch s := selection.(type) {
		case *ast.Field:
			if strings.HasPrefix(s.Name, "__") {
				n += m.size(s.SelectionSet)
			}
		case *ast.InlineFragment:
			n += m.introspected(s.SelectionSet, spread)
		case *ast.FragmentSpread:
			if f := m.fragments[s.Name]; f != nil && !spread[s.Name] {
				spread[s.Name] = true
				n += m.introspected(f.SelectionSet, spread)
			}
		}
	}
	return n
}

// size is how many fields a set selects on all levels, at most a few more than the limit.
func (m *documentMeter) size(set ast.SelectionSet) int {
	n := 0
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			n += 1 + m.size(s.SelectionSet)
		case *ast.InlineFragment:
			n += m.size(s.SelectionSet)
		case *ast.FragmentSpread:
			n += m.sizeOf(s.Name)
		}
		n = min(n, maxIntrospected+1)
	}
	return n
}

func (m *documentMeter) sizeOf(fragment string) int {
	if n, ok := m.fields[fragment]; ok {
		return n
	}
	m.fields[fragment] = 0
	if f := m.fragments[fragment]; f != nil {
		m.fields[fragment] = m.size(f.SelectionSet)
	}
	return m.fields[fragment]
}
