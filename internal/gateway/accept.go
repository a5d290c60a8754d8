package gateway

import (
	"mime"
	"strconv"
	"strings"
)

// The media types of answers, as the GraphQL over HTTP specification names them.
const (
	mediaGraphQL = "application/graphql-response+json"
	mediaJSON    = "application/json"
)

// acceptable is how much a client wants a media type: its quality, and where in the header it was said.
type acceptable struct {
	quality   float64
	position  int
	precision int // 1 for */*, 2 for application/*, 3 for the type itself; 0 when it was not named
}

// negotiate picks the media type of the answer from the values of the Accept headers: what the client prefers, and
// among equals what it names first. A client that says nothing, or that it takes anything, is served the older
// type, since only a client that knows the newer one can be relied on to read a 4xx answer. Empty when the client
// takes neither.
func negotiate(headers []string) string {
	accept := strings.TrimSpace(strings.Join(headers, ","))
	switch accept { // as many clients write it
	case "", mediaJSON, "*/*":
		return mediaJSON
	case mediaGraphQL, mediaGraphQL + ", " + mediaJSON:
		return mediaGraphQL
	}
	var graphql, json acceptable
	position := 0
	for part := range strings.SplitSeq(accept, ",") {
		if position++; position > 64 {
			break
		}
		media, params, err := mime.ParseMediaType(part)
		if err != nil || !utf8OrUnsaid(params["charset"]) {
			continue
		}
		quality, ok := parseQuality(params["q"])
		if !ok {
			continue
		}
		switch media {
		case "*/*":
			graphql.offer(acceptable{quality, position, 1})
			json.offer(acceptable{quality, position, 1})
		case "application/*":
			graphql.offer(acceptable{quality, position, 2})
			json.offer(acceptable{quality, position, 2})
		case mediaGraphQL:
			graphql.offer(acceptable{quality, position, 3})
		case mediaJSON:
			json.offer(acceptable{quality, position, 3})
		}
	}
	switch {
	case graphql.quality == 0 && json.quality == 0:
		return ""
	case graphql.quality > json.quality,
		graphql.quality == json.quality && graphql.position < json.position:
		return mediaGraphQL
	default:
		return mediaJSON
	}
}

// offer takes what the header says next, when it says it more precisely than before.
func (a *acceptable) offer(next acceptable) {
	if next.precision > a.precision {
		*a = next
	}
}

func parseQuality(text string) (float64, bool) {
	if text == "" {
		return 1, true
	}
	q, err := strconv.ParseFloat(text, 64)
	return q, err == nil && q >= 0 && q <= 1
}

func utf8OrUnsaid(charset string) bool {
	return charset == "" || strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "utf8")
}
