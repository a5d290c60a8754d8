//go:build browser

package gateway

import (
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestLoginInBrowser logs in with the sandbox, asks something, and logs out.
func TestLoginInBrowser(t *testing.T) {
	l := newLoginServer(t)
	sandbox, _, _ := strings.Cut(l.authorize, "/oauth2/")
	w := openWindow(t, l.URL, 1280, 800, false, sandbox)
	w.tolerated = append(slices.Clone(w.tolerated), "status of 401", "status of 403") // nobody is logged in; access is not allowed
	const (
		login = chromedp.CSS("#login")
		user  = `document.getElementById("user").textContent`
	)
	w.do("open the page", chromedp.Navigate(l.URL+"/"), chromedp.WaitVisible(runButton), chromedp.WaitVisible(login))
	w.shoot("login-before")
	w.do("refuse",
		click(login),
		click("#deny"),
		chromedp.WaitVisible(chromedp.CSS(`a[href="/oauth/login"]`)),
		eventually(`document.body.innerText.includes("Access was not allowed")`),
	)
	w.shoot("login-refused")
	w.do("log in",
		click(`a[href="/oauth/login"]`),
		chromedp.WaitVisible(chromedp.CSS("#allow")),
		eventually(`(document.getElementById("user").selectedIndex = 2, true)`),
	)
	w.shoot("login-allow")
	w.do("come back",
		click("#allow"),
		chromedp.WaitVisible(runButton),
		eventually(user+` === "Priya Raman"`),
		eventually(`document.getElementById("credentials-button").hidden && document.cookie === ""`),
	)
	w.do("ask something",
		clickText("#examples .item", "Who am I"),
		eventually(editor+`.includes("WhoAmI")`),
		click(runButton),
		eventually(response+`.includes("priya@lighthouse.example")`),
	)
	w.shoot("login-after")
	w.do("log out", click("#logout"), chromedp.WaitVisible(login), chromedp.WaitVisible(runButton), eventually(user+` === ""`))
	w.do("ask in vain",
		clickText("#examples .item", "Who am I"),
		eventually(editor+`.includes("WhoAmI")`),
		click(runButton),
		eventually(response+`.includes("Log in first")`),
	)
	if n := l.calls("POST /oauth2/revoke/"); n != 2 {
		t.Errorf("%d tokens were revoked, want both", n)
	}
}

// TestTokenInBrowser gives an access token to a server that asks for one.
func TestTokenInBrowser(t *testing.T) {
	origin := startGateway(t, "--close-api-key="+serverKey, "--access-tokens-file="+tokensFile(t))
	w := openWindow(t, origin, 1280, 800, false)
	w.do("give a token",
		chromedp.Navigate(origin+"/"),
		chromedp.WaitVisible(runButton),
		eventually(`document.querySelector("#credentials:popover-open")?.innerText.includes("Access token or JWT")`),
		chromedp.SendKeys(chromedp.CSS("#secret"), readToken),
	)
	w.shoot("token")
	w.do("use it",
		click("#credentials button[type=submit]"),
		clickText("#examples .item", "Who am I"),
		eventually(editor+`.includes("WhoAmI")`),
		click(runButton),
		eventually(response+`.includes("\"email\"")`),
	)
}
