package redis

import (
	"context"
	"crypto/rand"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/rueidis"

	"github.com/closegraph/closegraph/closeapi"
)

// Writes tells replicas of each other's writes: that an identity begins to write or has written, as closeapi.Writes has
// it, and which objects were written lately, as loaders.Others has it.
//
// They are in a stream in Redis. Nobody is waited for: who has to know asks for what came since it asked last. While Redis
// is away, each replica knows its own writes only; what it could not tell, it tells when Redis is back.
type Writes struct {
	c      *Client
	origin string // names this replica

	mu      sync.Mutex
	last    string            // the last entry of the stream that was read
	epochs  map[string]uint64 // how often identities, by their hashes, were heard to write
	floor   uint64            // the epoch of those that are not among them
	counted uint64            // writes of all
	written map[string]time.Time
}

// event is what a replica tells: an identity that writes, by its hash, or objects that were written.
type event struct {
	identity string
	objects  []string
}

const (
	// remembered is for how long writes matter: longer than a read is under way, and as long as Close's lists lag behind.
	remembered = time.Minute
	// longestStream is about how many events are in Redis at most.
	longestStream = 100_000
	// mostWritten and mostEpochs bound what was heard of others.
	mostWritten = 10_000
	mostEpochs  = 10_000
	// readAtOnce is how many events are read at once.
	readAtOnce = 1000
)

func newWrites(c *Client) *Writes {
	return &Writes{c: c, origin: rand.Text(), last: "0", epochs: map[string]uint64{}, written: map[string]time.Time{}}
}

// Writes are the writes of all replicas.
func (c *Client) Writes() *Writes { return c.writes }

// meet begins to read the stream of a server a minute ago, by its clock.
func (w *Writes) meet(l *link) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last = strconv.FormatInt(l.began.Add(-remembered).UnixMilli(), 10)
}

// Tell tells that an identity begins to write, or has written.
func (w *Writes) Tell(ctx context.Context, id closeapi.Identity) {
	w.tell(ctx, event{identity: w.c.key("identity", id.String())})
}

// TellWritten tells that objects were written.
func (w *Writes) TellWritten(ctx context.Context, ids []string) {
	w.tell(ctx, event{objects: ids})
}

func (w *Writes) tell(ctx context.Context, e event) {
	ctx = context.WithoutCancel(ctx) // it is written, whether its caller waits or not
	err := w.c.do(ctx, "writes tell", func(ctx context.Context, l *link) error { return w.send(ctx, l, e) })
	if err != nil {
		w.c.owe(nil, e)
	}
}

func (w *Writes) key() string { return w.c.prefix + "writes" }

// send puts an event into the stream.
func (w *Writes) send(ctx context.Context, l *link, e event) error {
	fields := l.B().Xadd().Key(w.key()).Maxlen().Almost().Threshold(strconv.Itoa(longestStream)).Id("*").
		FieldValue().FieldValue("by", w.origin)
	if e.identity != "" {
		fields = fields.FieldValue("identity", e.identity)
	}
	for _, id := range e.objects {
		fields = fields.FieldValue("object", id)
	}
	answers := l.DoMulti(ctx, fields.Build(), l.B().Expire().Key(w.key()).Seconds(int64(2*remembered/time.Second)).Build())
	for _, answer := range answers {
		if err := answer.Error(); err != nil {
			return err
		}
	}
	return nil
}

// Learn takes in what others have told up to now.
func (w *Writes) Learn(ctx context.Context) {
	_ = w.c.do(ctx, "writes learn", func(ctx context.Context, l *link) error {
		for {
			w.mu.Lock()
			last := w.last
			w.mu.Unlock()
			entries, err := l.Do(ctx, l.B().Xrange().Key(w.key()).Start("("+last).End("+").Count(readAtOnce).Build()).AsXRangeSlices()
			if err != nil {
				return err
			}
			w.hear(entries)
			if len(entries) < readAtOnce {
				return nil
			}
		}
	})
}

// hear takes in entries of the stream.
func (w *Writes) hear(entries []rueidis.XRangeSlice) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, entry := range entries {
		if !earlier(w.last, entry.ID) {
			continue // another one has read it at the same time
		}
		w.last = entry.ID
		if slices.Contains(entry.FieldValues, rueidis.XRangeFieldValue{Field: "by", Value: w.origin}) {
			continue
		}
		for _, field := range entry.FieldValues {
			switch field.Field {
			case "identity":
				w.count(field.Value)
			case "object":
				w.remember(field.Value)
			}
		}
	}
}

// count begins a new epoch of an identity. When there are too many, all begin one, which costs a few calls.
func (w *Writes) count(identity string) {
	w.counted++
	if len(w.epochs) >= mostEpochs {
		clear(w.epochs)
		w.floor = w.counted
	}
	w.epochs[identity] = w.counted
}

func (w *Writes) remember(id string) {
	now := time.Now()
	if len(w.written) >= mostWritten {
		maps.DeleteFunc(w.written, func(_ string, at time.Time) bool { return now.Sub(at) >= remembered })
	}
	if len(w.written) < mostWritten {
		w.written[id] = now
	}
}

// Epoch is a number that is another one after each write of the identity that was heard of.
func (w *Writes) Epoch(id closeapi.Identity) uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return max(w.epochs[w.c.key("identity", id.String())], w.floor)
}

// WrittenLately are those of the objects that other replicas have written within the last minute.
func (w *Writes) WrittenLately(ctx context.Context, ids []string) []string {
	w.Learn(ctx)
	w.mu.Lock()
	defer w.mu.Unlock()
	var lately []string
	for _, id := range ids {
		if at, ok := w.written[id]; ok && time.Since(at) < remembered {
			lately = append(lately, id)
		}
	}
	return lately
}

// earlier compares the ids of entries: milliseconds and, after a dash, a number.
func earlier(a, b string) bool {
	x, y := parseEntryID(a), parseEntryID(b)
	return slices.Compare(x[:], y[:]) < 0
}

func parseEntryID(id string) [2]uint64 {
	millis, number, _ := strings.Cut(id, "-")
	a, _ := strconv.ParseUint(millis, 10, 64) // Redis made it
	b, _ := strconv.ParseUint(number, 10, 64)
	return [2]uint64{a, b}
}
