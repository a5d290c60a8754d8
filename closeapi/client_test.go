package closeapi_test

import (
	"context"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/closegraph/closegraph/closeapi"
)

func TestNewNamesTheBadSetting(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		cfg  closeapi.Config
		want string
	}{
		"relative":        {closeapi.Config{BaseURL: "/api/v1"}, "BaseURL"},
		"no host":         {closeapi.Config{BaseURL: "https://:443/"}, "BaseURL"},
		"other scheme":    {closeapi.Config{BaseURL: "ftp://close.example"}, "BaseURL"},
		"query":           {closeapi.Config{BaseURL: "https://close.example/?a=b"}, "BaseURL"},
		"user":            {closeapi.Config{BaseURL: "https://u:hunter2@close.example"}, "BaseURL"},
		"not a URL":       {closeapi.Config{BaseURL: "https://u:hunter2@close.example:x"}, "BaseURL"},
		"size":            {closeapi.Config{MaxResponseBytes: -1}, "MaxResponseBytes"},
		"timeout":         {closeapi.Config{Timeout: -1}, "Timeout"},
		"agent":           {closeapi.Config{UserAgent: "a\r\nb: c"}, "UserAgent"},
		"attempts":        {closeapi.Config{Retry: closeapi.RetryPolicy{MaxAttempts: -1}}, "Retry.MaxAttempts"},
		"base delay":      {closeapi.Config{Retry: closeapi.RetryPolicy{BaseDelay: -1}}, "Retry.BaseDelay"},
		"the other delay": {closeapi.Config{Retry: closeapi.RetryPolicy{MaxDelay: -1}}, "Retry.MaxDelay"},
		"share":           {closeapi.Config{Retry: closeapi.RetryPolicy{Share: math.NaN()}}, "Retry.Share"},
		"queue":           {closeapi.Config{Pace: closeapi.PacePolicy{MaxQueue: -1}}, "Pace.MaxQueue"},
		"wait":            {closeapi.Config{Pace: closeapi.PacePolicy{MaxWait: -1}}, "Pace.MaxWait"},
		"calls":           {closeapi.Config{Circuit: closeapi.CircuitPolicy{MinCalls: -1}}, "Circuit.MinCalls"},
		"failures":        {closeapi.Config{Circuit: closeapi.CircuitPolicy{Failures: 1.5}}, "Circuit.Failures"},
		"window":          {closeapi.Config{Circuit: closeapi.CircuitPolicy{Window: -1}}, "Circuit.Window"},
		"pause":           {closeapi.Config{Circuit: closeapi.CircuitPolicy{Pause: -1}}, "Circuit.Pause"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := closeapi.New(test.cfg)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("New = %v, want an error about %s", err, test.want)
			}
			if err != nil && strings.Contains(err.Error(), "hunter2") {
				t.Errorf("New = %v, which holds the password", err)
			}
		})
	}
	if _, err := closeapi.New(closeapi.Config{}); err != nil {
		t.Errorf("New of the zero value = %v", err)
	}
}

