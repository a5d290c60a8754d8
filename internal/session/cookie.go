package session

import (
	"encoding/json"
	"net/http"
	"time"
)

// The names of the cookies. Where they are kept to https, a prefix makes the browser see to it that they come from this
// very host.
const (
	sessionCookie = "closegraph-session"
	loginCookie   = "closegraph-login"
	hostPrefix    = "__Host-"
)

func (s *Sessions) cookieName(name string) string {
	if s.secure {
		return hostPrefix + name
	}
	return name
}

// setCookie gives the browser a sealed value for a while. Scripts cannot read it, and requests that other sites cause
// do not carry it, but for links that lead here.
func (s *Sessions) setCookie(w http.ResponseWriter, name string, value any, lifetime time.Duration) {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // the values are structs of strings and times
	}
	http.SetCookie(w, s.cookie(name, s.keys.sealText("cookie "+name, text), int(lifetime.Seconds())))
}

// clearCookie takes a cookie away from the browser.
func (s *Sessions) clearCookie(w http.ResponseWriter, name string) {
	http.SetCookie(w, s.cookie(name, "", -1))
}

func (s *Sessions) cookie(name, value string, maxAge int) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // over plain http, on this machine, there are no secure cookies
		Name: s.cookieName(name), Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode,
	}
}

// readCookie opens a cookie of a request, and reports false when there is none that was sealed here.
func (s *Sessions) readCookie(r *http.Request, name string, value any) bool {
	cookie, err := r.Cookie(s.cookieName(name))
	if err != nil {
		return false
	}
	text, ok := s.keys.openText("cookie "+name, cookie.Value)
	return ok && json.Unmarshal(text, value) == nil
}
