package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/closegraph/closegraph/closeapi/sandbox"
	"github.com/closegraph/closegraph/internal/bench/textbook"
	"github.com/closegraph/closegraph/internal/config"
	"github.com/closegraph/closegraph/internal/gateway"
)

// query is a query of the benchmarks, and how many calls each server makes to answer it. One for which the textbook makes none
// is for ours alone.
type query struct {
	name            string
	text            string
	ours, textbooks int
}

const names = `{ tasks(first: 50) { nodes { id text dueDate isComplete lead { id name } assignee { id name } creator { id name } } } }`

const people = `{ tasks(first: 50) { nodes { id text dueDate isComplete
  lead { id name url description status { label } } assignee { id name email } creator { id name email image } } } }`

// scalars are of the row alone, which the textbook does not know all.
const scalars = `{ tasks(first: 100) { nodes { id type text dueDate isComplete view dateCreated dateUpdated } } }`

// lately are tasks that a filter chooses.
const lately = `{ tasks(first: 50, filter: {dateCreated: {gte: "2020-01-01T00:00:00Z"}}) { nodes { id text } } }`

// queries are for tasks of the sandbox by their ids.
func queries(ids []string) []query {
	var aliases strings.Builder
	for i := range 10 {
		fmt.Fprintf(&aliases, " t%d: task(id: %q) { id text dueDate isComplete }", i, ids[i%7])
	}
	return []query{
		{"tasks50", names, 1, 3},
		{"task", fmt.Sprintf("{ task(id: %q) { id text dueDate isComplete } }", ids[0]), 1, 1},
		{"aliases10", "{" + aliases.String() + " }", 1, 10},
		{"tasks50full", people, 3, 3},
		{"tasks100", scalars, 1, 0},
		{"filter", lately, 1, 0},
	}
}

// A server is one of those compared, and what it asks.
type server struct {
	name    string
	handler http.Handler
	close   *upstream
}

// newServers makes both servers in front of the same Close, and the queries that they are asked. Both have the default
// configuration, log nothing, and keep parsed queries, but none of Close's answers: the textbook has no place for them.
func newServers(t testing.TB) (ours, theirs *server, asked []query) {
	t.Helper()
	s := sandbox.RunT(t)
	cannedOf := func() *upstream {
		return &upstream{source: s.Transport(), documents: map[request]document{}}
	}
	args := []string{"--close-api-key=" + sandbox.DemoKey, "--cache-size=0"}
	unset := func(string) (string, bool) { return "", false }
	cfg, err := config.Parse(args, "bench", unset, io.Discard, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	ours = &server{name: "closegraph", close: cannedOf()}
	g, err := gateway.New(gateway.Options{Config: cfg, Log: slog.New(slog.DiscardHandler), Transport: ours.close})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Close)
	ours.handler = g.Handler()
	theirs = &server{name: "textbook", close: cannedOf()}
	theirs.handler = textbook.New(theirs.close, sandbox.DemoKey, batchOf(t, ours))
	return ours, theirs, queries(s.IDs("task"))
}

// batchOf counts the leads and users of the fifty tasks.
func batchOf(t testing.TB, s *server) textbook.Batch {
	t.Helper()
	type object struct{ ID string }
	var answer struct {
		Data struct {
			Tasks struct {
				Nodes []struct{ Lead, Assignee, Creator *object }
			}
		}
	}
	if err := json.Unmarshal(s.ask(t, names), &answer); err != nil {
		t.Fatal(err)
	}
	leads, users := map[string]bool{}, map[string]bool{}
	for _, task := range answer.Data.Tasks.Nodes {
		for o, seen := range map[*object]map[string]bool{task.Lead: leads, task.Assignee: users, task.Creator: users} {
			if o != nil {
				seen[o.ID] = true
			}
		}
	}
	s.close.taken()
	return textbook.Batch{Leads: len(leads), Users: len(users)}
}

// ask asks once and returns the body of the answer.
func (s *server) ask(t testing.TB, text string) []byte {
	t.Helper()
	c := newClient(t, s, text)
	c.do()
	if c.status != http.StatusOK || bytes.Contains(c.body.Bytes(), []byte(`"errors"`)) {
		t.Fatalf("%s answers %s with status %d: %s", s.name, text, c.status, c.body.Bytes())
	}
	return c.body.Bytes()
}

// client asks a handler the same again and again, with as little work of its own as can be. It is the ResponseWriter too.
type client struct {
	handler http.Handler
	request *http.Request
	sent    []byte

	header http.Header
	status int
	body   bytes.Buffer
}

func newClient(t testing.TB, s *server, text string) *client {
	t.Helper()
	sent, err := json.Marshal(map[string]string{"query": text})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost/graphql", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.RemoteAddr = "127.0.0.1:1"
	r.RequestURI = "/graphql"
	r.ContentLength = int64(len(sent))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json")
	return &client{handler: s.handler, request: r, sent: sent, header: http.Header{}}
}

// do asks once.
func (c *client) do() {
	clear(c.header)
	c.status = 0
	c.body.Reset()
	ctx, cancel := context.WithCancel(c.request.Context()) // as net/http does
	defer cancel()
	r := c.request.WithContext(ctx)
	r.Body = io.NopCloser(bytes.NewReader(c.sent))
	c.handler.ServeHTTP(c, r)
}

// Header implements http.ResponseWriter.
func (c *client) Header() http.Header { return c.header }

// WriteHeader implements http.ResponseWriter.
func (c *client) WriteHeader(status int) {
	if c.status == 0 {
		c.status = status
	}
}

// Write implements http.ResponseWriter.
func (c *client) Write(b []byte) (int, error) {
	c.WriteHeader(http.StatusOK)
	return c.body.Write(b)
}
