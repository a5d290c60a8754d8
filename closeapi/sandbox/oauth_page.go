package sandbox

import (
	"bytes"
	"crypto/rand"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// authorizePage asks in the place of Close's web app: there is nobody to log in, so it asks as whom, too.
var authorizePage = template.Must(template.New("authorize").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Allow access? (sandbox)</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 26rem; margin: 12vh auto; padding: 0 1rem; }
h1 { font-size: 1.3rem; }
select, button { font: inherit; padding: .4rem .8rem; }
select { width: 100%; margin: .3rem 0 1.2rem; }
</style>
</head>
<body>
<h1>Allow {{.Client}} to use {{.Organization}}?</h1>
<p>This is the sandbox, not Close: choose whom to be. The app asks for: {{.Scope}}.</p>
<form method="post">
<label>As <select name="user" id="user">{{range .Users}}<option value="{{.ID}}">{{.Name}} ({{.Role}})</option>{{end}}</select></label>
<button name="decision" value="allow" id="allow">Allow</button>
<button name="decision" value="deny" id="deny">Deny</button>
</form>
</body>
</html>
`))

// authorize is /oauth2/authorize/: the page, and what becomes of the answer to it. What is wrong with the app or the
// address to go back to is told to the person, everything else to the app.
func (s *Server) authorize(c *call) *answer {
	redirect, err := url.Parse(c.params.Get("redirect_uri"))
	if c.params.Get("client_id") != DemoClientID || err != nil || redirect.Scheme != "https" && redirect.Scheme != "http" || redirect.Host == "" {
		return refuse(http.StatusBadRequest, "sandbox: unknown client_id, or no redirect_uri").answer()
	}
	back := redirect.Query()
	if state := c.params.Get("state"); state != "" {
		back.Set("state", state)
	}
	challenge := c.params.Get("code_challenge")
	scopes := strings.Fields(c.params.Get("scope"))
	switch {
	case c.params.Get("response_type") != "code":
		back.Set("error", "unsupported_response_type")
	case slices.ContainsFunc(scopes, func(scope string) bool { return !slices.Contains(oauthScopes, scope) }):
		back.Set("error", "invalid_scope")
	case challenge != "" && c.params.Get("code_challenge_method") != "S256":
		back.Set("error", "invalid_request")
	case c.method == http.MethodGet:
		return s.askUser(scopes)
	case c.params.Get("decision") != "allow":
		back.Set("error", "access_denied")
	default:
		s.data.RLock()
		user := s.store.get("user", c.params.Get("user"))
		s.data.RUnlock()
		if user == nil {
			return refuse(http.StatusBadRequest, "sandbox: no such user").answer()
		}
		back.Set("code", s.oauth.handOut(pendingCode{
			user: user.id, redirect: c.params.Get("redirect_uri"), challenge: challenge,
			scopes: scopes, ends: c.now.Add(codeLifetime),
		}))
	}
	redirect.RawQuery = back.Encode()
	a := newAnswer(http.StatusFound, nil)
	a.header.Set("Location", redirect.String())
	a.header.Set("Cache-Control", "no-store")
	return a
}

// handOut makes a code.
func (o *oauthServer) handOut(pending pendingCode) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.codes) >= maxGrants {
		clear(o.codes)
	}
	code := rand.Text()
	o.codes[code] = pending
	return code
}

// askUser is the page, with all users to choose from.
func (s *Server) askUser(scopes []string) *answer {
	type person struct{ ID, Name, Role string }
	var page struct {
		Client, Organization, Scope string
		Users                       []person
	}
	s.data.RLock()
	page.Client, page.Scope = DemoClientID, strings.Join(scopes, ", ")
	page.Organization = s.store.get("organization", s.store.organization).str("name")
	for _, user := range s.store.tables["user"].all {
		name, _ := userName(user).(string)
		page.Users = append(page.Users, person{user.id, name, s.store.roleOf(user).id})
	}
	s.data.RUnlock()
	var b bytes.Buffer
	if err := authorizePage.Execute(&b, page); err != nil {
		return newAnswer(http.StatusInternalServerError, nil)
	}
	a := newAnswer(http.StatusOK, b.Bytes())
	a.header.Set("Content-Type", "text/html; charset=utf-8")
	a.header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'")
	a.header.Set("Cache-Control", "no-store")
	return a
}
