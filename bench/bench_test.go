package main

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/valyala/fasthttp"
)

// ask asks an upstream without a socket.
func ask(t *testing.T, u *upstream, method, uri, body string) *fasthttp.RequestCtx {
	t.Helper()
	var ctx fasthttp.RequestCtx
	ctx.Request.Header.SetMethod(method)
	ctx.Request.SetRequestURI(uri)
	ctx.Request.SetBodyString(body)
	u.serve(&ctx)
	return &ctx
}

func TestUpstream(t *testing.T) {
	t.Parallel()
	u := newUpstream(0)
	one, two := id("task", 0), id("task", 7)
	for name, tt := range map[string]struct{ method, uri, body, want string }{
		"an object":                       {"GET", "/api/v1/task/" + one + "/?_fields=is_complete,id", "", `{"id":"` + one + `","is_complete":true}`},
		"a member that is null":           {"GET", "/api/v1/task/" + one + "/?_fields=contact_id", "", `{"contact_id":null}`},
		"some by their ids":               {"GET", "/api/v1/task/?_fields=id&id__in=" + two + "%2C" + one, "", `{"data":[{"id":"` + two + `"},{"id":"` + one + `"}],"has_more":false}`},
		"a list":                          {"GET", "/api/v1/task/?_fields=date_created&_limit=1&date_created__gte=2026-01-05T10:30:00Z", "", `{"data":[{"date_created":"2026-01-05T11:00:00.000000+00:00"}],"has_more":true}`},
		"a POST that stands for a GET":    {"POST", "/api/v1/lead/?_fields=id", `{"_params":{"id__in":"` + id("lead", 2) + `","_fields":"id"}}`, `{"data":[{"id":"` + id("lead", 2) + `"}],"has_more":false}`},
		"something that there is not":     {"GET", "/api/v1/call/", "", `{"error":"the upstream has no /api/v1/call/"}`},
		"an object that there is not":     {"GET", "/api/v1/task/task_0/", "", `{"error":"the upstream has no task_0"}`},
		"and the same once more, as made": {"GET", "/api/v1/task/" + one + "/?_fields=is_complete,id", "", `{"id":"` + one + `","is_complete":true}`},
	} {
		if got := string(ask(t, u, tt.method, tt.uri, tt.body).Response.Body()); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
	if calls := u.calls.Load(); calls != 8 {
		t.Errorf("%d calls counted, want 8", calls)
	}
}

func TestUpstreamLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		u := newUpstream(2)
		uri := "/api/v1/user/?_limit=1"
		for i, want := range []int{200, 200, 429, 429} {
			if got := ask(t, u, "GET", uri, "").Response.StatusCode(); got != want {
				t.Errorf("call %d: status %d, want %d", i, got, want)
			}
		}
		<-time.After(400 * time.Millisecond)
		header := &ask(t, u, "GET", uri, "").Response.Header
		if got := string(header.Peek("RateLimit")); got != "limit=2, remaining=0, reset=0.600" {
			t.Errorf("RateLimit: %s", got)
		}
		if got := string(header.Peek("Retry-After")); got != "1" {
			t.Errorf("Retry-After: %s", got)
		}
		<-time.After(600 * time.Millisecond)
		if got := ask(t, u, "GET", uri, "").Response.StatusCode(); got != 200 {
			t.Errorf("a second later: status %d", got)
		}
		if u.refused.Load() != 3 {
			t.Errorf("%d refused, want 3", u.refused.Load())
		}
	})
}

// TestReference holds the reference against an answer that was written down by hand.
func TestReference(t *testing.T) {
	t.Parallel()
	a := newAccount()
	got, err := a.answer(`query($s: DateOrDateTime!) { tasks(first: 1, filter: {dateCreated: {gte: $s}}) { nodes { n: text type dateUpdated lead { name status { label } } creator { name } } } }`,
		map[string]any{"s": "2026-01-05T10:00:00Z"})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"data":{"tasks":{"nodes":[{"n":"Call Ivan about the \"Bakery\" offer, no. 1","type":"LEAD","dateUpdated":"2026-01-05T15:00:00.927415Z",` +
		`"lead":{"name":"Okafor & Textiles","status":{"label":"Bad Fit"}},"creator":{"name":"Lachlan Pryce"}}]}}}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestVariants wants different requests of each query, with the same answers for values in the text as for variables.
func TestVariants(t *testing.T) {
	t.Parallel()
	a := newAccount()
	for _, q := range queries {
		seen := map[string]bool{}
		for v := range variants {
			seen[strings.Join(q.calls(a, v), "\n")] = true
			if v%50 > 0 {
				continue
			}
			want, err := a.answer(q.text, q.vars(a, v))
			if err != nil {
				t.Fatal(err)
			}
			if got, err := a.answer(literal(q.text, q.vars(a, v)), nil); err != nil || string(got) != string(want) {
				t.Fatalf("%s: with literals %s, %v, want %s", q.name, got, err, want)
			}
		}
		if len(seen) != variants {
			t.Errorf("%s: %d different variants, want %d", q.name, len(seen), variants)
		}
	}
}

// TestFloorFindsLeads wants the raw floor to ask for the leads that the query stands for.
func TestFloorFindsLeads(t *testing.T) {
	t.Parallel()
	u := newUpstream(0)
	calls := queries[4].calls(u.account, 3)
	tasks := ask(t, u, "GET", basePath+calls[0], "").Response.Body()
	if got := leadsCall(leadsIn(tasks)); got != calls[1] {
		t.Errorf("got  %s\nwant %s", got, calls[1])
	}
}

func TestCanonicalCalls(t *testing.T) {
	t.Parallel()
	ids := url.QueryEscape("b,a")
	got := canonicalCalls([]string{
		`/api/v1/lead/?_fields=id {"_params":{"_fields":"id","id__in":"b,a"}}`, "/api/v1/lead/?id__in=" + ids + "&_fields=id ", "/api/v1/lead/?_fields=name&id__in=a,b ",
	})
	want := []string{"/api/v1/lead/?_fields=id&id__in=a,b", "/api/v1/lead/?_fields=id&id__in=a,b", "/api/v1/lead/?_fields=name&id__in=a,b"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestMedian(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		answers []int
		want    float64
	}{{nil, 0}, {[]int{3}, 3}, {[]int{9, 1, 2}, 2}, {[]int{4, 1, 2, 9}, 3}} {
		var m measured
		for _, n := range tt.answers {
			m = append(m, outcome{answers: n, took: time.Second})
		}
		if got := m.median(outcome.perSecond); got != tt.want {
			t.Errorf("median of %v = %s", tt.answers, strconv.FormatFloat(got, 'g', -1, 64))
		}
	}
}
