package sandbox

import "testing"

// TestSign holds the signature against a vector that was computed by other means.
func TestSign(t *testing.T) {
	t.Parallel()
	const (
		key  = "9f9f9f9f00112233445566778899aabbccddeeff0123456789abcdefdeadbeef"
		body = `{"subscription_id": "whsub_T3st", "event": {"id": "ev_T3st", "action": "created", "object_type": "lead"}}`
		want = "1bba2c57d0271bb9624bbd12549a279ade900465c996c5b338c10000612257e4"
	)
	if got := sign(key, "1767225600", []byte(body)); got != want {
		t.Errorf("sign = %s, want %s", got, want)
	}
}
