// Package resolvers holds the root fields of the schema: what is asked for, in the gateway's terms. Reads are declared
// in the schema and left to the projection; Go says what the schema cannot.
package resolvers

import "github.com/closegraph/closegraph/internal/projection"

// Resolver has what the root fields need.
type Resolver struct {
	Projection *projection.Engine
}
