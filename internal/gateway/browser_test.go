//go:build browser

package gateway

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// window is a tab of a Chromium without a screen, which reaches this machine only.
type window struct {
	t   *testing.T
	ctx context.Context

	tolerated []string

	mu         sync.Mutex
	complaints []string
}

// openWindow starts a Chromium. What it complains about, violations of a page's policy, and requests that leave the
// origin, or the others, are errors of the test.
func openWindow(t *testing.T, origin string, width, height int, dark bool, others ...string) *window {
	t.Helper()
	flags := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, // there is none in containers
		chromedp.WindowSize(width, height),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
	)
	allocator, stopAllocator := chromedp.NewExecAllocator(t.Context(), flags...)
	t.Cleanup(stopAllocator)
	browser, stop := chromedp.NewContext(allocator)
	t.Cleanup(stop)

	w := &window{t: t, ctx: browser, tolerated: tolerated}
	if err := chromedp.Listen(browser, func(event any) { w.watch(append(others, origin), event) }); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	t.Cleanup(func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, text := range w.complaints {
			t.Error(text)
		}
	})
	ctx, cancel := context.WithTimeout(browser, time.Minute)
	t.Cleanup(cancel)
	w.ctx = ctx

	scheme := "light"
	if dark {
		scheme = "dark"
	}
	w.do("prepare the window", chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		if _, err := cdp.Call(ctx, tab, audits.Enable, cdp.Empty{}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	}), chromedp.EmulateViewport(int64(width), int64(height)))
	return w
}

// tolerated are remarks of GraphiQL about itself that hurt nobody.
var tolerated = []string{
	"Missing `Description`",                  // its dialogs have none
	"arg mismatch between arg and selection", // its explorer shows no lists that stand in the query
}

// watch takes the events of the tab.
func (w *window) watch(origins []string, event any) {
	complaint := ""
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		complaint = "exception: " + e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			complaint += " " + e.ExceptionDetails.Exception.Description
		}
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			complaint = "console:"
			for _, arg := range e.Args {
				complaint += " " + string(arg.Value) + arg.Description
			}
		}
	case *cdplog.EventEntryAdded:
		if e.Entry.Level == cdplog.EntryLevelError || e.Entry.Level == cdplog.EntryLevelWarning {
			complaint = "log: " + e.Entry.Text + " " + e.Entry.URL
		}
	case *audits.EventIssueAdded:
		if policy := e.Issue.Details.ContentSecurityPolicyIssueDetails; policy != nil {
			complaint = "policy: " + policy.ViolatedDirective + " " + policy.BlockedURL
			if at := policy.SourceCodeLocation; at != nil {
				complaint += " from " + at.URL
			}
		}
	case *network.EventRequestWillBeSent:
		u, err := url.Parse(e.Request.URL)
		if err != nil || u.Scheme != "data" && !slices.Contains(origins, u.Scheme+"://"+u.Host) {
			complaint = "request to another place: " + e.Request.URL
		}
	}
	if complaint != "" && !slices.ContainsFunc(w.tolerated, func(text string) bool { return strings.Contains(complaint, text) }) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.complaints = append(w.complaints, complaint)
	}
}

// do runs the steps; when one fails, the test ends with what the page shows.
func (w *window) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	if err := chromedp.Do(w.ctx, steps...); err != nil {
		page, _ := chromedp.Run(w.ctx, chromedp.Text(chromedp.CSS("body")))
		w.t.Fatalf("%s: %v\n%s", what, err, page)
	}
}

// shoot writes a picture of the page into the directory SCREENSHOTS; without that it takes none.
func (w *window) shoot(name string) {
	w.t.Helper()
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		return
	}
	w.do("settle", chromedp.Sleep(400*time.Millisecond))
	png, err := chromedp.Run(w.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		w.t.Fatalf("take a picture: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		w.t.Fatal(err)
	}
}

// eventually waits until the expression, in the page, is true.
func eventually(expression string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := chromedp.Poll[bool]("!!("+expression+")", chromedp.WithPollingTimeout(15*time.Second))(ctx, tab)
		return err
	})
}

// click clicks on what the selector finds, once it is to be seen.
func click(selector chromedp.CSS) chromedp.Action[chromedp.Void] { return chromedp.Click(selector) }

// clickText clicks on the element of that selector whose text begins so.
func clickText(selector, text string) chromedp.Action[chromedp.Void] {
	const script = `((found) => found && (found.click(), true))([...document.querySelectorAll(%s)].find((e) => e.textContent.trim().startsWith(%s)))`
	return eventually(format(script, selector, text))
}