func TestDoSendsWhatCloseExpects(t *testing.T) {
	t.Parallel()
	type sent struct {
		Line    string
		Headers map[string]string
		Body    string
	}
	var got sent
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = sent{Line: r.Method + " " + r.RequestURI, Body: string(body), Headers: map[string]string{}}
		for name := range r.Header {
			got.Headers[name] = r.Header.Get(name)
		}
		if len(r.TransferEncoding) > 0 {
			t.Errorf("the body is sent %v", r.TransferEncoding)
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"id":"lead_1"}`)
	})
	headers := map[string]string{
		"Authorization":   "Basic YXBpX3NlY3JldC5rZXkxMjM6",
		"Accept":          "application/json",
		"Accept-Encoding": "gzip",
		"User-Agent":      "closegraph",
		"X-Tz-Offset":     "0",
	}
	doc, err := client.Do(t.Context(), closeapi.Call{
		Operation: "GET /lead/{id}/", Vars: []string{"lead_1"}, Fields: []string{"name", "id", "name"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if string(doc.Body) != `{"id":"lead_1"}` || doc.Status != 201 {
		t.Errorf("Do = %d %s", doc.Status, doc.Body)
	}
	want := sent{Line: "GET /api/v1/lead/lead_1/?_fields=id,name", Headers: headers}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("GET (-want +got):\n%s", diff)
	}

	offset, err := closeapi.ParseOffset("5.5", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	client = client.For(closeapi.Caller{Credential: closeapi.Bearer("at_x1"), Offset: offset})
	_, err = client.Do(t.Context(), closeapi.Call{
		Operation: "PUT /lead/{id}/", Vars: []string{"lead_1"}, Body: json.RawMessage(`{ "name" : null }`),
	})
	if err != nil {
		t.Fatal(err)
	}
	headers["Authorization"] = "Bearer at_x1"
	headers["X-Tz-Offset"] = "5.5"
	headers["Content-Type"] = "application/json"
	headers["Content-Length"] = "17"
	want = sent{Line: "PUT /api/v1/lead/lead_1/", Headers: headers, Body: `{ "name" : null }`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("PUT (-want +got):\n%s", diff)
	}

	minus, err := closeapi.ParseOffset("-4", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Do(t.Context(), closeapi.Call{Operation: "GET /me/", Offset: &minus}); err != nil {
		t.Fatal(err)
	}
	if got.Headers["X-Tz-Offset"] != "-4" {
		t.Errorf("the call's own offset is sent as %q", got.Headers["X-Tz-Offset"])
	}
}

func TestDoWithoutBody(t *testing.T) {
	t.Parallel()
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete {
			w.WriteHeader(http.StatusNoContent)
		}
	})
	for _, operation := range []string{"DELETE /pipeline/{id}/", "POST /playbook/{id}/archive/"} {
		doc, err := client.Do(t.Context(), closeapi.Call{Operation: operation, Vars: []string{"x_1"}})
		if err != nil || doc.Body != nil || doc.HasMore() {
			t.Errorf("Do(%s) = %q, %v, want a nil body", operation, doc.Body, err)
		}
		value := "kept"
		if err := doc.Decode(&value); err != nil || value != "kept" {
			t.Errorf("Decode = %v, value %q", err, value)
		}
	}
}

func TestDocument(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]bool{
		`{"data":[],"has_more":true}`:                       true,
		`{ "has_more" : true , "data": [] }`:                true,
		`{"data":[],"has_more":false}`:                      false,
		`{"data":[]}`:                                       false,
		`{"data":[{"has_more":true}]}`:                      false,
		`{"data":["\"has_more\":true"],"has_more":"true"}`:  false,
		`{"x":{"has_more":true},"has_more":false,"data":1}`: false,
		``: false,
	} {
		if got := (closeapi.Document{Body: []byte(body)}).HasMore(); got != want {
			t.Errorf("HasMore(%s) = %v, want %v", body, got, want)
		}
	}
	var lead struct{ Name string }
	if err := (closeapi.Document{Body: []byte(`{"name":"Bluth"}`)}).Decode(&lead); err != nil || lead.Name != "Bluth" {
		t.Errorf("Decode = %v, %+v", err, lead)
	}
	if err := (closeapi.Document{Body: []byte(`{`)}).Decode(&lead); err == nil {
		t.Error("Decode takes half a document")
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	var reached bool
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer elsewhere.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		client := serve(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL+r.URL.Path, status)
		})
		for _, call := range []closeapi.Call{getLead, postLead} {
			_, err := client.Do(t.Context(), call)
			if got := asError(t, err); got.Status != status {
				t.Errorf("Do(%s) = %v, want status %d", call.Operation, err, status)
			}
		}
	}
	if reached {
		t.Error("the other host was called")
	}
}

func TestCancellationReachesTheServer(t *testing.T) {
	t.Parallel()
	for name, begin := range map[string]func(http.ResponseWriter){
		"before the answer": func(http.ResponseWriter) {},
		"within the answer": func(w http.ResponseWriter) {
			_, _ = io.WriteString(w, `{"data":[`)
			_ = http.NewResponseController(w).Flush()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			gone := make(chan struct{})
			client := serve(t, func(w http.ResponseWriter, r *http.Request) {
				begin(w)
				cancel()
				<-r.Context().Done()
				close(gone)
			})
			_, err := client.Do(ctx, getLead)
			if !closeapi.IsCanceled(err) || closeapi.IsTimeout(err) {
				t.Errorf("Do = %v, want canceled", err)
			}
			select {
			case <-gone:
			case <-time.After(10 * time.Second):
				t.Error("the server does not see the connection close")
			}
		})
	}
}

func TestTimeouts(t *testing.T) {
	t.Parallel()
	slowBody := func(req *http.Request) (*http.Response, error) {
		reader, writer := io.Pipe()
		context.AfterFunc(req.Context(), func() { writer.CloseWithError(io.ErrClosedPipe) })
		return &http.Response{StatusCode: 200, Header: http.Header{}, ContentLength: -1, Body: reader}, nil
	}
	never := func(req *http.Request) (*http.Response, error) {
		<-req.Context().Done()
		return nil, io.ErrUnexpectedEOF // whatever a transport makes of it
	}
	for name, test := range map[string]struct {
		transport inProcess
		deadline  time.Duration
		want      time.Duration
	}{
		"attempt, no answer":  {never, time.Hour, 30 * time.Second},
		"attempt, slow body":  {slowBody, time.Hour, 30 * time.Second},
		"deadline, no answer": {never, time.Second, time.Second},
		"deadline, slow body": {slowBody, time.Second, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := newClient(t, closeapi.Config{Transport: test.transport})
				ctx, cancel := context.WithTimeout(t.Context(), test.deadline)
				defer cancel()
				start := time.Now()
				_, err := client.Do(ctx, getLead)
				if !closeapi.IsTimeout(err) || closeapi.IsCanceled(err) {
					t.Errorf("Do = %v, want a timeout", err)
				}
				if got := time.Since(start); got != test.want {
					t.Errorf("it took %v, want %v", got, test.want)
				}
			})
		})
	}
}

func TestNoCallWithoutCredential(t *testing.T) {
	t.Parallel()
	for name, credential := range map[string]closeapi.Credential{
		"none": nil, "empty key": closeapi.APIKey(" \n"), "key with a newline": closeapi.APIKey("a\nb"),
		"empty token": closeapi.Bearer(""), "token with a header": closeapi.Bearer("a\r\nx: y"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, err := closeapi.New(closeapi.Config{
				Caller: closeapi.Caller{Credential: credential},
				Transport: inProcess(func(*http.Request) (*http.Response, error) {
					t.Error("a call is made")
					return answer(200, `{}`), nil
				}),
			})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := client.Do(t.Context(), getLead); !closeapi.IsUnauthorized(err) {
				t.Errorf("Do = %v, want unauthorized", err)
			}
		})
	}
}

func BenchmarkDo(b *testing.B) {
	body := `{"id":"lead_1","display_name":"Bluth Company","status_label":"Qualified"}`
	client := newClient(b, closeapi.Config{
		Transport: inProcess(func(*http.Request) (*http.Response, error) {
			return answer(200, body), nil
		}),
	})
	call := closeapi.Call{
		Operation: "GET /lead/{id}/", Vars: []string{"lead_1"}, Fields: []string{"display_name", "id", "status_label"},
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := client.Do(b.Context(), call); err != nil {
			b.Fatal(err)
		}
	}
}
