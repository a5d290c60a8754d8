package closeapi

import (
	"context"
	"encoding/binary"
	"time"
)

// Store keeps values by key for a while; see [Config.Store]. It is safe for concurrent use. A store that cannot be
// reached has nothing and keeps nothing, and says so elsewhere: no call fails for it.
//
// A value has tags by which it is dropped together with others. A tag has a mark that is another one after each Drop, and
// a value is there as long as its tags have the marks that they had before the value was asked of Close. So what was read
// before a write is never kept after it, whoever was quicker.
type Store interface {
	// Get returns the value of a key, or nil, and one mark for its tags as they are now. Nobody may change the value.
	Get(ctx context.Context, key string, tags []string) (value []byte, mark uint64)
	// Set keeps a value for a time under the mark that Get returned before. Nobody may change the value afterwards.
	Set(ctx context.Context, key string, tags []string, mark uint64, value []byte, ttl time.Duration)
	// Drop ends all values that have one of the tags.
	Drop(ctx context.Context, tags []string)
}

// mine is the tag of what an identity, as text, has of a family. What all have of it has the family for a tag.
func mine(id, family string) string { return family + "/" + id }

// entry is a document that is kept.
type entry struct {
	at  time.Time // when it was asked for
	doc []byte
}

// entryHead is the size of what stands before a document in a store.
const entryHead = 8

func (e entry) encode() []byte {
	value := make([]byte, 0, entryHead+len(e.doc))
	value = binary.BigEndian.AppendUint64(value, uint64(e.at.UnixMilli()))
	return append(value, e.doc...)
}

// decodeEntry reads what encode wrote. It has no document when there is none.
func decodeEntry(value []byte) entry {
	if len(value) <= entryHead {
		return entry{}
	}
	return entry{at: time.UnixMilli(int64(binary.BigEndian.Uint64(value))), doc: value[entryHead:]}
}
