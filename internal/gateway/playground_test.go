//go:build browser

package gateway

import (
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/closegraph/closegraph/closeapi/sandbox"
	"github.com/closegraph/closegraph/internal/config"
)

// startGateway serves demo data, with the playground, and says where.
func startGateway(t *testing.T, flags ...string) string {
	t.Helper()
	cfg, err := config.Parse(flags, "test", func(string) (string, bool) { return "", false }, io.Discard, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	g, err := New(Options{
		Config: cfg, Log: slog.New(slog.DiscardHandler), Transport: sandbox.New(sandbox.Options{}).Transport(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Close)
	server := httptest.NewServer(g.Handler())
	t.Cleanup(server.Close)
	return server.URL
}

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
				clickText("#examples .item", "Fifty tasks"),
				eventually(format(editor+`.includes(%s)`, "query FiftyTasks")),
				click(runButton),
				eventually(format(response+`.includes(%s)`, `"nodes"`)),
				eventually(`/^\d+ · .* ms · .* KiB$/.test(document.getElementById("result").textContent)`),
			)
			w.shoot(tc.name + "-result")
			w.do("read the documentation",
				click(`button[aria-label="Show Documentation Explorer"]`),
				eventually(format(docs+`.includes(%s)`, "Root Types")),
				clickText(".graphiql-doc-explorer a", "Query"),
				eventually(format(docs+`.includes(%s)`, "Everything that can be read from Close.")),
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

// TestExamplesInBrowser runs every example on the demo data.
func TestExamplesInBrowser(t *testing.T) {
	origin := startGateway(t)
	w := openWindow(t, origin, 1280, 800, false)
	w.do("open the page", chromedp.Navigate(origin+"/"), chromedp.WaitVisible(runButton), chromedp.WaitReady(chromedp.CSS("#examples .item")))
	for _, e := range examples() {
		name := strings.Fields(strings.NewReplacer("(", " ", "{", " ").Replace(e.Query))[1]
		w.do(e.Title,
			eventually(`(document.getElementById("result").textContent = "", true)`),
			clickText("#examples .item", e.Title),
			eventually(format(editor+`.includes(%s)`, " "+name)),
			eventually("!/TASK_|LEAD_|\"ME\"/.test("+editor+")"),
			click(runButton),
			eventually(`document.getElementById("result").textContent.startsWith("200")`),
			eventually(`/"data"/.test(`+response+`) && !/"errors"|"nodes": \[\]/.test(`+response+`)`),
		)
	}
}

// TestCredentialsInBrowser gives a credential to a server that has none.
func TestCredentialsInBrowser(t *testing.T) {
	origin := startGateway(t, "--passthrough")
	w := openWindow(t, origin, 1280, 800, false)
	const (
		shown  = `document.querySelector("#credentials:popover-open")`
		stored = `sessionStorage.getItem("closegraph:authorization")`
	)
	w.do("open the page",
		chromedp.Navigate(origin+"/"),
		chromedp.WaitVisible(runButton),
		eventually(`document.getElementById("mode").textContent === "Live account"`),
		eventually(shown),
	)
	w.shoot("credentials")
	w.do("give a credential",
		chromedp.SendKeys(chromedp.CSS("#secret"), sandbox.DemoKey),
		click("#credentials button[type=submit]"),
		eventually("!"+shown),
		eventually(format(stored+` === "Basic " + btoa(%s)`, sandbox.DemoKey+":")),
		eventually(`document.getElementById("secret").value === "" && Object.values(localStorage).every((text) => !text.includes("Basic "))`),
	)
	w.do("use it",
		clickText("#examples .item", "Who am I"),
		eventually(editor+`.includes("WhoAmI")`),
		click(runButton),
		eventually(response+`.includes("\"email\"")`),
	)
	w.do("take it away",
		click("#credentials-button"),
		click("#secret-clear"),
		eventually(stored+" === null"),
		click(runButton),
		eventually(response+`.includes("credential first")`),
	)
}
