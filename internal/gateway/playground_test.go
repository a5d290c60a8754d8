//go:build browser

package gateway

import (
	"fmt"
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"
)

// startGateway serves a gateway with a playground and says where.
func startGateway(t *testing.T) string {
	t.Helper()
	opts := testOptions(t)
	opts.MaxBody = 1 << 20
	opts.Playground = &playgroundOptions{Mode: "sandbox", Explain: true}
	server := httptest.NewServer(newHTTPHandler(opts))
	t.Cleanup(server.Close)
	return server.URL
}

// What the test does with the schema at hand.
const (
	pickedExample = "Who am I"
	pickedQuery   = "viewer {"
	pickedAnswer  = `"errors"`
	documented    = "The root of what can be asked."
)

const (
	runButton = chromedp.CSS(".graphiql-execute-button")
	editor    = `document.querySelector(".graphiql-query-editor .CodeMirror")?.CodeMirror.getValue()`
	response  = `document.querySelector(".result-window .CodeMirror")?.CodeMirror.getValue()`
	docs      = `document.querySelector(".graphiql-doc-explorer")?.innerText`
)

// format fills in the texts as JavaScript strings.
func format(script string, texts ...any) string {
	for i, text := range texts {
		texts[i] = fmt.Sprintf("%q", text)
	}
	return fmt.Sprintf(script, texts...)
}

// TestPlaygroundInBrowser uses the playground as people do, with no network beside this machine.
func TestPlaygroundInBrowser(t *testing.T) {
	for _, tc := range []struct {
		name          string
		width, height int
		dark          bool
	}{
		{"light", 1280, 800, false},
		{"dark", 1280, 800, true},
		{"narrow", 800, 700, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			origin := startGateway(t)
			w := openWindow(t, origin, tc.width, tc.height, tc.dark)
			w.do("open the page",
				chromedp.Navigate(origin+"/"),
				chromedp.WaitVisible(runButton),
				eventually(`document.getElementById("mode").textContent === "Demo data (sandbox)"`),
			)
			w.do("open the examples", click("#examples-button"), chromedp.WaitVisible(chromedp.CSS("#examples .item")))
			w.shoot(tc.name + "-examples")
			w.do("run an example",
				clickText("#examples .item", pickedExample),
				eventually(format(editor+`.includes(%s)`, pickedQuery)),
				click(runButton),
				eventually(format(response+`.includes(%s)`, pickedAnswer)),
				eventually(`/^\d+ · .* ms · .* KiB$/.test(document.getElementById("result").textContent)`),
			)
			w.shoot(tc.name + "-result")
			w.do("read the documentation",
				click(`button[aria-label="Show Documentation Explorer"]`),
				eventually(format(docs+`.includes(%s)`, "Root Types")),
				clickText(".graphiql-doc-explorer a", "Query"),
				eventually(format(docs+`.includes(%s)`, documented)),
			)
			w.shoot(tc.name + "-docs")
			w.do("build a query", click(`button[aria-label="Show GraphiQL Explorer"]`), chromedp.WaitVisible(chromedp.CSS(".docExplorerWrap")))
			w.shoot(tc.name + "-explorer")
			w.do("open the settings", click(`button[aria-label="Open settings dialog"]`), chromedp.WaitVisible(chromedp.CSS(".graphiql-dialog")))
			w.shoot(tc.name + "-settings")
			w.do("look for credentials",
				click(".graphiql-dialog .graphiql-dialog-close"),
				chromedp.WaitNotPresent(chromedp.CSS(".graphiql-dialog")),
				click("#credentials-button"),
				eventually(`document.querySelector("#credentials:popover-open")?.innerText.includes("None is needed")`),
			)
			w.shoot(tc.name + "-credentials")
		})
	}
}
