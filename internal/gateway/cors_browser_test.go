//go:build browser

package gateway

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestCORSInBrowser lets pages of two other origins ask, of which one is let in: the browser shows the answer to that one alone.
func TestCORSInBrowser(t *testing.T) {
	app := func() string {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, "<!doctype html><title>an app</title><link rel=icon href=data:,><p>an app")
		}))
		t.Cleanup(server.Close)
		return server.URL
	}
	known, unknown := app(), app()
	origin := startGateway(t, "--cors-origins="+known)
	const ask = `(window.got = "", fetch(%s + "/graphql", {
		method: "POST", headers: {"content-type": "application/json", "x-tz-offset": "1", "x-closegraph-explain": "1"},
		body: JSON.stringify({query: "{ viewer { name } }"}),
	}).then(async (r) => { window.got = r.status + " " + !!r.headers.get("x-request-id") + " " + await r.text() }, (e) => { window.got = e.name }), true)`
	w := openWindow(t, origin, 800, 600, false, known, unknown)
	w.tolerated = append(w.tolerated, "blocked by CORS policy", "net::ERR_FAILED")
	w.do("ask from the app that is known",
		chromedp.Navigate(known+"/"), eventually(format(ask, origin)),
		eventually(`window.got.startsWith("200 true {\"data\":{\"viewer\":{\"name\":\"Maren Okafor\"")`),
	)
	w.do("ask from another", chromedp.Navigate(unknown+"/"), eventually(format(ask, origin)), eventually(`window.got === "TypeError"`))
	w.do("ask from another without asking the browser first",
		eventually(format(`(window.got = "", fetch(%s + "/graphql?query={viewer{name}}").then((r) => { window.got = "answered" }, (e) => { window.got = e.name }), true)`, origin)),
		eventually(`window.got === "TypeError"`),
	)
}
