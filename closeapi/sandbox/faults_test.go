package sandbox_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

func TestFaults(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	lead := s.IDs("lead")[0]
	tests := []struct {
		name   string
		fault  sandbox.Fault
		path   string
		status int
		body   string
	}{
		{"a status", sandbox.Fault{Match: "GET /task/", Status: 503, Body: "<html>", ContentType: "text/html"}, "/task/", 503, "<html>"},
		{"by template", sandbox.Fault{Match: "GET /lead/{id}/", Status: 502}, "/lead/" + lead + "/", 502, ""},
		{"by exact path", sandbox.Fault{Match: "GET /lead/" + lead + "/", Status: 500}, "/lead/" + lead + "/", 500, ""},
		{"a body alone", sandbox.Fault{Body: `{"data":[]}`}, "/lead/", 200, `{"data":[]}`},
		{"cut JSON", sandbox.Fault{CutJSON: 9}, "/task/?_limit=1&_fields=id", 200, `{"data":[`},
		{"another path", sandbox.Fault{Match: "GET /task/", Status: 500}, "/status/lead/" + s.IDs("lead_status")[0] + "/", 200, ""},
		{"another method", sandbox.Fault{Match: "PUT /me/", Status: 500}, "/me/", 200, ""},
	}
	for _, test := range tests {
		s.ClearFaults()
		s.Fault(test.fault)
		resp, body := ask(t, s, "GET", test.path, "")
		if resp.StatusCode != test.status || test.body != "" && body != test.body {
			t.Errorf("%s: %d %s, want %d %s", test.name, resp.StatusCode, body, test.status, test.body)
		}
		if int64(len(body)) != resp.ContentLength {
			t.Errorf("%s: %d bytes, announced %d", test.name, len(body), resp.ContentLength)
		}
	}
}

func TestFaultsInOrderAndCounted(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	s.Fault(sandbox.Fault{Match: "GET /me/", Times: 2, Status: 500})
	s.Fault(sandbox.Fault{Times: 1, RateLimited: true, Header: http.Header{"Retry-After": {"7"}}})
	var got []int
	for range 4 {
		resp, _ := ask(t, s, "GET", "/me/", "")
		got = append(got, resp.StatusCode)
		if resp.StatusCode == 429 && (resp.Header.Get("RateLimit") == "" || resp.Header.Get("Retry-After") != "7") {
			t.Errorf("429 with %v", resp.Header)
		}
	}
	if got[0] != 500 || got[1] != 500 || got[2] != 429 || got[3] != 200 {
		t.Errorf("statuses = %v, want two 500, one 429, one 200", got)
	}
}

// TestFaultsByChance hits a part of the requests, always the same ones for a seed.
func TestFaultsByChance(t *testing.T) {
	t.Parallel()
	hits := func(seed uint64) string {
		s := open(sandbox.Options{Seed: seed})
		s.Fault(sandbox.Fault{Chance: 0.2, Status: 500})
		s.Fault(sandbox.Fault{Chance: 0.5, Status: 502})
		var statuses strings.Builder
		for range 200 {
			resp, _ := ask(t, s, "GET", "/me/", "")
			statuses.WriteString(strconv.Itoa(resp.StatusCode) + " ")
		}
		return statuses.String()
	}
	first := hits(1)
	for status, want := range map[string]int{"500": 40, "502": 80, "200": 80} {
		if n := strings.Count(first, status); n < want-20 || n > want+20 {
			t.Errorf("%d requests were answered %s, want about %d", n, status, want)
		}
	}
	if hits(1) != first || hits(2) == first {
		t.Error("the seed does not decide which requests are hit")
	}
}

func TestBrokenConnections(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	send := func() (*http.Response, error) {
		req, err := http.NewRequestWithContext(t.Context(), "GET", "https://api.close.test/api/v1/task/", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.SetBasicAuth(sandbox.DemoKey, "")
		return s.Transport().RoundTrip(req)
	}
	s.Fault(sandbox.Fault{Times: 1, Truncate: 20})
	resp, err := send()
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if _ = resp.Body.Close(); !errors.Is(err, io.ErrUnexpectedEOF) || len(body) != 20 || resp.ContentLength < 1000 {
		t.Errorf("cut body: %d of %d bytes and %v, want 20 and an unexpected EOF", len(body), resp.ContentLength, err)
	}
	s.Fault(sandbox.Fault{Times: 1, Drop: true})
	if resp, err := send(); !errors.Is(err, syscall.ECONNRESET) {
		if err == nil {
			_ = resp.Body.Close()
		}
		t.Errorf("a dropped connection gives %v", err)
	}
	if r := s.Requests()[1]; r.Status != 0 {
		t.Errorf("the dropped request has status %d", r.Status)
	}
}

func TestSlowAnswersEndWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := sandbox.New(sandbox.Options{})
		s.Fault(sandbox.Fault{Delay: 5 * time.Second})
		begin := time.Now()
		if resp, _ := ask(t, s, "GET", "/me/", ""); resp.StatusCode != 200 || time.Since(begin) != 5*time.Second {
			t.Errorf("%d after %s, want 200 after 5s", resp.StatusCode, time.Since(begin))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, "GET", "https://api.close.test/api/v1/me/", nil)
		if err != nil {
			t.Fatal(err)
		}
		begin = time.Now()
		resp, err := s.Transport().RoundTrip(req)
		if err == nil {
			_ = resp.Body.Close()
		}
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != time.Second {
			t.Errorf("%v after %s, want the deadline after 1s", err, time.Since(begin))
		}
	})
}

func TestLeadsWithoutTheFilterByID(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	path := "/lead/?_limit=200&_fields=id&id__in=" + strings.Join(s.IDs("lead")[:2], ",")
	if n := len(get[page](t, s, "GET", path, "").Data); n != 2 {
		t.Errorf("%d leads, want the two", n)
	}
	s.Fault(sandbox.Fault{Ignore: []string{"id__in"}})
	if n := len(get[page](t, s, "GET", path, "").Data); n != len(s.IDs("lead")) {
		t.Errorf("%d leads under the fault, want all", n)
	}
}
