// Package model holds the Go types of the schema's inputs, payloads, enums and scalars.
package model

import (
	"github.com/99designs/gqlgen/graphql"

	"github.com/closegraph/closegraph/internal/projection"
)

// MarshalDateTime writes a DateTime.
func MarshalDateTime(text string) graphql.Marshaler { return graphql.MarshalString(text) }

// UnmarshalDateTime reads a DateTime: a moment in RFC 3339, with its offset.
func UnmarshalDateTime(v any) (string, error) {
	if text, ok := v.(string); ok && projection.IsDateTime(text) {
		return text, nil
	}
	return "", projection.BadInput("want a moment in RFC 3339, such as 2026-03-18T09:30:00Z")
}

// MarshalDate writes a Date.
func MarshalDate(text string) graphql.Marshaler { return graphql.MarshalString(text) }

// UnmarshalDate reads a Date: a day.
func UnmarshalDate(v any) (string, error) {
	if text, ok := v.(string); ok && projection.IsDate(text) {
		return text, nil
	}
	return "", projection.BadInput("want a day, such as 2026-03-18")
}

// MarshalDateOrDateTime writes a DateOrDateTime.
func MarshalDateOrDateTime(text string) graphql.Marshaler { return graphql.MarshalString(text) }

// UnmarshalDateOrDateTime reads a DateOrDateTime: a day, or a moment in RFC 3339 with its offset.
func UnmarshalDateOrDateTime(v any) (string, error) {
	if text, ok := v.(string); ok && (projection.IsDate(text) || projection.IsDateTime(text)) {
		return text, nil
	}
	return "", projection.BadInput("want a day such as 2026-03-18, or a moment in RFC 3339 such as 2026-03-18T09:30:00Z")
}
