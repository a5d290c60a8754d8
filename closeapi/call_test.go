package closeapi_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/closegraph/closegraph/closeapi"
)

func TestURL(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		call closeapi.Call
		want string
	}{
		"sorted": {
			closeapi.Call{
				Operation: "GET /task/", Fields: []string{"text", "id", "id"},
				Params: map[string]string{"view": "inbox", "_limit": "5", "id__in": "a,b"},
			},
			"/v1/task/?_fields=id,text&_limit=5&id__in=a,b&view=inbox",
		},
		"no _fields where it is not taken": {
			closeapi.Call{Operation: "GET /user/", Fields: []string{"id"}}, "/v1/user/",
		},
		"empty value means null": {
			closeapi.Call{Operation: "GET /task/", Params: map[string]string{"assigned_to": ""}}, "/v1/task/?assigned_to=",
		},
		"a value cannot end itself": {
			closeapi.Call{Operation: "GET /task/", Params: map[string]string{"q": "a&_limit=9#x?y=\r\n;%26+ü z"}},
			"/v1/task/?q=a%26_limit%3D9%23x%3Fy%3D%0D%0A%3B%2526%2B%C3%BC+z",
		},
		"a name cannot end itself": {
			closeapi.Call{Operation: "GET /task/", Params: map[string]string{"a=b&c": "d"}}, "/v1/task/?a%3Db%26c=d",
		},
		"a field is only a value": {
			closeapi.Call{Operation: "GET /task/", Fields: []string{"a&b=c"}}, "/v1/task/?_fields=a%26b%3Dc",
		},
		"a path value is one segment": {
			closeapi.Call{Operation: "GET /lead/{id}/", Vars: []string{"a?b#c%2f;d e"}},
			"/v1/lead/a%3Fb%23c%252f%3Bd%20e/",
		},
		"an encoded step is no step": {
			closeapi.Call{Operation: "GET /lead/{id}/", Vars: []string{"%2e%2e"}}, "/v1/lead/%252e%252e/",
		},
		"two values": {
			closeapi.Call{Operation: "DELETE /group/{group_id}/member/{user_id}/", Vars: []string{"group_1", "user_2"}},
			"/v1/group/group_1/member/user_2/",
		},
		"an address": {
			closeapi.Call{Operation: "DELETE /unsubscribe/email/{email_address}/", Vars: []string{"a+b@example.com"}},
			"/v1/unsubscribe/email/a+b@example.com/",
		},
		"a kind with types": {
			closeapi.Call{Operation: "GET /custom_field_schema/{object_type}/", Vars: []string{"activity/actitype_4Tx"}},
			"/v1/custom_field_schema/activity/actitype_4Tx/",
		},
		"a kind with types beside a value to escape": {
			closeapi.Call{
				Operation: "GET /custom_field/shared/{scf_id}/association/{object_type}/",
				Vars:      []string{"cf ?", "custom_activity_type/actitype_4Tx"},
			},
			"/v1/custom_field/shared/cf%20%3F/association/custom_activity_type/actitype_4Tx/",
		},
		"parameters of a write": {
			closeapi.Call{Operation: "PUT /task/", Params: map[string]string{"id__in": "a,b"}, Body: struct{}{}},
			"/v1/task/?id__in=a,b",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got *http.Request
			client := newClient(t, closeapi.Config{
				BaseURL: "https://close.example/v1",
				Transport: inProcess(func(req *http.Request) (*http.Response, error) {
					got = req
					return answer(200, `{}`), nil
				}),
			})
			if _, err := client.Do(t.Context(), test.call); err != nil {
				t.Fatal(err)
			}
			if got.URL.RequestURI() != test.want || got.URL.Host != "close.example" {
				t.Errorf("URL = %s, want %s", got.URL, test.want)
			}
			values, err := url.ParseQuery(got.URL.RawQuery)
			if err != nil {
				t.Fatal(err)
			}
			for name, value := range test.call.Params {
				if values.Get(name) != value {
					t.Errorf("%s arrives as %q, want %q", name, values.Get(name), value)
				}
			}
		})
	}
}

