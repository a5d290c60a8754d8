package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator/core"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// validationRules are the rules that documents are held to: those of the specification, with one that the library lacks.
// With quiet they say of the schema no more than that something is not in it.
func validationRules(quiet bool) *rules.Rules {
	all := rules.NewDefaultRules()
	if quiet { // the executor replaces the other two that would suggest something
		for loud, silent := range map[string]core.Rule{
			rules.KnownArgumentNamesRule.Name:  rules.KnownArgumentNamesRuleWithoutSuggestions,
			rules.KnownTypeNamesRule.Name:      rules.KnownTypeNamesRuleWithoutSuggestions,
			rules.ValuesOfCorrectTypeRule.Name: rules.ValuesOfCorrectTypeRuleWithoutSuggestions,
			rules.FieldsOnCorrectTypeRule.Name: rules.FieldsOnCorrectTypeRuleWithoutSuggestions,
			rules.ScalarLeafsRule.Name:         rules.ScalarLeafsRuleWithoutSuggestions,
		} {
			all.RemoveRule(loud)
			all.AddRule(silent.Name, silent.RuleFunc)
		}
	}
	all.AddRule("Int32", int32Literals)
	return all
}

// int32Literals holds literals of the type Int to 32 bits (GraphQL: Int).
func int32Literals(observers *core.Events, addError core.AddErrFunc) {
	observers.OnValue(func(_ *core.Walker, value *ast.Value) {
		if value.Kind != ast.IntValue || value.Definition == nil || value.Definition.Name != "Int" {
			return
		}
		if _, err := strconv.ParseInt(value.Raw, 10, 32); err != nil {
			addError(core.Message("Int cannot represent %s: it is no whole number of 32 bits.", clip(value.Raw, 40)), core.At(value.Position))
		}
	})
}

// strictValues holds the values of variables to the types of the specification. The library takes numbers for texts, texts for
// numbers, and whole numbers of any size.
type strictValues struct{ schema *ast.Schema }

var _ graphql.OperationContextMutator = strictValues{}

// ExtensionName names the extension.
func (strictValues) ExtensionName() string { return "StrictValues" }

// Validate has nothing to say.
func (strictValues) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext looks at the variables and changes nothing.
func (s strictValues) MutateOperationContext(_ context.Context, op *graphql.OperationContext) *gqlerror.Error {
	for _, v := range op.Operation.VariableDefinitions {
		if value := op.Variables[v.Variable]; value != nil {
			if where, wrong := s.check(v.Type, value); wrong != "" {
				return &gqlerror.Error{
					Message:    "variable $" + clip(v.Variable+where, longestMessage/2) + ": " + wrong,
					Extensions: map[string]any{"code": codeValidationFailed},
				}
			}
		}
	}
	return nil
}

// check says what is wrong with a value, and where in it.
func (s strictValues) check(t *ast.Type, value any) (where, wrong string) {
	if value == nil {
		return "", ""
	}
	if t.Elem != nil {
		list := reflect.ValueOf(value)
		if list.Kind() != reflect.Slice {
			return s.check(t.Elem, value)
		}
		for i := range list.Len() {
			if where, wrong = s.check(t.Elem, list.Index(i).Interface()); wrong != "" {
				return "." + strconv.Itoa(i) + where, wrong
			}
		}
		return "", ""
	}
	if fields, ok := value.(map[string]any); ok {
		def := s.schema.Types[t.NamedType]
		if def == nil || def.Kind != ast.InputObject {
			return "", ""
		}
		for _, field := range def.Fields {
			if where, wrong = s.check(field.Type, fields[field.Name]); wrong != "" {
				return "." + field.Name + where, wrong
			}
		}
		return "", ""
	}
	return "", scalarFault(t.NamedType, value)
}

// scalarFault says what is wrong with a value of one of the scalars that GraphQL has by itself.
func scalarFault(name string, value any) string {
	_, text := value.(string)
	switch name {
	case "Int":
		if n, ok := wholeNumber(value); !ok || n < math.MinInt32 || n > math.MaxInt32 {
			return "Int wants a whole number of 32 bits"
		}
	case "Float":
		if text {
			return "Float wants a number, not a text"
		}
	case "String":
		if !text {
			return "String wants a text"
		}
	case "ID":
		if _, ok := wholeNumber(value); !ok && !text {
			return "ID wants a text or a whole number"
		}
	}
	return ""
}

// wholeNumber reads a value as a whole number, if it is one, however it was written.
func wholeNumber(value any) (int64, bool) {
	var written string
	switch value := value.(type) {
	case int64:
		return value, true
	case json.Number:
		written = value.String()
	case float64, int:
		written = fmt.Sprint(value)
	default:
		return 0, false
	}
	if n, err := strconv.ParseInt(written, 10, 64); err == nil {
		return n, true
	}
	f, err := strconv.ParseFloat(written, 64)
	return int64(f), err == nil && f == math.Trunc(f) && math.Abs(f) < 1<<53
}

// noIntrospection refuses operations that ask for the schema.
type noIntrospection struct{}

var _ graphql.OperationContextMutator = noIntrospection{}

// ExtensionName names the extension.
func (noIntrospection) ExtensionName() string { return "NoIntrospection" }

// Validate has nothing to say.
func (noIntrospection) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext looks at the root fields and changes nothing. Fragments that spread each other many times over are
// looked at once.
func (noIntrospection) MutateOperationContext(_ context.Context, op *graphql.OperationContext) *gqlerror.Error {
	seen := map[*ast.FragmentDefinition]bool{}
	var asks func(set ast.SelectionSet) *ast.Field
	asks = func(set ast.SelectionSet) *ast.Field {
		for _, selection := range set {
			var found *ast.Field
			switch s := selection.(type) {
			case *ast.Field:
				if s.Name == "__schema" || s.Name == "__type" {
					found = s
				}
			case *ast.InlineFragment:
				found = asks(s.SelectionSet)
			case *ast.FragmentSpread:
				if s.Definition != nil && !seen[s.Definition] {
					seen[s.Definition] = true
					found = asks(s.Definition.SelectionSet)
				}
			}
			if found != nil {
				return found
			}
		}
		return nil
	}
	if field := asks(op.Operation.SelectionSet); field != nil {
		return &gqlerror.Error{
			Message:    "the schema is not to be asked for here: introspection is switched off",
			Locations:  []gqlerror.Location{{Line: field.Position.Line, Column: field.Position.Column}},
			Extensions: map[string]any{"code": codeValidationFailed},
		}
	}
	return nil
}
