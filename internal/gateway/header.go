package gateway

import "net/http"

// Values of headers that are the same for many answers. Answers share them: nobody changes one in its place, and who adds to
// one gets a copy, since there is no room behind it. They are put under the name as net/http writes it, which Set would
// work out anew each time.
var (
	headerNoStore    = []string{"no-store"}
	headerNoSniff    = []string{"nosniff"}
	headerNoReferrer = []string{"no-referrer"}
	headerSameOrigin = []string{"same-origin"}
	headerNoContent  = []string{"default-src 'none'; frame-ancestors 'none'"}
	headerAnnualTLS  = []string{"max-age=31536000"}
	headerGraphQL    = []string{mediaGraphQL + "; charset=utf-8"}
	headerJSON       = []string{mediaJSON + "; charset=utf-8"}

	headerByAccept         = []string{"Accept"}
	headerByAcceptEncoding = []string{"Accept, Accept-Encoding"}
)

// first is the first value of a header, whose name is written as net/http writes it. Get would work that out first.
func first(header http.Header, name string) string {
	if values := header[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// varies says by which headers of requests the answer varies, beside what is said already.
func varies(header http.Header, by []string) {
	if said := header["Vary"]; len(said) > 0 {
		by = append(said, by...)
	}
	header["Vary"] = by
}
