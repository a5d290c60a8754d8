package closeapi

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/tidwall/gjson"
)

// Pages walks a list page by page, until Close says that it has no more. It asks nothing before it is ranged
// over, asks for a page only when the one before was taken, and returns after the first error it yields. Each
// page is one [Document] as Close sent it.
//
// Size is the number of rows a page may have; 0, and anything above the operation's maximum, stands for that
// maximum. A "_skip" among the parameters is where the walk begins. Rows that are added or deleted meanwhile
// may be seen twice or not at all, and Close refuses to skip beyond a number that differs by list, 35,000 for
// leads (Close docs: Pagination; the number is observed). Events and searches have cursors instead and are
// refused here.
func (c *Client) Pages(ctx context.Context, call Call, size int) iter.Seq2[Document, error] {
	call.Vars = slices.Clone(call.Vars)
	call.Fields = slices.Clone(call.Fields)
	params := maps.Clone(call.Params)
	return func(yield func(Document, error) bool) {
		op, limit, skip, err := pageStart(call.Operation, params, size)
		if err != nil {
			yield(Document{}, err)
			return
		}
		call := call
		for {
			call.Params = make(map[string]string, len(params)+2)
			maps.Copy(call.Params, params)
			call.Params["_limit"] = strconv.Itoa(limit)
			if skip > 0 {
				call.Params["_skip"] = strconv.Itoa(skip)
			}
			page, err := c.Do(ctx, call)
			more := err == nil && page.HasMore()
			if more && gjson.GetBytes(page.Body, "data.#").Int() == 0 {
				err = badAnswer(ctx, op.Method, op.Path, page.Status, errEndless)
				page = Document{}
			}
			if !yield(page, err) || err != nil || !more {
				return
			}
			skip += limit
		}
	}
}

// pageStart finds out what to walk, in pages of what size, and from where.
func pageStart(name string, params map[string]string, size int) (op *operation, limit, skip int, err error) {
	op, ok := operations()[name]
	switch {
	case !ok:
		err := fmt.Errorf("unknown operation %q", name)
		return nil, 0, 0, &Error{Message: err.Error(), cause: errInvalidCall}
	case op.Method != http.MethodGet || op.MaxLimit == 0:
		return nil, 0, 0, refused(op, errors.New("is not a list"))
	case op.Cursor:
		return nil, 0, 0, refused(op, errors.New("is walked with a cursor, not by pages"))
	case size < 0:
		return nil, 0, 0, refused(op, fmt.Errorf("the page size %d is negative", size))
	case size == 0 || size > op.MaxLimit:
		size = op.MaxLimit
	}
	if text := params["_skip"]; text != "" {
		if skip, err = strconv.Atoi(text); err != nil || skip < 0 {
			return nil, 0, 0, refused(op, errors.New("_skip is not a number of rows"))
		}
	}
	return op, size, skip, nil
}
