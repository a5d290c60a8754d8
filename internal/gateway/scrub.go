package gateway

import (
	"fmt"
	"regexp"
)

// credentials are texts in the form of what proves who somebody is: what stands behind Basic or Bearer, keys of Close, JWTs.
var credentials = regexp.MustCompile(`(?i)\b(basic|bearer)[\s:=\["]+[\w.~+/=-]{8,}` + `|\bapi_[\w.]+` + `|\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*`)

// scrub is the text of a panic, or of an error that nobody expected, without credentials. Nothing of ours puts one there; a
// panic can come from anywhere, with anything in it.
func scrub(cause any) string {
	return credentials.ReplaceAllString(fmt.Sprint(cause), "(hidden)")
}