func TestRefusedCalls(t *testing.T) {
	t.Parallel()
	lead := func(id string) closeapi.Call {
		return closeapi.Call{Operation: "GET /lead/{id}/", Vars: []string{id}}
	}
	schema := func(objectType string) closeapi.Call {
		return closeapi.Call{Operation: "GET /custom_field_schema/{object_type}/", Vars: []string{objectType}}
	}
	for name, call := range map[string]closeapi.Call{
		"unknown operation":  {Operation: "GET /nothing/"},
		"no operation":       {},
		"too few values":     {Operation: "GET /lead/{id}/"},
		"too many values":    {Operation: "GET /lead/", Vars: []string{"a"}},
		"empty":              lead(""),
		"dot":                lead("."),
		"two dots":           lead(".."),
		"slash":              lead("../me"),
		"backslash":          lead(`..\me`),
		"newline":            lead("a\nb"),
		"null":               lead("a\x00"),
		"delete":             lead("a\x7f"),
		"type of a lead":     lead("activity/actitype_x"),
		"type of no kind":    schema("lead/lead_x"),
		"no type":            schema("activity/"),
		"no kind":            schema("/actitype_x"),
		"kind above":         schema("../me"),
		"type above":         schema("activity/.."),
		"type with a dot":    schema("activity/a.b"),
		"type and more":      schema("activity/a/b"),
		"type escaped":       schema("activity/%2e%2e"),
		"type with a query":  schema("activity/a?b"),
		"body of a GET":      {Operation: "GET /lead/", Body: struct{}{}},
		"body is no JSON":    {Operation: "POST /lead/", Body: func() {}},
		"fields given twice": {Operation: "GET /lead/", Fields: []string{"id"}, Params: map[string]string{"_fields": "name"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := newClient(t, closeapi.Config{
				Transport: inProcess(func(*http.Request) (*http.Response, error) {
					return nil, errors.New("a call is made")
				}),
			})
			_, err := client.Do(t.Context(), call)
			if !closeapi.IsInvalidCall(err) {
				t.Errorf("Do = %v, want it refused", err)
			}
		})
	}
}

func TestLongReadsArePosted(t *testing.T) {
	t.Parallel()
	type sent struct {
		Line, Override, Type string
		Params               map[string]string
	}
	var got sent
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = sent{Line: r.Method + " " + r.RequestURI, Override: r.Header.Get("X-HTTP-Method-Override"), Type: r.Header.Get("Content-Type")}
		if r.Method == http.MethodPost {
			var envelope map[string]map[string]string
			if err := json.Unmarshal(body, &envelope); err != nil {
				t.Errorf("body %.80s: %v", body, err)
			}
			if _, has := r.Header["Idempotency-Key"]; has {
				t.Error("a header that is only meant for net/http is sent")
			}
			if r.ContentLength != int64(len(body)) {
				t.Errorf("Content-Length = %d, want %d", r.ContentLength, len(body))
			}
			got.Params = envelope["_params"]
		}
		_, _ = io.WriteString(w, `{"data":[]}`)
	})
	ids := func(n int) string {
		var list []string
		for i := range n {
			list = append(list, fmt.Sprintf("lead_%043d", i))
		}
		return strings.Join(list, ",")
	}
	call := closeapi.Call{
		Operation: "GET /lead/", Fields: []string{"name", "id"},
		Params: map[string]string{"id__in": ids(100), "_limit": "200", "query": "say \"ä\\\" <now>\n"},
	}
	if _, err := client.Do(t.Context(), call); err != nil {
		t.Fatal(err)
	}
	want := sent{
		Line: "POST /api/v1/lead/?_fields=id,name", Override: "GET", Type: "application/json",
		Params: map[string]string{"id__in": ids(100), "_limit": "200", "_fields": "id,name", "query": "say \"ä\\\" <now>\n"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("long list (-want +got):\n%s", diff)
	}

	call.Params = map[string]string{"id__in": ids(30), "_limit": "200"}
	if _, err := client.Do(t.Context(), call); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(got.Line, "GET /api/v1/lead/?_fields=id,name&_limit=200&id__in=lead_") || got.Override != "" {
		t.Errorf("a list that is not long is sent as %.60s, override %q", got.Line, got.Override)
	}
}

