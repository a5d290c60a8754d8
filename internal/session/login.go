package session

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/closegraph/closegraph/closeapi"
)

// The paths of logging in and out.
const (
	LoginPath    = "/oauth/login"
	CallbackPath = "/oauth/callback"
	LogoutPath   = "/oauth/logout"
)

const (
	loginLifetime = 10 * time.Minute // of the cookie with which a browser goes to Close
	endTimeout    = 10 * time.Second // of each step in ending a session
	longestReturn = 2 << 10          // of the address to come back to
)

// attempt is what a browser takes along to Close and back, to prove that it is the one that set out.
type attempt struct {
	State    string    `json:"state"`
	Verifier string    `json:"verifier"`
	ReturnTo string    `json:"return_to"`
	Ends     time.Time `json:"ends"`
}

// Login sends the browser to Close. The parameter return_to is where to come back to: a path on this server, or an address of
// one of the origins in the options.
func (s *Sessions) Login(w http.ResponseWriter, r *http.Request) {
	a := attempt{
		State: rand.Text(), Verifier: closeapi.NewVerifier(), ReturnTo: s.wayBack(r.URL.Query().Get("return_to")),
		Ends: s.now().Add(loginLifetime),
	}
	s.setCookie(w, loginCookie, a, loginLifetime)
	redirect(w, s.oauth.AuthorizeURL(a.State, a.Verifier))
}

// Callback takes the browser back from Close: it redeems the code, and makes a session. The session is a new one
// always. One that the browser had is forgotten, but its tokens are not revoked, since that might end all that the
// person has granted to the app, and so the new ones too.
func (s *Sessions) Callback(w http.ResponseWriter, r *http.Request) {
	var a attempt
	query := r.URL.Query()
	if !s.readCookie(r, loginCookie, &a) || !s.now().Before(a.Ends) ||
		subtle.ConstantTimeCompare([]byte(a.State), []byte(query.Get("state"))) != 1 {
		showPage(w, http.StatusBadRequest, "This login did not begin in this browser, or it began too long ago.")
		return
	}
	s.clearCookie(w, loginCookie) // it is good for one return
	switch {
	case query.Get("error") == "access_denied":
		showPage(w, http.StatusForbidden, "Access was not allowed, so nobody is logged in.")
		return
	case query.Get("error") != "" || query.Get("code") == "":
		showPage(w, http.StatusBadGateway, "Close did not let you log in.")
		return
	}
	grant, err := s.oauth.Exchange(r.Context(), query.Get("code"), a.Verifier)
	switch {
	case closeapi.IsOAuthGrantOver(err):
		showPage(w, http.StatusBadRequest, "Close does not accept this login any more.")
		return
	case err != nil:
		s.log.WarnContext(r.Context(), "cannot redeem the code of a login", "error", err)
		showPage(w, http.StatusBadGateway, "Close could not be asked who you are.")
		return
	}
	t, err := s.begin(r.Context(), grant)
	if err != nil {
		s.log.ErrorContext(r.Context(), "cannot begin a session", "error", err)
		showPage(w, http.StatusInternalServerError, "The login could not be kept.")
		return
	}
	s.forgetOf(r.Context(), r)
	s.setCookie(w, sessionCookie, t, s.lifetime)
	redirect(w, a.ReturnTo)
}

// Logout ends the session of the browser, and revokes its tokens if Close can be reached. It is for POST, so that no link
// can do it.
func (s *Sessions) Logout(w http.ResponseWriter, r *http.Request) {
	if g, ok := s.forgetOf(r.Context(), r); ok {
		ctx, cancel := detached(r.Context())
		defer cancel()
		if err := s.oauth.Revoke(ctx, g); err != nil {
			s.log.WarnContext(ctx, "cannot revoke the tokens of a session that is over", "error", err)
		}
	}
	s.clearCookie(w, sessionCookie)
	redirect(w, "/")
}

// forgetOf forgets the session of a request, and returns its grant, if it has one.
func (s *Sessions) forgetOf(ctx context.Context, r *http.Request) (closeapi.OAuthGrant, bool) {
	t, err := s.ticket(r)
	if err != nil {
		return closeapi.OAuthGrant{}, false
	}
	ctx, cancel := detached(ctx)
	defer cancel()
	g, err := s.forget(ctx, t.ID)
	if err != nil && !errors.Is(err, ErrOver) {
		s.log.ErrorContext(ctx, "cannot forget a session", "error", err)
	}
	return g, err == nil
}

// detached is a context in which a session is ended although the browser goes away.
func detached(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), endTimeout)
}

// wayBack is where a login may lead to: an address of an origin that is known, or else a path on this server.
func (s *Sessions) wayBack(given string) string {
	u, err := url.Parse(given)
	if err == nil && u.User == nil && len(given) <= longestReturn && slices.Contains(s.origins, u.Scheme+"://"+u.Host) &&
		!strings.ContainsAny(given, "\\\t\r\n") {
		return u.String()
	}
	return localPath(given)
}

// localPath is a path on this server as it was given, and "/" for everything else: nobody is to be sent elsewhere by
// a link to the login.
func localPath(given string) string {
	u, err := url.Parse(given)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || len(given) > longestReturn ||
		!strings.HasPrefix(given, "/") || strings.HasPrefix(given, "//") || strings.HasPrefix(given, "/oauth/") ||
		strings.ContainsAny(given, "\\\t\r\n") {
		return "/"
	}
	return given
}

// redirect sends the browser on, with a GET. It keeps nothing of how it got there.
func redirect(w http.ResponseWriter, to string) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusSeeOther)
}
