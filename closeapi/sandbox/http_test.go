package sandbox_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

func TestRefusals(t *testing.T) {
	t.Parallel()
	s := open(sandbox.Options{})
	task := s.IDs("task")[0]
	unknown := `{"error":"The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again."}`
	tests := []struct {
		name, method, path, body string
		headers                  []string
		status                   int
		want                     string
	}{
		{"no credential", "GET", "/me/", "", []string{"Authorization", ""}, 401, `{"error":"Unauthorized"}`},
		{"not a key", "GET", "/me/", "", []string{"Authorization", "Basic c29tZWJvZHk6"}, 401, `{"error":"Unauthorized"}`},
		{"a password", "GET", "/me/", "", []string{"Authorization", "Basic YXBpX2E6Yg=="}, 401, `{"error":"Unauthorized"}`},
		{"a write without credential", "POST", "/task/", `{"x":`, []string{"Authorization", ""}, 401, `{"error":"Unauthorized"}`},
		{"unknown path", "GET", "/unicorn/", "", nil, 404, unknown},
		{"path below an object", "GET", "/task/" + task + "/more/", "", nil, 404, unknown},
		{"missing object", "GET", "/task/task_gone/", "", nil, 404, `{"error":"Empty query: {'id': 'task_gone'}"}`},
		{"id of another resource", "GET", "/lead/" + task + "/", "", nil, 404, `{"error":"Empty query: {'id': '` + task + `'}"}`},
		{"post to an object", "POST", "/task/" + task + "/", `{}`, nil, 404, `{"error":"Did you mean to use PUT?"}`},
		{"method", "DELETE", "/task/", "", nil, 405, `{"error":"Method Not Allowed"}`},
		{"patch", "PATCH", "/task/" + task + "/", "", nil, 405, `{"error":"Method Not Allowed"}`},
		{"read-only resource", "PUT", "/user/" + s.IDs("user")[0] + "/", `{"first_name":"x"}`, nil, 405, `{"error":"Method Not Allowed"}`},
		{"broken JSON", "PUT", "/task/" + task + "/", `{"text":`, nil, 400, `{"error":"The request contains invalid JSON."}`},
		{"more after the JSON", "PUT", "/task/" + task + "/", `{} {}`, nil, 400, `{"error":"The request contains invalid JSON."}`},
		{"not a number", "PUT", "/task/" + task + "/", `{"text":NaN}`, nil, 400, `{"error":"The request contains invalid JSON."}`},
		{"a list", "PUT", "/task/" + task + "/", `[]`, nil, 400, `{"error":"JSON data must be a dict."}`},
		{"no body", "POST", "/task/", "", nil, 400, `{"error":"Please send valid JSON with a 'Content-Type: application/json' header."}`},
		{"a form", "POST", "/task/", "a=b", []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, `{"error":"Please send valid JSON with a 'Content-Type: application/json' header."}`},
		{"params are no object", "PUT", "/task/", `{"_params":"x"}`, nil, 400, `{"error":"_params must be a dict."}`},
		{"override of another method", "POST", "/task/", `{}`, []string{"X-Http-Method-Override", "DELETE"}, 400, `{"error":"sandbox: x-http-method-override stands for GET only"}`},
		{"older limit", "GET", "/task/?_limit=1001", "", nil, 400, `{"error":"The limit you set is larger than the maximum limit for this resource (max_limit = 1000)."}`},
		{"newer limit", "GET", "/lead/?_limit=201", "", nil, 400, `{"errors":[],"field-errors":{"_limit":"Input should be less than or equal to 200"}}`},
		{"no number", "GET", "/task/?_limit=abc", "", nil, 400, `{"error":"_limit must be an integer (got \"abc\" instead)."}`},
		{"negative", "GET", "/task/?_skip=-1", "", nil, 400, `{"error":"_skip must be a non-negative integer (got \"-1\" instead)."}`},
		{"newer, no number", "GET", "/lead/?_skip=x", "", nil, 400, `{"errors":[],"field-errors":{"_skip":"Input should be a valid integer, unable to parse string as an integer"}}`},
		{"older skip", "GET", "/task/?_skip=250001", "", nil, 400, `{"error":"The skip you set is larger than the maximum skip for this resource (max_skip = 250000). Please refine your search query."}`},
		{"newer skip", "GET", "/lead/?_skip=35001", "", nil, 400, `{"errors":[],"field-errors":{"_skip":"The maximum skip is 35000. Use advanced filtering or an export to get more."}}`},
		{"contacts", "GET", "/contact/?_limit=101", "", nil, 400, `{"error":"The limit you set is larger than the maximum limit for this resource (max_limit = 100)."}`},
		{"grouped opportunities", "GET", "/opportunity/?_group_by=status", "", nil, 400, `{"errors":[],"field-errors":{"_group_by":"Not a valid choice."}}`},
		{"activities of a user", "GET", "/activity/?user_id=user_x", "", nil, 400, `{"error":"user_id can only be used together with a single lead_id."}`},
		{"two statuses", "POST", "/lead/", `{"status":"Customer","status_id":"` + s.IDs("lead_status")[0] + `"}`, nil, 400, `{"errors":[],"field-errors":{"status":"Provide either status or status_id, not both."}}`},
		{"nested contact", "POST", "/lead/", `{"contacts":[{"emails":[{"email":"nobody"}]}]}`, nil, 400,
			`{"errors":[],"field-errors":{"contacts":{"errors":{"0":{"errors":[],"field-errors":{"emails":{"errors":{"0":{"errors":[],"field-errors":{"email":"Invalid email address."}}}}}}}}}}`},
	}
	for _, test := range tests {
		resp, body := ask(t, s, test.method, test.path, test.body, test.headers...)
		if resp.StatusCode != test.status || body != test.want {
			t.Errorf("%s: %d %s, want %d %s", test.name, resp.StatusCode, body, test.status, test.want)
		}
		if got := resp.Header.Get("Content-Type"); got != "application/json" {
			t.Errorf("%s: content type %q", test.name, got)
		}
		if limited := resp.Header.Get("RateLimit") != ""; limited != (test.status != 401) {
			t.Errorf("%s: has a rate limit: %v", test.name, limited)
		}
	}
	resp, _ := ask(t, s, "GET", "/task?_limit=1", "")
	if got := resp.Header.Get("Location"); resp.StatusCode != 308 || got != "/api/v1/task/?_limit=1" {
		t.Errorf("without the slash: %d to %q, want 308 to the slash", resp.StatusCode, got)
	}
}

