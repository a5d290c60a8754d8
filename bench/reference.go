package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// reference answers the queries of the benchmark straight from the account: slowly, obviously, and without REST. What the
// gateway answers has to be the same, byte for byte.
type reference struct {
	account *account
	vars    map[string]any
}

// answer is the body of the answer to a query.
func (a *account) answer(query string, vars map[string]any) ([]byte, error) {
	doc, err := parser.ParseQuery(&ast.Source{Input: query})
	if err != nil {
		return nil, fmt.Errorf("parse %q: %w", query, err)
	}
	x := reference{account: a, vars: vars}
	return []byte(`{"data":` + x.fields(doc.Operations[0].SelectionSet, x.root) + `}`), nil
}

// fields writes what is selected of something, in the order of the selection.
func (x reference) fields(selected ast.SelectionSet, value func(*ast.Field) string) string {
	var out []string
	for _, s := range selected {
		field := s.(*ast.Field) // the queries have no fragments
		out = append(out, strconv.Quote(field.Alias)+":"+value(field))
	}
	return "{" + strings.Join(out, ",") + "}"
}

func (x reference) root(f *ast.Field) string {
	switch f.Name {
	case "task":
		return x.fields(f.SelectionSet, x.task(x.account.byID[x.argument(f, "id").(string)]))
	case "tasks":
		rows := x.account.tasks
		if filter, ok := x.argument(f, "filter").(map[string]any); ok {
			since, err := time.Parse(time.RFC3339, filter["dateCreated"].(map[string]any)["gte"].(string))
			if err != nil {
				panic(err)
			}
			rows = x.account.madeSince(since)
		}
		first, err := strconv.Atoi(fmt.Sprint(x.argument(f, "first")))
		if err != nil {
			panic(err)
		}
		rows = rows[:min(first, len(rows))]
		return x.fields(f.SelectionSet, func(f *ast.Field) string {
			var nodes []string
			for _, row := range rows {
				nodes = append(nodes, x.fields(f.SelectionSet, x.task(row)))
			}
			return "[" + strings.Join(nodes, ",") + "]"
		})
	}
	panic("the reference does not know " + f.Name)
}

func (x reference) task(o object) func(*ast.Field) string {
	return func(f *ast.Field) string {
		switch f.Name {
		case "id", "text":
			return string(o[f.Name])
		case "type":
			return strings.ToUpper(string(o["_type"]))
		case "view":
			return strings.ToUpper(string(o["view"]))
		case "dueDate":
			return string(o["date"])
		case "isComplete":
			return string(o["is_complete"])
		case "dateCreated":
			return canonical(o["date_created"])
		case "dateUpdated":
			return canonical(o["date_updated"])
		case "lead":
			return x.fields(f.SelectionSet, x.lead(x.account.byID[stringOf(o["lead_id"])]))
		case "assignee":
			return x.fields(f.SelectionSet, x.user(x.account.byID[stringOf(o["assigned_to"])]))
		case "creator":
			return x.fields(f.SelectionSet, x.user(x.account.byID[stringOf(o["created_by"])]))
		}
		panic("the reference does not know Task." + f.Name)
	}
}

func (x reference) lead(o object) func(*ast.Field) string {
	return func(f *ast.Field) string {
		switch f.Name {
		case "id", "name", "url", "description":
			return string(o[f.Name])
		case "status":
			return x.fields(f.SelectionSet, func(*ast.Field) string { return string(o["status_label"]) })
		}
		panic("the reference does not know Lead." + f.Name)
	}
}

func (x reference) user(o object) func(*ast.Field) string {
	return func(f *ast.Field) string {
		switch f.Name {
		case "id", "email", "image":
			return string(o[f.Name])
		case "name":
			return string(text(nameOf(o)))
		}
		panic("the reference does not know User." + f.Name)
	}
}

func (x reference) argument(f *ast.Field, name string) any {
	argument := f.Arguments.ForName(name)
	if argument == nil {
		return nil
	}
	value, err := argument.Value.Value(x.vars)
	if err != nil {
		panic(err)
	}
	return value
}

// canonical is a moment as the gateway writes it.
func canonical(raw json.RawMessage) string { return string(text(timeOf(raw).Format(time.RFC3339Nano))) }
