package gateway

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/internal/config"
	"github.com/closegraph/closegraph/internal/session"
	"github.com/closegraph/closegraph/internal/telemetry"
)

// httpOptions are what the HTTP side needs of the rest of the gateway.
type httpOptions struct {
	// Exec runs the operations.
	Exec graphql.GraphExecutor
	// Telemetry is told of the requests, and serves the metrics.
	Telemetry *telemetry.Telemetry
	// Prepare gives the context that an operation runs under: who asks, and the loaders of the request. A *refusal
	// turns the request down as it says; any other error is masked. Nil when there is nothing to prepare.
	Prepare func(context.Context, *http.Request) (context.Context, error)
	// Reading says for whom and as of when the request reads whose context it is, so that equal queries share an answer. Nil
	// shares nothing.
	Reading func(context.Context) (closeapi.Reading, bool)
	// Learn takes in what other processes have written, before a request is answered with another's run. Nil when there are
	// none.
	Learn func(context.Context)
	// Documents are operations that requests may name; nil when there are none.
	Documents *documents
	// MaxBody is the longest request body, in bytes.
	MaxBody int64
	// Timeout is the longest that an operation runs; zero sets no bound.
	Timeout time.Duration
	// LocalOnly turns down requests that name another machine, for servers that only this machine is to use.
	LocalOnly bool
	// Compress compresses answers for clients that take that.
	Compress bool
	// Foreign says which pages of other origins may use the API; nil for none.
	Foreign *foreign
	// MaxConcurrent is how many operations one caller may have under way; zero for any number.
	MaxConcurrent int
	// Caller tells callers apart, by the context that Prepare gave. Nil when all count as one.
	Caller func(context.Context) string
	// Sessions log people in and out. Nil when nobody logs in here.
	Sessions *session.Sessions
	// Playground serves the playground to browsers. Nil leaves it out.
	Playground *playgroundOptions
	// Admin says that the metrics have an address of their own; else they are here, for those on this machine.
	Admin bool
	// Ready says why new requests are unwelcome; nil, or a nil error, when they are welcome.
	Ready func() error
	Log   *slog.Logger
}

// newHTTPHandler puts the HTTP side together: every path that the server answers on.
func newHTTPHandler(opts httpOptions) http.Handler {
	if opts.Documents == nil {
		opts.Documents = &documents{}
	}
	if opts.Foreign == nil {
		opts.Foreign, _ = foreignOf(config.Config{}) // which names no origin that could be wrong
	}
	api := &graphqlHandler{
		exec: opts.Exec, telemetry: opts.Telemetry, prepare: opts.Prepare, documents: opts.Documents,
		maxBody: opts.MaxBody, timeout: opts.Timeout, compress: opts.Compress,
		foreign: opts.Foreign, admission: newAdmission(opts.MaxConcurrent), caller: opts.Caller,
		sharing: newSharing(opts.Reading, opts.Learn, opts.Timeout),
	}
	shared := opts.Foreign.headers
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", serveAlive)
	mux.HandleFunc("GET /readyz", serveReady(opts.Ready))
	if !opts.Admin {
		mux.Handle("GET "+metricsPath, onlyHere(opts.Telemetry.Metrics()))
	}
	if opts.Playground != nil {
		page := whenAsked(func() http.Handler { return newPlayground(*opts.Playground) })
		mux.Handle("GET /{$}", forBrowsers(page, pointer))
		mux.Handle("GET /playground/", page)
		mux.Handle(graphqlPath, shared(toPlayground(api)))
	} else {
		mux.Handle(graphqlPath, shared(api))
		mux.Handle("GET /{$}", pointer)
	}
	if opts.Sessions != nil {
		mux.HandleFunc("GET "+session.LoginPath, opts.Sessions.Login)
		mux.HandleFunc("GET "+session.CallbackPath, opts.Sessions.Callback)
		mux.Handle(session.LogoutPath, shared(byPost(opts.Foreign, opts.Sessions.Logout)))
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		writeRefusal(w, mediaJSON, &refusal{
			Status: http.StatusNotFound, Code: codeNotFound, Message: "there is nothing here; GraphQL is at " + graphqlPath,
		})
	})

	handler := directly(graphqlPath, mux)
	if opts.LocalOnly {
		handler = localOnly(handler)
	}
	return withLog(opts.Log, secure(handler))
}

// graphqlPath is where the API is.
const graphqlPath = "/graphql"

// directly is the mux, but that what it has at a path, for all methods, is not looked for anew each time.
func directly(path string, mux *http.ServeMux) http.Handler {
	there, _ := mux.Handler(&http.Request{Method: http.MethodPost, URL: &url.URL{Path: path}})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == path {
			there.ServeHTTP(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// whenAsked makes a handler when it is asked for first: the playground's files are megabytes, which most servers never need.
func whenAsked(make func() http.Handler) http.Handler {
	made := sync.OnceValue(make)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { made().ServeHTTP(w, r) })
}

// byPost lets pass what a page that is let in, or no page at all, sends by POST.
func byPost(pages *foreign, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method != http.MethodPost:
			writeRefusal(w, mediaJSON, methodNotAllowed("send a POST", http.MethodPost))
		case pages.crosses(r):
			writeRefusal(w, mediaJSON, foreignPage())
		default:
			next(w, r)
		}
	}
}

// pointer tells those who look at the root where to go.
var pointer = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, "Closegraph: the Close CRM as GraphQL. Send queries to "+graphqlPath+".\n")
})

// forBrowsers shows the page to whoever asks for HTML, and the other answer to the rest.
func forBrowsers(page, other http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		varies(w.Header(), headerByAccept)
		if wantsHTML(r) {
			page.ServeHTTP(w, r)
			return
		}
		other.ServeHTTP(w, r)
	})
}

// toPlayground sends people who open the API in a browser to the playground; requests that carry a query go on.
func toPlayground(api http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && r.URL.RawQuery == "" && wantsHTML(r) {
			http.Redirect(w, r, "/", http.StatusSeeOther)
			return
		}
		api.ServeHTTP(w, r)
	})
}

func wantsHTML(r *http.Request) bool {
	return strings.Contains(strings.Join(r.Header.Values("Accept"), ","), "text/html")
}
