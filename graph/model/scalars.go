// Package model holds the Go types of the schema's inputs, payloads, enums and scalars.
package model

import (
	"github.com/99designs/gqlgen/graphql"

	"github.com/closegraph/closegraph/internal/projection"
)

// MarshalDateTime writes a DateTime.
func MarshalDateTime(text string) graphql.Marshaler { return graphql.MarshalString(text) }

// UnmarshalDateTime reads a DateTime: a moment in RFC 3339, with its offset.
func UnmarshalDateTime(v any) (string, error) { return projection.ReadDateTime(v) }

// MarshalDate writes a Date.
func MarshalDate(text string) graphql.Marshaler { return graphql.MarshalString(text) }

// UnmarshalDate reads a Date: a day.
func UnmarshalDate(v any) (string, error) { return projection.ReadDate(v) }

// MarshalDateOrDateTime writes a DateOrDateTime.
func MarshalDateOrDateTime(text string) graphql.Marshaler { return graphql.MarshalString(text) }

// UnmarshalDateOrDateTime reads a DateOrDateTime: a day, or a moment in RFC 3339 with its offset.
func UnmarshalDateOrDateTime(v any) (string, error) { return projection.ReadDateOrDateTime(v) }
