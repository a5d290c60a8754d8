package gateway

import (
	"log/slog"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"time"
)

// headerRequestID carries the id by which a request is found again in the logs of everything it passed.
const headerRequestID = "X-Request-Id"

// withLog logs each request when it is done, and turns a panic into an answer. Of a request it logs what says how it
// went, never what was in it: no query, no variables, no headers.
func withLog(log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		id := requestID(first(r.Header, headerRequestID))
		rec := &recorder{ResponseWriter: w, id: [1]string{id}}
		w.Header()[headerRequestID] = rec.id[:]
		defer func() {
			cause := recover()
			aborted := false
			if cause != nil {
				aborted = answerPanic(log, rec, id, cause)
			}
			rec.log(log, r, id, time.Since(start))
			if aborted {
				panic(http.ErrAbortHandler)
			}
		}()
		next.ServeHTTP(rec, r)
	})
}

// answerPanic answers for a handler that panicked. When part of an answer is out already, the connection has to be
// cut, or the client would take that part for the whole: it then returns true.
func answerPanic(log *slog.Logger, rec *recorder, id string, cause any) (abort bool) {
	if cause != http.ErrAbortHandler { // which says that the handler knew what it did
		log.Error("panic", "request", id, "cause", scrub(cause), "stack", string(debug.Stack()))
	}
	if rec.status != 0 || cause == http.ErrAbortHandler {
		return true
	}
	writeRefusal(rec, mediaJSON, &refusal{
		Status: http.StatusInternalServerError, Code: codeInternal,
		Message: "something went wrong here; the log has it under " + id,
	})
	return false
}

// recorder remembers what of an answer is logged.
type recorder struct {
	http.ResponseWriter
	id        [1]string // of the request, for the header
	status    int
	bytes     int64
	operation string // the name of the operation, where it has one
	kind      string // query or mutation
	trace     string // the id of the trace that the request belongs to, where it is traced
}

// WriteHeader remembers the status.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= 200 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write counts the bytes.
func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	return n, err
}

// Unwrap gives http.ResponseController what it needs.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (r *recorder) log(log *slog.Logger, req *http.Request, id string, took time.Duration) {
	level := slog.LevelInfo
	switch {
	case r.status >= 500:
		level = slog.LevelError
	case req.URL.Path == "/healthz" || req.URL.Path == "/readyz" || req.URL.Path == metricsPath:
		level = slog.LevelDebug // asked for every few seconds
	}
	if !log.Enabled(req.Context(), level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("method", clip(req.Method, 16)),
		slog.String("path", clip(req.URL.Path, 128)),
		slog.Int("status", r.status),
		slog.Float64("ms", float64(took.Microseconds())/1000),
		slog.Int64("bytes", r.bytes),
		slog.String("request", id),
	}
	if r.kind != "" {
		attrs = append(attrs, slog.String("kind", r.kind), slog.String("operation", clip(r.operation, 64)))
	}
	if r.trace != "" {
		attrs = append(attrs, slog.String("trace", r.trace))
	}
	log.LogAttrs(req.Context(), level, "request", attrs...)
}

// digits are those of an id, as RFC 4648 has them for base 32.
const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

// newRequestID is an id of 128 random bits. It finds a line in a log and guards nothing, so that it need not cost a call
// of the system.
func newRequestID() string {
	var id [26]byte
	for i := 0; i < len(id); i += 13 {
		for j, bits := i, rand.Uint64(); j < i+13; j, bits = j+1, bits>>5 { //nolint:gosec // it is no secret
			id[j] = digits[bits%uint64(len(digits))]
		}
	}
	return string(id[:])
}

// requestID is the id that the client gave, if it is of a harmless form, or else a new one.
func requestID(given string) string {
	if given == "" || len(given) > 64 {
		return newRequestID()
	}
	for _, c := range []byte(given) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_', c == '.':
		default:
			return newRequestID()
		}
	}
	return given
}
