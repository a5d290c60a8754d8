package closeapi

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/tidwall/gjson"
)

// Document is the answer to a successful call, as Close wrote it.
type Document struct {
	Body   []byte // JSON, decompressed, not to be changed; nil when Close answered without a body, as with status 204
	Status int    // the HTTP status, 200 to 299
	Cached bool   // whether it was kept from an earlier call, and Close not asked

	memory *memory // of Body; nil when others may have the same
}

// Release gives the memory of Body back, for documents of other calls. It is for callers who make many calls and are sure
// that nobody reads Body any more, nor any part of it; who is not leaves it to the garbage collector. What others may have
// too, such as those who joined the same read, stays as it is. It may be called once.
func (d Document) Release() { d.memory.giveBack() }

// HasMore reports whether Close has rows after this page of a list. Some lists do not say; they have no more
// (Close docs: Pagination; that some do not say is observed).
func (d Document) HasMore() bool {
	return gjson.GetBytes(d.Body, "has_more").Type == gjson.True
}

// Decode decodes the document into v, as [json.Unmarshal] does. A document without a body leaves v as it is.
func (d Document) Decode(v any) error {
	if len(d.Body) == 0 {
		return nil
	}
	if err := json.Unmarshal(d.Body, v); err != nil {
		return fmt.Errorf("decode document: %w", err)
	}
	return nil
}

// What can be wrong with an answer whose status says success.
var (
	errTooLarge = errors.New("the answer is larger than allowed")
	errNotJSON  = errors.New("the answer is not JSON")
	errEndless  = errors.New("the list claims to go on after an empty page")
)
