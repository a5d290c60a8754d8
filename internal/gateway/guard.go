package gateway

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// localOnly refuses requests that were not meant for this machine by name. A page elsewhere can let its own name
// point to 127.0.0.1 and then count as of the same origin; its name is still in the Host header.
func localOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !localHost(r.Host) {
			writeRefusal(w, mediaJSON, &refusal{
				Status: http.StatusMisdirectedRequest, Code: codeForbidden,
				Message: "this server serves its own machine only, as localhost or 127.0.0.1; --allow-anonymous opens it to other names",
			})
			return
		}
		next.ServeHTTP(w, r)
	})
}

func localHost(hostport string) bool {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// secure sets the headers that every answer carries. Over TLS, browsers are to come over TLS from then on; localhost is left
// out, since that would hold for all servers of this machine.
func secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		if r.TLS != nil && !localHost(r.Host) {
			header["Strict-Transport-Security"] = headerAnnualTLS
		}
		header["X-Content-Type-Options"] = headerNoSniff
		header["Referrer-Policy"] = headerNoReferrer
		header["Cross-Origin-Resource-Policy"] = headerSameOrigin
		header["Content-Security-Policy"] = headerNoContent
		next.ServeHTTP(w, r)
	})
}
