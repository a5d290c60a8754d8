package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"
)

// basePath is where the upstream has the REST API, as Close does.
const basePath = "/api/v1"

// upstream is what stands for Close: it answers what the queries need of it, counts, and costs next to nothing, since it
// makes each answer once. It knows _fields, _limit, id__in, date_created__gte, and the POST that stands for a long GET.
type upstream struct {
	account *account
	limit   int // calls a second; 0 for as many as come

	calls, bytes, refused atomic.Int64

	mu      sync.RWMutex
	answers map[string][]byte // by the URI, a space and the body

	recordMu sync.Mutex
	record   []string // the calls since recording began; nil while it is off

	windowMu sync.Mutex
	window   time.Time // when the present second of the limit began
	used     int
}

// mostAnswers bounds what is kept; the requests of all queries are fewer.
const mostAnswers = 20_000

// counts are what the upstream has seen since it started.
type counts struct {
	Calls   int64    `json:"calls"`
	Bytes   int64    `json:"bytes"`
	Refused int64    `json:"refused"` // of the calls, those over the limit
	Record  []string `json:"record,omitempty"`
}

func newUpstream(limit int) *upstream {
	return &upstream{account: newAccount(), limit: limit, answers: map[string][]byte{}}
}

// serve answers one call.
func (u *upstream) serve(ctx *fasthttp.RequestCtx) {
	path := ctx.Path()
	switch {
	case bytes.HasPrefix(path, []byte(basePath+"/")):
	case string(path) == "/bench/counts":
		u.serveCounts(ctx)
		return
	default:
		ctx.SetStatusCode(fasthttp.StatusNotFound)
		return
	}
	u.calls.Add(1)
	if !u.admit(ctx) {
		return
	}
	body, err := u.answer(ctx)
	if err != nil {
		ctx.SetStatusCode(fasthttp.StatusBadRequest)
		ctx.SetBodyString(`{"error":` + string(text(err.Error())) + `}`)
		return
	}
	u.bytes.Add(int64(len(body)))
	ctx.SetContentType("application/json")
	ctx.SetBody(body)
}

// serveCounts tells the counts. With ?record=1 it begins to record calls, with ?record=0 it tells them and ends.
func (u *upstream) serveCounts(ctx *fasthttp.RequestCtx) {
	told := counts{Calls: u.calls.Load(), Bytes: u.bytes.Load(), Refused: u.refused.Load()}
	u.recordMu.Lock()
	switch string(ctx.QueryArgs().Peek("record")) {
	case "1":
		u.record = []string{}
	case "0":
		told.Record, u.record = u.record, nil
	}
	u.recordMu.Unlock()
	_ = json.NewEncoder(ctx).Encode(told)
}

// answer is the body of an answer, made when it is first asked for.
func (u *upstream) answer(ctx *fasthttp.RequestCtx) ([]byte, error) {
	var space [4096]byte
	key := append(append(append(space[:0], ctx.RequestURI()...), ' '), ctx.PostBody()...)
	u.note(key)
	u.mu.RLock()
	body, ok := u.answers[string(key)]
	u.mu.RUnlock()
	if ok {
		return body, nil
	}
	body, err := u.make(string(ctx.Path()), string(ctx.URI().QueryString()), ctx.PostBody())
	if err != nil {
		return nil, err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.answers) < mostAnswers {
		u.answers[string(key)] = body
	}
	return body, nil
}

func (u *upstream) note(call []byte) {
	u.recordMu.Lock()
	defer u.recordMu.Unlock()
	if u.record != nil && len(u.record) < mostAnswers {
		u.record = append(u.record, string(call))
	}
}

