package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// newProxy is the first floor: net/http's own reverse proxy in front of the REST API, and nothing else.
func newProxy(upstream *url.URL) http.Handler {
	return &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(upstream) },
		Transport: manyConnections(),
	}
}

// rawFloor is the second floor: handlers written by hand for the five queries. Each takes the same body as the gateway, but
// looks at its variables only, makes the same calls, and hands on the bytes of their answers as they are. There is no
// GraphQL in it, no check, no limit and no log.
type rawFloor struct {
	client   *http.Client
	upstream string
}

func newRawFloor(upstream string) http.Handler {
	f := rawFloor{client: &http.Client{Transport: manyConnections()}, upstream: upstream + basePath}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /Q1", f.one)
	mux.HandleFunc("POST /Q2", f.list(50, fieldsQ2))
	mux.HandleFunc("POST /Q3", f.six)
	mux.HandleFunc("POST /Q4", f.list(100, fieldsQ4))
	mux.HandleFunc("POST /Q5", f.joined)
	return mux
}

// manyConnections is net/http's transport with as many idle connections as the load may use.
func manyConnections() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConns, t.MaxIdleConnsPerHost = 256, 256
	t.DisableCompression = true
	return t
}

func (f rawFloor) one(w http.ResponseWriter, r *http.Request) {
	var in struct{ Variables struct{ ID string } }
	if f.read(w, r, &in) {
		f.write(w, r, taskCall(in.Variables.ID))
	}
}

func (f rawFloor) list(limit int, fields string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in struct{ Variables struct{ Since string } }
		if f.read(w, r, &in) {
			f.write(w, r, listCall(limit, fields, in.Variables.Since))
		}
	}
}

func (f rawFloor) six(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Variables struct{ A, B, C, D, E, F string }
	}
	if f.read(w, r, &in) {
		v := in.Variables
		f.write(w, r, tasksCall([]string{v.A, v.B, v.C, v.D, v.E, v.F}))
	}
}

// joined makes the three calls of Q5: the leads and the users at once, when the tasks tell which leads.
func (f rawFloor) joined(w http.ResponseWriter, r *http.Request) {
	var in struct{ Variables struct{ Since string } }
	if !f.read(w, r, &in) {
		return
	}
	ctx := r.Context()
	tasks, err := f.get(ctx, listCall(50, fieldsQ5, in.Variables.Since))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	type answer struct {
		body []byte
		err  error
	}
	users := make(chan answer, 1)
	go func() {
		body, err := f.get(ctx, usersCall)
		users <- answer{body, err}
	}()
	leads, err := f.get(ctx, leadsCall(leadsIn(tasks)))
	other := <-users
	if err != nil || other.err != nil {
		http.Error(w, fmt.Sprint(err, other.err), http.StatusBadGateway)
		return
	}
	f.send(w, tasks, leads, other.body)
}

// leadsIn are the ids of the leads in a list of tasks, each once. It looks for nothing but their member.
func leadsIn(tasks []byte) []string {
	member := []byte(`"lead_id":"`)
	var ids []string
	for {
		at := bytes.Index(tasks, member)
		if at < 0 {
			return ids
		}
		tasks = tasks[at+len(member):]
		id := string(tasks[:bytes.IndexByte(tasks, '"')])
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
}

// read takes the variables from the body.
func (f rawFloor) read(w http.ResponseWriter, r *http.Request, into any) bool {
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(body, into)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return false
	}
	return true
}

// write answers with what one call answers.
func (f rawFloor) write(w http.ResponseWriter, r *http.Request, call string) {
	body, err := f.get(r.Context(), call)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	f.send(w, body)
}

func (f rawFloor) get(ctx context.Context, call string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, f.upstream+call, nil)
	if err != nil {
		return nil, err
	}
	req.SetBasicAuth(benchKey, "")
	resp, err := f.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", call, resp.Status)
	}
	body := make([]byte, max(resp.ContentLength, 0))
	_, err = io.ReadFull(resp.Body, body)
	return body, err
}

// send writes {"data":...} around the bytes of one answer, or of a list of them.
func (f rawFloor) send(w http.ResponseWriter, answers ...[]byte) {
	head, tail := floorFrame(len(answers))
	length := len(head) + len(tail) + len(answers) - 1
	for _, answer := range answers {
		length += len(answer)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(length))
	_, _ = io.WriteString(w, head)
	for i, answer := range answers {
		if i > 0 {
			_, _ = io.WriteString(w, ",")
		}
		_, _ = w.Write(answer)
	}
	_, _ = io.WriteString(w, tail)
}

// floorFrame is what the raw floor writes around so many answers of the upstream.
func floorFrame(answers int) (head, tail string) {
	if answers == 1 {
		return `{"data":`, `}`
	}
	return `{"data":[`, `]}`
}

// floorAnswer is what the raw floor has to answer.
func floorAnswer(answers [][]byte) []byte {
	head, tail := floorFrame(len(answers))
	return []byte(head + string(bytes.Join(answers, []byte(","))) + tail)
}

// serve runs a handler until the process is ended.
func serve(handler http.Handler) error {
	listener, err := listen()
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	return server.Serve(listener)
}
