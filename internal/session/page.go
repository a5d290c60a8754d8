package session

import (
	"html/template"
	"net/http"
)

// page tells a person what became of a login. It has no style, so that its policy can forbid everything.
var page = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>Closegraph</title>
<h1>Not logged in</h1>
<p>{{.Message}}</p>
<p><a href="{{.Login}}">Log in with Close</a></p>
</html>
`))

func showPage(w http.ResponseWriter, status int, message string) {
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = page.Execute(w, struct{ Message, Login string }{message, LoginPath}) // fails only when the client is gone
}
