package gateway

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// crossOrigin says whether a browser sent the request for a page of another origin. The server's own credential, or a
// cookie, may serve whatever the browser sends, so that a foreign page must not even be able to ask: it could not read
// the answer, but it could use up the budget of calls. Clients that are not browsers send none of the headers this
// looks at.
func crossOrigin(r *http.Request) bool {
	var protection http.CrossOriginProtection
	// Check lets safe methods pass, for they change nothing; here they cost calls, so they are held to the same rule.
	return protection.Check(&http.Request{Method: http.MethodPost, Host: r.Host, Header: r.Header, URL: r.URL}) != nil
}

// foreignPage is the refusal of what a page of another origin asks.
func foreignPage() *refusal {
	return &refusal{Status: http.StatusForbidden, Code: codeForbidden, Message: "pages of another origin are not served"}
}

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

// secure sets the headers that every answer carries.
func secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		next.ServeHTTP(w, r)
	})
}
