package closeapi

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestIdentity makes identities: equal for equal credentials under one key, and for nothing else.
func TestIdentity(t *testing.T) {
	t.Parallel()
	base := APIKey("api_one").identify([]byte("key"))
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
		got := tt.credential.identify([]byte(tt.key))
		if same := got == base; same != tt.same {
			t.Errorf("%s: same = %v, want %v", name, same, tt.same)
		}
	}
	twice := APIKey("api_one") // under one key after the other
	first, second, again := twice.identify([]byte("key")), twice.identify([]byte("other")), twice.identify([]byte("key"))
	if first != base || second == base || again != base {
		t.Error("a credential has the identity of another key")
	}
	if diff := cmp.Diff(32, len(base.String())); diff != "" {
		t.Errorf("length (-want +got):\n%s", diff)
	}
}
