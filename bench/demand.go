package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// need is what a page of a real app needs: as a query, and as the REST calls that a client written by hand makes for it. That
// client is a careful one: it takes names from the rows that carry them, asks for each object once, and knows which lists
// embed what. It reads whole objects, as hand-written clients do.
type need struct {
	about string
	query string // with %s for the id of a lead
	rest  func(c *restClient, lead string) error
}

var needs = []need{
	{
		about: "an inbox: 50 tasks with the names of lead and assignee",
		query: `{ tasks(first: 50, filter: {view: INBOX}, orderBy: DATE_ASC) { nodes { id type text dueDate lead { id name } assignee { id name } } pageInfo { hasNextPage endCursor } } }`,
		rest: func(c *restClient, _ string) error {
			_, err := c.list("/task/?_type=all&view=inbox&_order_by=date&_limit=50")
			return err
		},
	},
	{
		about: "50 tasks with the status and address of each lead",
		query: `{ tasks(first: 50) { nodes { id type text dueDate assignee { id name } lead { id name url status { label } } } } }`,
		rest: func(c *restClient, _ string) error {
			tasks, err := c.list("/task/?_type=all&_limit=50")
			if err != nil {
				return err
			}
			return c.each("/lead/%s/", distinct(tasks, "lead_id"))
		},
	},
	{
		about: "the same, and the addresses of the people",
		query: `{ tasks(first: 50) { nodes { id type text dueDate assignee { id name email } creator { id name email } lead { id name url status { label } } } } }`,
		rest: func(c *restClient, _ string) error {
			tasks, err := c.list("/task/?_type=all&_limit=50")
			if err != nil {
				return err
			}
			if err := c.each("/lead/%s/", distinct(tasks, "lead_id")); err != nil {
				return err
			}
			_, err = c.list("/user/?_limit=100") // cheaper than each by its id
			return err
		},
	},
	{
		about: "20 leads with the latest 3 activities of each",
		query: `{ leads(first: 20) { nodes { id displayName status { label } activities(first: 3) { nodes { __typename activityAt user { id name } ... on Note { note } ... on Call { direction duration } ... on Email { subject } } } } } }`,
		rest: func(c *restClient, _ string) error {
			leads, err := c.list("/lead/?_limit=20")
			if err != nil {
				return err
			}
			return c.each("/activity/?lead_id=%s&_limit=3", distinct(leads, "id"))
		},
	},
	{
		about: "a lead's page, as above",
		query: `{ lead(id: "%s") { displayName status { label } contacts { name title emails { email } phones { phoneFormatted } }
  openTasks { text date assignee { id name } } opportunities { valueFormatted confidence status { label type } user { id name } }
  customFields { field { name } values { ... on CustomText { text } ... on CustomChoice { choice } } }
  activities(first: 20) { nodes { __typename activityAt user { id name } ... on Note { note } ... on Call { direction duration } ... on Email { subject } } } } }`,
		rest: func(c *restClient, lead string) error {
			if _, err := c.get("/lead/" + lead + "/"); err != nil { // with its contacts, opportunities and tasks
				return err
			}
			if _, err := c.get("/custom_field_schema/lead/"); err != nil { // what the custom fields are called
				return err
			}
			_, err := c.list("/activity/?lead_id=" + lead + "&_limit=20")
			return err
		},
	},
}

