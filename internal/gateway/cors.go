package gateway

import (
	"net/http"

	"github.com/rs/cors"

	"github.com/closegraph/closegraph/internal/config"
)

// preflightAge is for how many seconds browsers may remember what a page may do; most remember no longer.
const preflightAge = 2 * 60 * 60

// foreign says which pages of other origins may use the API, and tells browsers so.
type foreign struct {
	any     bool
	trusted http.CrossOriginProtection // knows the origins
	headers func(http.Handler) http.Handler
}

// foreignOf reads the configuration. With cookies, pages may use those of the person; who brings a header needs nothing of
// the browser.
func foreignOf(c config.Config) (*foreign, error) {
	f := &foreign{any: c.AnyOrigin(), headers: func(next http.Handler) http.Handler { return next }}
	if len(c.CORSOrigins) == 0 {
		return f, nil
	}
	if !f.any {
		for _, origin := range c.CORSOrigins {
			if err := f.trusted.AddTrustedOrigin(origin); err != nil {
				return nil, err
			}
		}
	}
	f.headers = cors.New(cors.Options{
		AllowedOrigins: c.CORSOrigins,
		AllowedMethods: []string{http.MethodGet, http.MethodHead, http.MethodPost},
		AllowedHeaders: []string{
			"accept", "authorization", "content-type", "x-tz-offset", "x-request-id", "x-closegraph-explain",
			"traceparent", "tracestate", "baggage", "sentry-trace", // of tracing in browsers
			"apollo-require-preflight", "x-apollo-operation-name", "apollographql-client-name", "apollographql-client-version",
		},
		ExposedHeaders:   []string{"X-Request-Id", "Retry-After", "Www-Authenticate"},
		AllowCredentials: c.Mode() == config.ModeSession,
		MaxAge:           preflightAge,
	}).Handler
	return f, nil
}

// crosses says whether a browser sent the request for a page of another origin that is not let in. The server's own
// credential, or a cookie, may serve whatever the browser sends, so that a foreign page must not even be able to ask: it
// could not read the answer, but it could use up the budget of calls. Clients that are not browsers send none of the
// headers this looks at.
func (f *foreign) crosses(r *http.Request) bool {
	if f.any { // nobody is served for what the browser has
		return false
	}
	// Check lets safe methods pass, for they change nothing; here they cost calls, so they are held to the same rule.
	return f.trusted.Check(&http.Request{Method: http.MethodPost, Host: r.Host, Header: r.Header, URL: r.URL}) != nil
}

// foreignPage is the refusal of what a page of another origin asks.
func foreignPage() *refusal {
	return &refusal{
		Status: http.StatusForbidden, Code: codeForbidden,
		Message: "pages of another origin are not served, but for those of --cors-origins",
	}
}