func TestLongestURL(t *testing.T) {
	t.Parallel()
	for length, want := range map[int]string{2000: "GET", 2001: "POST"} {
		var method string
		client := newClient(t, closeapi.Config{
			Transport: inProcess(func(req *http.Request) (*http.Response, error) {
				method = req.Method
				return answer(200, `{}`), nil
			}),
		})
		start := len(closeapi.DefaultBaseURL + "/lead/?query=")
		params := map[string]string{"query": strings.Repeat("x", length-start)}
		if _, err := client.Do(t.Context(), closeapi.Call{Operation: "GET /lead/", Params: params}); err != nil {
			t.Fatal(err)
		}
		if method != want {
			t.Errorf("a URL of %d bytes is sent as %s, want %s", length, method, want)
		}
	}
}

func TestCallIsNotChanged(t *testing.T) {
	t.Parallel()
	client := newClient(t, closeapi.Config{
		Transport: inProcess(func(*http.Request) (*http.Response, error) { return answer(200, `{"data":[1],"has_more":false}`), nil }),
	})
	fields := []string{"name", "id", "name"}
	params := map[string]string{"view": "inbox"}
	call := closeapi.Call{Operation: "GET /task/", Fields: fields, Params: params}
	if _, err := client.Do(t.Context(), call); err != nil {
		t.Fatal(err)
	}
	for _, err := range client.Pages(t.Context(), call, 0) {
		if err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(fields, []string{"name", "id", "name"}) || !maps.Equal(params, map[string]string{"view": "inbox"}) {
		t.Errorf("the caller's values are now %v and %v", fields, params)
	}
}

func TestOperations(t *testing.T) {
	t.Parallel()
	all := closeapi.Operations()
	if len(all) != 306 {
		t.Errorf("there are %d operations, want 306", len(all))
	}
	seen := map[string]bool{}
	for _, op := range all {
		name := op.String()
		if seen[name] {
			t.Errorf("%s is listed twice", name)
		}
		seen[name] = true
		if !slices.Contains([]string{"GET", "POST", "PUT", "DELETE"}, op.Method) {
			t.Errorf("%s has no known method", name)
		}
		if !strings.HasPrefix(op.Path, "/") || !strings.HasSuffix(op.Path, "/") {
			t.Errorf("%s does not begin and end with a slash", name)
		}
		if found, ok := closeapi.LookupOperation(name); !ok || found != op {
			t.Errorf("LookupOperation(%q) = %v, %v", name, found, ok)
		}
	}
	for name, want := range map[string]closeapi.Operation{
		"GET /lead/":               {Method: "GET", Path: "/lead/", Fields: true, MaxLimit: 200, Reads: true},
		"GET /lead/{id}/":          {Method: "GET", Path: "/lead/{id}/", Fields: true, Reads: true},
		"GET /task/":               {Method: "GET", Path: "/task/", Fields: true, MaxLimit: 1000, Reads: true},
		"GET /opportunity/":        {Method: "GET", Path: "/opportunity/", Fields: true, MaxLimit: 250, Reads: true},
		"GET /activity/call/{id}/": {Method: "GET", Path: "/activity/call/{id}/", Fields: true, Reads: true},
		"GET /user/":               {Method: "GET", Path: "/user/", MaxLimit: 1000, Reads: true},
		"GET /me/":                 {Method: "GET", Path: "/me/", Fields: true, Reads: true},
		"GET /event/":              {Method: "GET", Path: "/event/", MaxLimit: 50, Reads: true, Cursor: true},
		"DELETE /lead/{id}/":       {Method: "DELETE", Path: "/lead/{id}/"},
		"POST /lead/merge/":        {Method: "POST", Path: "/lead/merge/"},
		"POST /report/activity/":   {Method: "POST", Path: "/report/activity/", Reads: true},
		"POST /data/search/":       {Method: "POST", Path: "/data/search/", MaxLimit: 200, Reads: true, Cursor: true},
	} {
		want.Name = name
		if got, _ := closeapi.LookupOperation(name); got != want {
			t.Errorf("LookupOperation(%q) = %+v, want %+v", name, got, want)
		}
	}
	if _, ok := closeapi.LookupOperation("GET /lead"); ok {
		t.Error("a path without its slash is found")
	}
}
