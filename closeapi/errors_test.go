package closeapi_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/closegraph/closegraph/closeapi"
)

// asError returns the *Error in err.
func asError(t *testing.T, err error) *closeapi.Error {
	t.Helper()
	var e *closeapi.Error
	if !errors.As(err, &e) {
		t.Fatalf("the error is %T: %v, want a *closeapi.Error", err, err)
	}
	return e
}

func TestErrorShapes(t *testing.T) {
	t.Parallel()
	field := func(message string, path ...string) closeapi.FieldError {
		return closeapi.FieldError{Path: path, Message: message}
	}
	for name, test := range map[string]struct {
		status int
		body   string
		want   closeapi.Error
		text   string
	}{
		"error text": {
			401, `{"error":"Unauthorized"}`, closeapi.Error{Message: "Unauthorized"},
			`get /lead/lead_1/: 401 unauthorized: "Unauthorized"`,
		},
		"one field": {
			400, `{"errors":[],"field-errors":{"_limit":"Input should be less than or equal to 200"}}`,
			closeapi.Error{
				Message:     "bad request",
				FieldErrors: []closeapi.FieldError{field("Input should be less than or equal to 200", "_limit")},
			},
			`get /lead/lead_1/: 400 bad request; field "_limit": "Input should be less than or equal to 200"`,
		},
		"errors and fields": {
			400, `{"errors":["Too much.","And late."],"field-errors":{"b":"Field required","a":["One.","Two."]}}`,
			closeapi.Error{
				Message: "Too much.", Errors: []string{"Too much.", "And late."},
				FieldErrors: []closeapi.FieldError{field("One.", "a"), field("Two.", "a"), field("Field required", "b")},
			}, "",
		},
		"only fields": {
			400, `{"field-errors":{"cursor":"Expired cursor"}}`,
			closeapi.Error{Message: "bad request", FieldErrors: []closeapi.FieldError{field("Expired cursor", "cursor")}}, "",
		},
		"nested lists": {
			400,
			`{"field-errors":{"contacts":{"errors":{"10":{"errors":["Bad."],"field-errors":{}},"2":{"errors":[],"field-errors":{"emails":{"errors":{"0":{"field-errors":{"email":"Invalid."}}}}}}}}}}`,
			closeapi.Error{
				Message: "bad request",
				FieldErrors: []closeapi.FieldError{
					field("Invalid.", "contacts", "2", "emails", "0", "email"), field("Bad.", "contacts", "10"),
				},
			},
			`get /lead/lead_1/: 400 bad request; field "contacts.2.emails.0.email": "Invalid."; field "contacts.10": "Bad."`,
		},
		"errors by index": {
			400, `{"errors":{"1":"Wrong.","0":{"field-errors":{"name":"Missing."}}}}`,
			closeapi.Error{
				Message:     "bad request",
				FieldErrors: []closeapi.FieldError{field("Missing.", "0", "name"), field("Wrong.", "1")},
			}, "",
		},
		"objects in lists": {
			400, `{"errors":[{"message":"Said so."}],"field-errors":{"steps":["Odd.",{"delay":"Negative."}]}}`,
			closeapi.Error{
				Message: "Said so.", Errors: []string{"Said so."},
				FieldErrors: []closeapi.FieldError{field("Odd.", "steps"), field("Negative.", "steps", "1", "delay")},
			}, "",
		},
		"a limit of old": {
			429, `{"error":{"message":"Slow down.","rate_reset":0.5,"rate_limit":40,"rate_window":1}}`,
			closeapi.Error{Message: "Slow down.", RetryAfter: 500 * time.Millisecond}, "",
		},
		"a word for the reason": {
			400, `{"status":"billing-error","error":"No money."}`, closeapi.Error{Message: "No money.", Reason: "billing-error"}, "",
		},
		"nothing said":        {403, `{}`, closeapi.Error{Message: "forbidden"}, "get /lead/lead_1/: 403 forbidden"},
		"nulls":               {400, `{"error":null,"errors":null,"field-errors":null}`, closeapi.Error{Message: "bad request"}, ""},
		"numbers":             {400, `{"error":1,"errors":2,"field-errors":3}`, closeapi.Error{Message: "bad request"}, ""},
		"a list":              {400, `["secret"]`, closeapi.Error{Message: "bad request"}, ""},
		"a text":              {400, `"secret"`, closeapi.Error{Message: "bad request"}, ""},
		"empty":               {404, ``, closeapi.Error{Message: "not found"}, "get /lead/lead_1/: 404 not found"},
		"cut":                 {400, `{"error":"secr`, closeapi.Error{Message: "bad request"}, ""},
		"HTML":                {500, `<html>secret</html>`, closeapi.Error{Message: "internal server error"}, ""},
		"a status of its own": {599, `secret`, closeapi.Error{Message: "unknown status"}, ""},
		"unseen characters": {
			400, `{"error":"a\r\nb\u0000c\u001b[31m  d\u202e"}`, closeapi.Error{Message: "a bc[31m d"}, "",
		},
		"long": {
			400, `{"error":"` + strings.Repeat("ä", 1000) + `"}`, closeapi.Error{Message: strings.Repeat("ä", 300) + "…"}, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := newClient(t, closeapi.Config{
				Retry:     closeapi.RetryPolicy{MaxAttempts: 1},
				Transport: inProcess(func(*http.Request) (*http.Response, error) { return answer(test.status, test.body), nil }),
			})
			_, err := client.Do(t.Context(), getLead)
			got := asError(t, err)
			test.want.Status, test.want.Method, test.want.Path = test.status, "GET", "/lead/lead_1/"
			if diff := cmp.Diff(&test.want, got, cmpopts.IgnoreUnexported(closeapi.Error{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if test.text != "" && err.Error() != test.text {
				t.Errorf("Error() = %s, want %s", err, test.text)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("Error() = %s, which repeats the body", err)
			}
		})
	}
}

func TestErrorSizeIsBounded(t *testing.T) {
	t.Parallel()
	var fields []string
	for i := range 2000 {
		fields = append(fields, fmt.Sprintf(`"f%d":"no"`, i))
	}
	deep := strings.Repeat(`{"a":`, 5000) + `"x"` + strings.Repeat(`}`, 5000)
	for name, body := range map[string]string{
		"many": `{"field-errors":{` + strings.Join(fields, ",") + `}}`,
		"deep": `{"field-errors":` + deep + `}`,
		"huge": `{"error":"` + strings.Repeat("x", 10<<20) + `"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := newClient(t, closeapi.Config{
				Transport: inProcess(func(*http.Request) (*http.Response, error) { return answer(400, body), nil }),
			})
			_, err := client.Do(t.Context(), getLead)
			if e := asError(t, err); len(e.FieldErrors) > 100 || !closeapi.IsBadRequest(err) || len(err.Error()) > 20000 {
				t.Errorf("%d field errors, a text of %d bytes", len(e.FieldErrors), len(err.Error()))
			}
		})
	}
}

func TestPredicates(t *testing.T) {
	t.Parallel()
	predicates := map[string]func(error) bool{
		"not found": closeapi.IsNotFound, "unauthorized": closeapi.IsUnauthorized, "forbidden": closeapi.IsForbidden,
		"bad request": closeapi.IsBadRequest, "rate limited": closeapi.IsRateLimited, "timeout": closeapi.IsTimeout,
		"canceled": closeapi.IsCanceled, "too large": closeapi.IsTooLarge, "invalid": closeapi.IsInvalidCall,
	}
	for name, test := range map[string]struct {
		err  error
		want string
	}{
		"400": {&closeapi.Error{Status: 400}, "bad request"}, "401": {&closeapi.Error{Status: 401}, "unauthorized"},
		"403": {&closeapi.Error{Status: 403}, "forbidden"}, "404": {&closeapi.Error{Status: 404}, "not found"},
		"429": {&closeapi.Error{Status: 429}, "rate limited"}, "500": {&closeapi.Error{Status: 500}, ""},
		"deadline": {context.DeadlineExceeded, "timeout"}, "canceled": {context.Canceled, "canceled"},
		"other": {io.EOF, ""}, "nil": {nil, ""},
	} {
		err := test.err
		if err != nil {
			err = fmt.Errorf("get lead: %w", err)
		}
		for predicate, is := range predicates {
			if got := is(err); got != (predicate == test.want) {
				t.Errorf("%s: %s = %v", name, predicate, got)
			}
		}
	}
	if wait, ok := closeapi.RetryAfter(fmt.Errorf("x: %w", &closeapi.Error{RetryAfter: time.Second})); wait != time.Second || !ok {
		t.Errorf("RetryAfter = %v, %v", wait, ok)
	}
	if wait, ok := closeapi.RetryAfter(&closeapi.Error{Status: 429}); wait != 0 || ok {
		t.Errorf("RetryAfter of an error without = %v, %v", wait, ok)
	}
}

func TestNoAnswer(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err  error
		want string
	}{
		"refused":  {&net.OpError{Op: "dial", Net: "tcp", Err: errors.New("no route to host")}, "post /lead/: no answer: dial tcp: no route to host"},
		"with URL": {&url.Error{Op: "Post", URL: "https://x.example/?q=secret", Err: io.EOF}, "post /lead/: no answer: EOF"},
		"network":  {&net.DNSError{IsTimeout: true, Err: "i/o timeout"}, "post /lead/: timed out"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := newClient(t, closeapi.Config{
				Transport: inProcess(func(*http.Request) (*http.Response, error) { return nil, test.err }),
			})
			_, err := client.Do(t.Context(), postLead)
			if e := asError(t, err); e.Status != 0 || err.Error() != test.want || !errors.Is(err, test.err) {
				t.Errorf("Do = %v (status %d), want %s", err, e.Status, test.want)
			}
		})
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("the reader has left"))
	client := newClient(t, closeapi.Config{Transport: inProcess(func(*http.Request) (*http.Response, error) {
		t.Error("a call is made under a canceled context")
		return answer(200, `{}`), nil
	})})
	if _, err := client.Do(ctx, getLead); !closeapi.IsCanceled(err) {
		t.Errorf("Do under a canceled context = %v", err)
	}
}
