package closeapi

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestIdentity makes identities: equal for equal credentials under one key, and for nothing else.
func TestIdentity(t *testing.T) {
	t.Parallel()
	identify := func(c Credential, key string) Identity {
		id, ok := c.identify([]byte(key))
		if !ok {
			t.Fatal("the credential has no identity")
		}
		return id
	}
	base := identify(APIKey("api_one"), "key")
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
		got := identify(tt.credential, tt.key)
		if same := got == base; same != tt.same {
			t.Errorf("%s: same = %v, want %v", name, same, tt.same)
		}
	}
	twice := APIKey("api_one") // under one key after the other
	first, second, again := identify(twice, "key"), identify(twice, "other"), identify(twice, "key")
	if first != base || second == base || again != base {
		t.Error("a credential has the identity of another key")
	}
	if diff := cmp.Diff(32, len(base.String())); diff != "" {
		t.Errorf("length (-want +got):\n%s", diff)
	}
}

// TestEmptyIdentityKey takes an empty key for none: a random one is made.
func TestEmptyIdentityKey(t *testing.T) {
	t.Parallel()
	client, err := New(Config{Caller: Caller{Credential: APIKey("api_one")}, IdentityKey: []byte{}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	if reading, ok := client.Reading(); !ok || reading.identity == (Identity{}) {
		t.Errorf("Reading() = %v, %v, want that of somebody", reading, ok)
	}
}