func TestBodiesOfUnknownOrGreatLength(t *testing.T) {
	t.Parallel()
	s := open(sandbox.Options{})
	send := func(body io.Reader, length int64) (int, string) {
		req, err := http.NewRequestWithContext(t.Context(), "POST", "https://api.close.test/api/v1/lead/", body)
		if err != nil {
			t.Fatal(err)
		}
		req.SetBasicAuth(sandbox.DemoKey, "")
		req.Header.Set("Content-Type", "application/json")
		req.ContentLength = length
		resp, err := s.Transport().RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		answer, _ := io.ReadAll(resp.Body)
		return resp.StatusCode, string(answer)
	}
	if status, body := send(io.NopCloser(strings.NewReader(`{}`)), 0); status != 400 || body != `{"error":"Chunked Transfer-Encoding is not supported."}` {
		t.Errorf("chunked = %d %s", status, body)
	}
	if status, _ := send(strings.NewReader(`{}`), 11<<20); status != http.StatusRequestEntityTooLarge {
		t.Errorf("eleven megabytes = %d, want 413", status)
	}
}

func TestFieldsAndPages(t *testing.T) {
	t.Parallel()
	s := open(sandbox.Options{})
	lead := s.IDs("lead")[0]
	tests := []struct {
		fields string
		want   []string
	}{
		{"name", []string{"name"}}, // id is not added
		{"id,name,unknown", []string{"id", "name"}},
		{"id,custom.cf_LBD37TcwOFreGD6gMQpRGKRgmaB3HUg5TTlfiWlR0S4", []string{"id", "custom.cf_LBD37TcwOFreGD6gMQpRGKRgmaB3HUg5TTlfiWlR0S4"}},
		{"id,num_contacts,primary_email", []string{"id", "num_contacts", "primary_email"}},
	}
	for _, test := range tests {
		o := get[object](t, s, "GET", "/lead/"+lead+"/?_fields="+test.fields, "")
		if len(o) != len(test.want) {
			t.Errorf("_fields=%s gives %v, want %v", test.fields, o, test.want)
		}
		for name := range o {
			if !strings.Contains(strings.Join(test.want, " "), name) && !strings.HasPrefix(name, "custom.cf_") {
				t.Errorf("_fields=%s gives %s", test.fields, name)
			}
			if one := get[object](t, s, "GET", "/lead/"+lead+"/?_fields="+name, ""); len(one) != 1 {
				t.Errorf("_fields=%s gives %v, want one member", name, one)
			}
		}
	}
	plain := get[object](t, s, "GET", "/lead/"+lead+"/", "")
	all := get[object](t, s, "GET", "/lead/"+lead+"/?_fields=id,_all", "")
	if _, ok := plain["num_contacts"]; ok || len(all) <= len(plain) || all["num_contacts"] == nil {
		t.Error("Smart Fields come only when they are asked for, or with _all")
	}

	var walked []string
	for skip := 0; ; skip += 15 {
		p := get[page](t, s, "GET", "/lead/"+query("_fields", "id", "_limit", "15", "_skip", strconv.Itoa(skip)), "")
		for _, id := range p.column("id") {
			walked = append(walked, id.(string))
		}
		if p.Total == nil || *p.Total != len(s.IDs("lead")) {
			t.Errorf("total_results = %v, want %d", p.Total, len(s.IDs("lead")))
		}
		if !p.HasMore {
			break
		}
	}
	created := get[page](t, s, "GET", "/lead/?_fields=date_created&_limit=200", "").column("date_created")
	for i := 1; i < len(created); i++ {
		if created[i].(string) > created[i-1].(string) {
			t.Errorf("lead %d is newer than the one before it", i)
		}
	}
	seen := map[string]bool{}
	for _, id := range walked {
		seen[id] = true
	}
	if len(walked) != len(s.IDs("lead")) || len(seen) != len(walked) {
		t.Errorf("walked %d leads, %d of them different, want %d", len(walked), len(seen), len(s.IDs("lead")))
	}
	if p := get[page](t, s, "GET", "/task/?_limit=0", ""); len(p.Data) != 0 || !p.HasMore {
		t.Errorf("_limit=0 gives %d tasks, has_more %v", len(p.Data), p.HasMore)
	}
	if n := len(get[page](t, s, "GET", "/task/", "").Data); n != 100 {
		t.Errorf("a page has %d tasks without _limit, want 100", n)
	}
	users := get[page](t, s, "GET", "/user/?_order_by=last_name,first_name", "").column("last_name")
	if users[0] != "Adeyemi" {
		t.Errorf("users by last name begin with %v", users[0])
	}
}

