package projection

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// ReadDate reads a Date that a client gave: a day.
func ReadDate(v any) (string, error) {
	if text, ok := v.(string); ok && IsDate(text) {
		return text, nil
	}
	return "", badInput("want a day, such as 2026-03-18")
}

// ReadDateTime reads a DateTime that a client gave: a moment in RFC 3339, with its offset.
func ReadDateTime(v any) (string, error) {
	if text, ok := v.(string); ok && IsDateTime(text) {
		return text, nil
	}
	return "", badInput("want a moment in RFC 3339, such as 2026-03-18T09:30:00Z")
}

// ReadDateOrDateTime reads a DateOrDateTime that a client gave: a day, or a moment in RFC 3339 with its offset.
func ReadDateOrDateTime(v any) (string, error) {
	if text, ok := v.(string); ok && (IsDate(text) || IsDateTime(text)) {
		return text, nil
	}
	return "", badInput("want a day such as 2026-03-18, or a moment in RFC 3339 such as 2026-03-18T09:30:00Z")
}

// scalars read the scalars that are texts of a form.
var scalars = map[string]func(any) (string, error){
	"Date": ReadDate, "DateTime": ReadDateTime, "DateOrDateTime": ReadDateOrDateTime,
}

// refusal is the error of the root field in ctx whose arguments were refused. A text that is no value of its scalar is told as gqlgen
// tells it of the arguments that it reads: before all else, in the words of the scalar, and at its place among the arguments.
func (s *schema) refusal(ctx context.Context, f *field, args map[string]any, refused error) error {
	for _, def := range f.def.Arguments {
		if err := s.misread(graphql.WithPathContext(ctx, graphql.NewPathWithField(def.Name)), def.Type, args[def.Name]); err != nil {
			return err
		}
	}
	return refused
}

// misread is the error of the first scalar in a value that cannot be read as one; nil when all can.
func (s *schema) misread(ctx context.Context, t *ast.Type, value any) error {
	if value == nil {
		return nil
	}
	if t.Elem != nil {
		for i, element := range graphql.CoerceList(value) {
			if err := s.misread(graphql.WithPathContext(ctx, graphql.NewPathWithIndex(i)), t.Elem, element); err != nil {
				return err
			}
		}
		return nil
	}
	if read := scalars[t.Name()]; read != nil {
		_, err := read(value)
		return graphql.ErrorOnPath(ctx, err)
	}
	if input, ok := value.(map[string]any); ok {
		for _, field := range s.ast.Types[t.Name()].Fields {
			if err := s.misread(graphql.WithPathContext(ctx, graphql.NewPathWithField(field.Name)), field.Type, input[field.Name]); err != nil {
				return err
			}
		}
	}
	return nil
}
