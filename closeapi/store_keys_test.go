package closeapi_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/closegraph/closegraph/closeapi"
)

// notebook is a store that remembers what it was asked for.
type notebook struct {
	mu   sync.Mutex
	text strings.Builder
}

func (n *notebook) note(parts ...any) {
	n.mu.Lock()
	defer n.mu.Unlock()
	fmt.Fprintln(&n.text, parts...)
}

func (n *notebook) Get(_ context.Context, key string, tags []string) ([]byte, uint64) {
	n.note("get", key, tags)
	return nil, 1
}

func (n *notebook) Set(_ context.Context, key string, tags []string, _ uint64, value []byte, _ time.Duration) {
	n.note("set", key, tags, string(value))
}

func (n *notebook) Drop(_ context.Context, tags []string) { n.note("drop", tags) }

// TestStoreLearnsNoCredential wants no credential in the keys, tags and values of what is kept.
func TestStoreLearnsNoCredential(t *testing.T) {
	t.Parallel()
	const key = "api_planted.credential"
	kept := &notebook{}
	client := newClient(t, closeapi.Config{
		Transport: inProcess(func(*http.Request) (*http.Response, error) { return answer(200, `{"id":"user_1","data":[]}`), nil }),
		Store:     kept, Lifetimes: map[string]time.Duration{"task": time.Minute},
	})
	for _, credential := range []closeapi.Credential{closeapi.APIKey(key), closeapi.Bearer(key)} {
		c := client.For(closeapi.Caller{Credential: credential, Share: "somebody"})
		for _, call := range []closeapi.Call{getUsers, getMe, {Operation: "GET /task/{id}/", Vars: []string{"task_1"}}, {Operation: "DELETE /task/{id}/", Vars: []string{"task_1"}}} {
			if _, err := c.Do(t.Context(), call); err != nil {
				t.Fatal(err)
			}
		}
	}
	kept.mu.Lock()
	defer kept.mu.Unlock()
	text := kept.text.String()
	for _, what := range []string{"get", "set", "drop"} {
		if !strings.Contains(text, what) {
			t.Errorf("nothing to %s: %s", what, text)
		}
	}
	for _, secret := range []string{key, "planted", base64.StdEncoding.EncodeToString([]byte(key + ":"))} {
		if strings.Contains(text, secret) {
			t.Errorf("%s is told: %s", secret, text)
		}
	}
}
