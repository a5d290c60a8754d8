package gateway

import (
	"net/http"
	"net/http/pprof" // it adds itself to the default mux, which nobody serves
	"net/netip"
)

// metricsPath is where Prometheus finds the metrics.
const metricsPath = "/metrics"

// newAdminHandler serves those who run the server, on an address of their own: metrics, health, and profiles if they are
// wanted.
func newAdminHandler(opts httpOptions, profiles bool) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", serveAlive)
	mux.HandleFunc("GET /readyz", serveReady(opts.Ready))
	mux.Handle("GET "+metricsPath, opts.Telemetry.Metrics())
	if profiles {
		// Not with them is pprof.Cmdline: the key may be among the arguments.
		for path, serve := range map[string]http.HandlerFunc{
			"": pprof.Index, "profile": pprof.Profile, "symbol": pprof.Symbol, "trace": pprof.Trace,
		} {
			mux.Handle("/debug/pprof/"+path, onlyHere(serve))
		}
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		writeRefusal(w, mediaJSON, &refusal{
			Status: http.StatusNotFound, Code: codeNotFound, Message: "there is nothing here; metrics are at " + metricsPath,
		})
	})
	return withLog(opts.Log, secure(mux))
}

// onlyHere refuses requests that come from elsewhere: by their address, by a name for this machine that is not its own, or by
// a header that proxies add.
func onlyHere(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		peer, err := netip.ParseAddrPort(r.RemoteAddr)
		if err != nil || !peer.Addr().Unmap().IsLoopback() || !localHost(r.Host) || passedOn(r.Header) {
			writeRefusal(w, mediaJSON, &refusal{
				Status: http.StatusForbidden, Code: codeForbidden,
				Message: "this is for those who ask from the server's own machine; metrics for others are on --admin-listen",
			})
			return
		}
		next.ServeHTTP(w, r)
	})
}

// passedOn reports whether a proxy says that it speaks for another.
func passedOn(header http.Header) bool {
	for _, name := range []string{"Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip"} {
		if header.Get(name) != "" {
			return true
		}
	}
	return false
}
