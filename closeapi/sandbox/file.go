package sandbox

import (
	"mime"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
)

const (
	// filesPath is where uploads go: the place of Close's file store, which is no part of its API.
	filesPath = "/sandbox-files/"
	// fileURL is how the addresses of uploaded files begin (Close docs: Files).
	fileURL = "https://app.close.com/go/file/"
)

// baseOf is where a request found the sandbox.
func baseOf(r *http.Request) string {
	scheme := r.URL.Scheme
	if scheme == "" {
		scheme = "http"
		if r.TLS != nil {
			scheme = "https"
		}
	}
	host := r.Host
	if host == "" {
		host = r.URL.Host
	}
	return scheme + "://" + host
}

// uploadEndpoint is POST /files/upload/: the form with which a file can be uploaded, and where it will be.
func uploadEndpoint() *endpoint {
	return &endpoint{group: "other write", status: http.StatusOK, handle: func(c *call, b []byte) ([]byte, *apiError) {
		errs, texts := fieldErrors{}, map[string]string{}
		for _, name := range []string{"filename", "content_type"} {
			text, ok := c.body[name].(string)
			if texts[name] = text; !ok || text == "" {
				errs[name] = textRequired
			}
		}
		for name := range c.body {
			if name != "filename" && name != "content_type" {
				errs[name] = textExtra
			}
		}
		if len(errs) > 0 {
			return nil, refuseFields(errs)
		}
		name := path.Base(texts["filename"])
		key := "temporary/" + c.user.id + "/" + makeID(name, "", int(c.now.UnixNano()&0x7fffffff), 22) + "/" + name
		v := c.view()
		return v.fields(b, fields{
			{"upload", fields{{"url", c.base + filesPath}, {"fields", fields{
				{"key", key}, {"policy", "sandbox"}, {"signature", hashOf(key)}, {"AWSAccessKeyId", "SANDBOX"},
				{"Content-Type", texts["content_type"]}, {"Content-Disposition", "inline; filename=" + strconv.Quote(name)},
				{"success_action_status", "201"},
			}}}},
			{"download", fields{{"url", fileURL + (&url.URL{Path: key}).EscapedPath() + "/"}}},
		}), nil
	}}
}

// receive answers an upload. The file is not kept: nothing of the API shows what is in it.
func receive(r *http.Request) *answer {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.Method != http.MethodPost || kind != "multipart/form-data" {
		return newAnswer(http.StatusBadRequest, []byte(`{"error":"sandbox: an upload is a POST of multipart/form-data"}`))
	}
	a := newAnswer(http.StatusCreated, nil)
	a.header.Set("Content-Type", "application/xml")
	return a
}

// attachment accepts an uploaded file in the attachments of the object that the call is about.
func attachment(kind string) func(w *write, given map[string]any) (any, fieldErrors) {
	return func(w *write, given map[string]any) (any, fieldErrors) {
		errs := fieldErrors{}
		name, _ := given["filename"].(string)
		if name == "" {
			errs["filename"] = textRequired
		}
		address, _ := given["url"].(string)
		if !strings.HasPrefix(address, fileURL) {
			errs["url"] = "URL must begin with " + fileURL + "."
		}
		contentType, _ := given["content_type"].(string)
		for member := range given {
			if member != "filename" && member != "url" && member != "content_type" && member != "size" && member != "thumbnail_url" {
				errs[member] = textExtra
			}
		}
		if temporary, ok := strings.CutPrefix(address, fileURL+"temporary/"); ok {
			_, rest, _ := strings.Cut(temporary, "/")
			address = fileURL + "persisted/" + w.st.organization + "/" + kind + "/" + rest
		}
		f := fields{{"url", address}, {"filename", name}, {"content_type", contentType}, {"size", given["size"]}, {"thumbnail_url", nil}}
		if strings.HasPrefix(contentType, "image/") {
			f[len(f)-1].value = strings.TrimSuffix(address, "/") + "/?thumbnail"
		}
		return f, errs
	}
}
