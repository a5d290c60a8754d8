package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// variants is how many different requests of a query take turns where load is spread.
const variants = 400

// query is one of the queries of the benchmark.
type query struct {
	name, about string
	text        string
	vars        func(a *account, variant int) map[string]any
	// calls are the paths of the REST calls that answer a variant, with their parameters. The gateway has to make these
	// and no others; the raw floor makes them too.
	calls func(a *account, variant int) []string
}

// What the calls of the queries ask of Close.
const (
	fieldsQ1    = "date,id,is_complete,text"
	fieldsQ2    = "assigned_to,assigned_to_name,created_by,created_by_name,date,id,is_complete,lead_id,lead_name,text"
	fieldsQ3    = "date,id,is_complete,text"
	fieldsQ4    = "_type,date,date_created,date_updated,id,is_complete,text,view"
	fieldsQ5    = "assigned_to,created_by,date,id,is_complete,lead_id,text"
	fieldsLeads = "description,id,name,status_id,status_label,url"
)

var queries = []query{
	{
		name: "Q1", about: "one task, 4 fields",
		text:  `query($id: ID!) { task(id: $id) { id text dueDate isComplete } }`,
		vars:  func(a *account, v int) map[string]any { return map[string]any{"id": stringOf(a.tasks[v]["id"])} },
		calls: func(a *account, v int) []string { return []string{taskCall(stringOf(a.tasks[v]["id"]))} },
	},
	{
		name: "Q2", about: "50 tasks with the names of lead, assignee and creator",
		text: `query($since: DateOrDateTime!) { tasks(first: 50, filter: {dateCreated: {gte: $since}}) { nodes {
  id text dueDate isComplete lead { id name } assignee { id name } creator { id name } } } }`,
		vars:  since,
		calls: func(_ *account, v int) []string { return []string{listCall(50, fieldsQ2, sinceOf(v))} },
	},
	{
		name: "Q3", about: "ten aliases of task(id:), 6 different",
		text:  aliases(),
		vars:  sixTasks,
		calls: func(a *account, v int) []string { return []string{tasksCall(slices.Collect(idsOf(a, v)))} },
	},
	{
		name: "Q4", about: "100 tasks, 8 scalars",
		text: `query($since: DateOrDateTime!) { tasks(first: 100, filter: {dateCreated: {gte: $since}}) { nodes {
  id type text dueDate isComplete view dateCreated dateUpdated } } }`,
		vars:  since,
		calls: func(_ *account, v int) []string { return []string{listCall(100, fieldsQ4, sinceOf(v))} },
	},
	{
		name: "Q5", about: "Q2 with more of each lead and user, 3 calls",
		text: `query($since: DateOrDateTime!) { tasks(first: 50, filter: {dateCreated: {gte: $since}}) { nodes {
  id text dueDate isComplete lead { id name url description status { label } }
  assignee { id name email } creator { id name email image } } } }`,
		vars: since,
		calls: func(a *account, v int) []string {
			var leads []string
			for _, task := range a.madeSince(madeAt(v))[:50] {
				if lead := stringOf(task["lead_id"]); !slices.Contains(leads, lead) {
					leads = append(leads, lead)
				}
			}
			return []string{listCall(50, fieldsQ5, sinceOf(v)), leadsCall(leads), usersCall}
		},
	},
}

// usersCall asks for the users of the organization, whole: the list takes no _fields.
const usersCall = "/user/?_limit=1000"

func taskCall(id string) string { return "/task/" + id + "/?_fields=" + fieldsQ1 }

func tasksCall(ids []string) string {
	return "/task/?_fields=" + fieldsQ3 + "&_type=all&id__in=" + strings.Join(ids, ",")
}

func listCall(limit int, fields, since string) string {
	return fmt.Sprintf("/task/?_fields=%s&_limit=%d&_type=all&date_created__gte=%s", fields, limit, since)
}

func leadsCall(ids []string) string {
	return "/lead/?_fields=" + fieldsLeads + "&id__in=" + strings.Join(ids, ",")
}

// sinceOf is the moment from which a variant lists tasks.
func sinceOf(variant int) string { return madeAt(variant).Format(time.RFC3339) }

func since(_ *account, variant int) map[string]any { return map[string]any{"since": sinceOf(variant)} }

// aliases is Q3: ten tasks, of which four are among the others.
func aliases() string {
	var b strings.Builder
	b.WriteString("query($a: ID!, $b: ID!, $c: ID!, $d: ID!, $e: ID!, $f: ID!) {")
	for i, name := range "abcdefabcd" {
		fmt.Fprintf(&b, " t%d: task(id: $%c) { id text dueDate isComplete }", i, name)
	}
	b.WriteString(" }")
	return b.String()
}

// idsOf are the six tasks of a variant of Q3.
func idsOf(a *account, variant int) func(func(string) bool) {
	return func(yield func(string) bool) {
		for i := range 6 {
			if !yield(stringOf(a.tasks[variant+i*500]["id"])) {
				return
			}
		}
	}
}

func sixTasks(a *account, variant int) map[string]any {
	vars := map[string]any{}
	for id := range idsOf(a, variant) {
		vars[string(rune('a'+len(vars)))] = id
	}
	return vars
}

// body is the request for a variant, as a client sends it: with variables, or with their values in the text.
func (q query) body(a *account, variant int, literals bool) []byte {
	request := map[string]any{"query": q.text, "variables": q.vars(a, variant)}
	if literals {
		request = map[string]any{"query": literal(q.text, q.vars(a, variant))}
	}
	encoded, err := json.Marshal(request)
	if err != nil {
		panic(err)
	}
	return encoded
}

var firstN = regexp.MustCompile(`first: \d+`)

var declarations = regexp.MustCompile(`^query\([^)]*\) `)

// literal writes the values of variables, which are texts, into the text of a query.
func literal(query string, vars map[string]any) string {
	query = declarations.ReplaceAllString(query, "")
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		query = regexp.MustCompile(`\$`+name+`\b`).ReplaceAllLiteralString(query, string(text(vars[name].(string))))
	}
	return query
}

// chosen are the queries of these names, in their order.
func chosen(names string) ([]query, error) {
	var out []query
	wanted := strings.Split(names, ",")
	for _, q := range queries {
		if names == "" || slices.Contains(wanted, q.name) {
			out = append(out, q)
		}
	}
	if names != "" && len(out) != len(wanted) {
		return nil, fmt.Errorf("-queries: %q names a query that there is not; there are Q1 to Q5", names)
	}
	return out, nil
}
