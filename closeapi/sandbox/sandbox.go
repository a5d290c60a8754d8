// Package sandbox is a Close that runs in the process: objects, rules and answers of Close's REST API over a store in
// memory, with a settable clock, faults, and a record of the requests it got. It follows the reference of Close and
// shares no code with the client of Close, so that one's mistakes do not hide the other's. Where it is known or
// guessed to differ from Close, deviations.md says so.
package sandbox

import (
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"
)

// DemoKey is an API key that acts as the first user of the demo data. Any other key that begins with "api_", and any
// bearer token but those that the sandbox hands out itself, is accepted too and acts as some user, always the same one.
const DemoKey = "api_sandbox.demo"

// maxViolations bounds what a strict server remembers about requests that Close would have misunderstood.
const maxViolations = 1000

// Options say how a Server behaves; the zero value is a useful one.
type Options struct {
	// Now is the clock; time.Now when nil. SetTime stops it.
	Now func() time.Time
	// Strict refuses with 400 what Close ignores silently: unknown parameters, names in _fields, members of bodies,
	// and paths.
	Strict bool
	// Empty leaves out the demo data, but for the organization, its users, statuses and pipelines.
	Empty bool
	// RateLimit is how many requests a second a key may make in one group of endpoints; 100 when zero. The organization
	// as a whole may make three times as many.
	RateLimit int
	// RateWindow is the time that the RateLimit counts for, in place of a second.
	RateWindow time.Duration
	// RateSteps gives the RateLimit at once, at the end of each RateWindow, and not bit by bit.
	RateSteps bool
	// RateHeader says which answers tell what is left of the RateLimit.
	RateHeader RateHeader
	// Seed decides which requests are hit by the faults that are left to chance.
	Seed uint64
}

// A Server is one sandbox. It is an http.Handler, and safe for concurrent use.
type Server struct {
	strict bool
	api    *api
	limits *limiter
	hooks  *hooks
	oauth  *oauthServer

	data  sync.RWMutex // guards store
	store *store

	mu         sync.Mutex // guards what follows
	clock      func() time.Time
	record     record
	faults     []*Fault
	dice       *rand.Rand
	violations []string
}

// New makes a sandbox. The demo data lies around the time that the clock shows now.
func New(o Options) *Server {
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Server{strict: o.Strict, api: newAPI(), limits: newLimiter(o), oauth: newOAuthServer(), hooks: &hooks{}, clock: o.Now}
	s.dice = rand.New(rand.NewPCG(o.Seed, 0)) //nolint:gosec // chance that must be the same each time
	s.store = newStore(s.api)
	seedOrganization(s.store, o.Now())
	if !o.Empty {
		seedDemo(s.store, o.Now())
		seedCRM(s.store, o.Now())
		seedHistory(s.store, o.Now())
		seedCommunication(s.store, o.Now())
		seedSequences(s.store, o.Now())
		s.seedAutomation(o.Now())
		seedEvents(s.store, o.Now())
	}
	return s
}

// RunT makes a strict sandbox with the demo data for one test, and fails the test at its end for every request that
// Close would have misunderstood. Its clock stands at 2026-03-18T10:00:00Z, a Wednesday, and so its rate limit, which
// would never refill, is practically none.
func RunT(t testing.TB) *Server {
	t.Helper()
	stopped := time.Date(2026, 3, 18, 10, 0, 0, 0, time.UTC)
	s := New(Options{Now: func() time.Time { return stopped }, Strict: true, RateLimit: 1_000_000})
	t.Cleanup(func() {
		for _, v := range s.misunderstood() {
			t.Errorf("sandbox: %s", v)
		}
	})
	return s
}

// SetTime stops the clock at t.
func (s *Server) SetTime(t time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock = func() time.Time { return t }
}

// Fields returns the names of the members that Close gives the objects of a resource: "task", "lead", "contact",
// "opportunity", "user", "me", "organization", "lead_status", "opportunity_status",
// "pipeline", "custom_field_lead" and the other kinds of custom fields, "custom_object_type", "custom_object", "comment",
// "comment_thread", "saved_search", "event", "webhook", "sequence",
// "membership", "role", "group", "sequence_subscription", "bulk_email", "bulk_edit", "bulk_delete", "bulk_sequence_subscription" or "export", of the rows of reports, and of the activities: "note", "call", "email",
// "emailthread", "sms", "whatsapp_message", "meeting", "custom_activity" (whose types are "custom_activity_type"),
// "created", "form_submission", "lead_status_change", "opportunity_status_change", "task_completed", "lead_merge" and
// "import_update". Custom fields are not among them. An unknown resource has none.
func (s *Server) Fields(resource string) []string {
	r := s.api.resources[resource]
	if r == nil {
		return nil
	}
	var names []string
	for _, m := range r.members {
		if !slices.Contains(names, m.name) {
			names = append(names, m.name)
		}
	}
	return names
}

// IDs returns the ids of the objects of a resource that exist now, oldest first.
func (s *Server) IDs(resource string) []string {
	s.data.RLock()
	defer s.data.RUnlock()
	t := s.store.tables[resource]
	if t == nil {
		return nil
	}
	ids := make([]string, 0, len(t.all))
	for _, o := range t.all {
		ids = append(ids, o.id)
	}
	return ids
}

func (s *Server) now() time.Time {
	s.mu.Lock()
	clock := s.clock
	s.mu.Unlock()
	return clock().UTC()
}

// violated remembers what a strict server refused.
func (s *Server) violated(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.violations) < maxViolations {
		s.violations = append(s.violations, what)
	}
}

func (s *Server) misunderstood() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.violations)
}

// ServeHTTP answers as Close would, under the paths with and without the prefix /api/v1, and below /oauth2/ as Close's
// authorization server would for the app DemoClientID.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a, err := s.answer(r.Context(), r)
	if err != nil || a.drop {
		panic(http.ErrAbortHandler) // the documented way to break a connection
	}
	maps.Copy(w.Header(), a.header)
	w.WriteHeader(a.status)
	if a.truncate > 0 && a.truncate < len(a.body) {
		_, _ = w.Write(a.body[:a.truncate])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(a.body) // a client that has gone away has nobody to tell
}