func TestMethodOverride(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	ids := s.IDs("lead")[:30]
	body := `{"_params":{"id__in":"` + strings.Join(ids, ",") + `","_limit":"50","_fields":"name"}}`
	p := get[page](t, s, "POST", "/lead/?_fields=id&_limit=1", body, "X-Http-Method-Override", "GET")
	if len(p.Data) != 30 || len(p.Data[0]) != 1 || p.Data[0]["id"] == nil {
		t.Errorf("got %d leads like %v, want 30 with their id: _params replaces the query, but _fields of the URL counts", len(p.Data), p.Data[0])
	}
	r := s.Requests()[0]
	if want := "GET /lead/?_fields=id&_limit=50&id__in=" + strings.Join(ids, ","); r.String() != want || !r.Override || r.Status != 200 {
		t.Errorf("recorded as %s (override %v, status %d)", r, r.Override, r.Status)
	}
	if p := get[page](t, s, "POST", "/lead/", body, "X-Http-Method-Override", "get"); p.Data[0]["name"] == nil {
		t.Error("without _fields in the URL those of _params count")
	}
}

func TestStrictRefusesWhatCloseIgnores(t *testing.T) {
	t.Parallel()
	strict, lenient := open(sandbox.Options{Strict: true}), open(sandbox.Options{})
	lead := lenient.IDs("lead")[0]
	tests := []struct{ name, method, path, body, want string }{
		{"parameter", "GET", "/task/?x=1", "", `{"error":"sandbox: unknown parameter \"x\" on GET /task/"}`},
		{"operator", "GET", "/task/?lead_id__in=a", "", `{"error":"sandbox: unknown parameter \"lead_id__in\" on GET /task/"}`},
		{"repeated", "GET", "/task/?id=a&id=b", "", `{"error":"sandbox: repeated parameter \"id\" on GET /task/"}`},
		{"fields of users", "GET", "/user/?_fields=id", "", `{"error":"sandbox: unknown parameter \"_fields\" on GET /user/"}`},
		{"field", "GET", "/lead/?_fields=id,nam", "", `{"error":"sandbox: unknown name \"nam\" in _fields on GET /lead/"}`},
		{"nested field", "GET", "/lead/?_fields=contacts.id", "", `{"error":"sandbox: unknown name \"contacts.id\" in _fields on GET /lead/"}`},
		{"order", "GET", "/task/?_order_by=text", "", `{"error":"sandbox: unknown value \"text\" of _order_by on GET /task/"}`},
		{"member", "PUT", "/lead/" + lead + "/", `{"nam":"x"}`, `{"error":"sandbox: unknown member \"nam\" of the body on PUT /lead/` + lead + `/"}`},
		{"member of a search", "POST", "/data/search/", `{"query":{"type":"match_all"},"limit":1}`, `{"error":"sandbox: unknown member \"limit\" of the body on POST /data/search/"}`},
	}
	for _, test := range tests {
		if resp, body := ask(t, strict, test.method, test.path, test.body); resp.StatusCode != 400 || body != test.want {
			t.Errorf("%s: %d %s, want 400 %s", test.name, resp.StatusCode, body, test.want)
		}
		if resp, body := ask(t, lenient, test.method, test.path, test.body); resp.StatusCode != 200 {
			t.Errorf("%s: %d %s, want 200 where it is not strict", test.name, resp.StatusCode, body)
		}
	}
	for path, want := range map[string]string{
		"/unicorn/": `{"error":"sandbox: unknown path on GET /unicorn/"}`,
		"/task":     `{"error":"sandbox: unknown path on GET /task"}`,
	} {
		if resp, body := ask(t, strict, "GET", path, ""); resp.StatusCode != 400 || body != want {
			t.Errorf("%s: %d %s, want 400 %s", path, resp.StatusCode, body, want)
		}
	}
}

