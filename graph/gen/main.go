// Command gen generates the Go side of the GraphQL schema: it is gqlgen with one hook, which makes every type that the
// projection writes a scalar in the eyes of the generator, bound to projection.Value. So no code is generated for the
// fields of Close's objects. The served schema is read from the schema files themselves and stays whole.
package main

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/99designs/gqlgen/api"
	"github.com/99designs/gqlgen/codegen"
	"github.com/99designs/gqlgen/codegen/config"
	"github.com/99designs/gqlgen/codegen/templates"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/closegraph/closegraph/internal/projection"
)

const valueType = "github.com/closegraph/closegraph/internal/projection.Value"

func main() {
	if err := generate(); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func generate() error {
	stale, err := filepath.Glob("graph/*.generated.go") // gqlgen leaves the file of a schema file that is gone
	if err != nil {
		return err
	}
	for _, name := range stale {
		if err := os.Remove(name); err != nil {
			return err
		}
	}
	cfg, err := config.LoadConfig("gqlgen.yml")
	if err != nil {
		return err
	}
	return api.Generate(cfg, api.PrependPlugin(projected{}))
}

// projected is the hook that leaves the objects of Close to the projection.
type projected struct{}

// Name is the name of the plugin in gqlgen's messages.
func (projected) Name() string { return "projected" }

// MutateSchema turns each projected type of the generator's copy of the schema into a scalar. A list of them is one value
// too, which writes its own brackets. Where the projection reads the arguments, there are none in the copy.
func (projected) MutateSchema(schema *ast.Schema) error {
	for _, field := range schema.Query.Fields {
		if projection.ReadsArguments(field) {
			field.Arguments = nil
		}
	}
	for _, def := range schema.Types {
		for _, field := range def.Fields {
			if target := schema.Types[field.Type.Name()]; target != nil && projection.Projects(schema, target) {
				field.Type = ast.NamedType(target.Name, field.Type.Position)
			}
		}
	}
	for name, def := range schema.Types {
		if !projection.Projects(schema, def) {
			continue
		}
		*def = ast.Definition{Kind: ast.Scalar, Name: name, Description: def.Description, Position: def.Position}
		delete(schema.PossibleTypes, name)
		delete(schema.Implements, name)
	}
	dropInputs(schema)
	return nil
}

// dropInputs leaves away the inputs that no argument takes any more, so that nothing is generated for them.
func dropInputs(schema *ast.Schema) {
	taken := map[string]bool{}
	var take func(name string)
	take = func(name string) {
		def := schema.Types[name]
		if def == nil || def.Kind != ast.InputObject || taken[name] {
			return
		}
		taken[name] = true
		for _, field := range def.Fields {
			take(field.Type.Name())
		}
	}
	for _, def := range schema.Types {
		for _, field := range def.Fields {
			for _, arg := range field.Arguments {
				take(arg.Type.Name())
			}
		}
	}
	for name, def := range schema.Types {
		if def.Kind == ast.InputObject && !taken[name] {
			delete(schema.Types, name)
		}
	}
}

// MutateConfig binds those scalars to the value that the projection writes.
func (projected) MutateConfig(cfg *config.Config) error {
	for name, def := range cfg.Schema.Types {
		if def.Kind == ast.Scalar && !cfg.Models.Exists(name) && !strings.HasPrefix(name, "__") {
			cfg.Models.Add(name, valueType)
		}
	}
	return nil
}

//go:embed query.gotpl
var queryTemplate string

// GenerateCode writes how the resolvers of Query are called; see graph/query.go.
func (projected) GenerateCode(data *codegen.Data) error {
	return templates.Render(templates.Options{
		PackageName:     data.Config.Exec.Package,
		Template:        queryTemplate,
		Filename:        filepath.Join(data.Config.Exec.DirName, "query.generated.go"),
		Data:            data,
		GeneratedHeader: true,
		Packages:        data.Config.Packages,
	})
}
