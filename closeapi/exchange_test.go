package closeapi

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestIdentity makes identities: equal for equal credentials under one key, and for nothing else.
func TestIdentity(t *testing.T) {
	t.Parallel()
	header := func(c Credential) http.Header {
		h := http.Header{}
		if err := c.authorize(h); err != nil {
			t.Fatal(err)
		}
		return h
	}
	base := identify([]byte("key"), header(APIKey("api_one")))
	for name, tt := range map[string]struct {
		key        string
		credential Credential
		same       bool
	}{
		"the same":            {"key", APIKey("api_one"), true},
		"another key of ours": {"other", APIKey("api_one"), false},
		"another credential":  {"key", APIKey("api_two"), false},
		"another kind":        {"key", Bearer("api_one"), false},
	} {
		got := identify([]byte(tt.key), header(tt.credential))
		if same := got == base; same != tt.same {
			t.Errorf("%s: same = %v, want %v", name, same, tt.same)
		}
	}
	if diff := cmp.Diff(32, len(base.String())); diff != "" {
		t.Errorf("length (-want +got):\n%s", diff)
	}
}
