package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// maxBody is the size in bytes above which a request is refused; Close publishes no number.
const maxBody = 10 << 20

// A call is one request as Close understands it.
type call struct {
	s        *Server
	method   string // what it stands for, after the method override
	path     string // without the prefix
	template string // "/task/{id}/"
	id       string // what stands for {id}
	sub      string // what stands for {sub}
	header   http.Header
	params   url.Values
	override bool
	raw      []byte         // the body as sent
	body     map[string]any // the body without its _params; nil when there is none
	now      time.Time
	offset   time.Duration // the caller's offset from UTC (Close docs: Timezone)
	key      string        // tells credentials apart
	keyID    string        // the same without the secret
	forOAuth bool          // it is for the OAuth endpoints, which take forms
	user     *object       // whom the credential stands for

	skip    []string    // parameters without effect on this call
	without []string    // members that the answer leaves out
	base    string      // where the sandbox is, as the client sees it: "https://api.close.com"
	answers http.Header // headers of the answer that the handler sets
}

// read makes the call of a request. What is wrong with it as a request comes back beside it, so that the call can be
// recorded all the same.
func (s *Server) read(r *http.Request) (*call, *apiError) {
	c := &call{s: s, method: r.Method, header: r.Header, now: s.now(), base: baseOf(r), answers: http.Header{}}
	c.path = strings.TrimPrefix(r.URL.Path, "/api/v1")
	if c.path == "" {
		c.path = "/"
	}
	if strings.HasPrefix(r.URL.Path, oauthPath) {
		refused := c.readForm(r)
		return c, refused
	}
	c.template, c.id = s.api.template(c.path)
	c.sub = subOf(c.template, c.path, c.id)
	c.params = r.URL.Query()
	var refused *apiError
	switch override := r.Header.Get("X-Http-Method-Override"); {
	case override == "" || r.Method != http.MethodPost:
	case strings.EqualFold(override, http.MethodGet):
		c.override, c.method = true, http.MethodGet
	default:
		refused = refuse(http.StatusBadRequest, "sandbox: x-http-method-override stands for GET only")
	}
	if bad := c.readBody(r); refused == nil {
		refused = bad
	}
	c.identify()
	if refused == nil && c.user != nil {
		refused = c.readOffset()
	}
	return c, refused
}

func (c *call) readBody(r *http.Request) *apiError {
	if r.ContentLength < 0 {
		return refuse(http.StatusBadRequest, textChunked)
	}
	if r.ContentLength > maxBody {
		return refuse(http.StatusRequestEntityTooLarge, "Request Entity Too Large")
	}
	if r.Body != nil && r.ContentLength > 0 {
		body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
		if err != nil {
			return refuse(http.StatusBadRequest, textBadJSON)
		}
		c.raw = body
	}
	writes := c.override || c.method == http.MethodPost || c.method == http.MethodPut
	if len(c.raw) == 0 {
		if writes {
			return refuse(http.StatusBadRequest, textSendJSON)
		}
		return nil
	}
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
		if !writes {
			return nil
		}
		return refuse(http.StatusUnsupportedMediaType, textSendJSON)
	}
	v, err := decode(c.raw)
	if err != nil {
		return refuse(http.StatusBadRequest, textBadJSON)
	}
	body, ok := v.(map[string]any)
	if !ok {
		return refuse(http.StatusBadRequest, textNotDict)
	}
	c.body = body
	return c.readParams()
}

// readParams puts the _params of a body in the place of the query string, of which only _fields still counts
// (Close docs: long queries; flask-mongorest).
func (c *call) readParams() *apiError {
	v, ok := c.body["_params"]
	if !ok {
		return nil
	}
	delete(c.body, "_params")
	given, ok := v.(map[string]any)
	if !ok {
		return refuse(http.StatusBadRequest, "_params must be a dict.")
	}
	params := url.Values{}
	for name, v := range given {
		switch v := v.(type) {
		case string:
			params.Set(name, v)
		case bool:
			params.Set(name, strconv.FormatBool(v))
		case json.Number:
			params.Set(name, v.String())
		default:
			return refuse(http.StatusBadRequest, "sandbox: _params."+name+" must be a string")
		}
	}
	if named, ok := c.params["_fields"]; ok {
		params["_fields"] = named
	}
	c.params = params
	return nil
}

func (c *call) readOffset() *apiError {
	text := c.header.Get("X-Tz-Offset")
	if text == "" {
		return nil
	}
	hours, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(hours) || math.Abs(hours) > 24 {
		return c.strict("x-tz-offset %q is not a number of hours", text)
	}
	c.offset = time.Duration(math.Round(hours*60)) * time.Minute
	return nil
}

// decode reads one JSON value and nothing after it. Numbers keep their digits.
func decode(raw []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one value")
	}
	return v, nil
}

// startOfDay is the beginning of the caller's day, so many days from today.
func (c *call) startOfDay(days int) time.Time {
	local := c.now.Add(c.offset)
	return time.Date(local.Year(), local.Month(), local.Day()+days, 0, 0, 0, 0, time.UTC).Add(-c.offset)
}

func (c *call) view() view {
	return view{st: c.s.store, now: c.now, tomorrow: c.startOfDay(1), offset: c.offset, user: c.user, base: c.base}
}