// recorder is a test that can fail without failing this one.
type recorder struct {
	testing.TB
	errors   []string
	cleanups []func()
}

func (r *recorder) Helper()          {}
func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }
func (r *recorder) Errorf(_ string, args ...any) {
	r.errors = append(r.errors, args[0].(string))
}

func TestRunTFailsTheTest(t *testing.T) {
	t.Parallel()
	r := &recorder{TB: t}
	s := sandbox.RunT(r)
	ask(t, s, "GET", "/task/?leads=1", "")
	ask(t, s, "GET", "/task/?_limit=1", "")
	for _, f := range r.cleanups {
		f()
	}
	if diff := cmp.Diff([]string{`unknown parameter "leads" on GET /task/`}, r.errors); diff != "" {
		t.Errorf("errors of the test (-want +got):\n%s", diff)
	}
}

func TestRecord(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	task := s.IDs("task")[0]
	ask(t, s, "GET", "/task/?_type=all&_limit=50&_fields=id%2Ctext&date__gt=2026-03-01T00%3A00%3A00%2B00%3A00", "", "X-Tz-Offset", "-2.5")
	ask(t, s, "PUT", "/task/"+task+"/?_fields=id", `{ "is_complete": true, "text": "<a> & b" }`)
	ask(t, s, "DELETE", "/task/"+task+"/", "")
	var got []string
	for _, r := range s.Requests() {
		got = append(got, r.String())
	}
	want := []string{
		"GET /task/?_fields=id,text&_limit=50&_type=all&date__gt=2026-03-01T00:00:00+00:00",
		"PUT /task/" + task + `/?_fields=id {"is_complete":true,"text":"<a> & b"}`,
		"DELETE /task/" + task + "/",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	first := s.Requests()[0]
	if first.Header.Get("X-Tz-Offset") != "-2.5" || first.KeyID != "api_sandbox" || first.Status != 200 {
		t.Errorf("recorded %+v", first)
	}
	s.ResetRequests()
	if n := len(s.Requests()); n != 0 {
		t.Errorf("%d requests after the reset", n)
	}
}

func TestGzip(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	_, plain := ask(t, s, "GET", "/task/", "")
	resp, packed := ask(t, s, "GET", "/task/", "", "Accept-Encoding", "br, gzip;q=0.8")
	if resp.Header.Get("Content-Encoding") != "gzip" || resp.ContentLength != int64(len(packed)) {
		t.Fatalf("headers = %v", resp.Header)
	}
	r, err := gzip.NewReader(strings.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	unpacked, err := io.ReadAll(r)
	if err != nil || string(unpacked) != plain {
		t.Errorf("unpacked differs from plain (%v)", err)
	}
	for _, accept := range []string{"", "gzip;q=0", "identity"} {
		if resp, _ := ask(t, s, "GET", "/task/", "", "Accept-Encoding", accept); resp.Header.Get("Content-Encoding") != "" {
			t.Errorf("Accept-Encoding %q is answered with gzip", accept)
		}
	}
	if resp, _ := ask(t, s, "GET", "/task/?_limit=1&_fields=id", "", "Accept-Encoding", "gzip"); resp.Header.Get("Content-Encoding") != "" {
		t.Error("a short answer is compressed")
	}
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	s := open(sandbox.Options{})
	tasks, lead := s.IDs("task"), s.IDs("lead")[0]
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for n := range 20 {
				switch (i + n) % 5 {
				case 0:
					ask(t, s, "PUT", "/task/"+tasks[n]+"/", `{"is_complete":true}`)
				case 1:
					ask(t, s, "POST", "/task/", `{"_type":"lead","lead_id":"`+lead+`","text":"x"}`)
				case 2:
					ask(t, s, "DELETE", "/task/"+tasks[100+20*i+n]+"/", "")
				case 3:
					s.Requests()
					s.SetTime(wednesday.Add(time.Duration(n) * time.Minute))
				default:
					ask(t, s, "GET", "/lead/?_limit=20", "")
				}
			}
		})
	}
	wg.Wait()
}

func TestOverASocket(t *testing.T) {
	t.Parallel()
	s := open(sandbox.Options{})
	server := httptest.NewServer(s)
	defer server.Close()
	do := func(path string) (*http.Response, error) {
		req, err := http.NewRequestWithContext(t.Context(), "GET", server.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.SetBasicAuth(sandbox.DemoKey, "")
		req.Header.Set("Accept-Encoding", "identity")
		return server.Client().Do(req)
	}
	for _, path := range []string{"/api/v1/me/", "/me/", "/task", "/task/?_limit=50"} {
		resp, err := do(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != 200 {
			t.Errorf("%s = %d, %v", path, resp.StatusCode, err)
		}
		_ = resp.Body.Close()
	}
	s.Fault(sandbox.Fault{Match: "GET /task/", Truncate: 50})
	resp, err := do("/task/")
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(resp.Body); err == nil || len(body) != 50 {
		t.Errorf("cut body: %d bytes and %v, want 50 and an error", len(body), err)
	}
	_ = resp.Body.Close()
	s.Fault(sandbox.Fault{Match: "/me/", Drop: true})
	if resp, err := do("/me/"); err == nil {
		_ = resp.Body.Close()
		t.Error("a dropped connection gives no error")
	}
}
