package auth_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/closegraph/closegraph/internal/auth"
)

const (
	annsToken = "ann-GnMz5W0m2pZ5pHn1v8nq0Xl7JcTq4r9B"
	bobsToken = "bob-Qe1v5yV0Qm2pJ7xN3s9kL4tW8zR6uC0d"
)

func line(t *testing.T, name, token, end string) string {
	t.Helper()
	text, err := auth.HashToken(name, token+"\n")
	if err != nil {
		t.Fatal(err)
	}
	return text + end + "\n"
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestTokenFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tokens")
	write(t, path, "# who may call\n\n"+line(t, "ann", annsToken, "")+"  "+line(t, "bob", bobsToken, ":read"))
	f, err := auth.OpenTokenFile(path, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	v := auth.Verifier{Tokens: f}
	for token, want := range map[string]auth.Principal{
		annsToken: {Name: "token ann"},
		bobsToken: {Name: "token bob", ReadOnly: "the access token is for reading"},
	} {
		if got, err := v.Verify(t.Context(), token); err != nil || got != want {
			t.Errorf("Verify = %+v, %v, want %+v", got, err, want)
		}
	}
	for _, token := range []string{"", "ann", annsToken[1:], annsToken + "x", strings.ToLower(annsToken), line(t, "ann", annsToken, ""), strings.Repeat("x", 9000)} {
		if got, err := v.Verify(t.Context(), token); err == nil {
			t.Errorf("Verify(%q) = %+v", token, got)
		}
	}
}

func TestTokenFileRefuses(t *testing.T) {
	t.Parallel()
	hash := strings.Repeat("ab", 32)
	for name, tc := range map[string]struct{ text, want string }{
		"empty":           {"# none yet\n", "there are none in"},
		"a token":         {annsToken + "\n", "line 1: after the name comes the SHA-256"},
		"a short hash":    {"ann:abcd\n", "line 1: after the name comes the SHA-256"},
		"a long hash":     {"ann:" + hash + "ab\n", "line 1: after the name comes the SHA-256"},
		"no hexadecimals": {"ann:" + strings.Repeat("z", 64) + "\n", "line 1: after the name comes the SHA-256"},
		"no name":         {":" + hash + "\n", "line 1: a line begins with a name"},
		"a blank in it":   {"a b:" + hash + "\n", "line 1: a line begins with a name"},
		"another scope":   {"ann:" + hash + ":write\n", "line 1: after the SHA-256 comes nothing, or read"},
		"twice":           {"ann:" + hash + "\nbob:" + hash + "\nann:" + hash + "\n", "line 3: the name is there twice"},
		"too long":        {strings.Repeat("#\n", 1<<20), "more than 1048576 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "tokens")
			write(t, path, tc.text)
			_, err := auth.OpenTokenFile(path, slog.New(slog.DiscardHandler))
			if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), annsToken) {
				t.Errorf("OpenTokenFile: %v, want %q", err, tc.want)
			}
		})
	}
	if _, err := auth.OpenTokenFile(filepath.Join(t.TempDir(), "none"), slog.New(slog.DiscardHandler)); err == nil {
		t.Error("a file that is not there is taken")
	}
}

// TestTokenFileChanges takes tokens away and adds some while the server runs.
func TestTokenFileChanges(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "tokens")
		write(t, path, line(t, "ann", annsToken, ""))
		var log bytes.Buffer
		f, err := auth.OpenTokenFile(path, slog.New(slog.NewTextHandler(&log, nil)))
		if err != nil {
			t.Fatal(err)
		}
		v := auth.Verifier{Tokens: f}
		check := func(when string, ann, bob bool) {
			t.Helper()
			synctest.Wait()
			<-time.After(2 * time.Second)
			_, err := v.Verify(t.Context(), annsToken)
			if (err == nil) != ann {
				t.Errorf("%s: ann's token: %v", when, err)
			}
			if _, err = v.Verify(t.Context(), bobsToken); (err == nil) != bob {
				t.Errorf("%s: bob's token: %v", when, err)
			}
		}
		check("at first", true, false)
		write(t, path, line(t, "bob", bobsToken, ":read"))
		check("replaced", false, true)
		write(t, path, "half a li")
		check("broken", false, true)
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		check("gone", false, true)
		check("still gone", false, true)
		write(t, path, "# nobody any more\n")
		check("emptied", false, false)
		if n := strings.Count(log.String(), "level=ERROR"); n != 2 {
			t.Errorf("%d errors are logged, want one for each mishap: %s", n, &log)
		}
		if strings.Contains(log.String(), bobsToken) {
			t.Errorf("a token is logged: %s", &log)
		}
	})
}

func TestHashToken(t *testing.T) {
	t.Parallel()
	got, err := auth.HashToken("ci", "  "+strings.Repeat("a", 44)+"\n")
	if want := "ci:16849877c6c21ef0bfa68e4f6747300ddb171b170b9f00e189edc4c2fc4db93e"; err != nil || got != want {
		t.Errorf("HashToken = %q, %v, want %q", got, err, want)
	}
	for name, token := range map[string]string{"ci": "hunter2", "": annsToken, "a:b": annsToken, strings.Repeat("n", 65): annsToken} {
		if got, err := auth.HashToken(name, token); err == nil || strings.Contains(err.Error(), token) {
			t.Errorf("HashToken(%q) = %q, %v", name, got, err)
		}
	}
}
