package closeapi_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/closegraph/closegraph/closeapi"
)

// TestReading says when reads may be answered as one: for the same credential and zone, with no write in between, be it over
// or only begun.
func TestReading(t *testing.T) {
	t.Parallel()
	began, goOn := make(chan struct{}), make(chan struct{})
	client := newClient(t, closeapi.Config{})
	of := func(caller closeapi.Caller) closeapi.Reading {
		r, ok := client.For(caller).Reading()
		if !ok {
			t.Fatal("no reading for a credential")
		}
		return r
	}
	vienna, err := closeapi.ParseOffset("2", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	one := closeapi.Caller{Credential: closeapi.APIKey("api_one"), Share: "x"}
	before := of(one)
	for name, tt := range map[string]struct {
		caller closeapi.Caller
		same   bool
	}{
		"the same credential, made anew": {closeapi.Caller{Credential: closeapi.APIKey("api_one"), Share: "y"}, true},
		"another credential":             {closeapi.Caller{Credential: closeapi.APIKey("api_two")}, false},
		"another zone":                   {closeapi.Caller{Credential: one.Credential, Offset: vienna}, false},
	} {
		if got := of(tt.caller) == before; got != tt.same {
			t.Errorf("%s: equal = %v, want %v", name, got, tt.same)
		}
	}
	if _, ok := client.For(closeapi.Caller{}).Reading(); ok {
		t.Error("a reading without a credential")
	}

	writing := newClient(t, closeapi.Config{Caller: one, Transport: inProcess(func(r *http.Request) (*http.Response, error) {
		if r.Method != http.MethodGet {
			close(began)
			<-goOn
		}
		return answer(200, `{"id":"lead_1"}`), nil
	})})
	now := func() closeapi.Reading {
		r, _ := writing.Reading()
		return r
	}
	idle := now()
	if _, err := writing.Do(t.Context(), closeapi.Call{Operation: "GET /lead/{id}/", Vars: []string{"lead_1"}}); err != nil {
		t.Fatal(err)
	}
	if now() != idle {
		t.Error("a read made it another reading")
	}
	written := make(chan error)
	go func() {
		_, err := writing.Do(t.Context(), closeapi.Call{Operation: "DELETE /lead/{id}/", Vars: []string{"lead_1"}})
		written <- err
	}()
	<-began
	during := now()
	close(goOn)
	if err := <-written; err != nil {
		t.Fatal(err)
	}
	if after := now(); during == idle || after == during || after == idle {
		t.Error("the beginning and the end of a write have to make it another reading each")
	}
}
