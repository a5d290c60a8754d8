package closeapi_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/closegraph/closegraph/closeapi"
)

// TestStaleWhenCloseIsDown asks for what is past its lifetime when Close gives nothing that can be used.
func TestStaleWhenCloseIsDown(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]func() (*http.Response, error){
		"503":               func() (*http.Response, error) { return answer(503, `<html>`), nil },
		"429":               func() (*http.Response, error) { return answer(429, `{}`), nil },
		"no connection":     func() (*http.Response, error) { return nil, fmt.Errorf("no route") },
		"a page of a proxy": func() (*http.Response, error) { return answer(200, `<html>maintenance</html>`), nil },
		"half an answer":    func() (*http.Response, error) { return answer(200, `{"data":[{"id":`), nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				close := &numbered{}
				client, seen := keeping(t, close, map[string]time.Duration{"lead": time.Minute})
				body(t, client, getUsers)
				body(t, client, getLead)
				close.set(0, fault)
				<-time.After(30 * time.Minute)
				if got := body(t, client, getUsers); got != `{"n":1}` {
					t.Errorf("got %s, want what is there", got)
				}
				if o := (*seen)[2]; !o.Cached || !o.Stale {
					t.Errorf("observed %+v, want it to be stale", o)
				}
				if doc, err := client.Do(t.Context(), getLead); err == nil && strings.Contains(string(doc.Body), `"n"`) {
					t.Errorf("a lead is given when it is old: %s", doc.Body)
				}
				<-time.After(40 * time.Minute)
				if doc, err := client.Do(t.Context(), getUsers); err == nil && strings.Contains(string(doc.Body), `"n"`) {
					t.Errorf("users are given when they are very old: %s", doc.Body)
				}
			})
		})
	}
}

// TestWhatMayNotBeSeenAnyMore is refused in the background: nothing is given any more.
func TestWhatMayNotBeSeenAnyMore(t *testing.T) {
	t.Parallel()
	for _, status := range []int{401, 403, 404} {
		synctest.Test(t, func(t *testing.T) {
			close := &numbered{}
			client, _ := keeping(t, close, nil)
			body(t, client, getUsers)
			<-time.After(6 * time.Minute)
			close.set(0, func() (*http.Response, error) { return answer(status, `{"error":"no"}`), nil })
			body(t, client, getUsers)
			synctest.Wait()
			if doc, err := client.Do(t.Context(), getUsers); err == nil {
				t.Errorf("%d: got %s", status, doc.Body)
			}
		})
	}
}

// TestKeyThatIsNotKnownAnyMore has nothing kept for it, whatever it was that Close refused.
func TestKeyThatIsNotKnownAnyMore(t *testing.T) {
	t.Parallel()
	close := &numbered{}
	client, _ := keeping(t, close, nil)
	body(t, client, getUsers)
	close.set(0, func() (*http.Response, error) { return answer(401, `{"error":"Unauthorized"}`), nil })
	for _, call := range []closeapi.Call{getLead, getUsers} {
		if doc, err := client.Do(t.Context(), call); !closeapi.IsUnauthorized(err) {
			t.Errorf("Do = %s, %v", doc.Body, err)
		}
	}
}

// TestOnlySoundAnswersAreKept asks twice for what is not one.
func TestOnlySoundAnswersAreKept(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]*http.Response{
		"not found": answer(404, `{}`), "nothing": answer(204, ``), "no body": answer(200, ``), "another success": answer(202, `{}`),
		"no object": answer(200, `[1,2]`), "half of one": answer(200, `{"a":1`), "more than one": answer(200, `{} {}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := 0
			client, _ := keeping(t, inProcess(func(*http.Request) (*http.Response, error) {
				if asked++; asked == 1 {
					return first, nil
				}
				return answer(200, `{"data":[]}`), nil
			}), nil)
			_, _ = client.Do(t.Context(), getUsers)
			if got := body(t, client, getUsers); got != `{"data":[]}` {
				t.Errorf("got %s", got)
			}
		})
	}
}

// TestNobodySeesAnothers asks for the same with two credentials, one after the other and at the same time.
func TestNobodySeesAnothers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, seen := keeping(t, inProcess(func(req *http.Request) (*http.Response, error) {
			<-time.After(time.Second)
			return answer(200, fmt.Sprintf(`{"for":%q}`, req.Header.Get("Authorization"))), nil
		}), map[string]time.Duration{"lead": time.Minute})
		callers := map[string]closeapi.Credential{
			"Basic YXBpX29uZS5rZXk6": closeapi.APIKey("api_one.key"), "Basic YXBpX3R3by5rZXk6": closeapi.APIKey("api_two.key"),
			"Bearer api_one.key": closeapi.Bearer("api_one.key"),
		}
		for round := range 2 {
			waiting := map[string][]<-chan result{}
			for _, call := range []closeapi.Call{getUsers, getMe, getLead} {
				for header, credential := range callers {
					c := client.For(closeapi.Caller{Credential: credential})
					waiting[header] = append(waiting[header], start(t.Context(), c, call))
				}
			}
			for header, results := range waiting {
				for _, w := range results {
					r := <-w
					if r.err != nil || string(r.doc.Body) != fmt.Sprintf(`{"for":%q}`, header) {
						t.Errorf("%s got %s, %v", header, r.doc.Body, r.err)
					}
					if r.doc.Cached != (round == 1) {
						t.Errorf("round %d: cached = %v", round, r.doc.Cached)
					}
				}
			}
		}
		if n := len(*seen); n != 18 {
			t.Errorf("%d observations, want 18", n)
		}
	})
}
