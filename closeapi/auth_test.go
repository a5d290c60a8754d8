package closeapi_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/closegraph/closegraph/closeapi"
)

func TestCredentialIsNeverPrinted(t *testing.T) {
	t.Parallel()
	encoded := base64.StdEncoding.EncodeToString([]byte(secretKey + ":"))
	basic, err := closeapi.ParseAuthorization("Basic " + encoded)
	if err != nil {
		t.Fatal(err)
	}
	for name, credential := range map[string]closeapi.Credential{
		"key": closeapi.APIKey(secretKey), "token": closeapi.Bearer(secretKey), "header": basic,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			caller := closeapi.Caller{Credential: credential}
			cfg := closeapi.Config{Caller: caller}
			client := newClient(t, cfg)
			hidden := struct{ credential closeapi.Credential }{credential}
			var text strings.Builder
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T"} {
				for _, value := range []any{credential, caller, &caller, cfg, client, *client, hidden, &hidden} {
					fmt.Fprintf(&text, verb+"\n", value)
				}
			}
			var logged bytes.Buffer
			for _, handler := range []slog.Handler{slog.NewTextHandler(&logged, nil), slog.NewJSONHandler(&logged, nil)} {
				slog.New(handler).Info("calling", "credential", credential, "caller", caller, "client", client)
			}
			encodedJSON, err := json.Marshal([]any{credential, caller, map[string]any{"c": credential}})
			if err != nil {
				t.Fatal(err)
			}
			all := text.String() + logged.String() + string(encodedJSON)
			for _, secret := range []string{secretKey, "api_secret", encoded, fmt.Sprintf("%x", secretKey)} {
				if strings.Contains(all, secret) {
					t.Errorf("%q is shown in\n%s", secret, all)
				}
			}
			if got := fmt.Sprint(credential); got != "[redacted]" {
				t.Errorf("a credential is printed as %q", got)
			}
		})
	}
}

func TestErrorsHideTheCredential(t *testing.T) {
	t.Parallel()
	client := newClient(t, closeapi.Config{
		Transport: inProcess(func(req *http.Request) (*http.Response, error) {
			body := fmt.Sprintf(`{"error":"bad key %s in %s","errors":["%[1]s"],"field-errors":{"key":"%[1]s"}}`,
				secretKey, req.Header.Get("Authorization"))
			return answer(400, body), nil
		}),
	})
	call := getLead
	call.Params = map[string]string{"query": "topsecretquery"}
	_, err := client.Do(t.Context(), call)
	text := fmt.Sprintf("%v %+v %#v", err, err, asError(t, err))
	for _, secret := range []string{secretKey, base64.StdEncoding.EncodeToString([]byte(secretKey + ":")), "topsecretquery"} {
		if strings.Contains(text, secret) {
			t.Errorf("%q is shown in %s", secret, text)
		}
	}
}

func TestParseAuthorization(t *testing.T) {
	t.Parallel()
	basic := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	for name, test := range map[string]struct{ header, want string }{
		"key":                  {"Basic " + basic("api_1:"), "Basic " + basic("api_1:")},
		"key, other case":      {"bAsIc   " + basic("api_1:"), "Basic " + basic("api_1:")},
		"key with a password":  {"Basic " + basic("api_1:x"), "Basic " + basic("api_1:x")},
		"token":                {"Bearer at_1", "Bearer at_1"},
		"token, other case":    {"bearer at_1", "Bearer at_1"},
		"empty":                {"", ""},
		"scheme only":          {"Basic", ""},
		"scheme and a blank":   {"Bearer ", ""},
		"another scheme":       {"Digest abc", ""},
		"the key itself":       {"api_1", ""},
		"no base64":            {"Basic api_1:", ""},
		"no colon":             {"Basic " + basic("api_1"), ""},
		"no user":              {"Basic " + basic(":password"), ""},
		"control in the key":   {"Basic " + basic("api\r\n1:"), ""},
		"newline in base64":    {"Basic " + basic("api_1:")[:4] + "\n" + basic("api_1:")[4:], ""},
		"header in the token":  {"Bearer a\r\nX-Evil: 1", ""},
		"two tokens":           {"Bearer a b", ""},
		"token not ASCII":      {"Bearer ä", ""},
		"longer than any":      {"Bearer " + strings.Repeat("a", 10000), ""},
		"blank before scheme":  {" Bearer at_1", ""},
		"comma and a second":   {"Bearer a, Basic b", ""},
		"null in the password": {"Basic " + basic("a:\x00"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			credential, err := closeapi.ParseAuthorization(test.header)
			if test.want == "" {
				if err == nil {
					t.Fatalf("ParseAuthorization(%q) takes it", test.header)
				}
				if _, value, _ := strings.Cut(test.header, " "); len(value) > 3 && strings.Contains(err.Error(), value) {
					t.Errorf("ParseAuthorization(%q) = %v, which repeats it", test.header, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var got string
			client := newClient(t, closeapi.Config{
				Caller: closeapi.Caller{Credential: credential},
				Transport: inProcess(func(req *http.Request) (*http.Response, error) {
					got = req.Header.Get("Authorization")
					return answer(200, `{}`), nil
				}),
			})
			if _, err := client.Do(t.Context(), getLead); err != nil {
				t.Fatal(err)
			}
			if got != test.want {
				t.Errorf("Authorization = %q, want %q", got, test.want)
			}
		})
	}
}
