package main

//go:generate sh -c "cd ../.. && go run . --print-schema >e2e/go/schema.graphql"
//go:generate go tool genqlient