// make makes the answer to a call as Close would.
func (u *upstream) make(path, query string, body []byte) ([]byte, error) {
	params, err := paramsOf(query, body)
	if err != nil {
		return nil, err
	}
	kind, one, _ := strings.Cut(strings.Trim(strings.TrimPrefix(path, basePath), "/"), "/")
	fields := members[kind]
	if fields == nil {
		return nil, fmt.Errorf("the upstream has no %s", path)
	}
	if named := params["_fields"]; named != "" {
		wanted := strings.Split(named, ",")
		fields = slices.DeleteFunc(slices.Clone(fields), func(name string) bool { return !slices.Contains(wanted, name) })
	}
	var out bytes.Buffer
	if one != "" {
		o := u.account.byID[one]
		if o == nil {
			return nil, fmt.Errorf("the upstream has no %s", one)
		}
		o.write(&out, fields)
		return out.Bytes(), nil
	}
	rows := u.rows(kind, params)
	limit := 100
	if n, err := strconv.Atoi(params["_limit"]); err == nil {
		limit = n
	}
	skip, _ := strconv.Atoi(params["_skip"])
	rows = rows[min(skip, len(rows)):]
	out.WriteString(`{"data":[`)
	for i, row := range rows[:min(limit, len(rows))] {
		if i > 0 {
			out.WriteByte(',')
		}
		row.write(&out, fields)
	}
	fmt.Fprintf(&out, `],"has_more":%t}`, len(rows) > limit)
	return out.Bytes(), nil
}

func (u *upstream) rows(kind string, params map[string]string) []object {
	if ids := params["id__in"]; ids != "" {
		var rows []object
		for one := range strings.SplitSeq(ids, ",") {
			if o := u.account.byID[one]; o != nil {
				rows = append(rows, o)
			}
		}
		return rows
	}
	switch kind {
	case "lead":
		return u.account.leads
	case "user":
		return u.account.users
	}
	if since, err := time.Parse(time.RFC3339Nano, params["date_created__gte"]); err == nil {
		return u.account.madeSince(since)
	}
	return u.account.tasks
}

// write writes some of an object; what it does not have is null.
func (o object) write(out *bytes.Buffer, fields []string) {
	out.WriteByte('{')
	for i, name := range fields {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString(strconv.Quote(name))
		out.WriteByte(':')
		out.WriteString(cmp.Or(string(o[name]), "null"))
	}
	out.WriteByte('}')
}

// paramsOf are the parameters of a call: those of the query, and those of the body of a POST that stands for a GET.
func paramsOf(query string, body []byte) (map[string]string, error) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return nil, fmt.Errorf("parse the query: %w", err)
	}
	params := map[string]string{}
	for name := range values {
		params[name] = values.Get(name)
	}
	if len(body) == 0 {
		return params, nil
	}
	var long struct {
		Params map[string]any `json:"_params"`
	}
	if err := json.Unmarshal(body, &long); err != nil {
		return nil, fmt.Errorf("parse the body: %w", err)
	}
	for name, value := range long.Params {
		params[name] = fmt.Sprint(value)
	}
	return params, nil
}

// admit keeps to the limit, and tells of it as Close does: the header RateLimit on each answer, 429 with Retry-After beyond.
func (u *upstream) admit(ctx *fasthttp.RequestCtx) bool {
	if u.limit == 0 {
		return true
	}
	u.windowMu.Lock()
	now := time.Now()
	if now.Sub(u.window) >= time.Second {
		u.window, u.used = now, 0
	}
	u.used++
	remaining, reset := max(u.limit-u.used, 0), u.window.Add(time.Second).Sub(now).Seconds()
	over := u.used > u.limit
	u.windowMu.Unlock()
	ctx.Response.Header.Set("RateLimit", fmt.Sprintf("limit=%d, remaining=%d, reset=%.3f", u.limit, remaining, reset))
	if over {
		u.refused.Add(1)
		ctx.Response.Header.Set("Retry-After", strconv.Itoa(int(math.Ceil(reset))))
		ctx.SetStatusCode(fasthttp.StatusTooManyRequests)
		ctx.SetBodyString(`{"error":"rate limited"}`)
	}
	return !over
}
