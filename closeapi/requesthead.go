package closeapi

import (
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// appendRequest writes a request, whose body can be had again. It reports false when the request cannot be written as it
// stands, since something in it would have to be encoded, or refused.
func appendRequest(b []byte, req *http.Request) ([]byte, bool) {
	u := req.URL
	if (u.Scheme != "http" && u.Scheme != "https") || u.User != nil || u.Opaque != "" || !isToken(u.Host) || (req.Host != "" && req.Host != u.Host) ||
		(u.RawQuery != "" && !isToken(u.RawQuery)) || req.Close || len(req.TransferEncoding) > 0 {
		return b, false
	}
	b = append(b, req.Method...)
	b = append(b, ' ')
	if path := u.EscapedPath(); path != "" {
		b = append(b, path...)
	} else {
		b = append(b, '/')
	}
	if u.RawQuery != "" {
		b = append(b, '?')
		b = append(b, u.RawQuery...)
	}
	b = append(b, " HTTP/1.1\r\nHost: "...)
	b = append(b, u.Host...)
	b = append(b, "\r\n"...)
	for name, values := range req.Header {
		if !isToken(name) || strings.Contains(name, ":") {
			return b, false
		}
		for _, value := range values {
			if hasControl(value) {
				return b, false
			}
			b = append(b, name...)
			b = append(b, ": "...)
			b = append(b, value...)
			b = append(b, "\r\n"...)
		}
	}
	if req.GetBody == nil {
		return append(b, "\r\n"...), true
	}
	b = append(b, "Content-Length: "...)
	b = strconv.AppendInt(b, req.ContentLength, 10)
	b = append(b, "\r\n\r\n"...)
	return appendBody(b, req)
}

// appendBody writes the body of a request. It reports false when that is not as long as the request says.
func appendBody(b []byte, req *http.Request) ([]byte, bool) {
	body, err := req.GetBody()
	if err != nil {
		return b, false
	}
	defer body.Close()
	from := len(b)
	b = slices.Grow(b, int(req.ContentLength))[:from+int(req.ContentLength)]
	_, err = io.ReadFull(body, b[from:])
	return b, err == nil
}
