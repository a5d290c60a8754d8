package gateway

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/closegraph/closegraph/internal/session"
)

//go:embed playground/index.html playground/app.js playground/app.css playground/mark.svg
//go:embed playground/npm/*.js playground/npm/*.css playground/npm/*.LICENSE
//go:embed playground/examples/*.graphql
var playgroundFiles embed.FS

// playgroundOptions are what the playground shows of the server.
type playgroundOptions struct {
	// Mode is whose data is served, as config.Mode has it.
	Mode string
	// Explain offers to show the REST calls of a request.
	Explain bool
	// Login is where people log in; empty when they do not.
	Login string
}

// pagePolicy lets the page load its own files, talk to its own server, and nothing else. Scripts never stand in the
// page itself. GraphiQL's style sheet holds its fonts and icons as data. The one style that GraphiQL writes into the page,
// which keeps the page from scrolling behind a dialog, is let in by its sum.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'sha256-nzTgYzXYDNe6BAHiiI7NNlfK8n/auuOAhh2t92YvuXo='; connect-src 'self'; " +
	"img-src 'self' data:; font-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

// playground serves the page on / and its files under a path that changes with their content, so that browsers may
// keep them for good.
type playground struct {
	base   string
	page   *asset
	config *asset
	files  map[string]*asset
}

func newPlayground(opts playgroundOptions) *playground {
	files := map[string][]byte{}
	names := []string{}
	err := fs.WalkDir(playgroundFiles, "playground", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) == ".graphql" {
			return err
		}
		content, err := playgroundFiles.ReadFile(name)
		name = strings.TrimPrefix(name, "playground/")
		files[name], names = content, append(names, name)
		return err
	})
	if err != nil {
		panic(err) // the files are part of the program
	}
	files["examples.json"], names = encodeExamples(), append(names, "examples.json")

	sum := sha256.New()
	for _, name := range names {
		fmt.Fprintf(sum, "%s %d\n", name, len(files[name]))
		sum.Write(files[name])
	}
	p := &playground{
		base:  "/playground/" + hex.EncodeToString(sum.Sum(nil))[:16],
		files: map[string]*asset{},
	}
	page := bytes.ReplaceAll(files["index.html"], []byte("{{base}}"), []byte(p.base))
	delete(files, "index.html")
	p.page = newAsset("index.html", page)
	for name, content := range files {
		p.files[name] = newAsset(name, content)
	}
	settings := map[string]any{"mode": opts.Mode, "endpoint": graphqlPath, "explain": opts.Explain}
	if opts.Login != "" {
		settings["login"], settings["logout"] = opts.Login, session.LogoutPath
	}
	config, err := json.Marshal(settings)
	if err != nil {
		panic(err) // strings and bools can be encoded
	}
	p.config = newAsset("config.json", config)
	return p
}

// ServeHTTP serves the page, its configuration, and its files.
func (p *playground) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	switch r.URL.Path {
	case "/":
		header.Set("Content-Security-Policy", pagePolicy)
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		header.Set("Cache-Control", "no-cache")
		p.page.ServeHTTP(w, r)
		return
	case "/playground/config.json":
		header.Set("Cache-Control", "no-cache")
		p.config.ServeHTTP(w, r)
		return
	}
	name, ok := strings.CutPrefix(r.URL.Path, p.base+"/")
	file := p.files[name]
	if !ok || file == nil {
		http.NotFound(w, r)
		return
	}
	header.Set("Cache-Control", "public, max-age=31536000, immutable")
	file.ServeHTTP(w, r)
}

// asset is a file that never changes while the program runs.
type asset struct {
	content     []byte
	gzipped     func() []byte // made when it is asked for first
	contentType string
	etag        string
}

func newAsset(name string, content []byte) *asset {
	sum := sha256.Sum256(content)
	return &asset{
		content:     content,
		gzipped:     sync.OnceValue(func() []byte { return compress(content) }),
		contentType: contentTypes[path.Ext(name)],
		etag:        hex.EncodeToString(sum[:12]),
	}
}

// contentTypes are named here rather than taken from the system, which may have other ideas.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
	".svg": "image/svg+xml", ".json": "application/json", ".LICENSE": "text/plain; charset=utf-8",
}

// ServeHTTP serves the file, compressed if the client takes that, or 304 if the client has it.
func (a *asset) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Type", a.contentType)
	header.Add("Vary", "Accept-Encoding")
	content, etag := a.content, a.etag
	if len(content) > 1<<10 && takesGzip(r.Header.Get("Accept-Encoding")) {
		content, etag = a.gzipped(), etag+"-gz"
		header.Set("Content-Encoding", "gzip")
	}
	header.Set("Etag", `"`+etag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}

func compress(content []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(content) // a bytes.Buffer takes everything
	_ = w.Close()
	return b.Bytes()
}
