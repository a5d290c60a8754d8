// Package graph is the GraphQL API as Go sees it: code generated from the schema files.
package graph

//go:generate sh -c "cd .. && go run ./graph/gen"
