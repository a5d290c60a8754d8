// Package session lets people log in with Close: the browser holds a cookie that says which session it is, and the
// tokens of Close stay on the server.
package session

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/closegraph/closegraph/closeapi"
)

// Options are what Sessions are made of.
type Options struct {
	OAuth *closeapi.OAuth
	Store Store
	// Keys are the secrets that cookies and what is stored are sealed with: the first one seals, all of them open.
	// Without any, a random one does, and sessions end with the process.
	Keys []string
	// Lifetime is when a session ends, however much it is used.
	Lifetime time.Duration
	// Origins are other places than this server to which people may come back from a login: https://app.example.com.
	Origins []string
	// Secure keeps the cookies to https.
	Secure bool
	// Now is the clock; time.Now when nil.
	Now func() time.Time
	Log *slog.Logger
}

// Sessions are those of everybody who is logged in. They are safe for concurrent use.
type Sessions struct {
	oauth    *closeapi.OAuth
	store    Store
	keys     keyring
	lifetime time.Duration
	origins  []string
	secure   bool
	now      func() time.Time
	log      *slog.Logger
	renewing singleflight.Group // by the id of the session
}

// New returns the Sessions of the options.
func New(o Options) (*Sessions, error) {
	keys, err := newKeyring(o.Keys)
	if err != nil {
		return nil, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Sessions{
		oauth: o.OAuth, store: o.Store, keys: keys, lifetime: o.Lifetime, origins: o.Origins,
		secure: o.Secure, now: o.Now, log: o.Log,
	}, nil
}

// What is wrong with a request that has no session.
var (
	// ErrNone is the error for a browser that is not logged in.
	ErrNone = errors.New("not logged in")
	// ErrOver is the error for a session that was there once: the person has to log in again.
	ErrOver = errors.New("the session is over")

	errTooLong = errors.New("the tokens of the session are too long to keep")
)

const (
	// renewBefore is how long before its end an access token is renewed: longer than a request takes.
	renewBefore = time.Minute
	// renewTimeout bounds the renewal of a grant, the wait for another replica included.
	renewTimeout = 30 * time.Second
)

// ticket is what the cookie of a session holds.
type ticket struct {
	ID   string    `json:"id"`
	Ends time.Time `json:"ends"`
}

// Grant is what the person whose browser sent the cookies of a request has granted, with an access token that is good
// for a minute at least. The error is ErrNone or ErrOver when the person has to log in, and else says what else went
// wrong.
func (s *Sessions) Grant(ctx context.Context, r *http.Request) (closeapi.OAuthGrant, error) {
	t, err := s.ticket(r)
	if err != nil {
		return closeapi.OAuthGrant{}, err
	}
	g, err := s.load(ctx, t.ID)
	if err != nil || !s.ending(g) {
		return g, err
	}
	return s.renewed(ctx, t, g)
}

// ticket reads the cookie of a request.
func (s *Sessions) ticket(r *http.Request) (ticket, error) {
	var t ticket
	if !s.readCookie(r, sessionCookie, &t) {
		return t, ErrNone
	}
	if !s.now().Before(t.Ends) {
		return t, ErrOver
	}
	return t, nil
}

// ending says whether the access token of a grant has to be renewed.
func (s *Sessions) ending(g closeapi.OAuthGrant) bool {
	return s.now().Add(renewBefore).After(g.Expires)
}

// renewed is the grant of a session whose access token ends. Close takes each refresh token once, and so all requests
// of the session wait for one renewal, which none of them can cancel.
func (s *Sessions) renewed(ctx context.Context, t ticket, old closeapi.OAuthGrant) (closeapi.OAuthGrant, error) {
	done := s.renewing.DoChan(t.ID, func() (any, error) {
		detached, cancel := context.WithTimeout(context.WithoutCancel(ctx), renewTimeout)
		defer cancel()
		return s.renew(detached, t)
	})
	select {
	case <-ctx.Done():
		return closeapi.OAuthGrant{}, ctx.Err()
	case result := <-done:
		g, _ := result.Val.(closeapi.OAuthGrant)
		if result.Err == nil || errors.Is(result.Err, ErrOver) || !s.now().Before(old.Expires) {
			return g, result.Err
		}
		s.log.WarnContext(ctx, "a grant that is good for a while yet cannot be renewed now", "error", result.Err)
		return old, nil // the next request tries again
	}
}

// renew renews the grant of a session, unless that has been done by the time that the lock is there.
func (s *Sessions) renew(ctx context.Context, t ticket) (closeapi.OAuthGrant, error) {
	unlock, err := s.store.Lock(ctx, t.ID)
	if err != nil {
		return closeapi.OAuthGrant{}, fmt.Errorf("lock a session: %w", err)
	}
	defer unlock()
	g, err := s.load(ctx, t.ID)
	if err != nil || !s.ending(g) {
		return g, err
	}
	g, err = s.oauth.Refresh(ctx, g)
	if closeapi.IsOAuthGrantOver(err) {
		s.log.InfoContext(ctx, "a session is over: Close does not renew its grant", "error", err)
		if err := s.store.Delete(ctx, t.ID); err != nil {
			s.log.ErrorContext(ctx, "cannot forget a session", "error", err)
		}
		return closeapi.OAuthGrant{}, ErrOver
	}
	if err != nil {
		return closeapi.OAuthGrant{}, fmt.Errorf("renew the grant of a session: %w", err)
	}
	if err := s.save(ctx, t, g); err != nil {
		return closeapi.OAuthGrant{}, err
	}
	return g, nil
}

// begin makes a session of a grant.
func (s *Sessions) begin(ctx context.Context, g closeapi.OAuthGrant) (ticket, error) {
	t := ticket{ID: rand.Text(), Ends: s.now().Add(s.lifetime)}
	return t, s.save(ctx, t, g)
}

// forget ends a session, after a renewal that is under way, and returns the grant that it had.
func (s *Sessions) forget(ctx context.Context, id string) (closeapi.OAuthGrant, error) {
	unlock, err := s.store.Lock(ctx, id)
	if err != nil {
		return closeapi.OAuthGrant{}, fmt.Errorf("lock a session: %w", err)
	}
	defer unlock()
	g, err := s.load(ctx, id)
	if err != nil {
		return g, err
	}
	if err := s.store.Delete(ctx, id); err != nil {
		return g, fmt.Errorf("forget a session: %w", err)
	}
	return g, nil
}

// save puts the grant of a session into the store.
func (s *Sessions) save(ctx context.Context, t ticket, g closeapi.OAuthGrant) error {
	value, err := json.Marshal(g) //nolint:gosec // it is sealed
	if err != nil {
		return fmt.Errorf("encode a grant: %w", err)
	}
	if err := s.store.Put(ctx, t.ID, s.keys.seal("session "+t.ID, value), t.Ends.Sub(s.now())); err != nil {
		return fmt.Errorf("keep a session: %w", err)
	}
	return nil
}

// load takes the grant of a session from the store. What cannot be opened is as good as gone.
func (s *Sessions) load(ctx context.Context, id string) (closeapi.OAuthGrant, error) {
	var g closeapi.OAuthGrant
	sealed, err := s.store.Get(ctx, id)
	if err != nil {
		return g, fmt.Errorf("look up a session: %w", err)
	}
	value, ok := s.keys.open("session "+id, sealed)
	if !ok || json.Unmarshal(value, &g) != nil {
		return closeapi.OAuthGrant{}, ErrOver
	}
	return g, nil
}