// demand prints what each need costs at Close: with a gateway that has just started, with the same gateway once more, and
// with the client written by hand.
func (r *rig) demand(ctx context.Context, out io.Writer) error {
	close, err := startWith(ctx, regexp.MustCompile(`Sandbox +(http://[0-9.:]+)`), "sandbox", coreMeasured,
		r.binary, "--listen=127.0.0.1:0", "--sandbox-listen=127.0.0.1:0", "--log-level=warn")
	if err != nil {
		return err
	}
	defer close.stop()
	meter, err := newMeter(close)
	if err != nil {
		return err
	}
	defer meter.listener.Close()
	client := &restClient{base: meter.address + basePath}
	leads, err := client.list("/lead/?_limit=1")
	if err != nil {
		return err
	}
	lead := leads[0]["id"].(string)
	fmt.Fprintln(out, "| the page | calls, bytes | once more | by hand |\n| --- | --- | --- | --- |")
	for _, n := range needs {
		gateway, err := start(ctx, "closegraph", coreMeasured, r.binary, "--listen=127.0.0.1:0", "--close-api-key="+sandboxKey,
			"--close-base-url="+meter.address+basePath, "--log-level=warn")
		if err != nil {
			return err
		}
		var costs []string
		query := strings.ReplaceAll(n.query, "%s", lead)
		for _, ask := range []func() error{
			func() error { return askGateway(gateway, query) },
			func() error { return askGateway(gateway, query) },
			func() error { return n.rest(client, lead) },
		} {
			meter.calls.Store(0)
			meter.bytes.Store(0)
			if err := ask(); err != nil {
				gateway.stop()
				return fmt.Errorf("%s: %w", n.about, err)
			}
			costs = append(costs, fmt.Sprintf("%d, %.1f KB", meter.calls.Load(), float64(meter.bytes.Load())/1000))
		}
		gateway.stop()
		fmt.Fprintf(out, "| %s | %s |\n", n.about, strings.Join(costs, " | "))
	}
	return nil
}

// sandboxKey is a key that the sandbox takes.
const sandboxKey = "api_sandbox.demo"

func askGateway(s *server, query string) error {
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		return err
	}
	resp, err := http.Post(s.address+"/graphql", "application/json", strings.NewReader(string(body))) //nolint:noctx // it is near
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err == nil && (resp.StatusCode != http.StatusOK || strings.Contains(string(answer), `"errors"`)) {
		err = fmt.Errorf("status %d: %.500s", resp.StatusCode, answer)
	}
	return err
}

// meter is a proxy that counts the calls that pass, and the bytes of their answers, not compressed.
type meter struct {
	listener     net.Listener
	address      string
	calls, bytes atomic.Int64
}

func newMeter(to *server) (*meter, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it ends with the process
	if err != nil {
		return nil, err
	}
	m := &meter{listener: listener, address: "http://" + listener.Addr().String()}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to.url())
			r.Out.Header.Set("Accept-Encoding", "identity")
		},
		ModifyResponse: func(resp *http.Response) error {
			body, err := io.ReadAll(resp.Body)
			if err != nil {
				return err
			}
			if resp.StatusCode == http.StatusOK {
				m.calls.Add(1)
				m.bytes.Add(int64(len(body)))
			}
			resp.Body = io.NopCloser(strings.NewReader(string(body)))
			return nil
		},
	}
	go func() { _ = (&http.Server{Handler: proxy, ReadHeaderTimeout: time.Minute}).Serve(listener) }()
	return m, nil
}

// restClient calls Close as a client does that somebody wrote by hand.
type restClient struct{ base string }

// get reads an object. Where Close has no room it waits; such calls are not counted.
func (c *restClient) get(path string) (map[string]any, error) {
	for {
		req, err := http.NewRequest(http.MethodGet, c.base+path, nil) //nolint:noctx // it is near
		if err != nil {
			return nil, err
		}
		req.SetBasicAuth(sandboxKey, "")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			return nil, err
		}
		switch resp.StatusCode {
		case http.StatusOK:
			var object map[string]any
			err := json.Unmarshal(body, &object)
			return object, err
		case http.StatusTooManyRequests:
			seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
			<-time.After(time.Duration(max(seconds, 1)) * time.Second)
		default:
			return nil, fmt.Errorf("GET %s: %s: %.300s", path, resp.Status, body)
		}
	}
}

// list reads the first page of a list.
func (c *restClient) list(path string) ([]map[string]any, error) {
	page, err := c.get(path)
	if err != nil {
		return nil, err
	}
	data, ok := page["data"].([]any)
	if !ok {
		return nil, errors.New("GET " + path + ": no list")
	}
	rows := make([]map[string]any, 0, len(data))
	for _, row := range data {
		rows = append(rows, row.(map[string]any))
	}
	return rows, nil
}

// each reads one thing for each id.
func (c *restClient) each(path string, ids []string) error {
	for _, id := range ids {
		if _, err := c.get(fmt.Sprintf(path, id)); err != nil {
			return err
		}
	}
	return nil
}

// distinct are the values of a member, each once.
func distinct(rows []map[string]any, member string) []string {
	var out []string
	seen := map[string]bool{}
	for _, row := range rows {
		if id, ok := row[member].(string); ok && !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}
