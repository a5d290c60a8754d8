package gateway

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// documents are operations that clients name instead of sending them. There are two kinds: those of a list that the operator
// trusts, by an id, and those that a client sent once together with their hash (automatic persisted queries).
type documents struct {
	trusted map[string]string // texts by id
	listed  map[string]bool   // their texts
	only    bool              // nothing else is run
	// automatic are texts by their hash, in hexadecimal digits; nil when clients may not send any.
	automatic graphql.Cache[string]
}

// Codes of the protocol of automatic persisted queries, as clients know them.
const (
	codePersistedNotFound     = "PERSISTED_QUERY_NOT_FOUND"
	codePersistedNotSupported = "PERSISTED_QUERY_NOT_SUPPORTED"
)

// resolve finds the text of the operation that a request names. The error is for the client.
func (d *documents) resolve(ctx context.Context, params *graphql.RawParams) *gqlerror.Error {
	id, isID := params.Extensions["documentId"].(string)
	hash, isHash, err := persistedHash(params.Extensions["persistedQuery"])
	if err != nil {
		return documentError(codeBadInput, err.Error())
	}
	if !isID && isHash {
		id = hash
	}
	switch text, listed := d.trusted[id]; {
	case listed && (isID || isHash):
		params.Query = text
		return nil
	case d.only && d.listed[params.Query]:
		return nil
	case d.only:
		return documentError(codeForbidden, "this server runs the operations of its list alone; name one by its id, in documentId")
	case isID:
		return documentError(codePersistedNotFound, "there is no document with this id")
	case isHash && d.automatic == nil:
		return documentError(codePersistedNotSupported, "PersistedQueryNotSupported")
	case isHash:
		return d.persisted(ctx, params, hash)
	}
	return nil
}

// persisted finds the text of a hash, or keeps a text that came with its hash.
func (d *documents) persisted(ctx context.Context, params *graphql.RawParams, hash string) *gqlerror.Error {
	if params.Query == "" {
		text, ok := d.automatic.Get(ctx, hash)
		if !ok {
			return documentError(codePersistedNotFound, "PersistedQueryNotFound")
		}
		params.Query = text
		return nil
	}
	if sum := sha256.Sum256([]byte(params.Query)); hex.EncodeToString(sum[:]) != hash {
		return documentError(codeBadInput, "extensions.persistedQuery.sha256Hash is not the SHA-256 of query, in small hexadecimal digits")
	}
	d.automatic.Add(ctx, strings.Clone(hash), strings.Clone(params.Query)) // which may be parts of the whole request
	return nil
}

// persistedHash reads the extension persistedQuery of a request.
func persistedHash(extension any) (hash string, given bool, err error) {
	if extension == nil {
		return "", false, nil
	}
	object, _ := extension.(map[string]any)
	hash, _ = object["sha256Hash"].(string)
	switch {
	case fmt.Sprint(object["version"]) != "1":
		return "", false, errors.New("extensions.persistedQuery.version must be 1")
	case hash == "" || len(hash) > 256:
		return "", false, errors.New("extensions.persistedQuery.sha256Hash is missing")
	}
	return hash, true, nil
}

func documentError(code, message string) *gqlerror.Error {
	return &gqlerror.Error{Message: message, Extensions: map[string]any{"code": code}}
}

// newAutomatic keeps at most so many automatic persisted queries; nil when there are to be none.
func newAutomatic(entries int) graphql.Cache[string] {
	if entries <= 0 {
		return nil
	}
	return newTextCache(entries, func(hash, query string) int { return len(hash) + len(query) })
}

// maxManifest is the largest list of trusted documents, in bytes.
const maxManifest = 64 << 20

// readTrusted reads a list of trusted documents: a JSON object of texts by id, as Relay's compiler writes it, or a manifest
// with a list of operations that have an id and a body, as Apollo's tools do. All of them must be valid.
func readTrusted(file string, schema *ast.Schema) (map[string]string, error) {
	f, err := os.Open(file) //nolint:gosec // the operator names it
	if err != nil {
		return nil, fmt.Errorf("read the trusted documents: %w", err)
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, maxManifest+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read the trusted documents: %w", err)
	case len(content) > maxManifest:
		return nil, fmt.Errorf("read the trusted documents: %s is longer than %d bytes", file, maxManifest)
	}
	texts, err := parseTrusted(content)
	if err != nil {
		return nil, fmt.Errorf("read the trusted documents: %s: %w", file, err)
	}
	for _, id := range slices.Sorted(maps.Keys(texts)) {
		if _, errs := gqlparser.LoadQueryWithRules(schema, texts[id], nil); len(errs) > 0 {
			return nil, fmt.Errorf("read the trusted documents: %s: document %q: %w", file, id, errs[0])
		}
	}
	return texts, nil
}

func parseTrusted(content []byte) (map[string]string, error) {
	var manifest struct {
		Operations []struct {
			ID   string `json:"id"`
			Body string `json:"body"`
		} `json:"operations"`
	}
	if err := json.Unmarshal(content, &manifest); err == nil && manifest.Operations != nil {
		texts := make(map[string]string, len(manifest.Operations))
		for n, op := range manifest.Operations {
			if op.ID == "" || op.Body == "" {
				return nil, fmt.Errorf("operation %d has no id or no body", n)
			}
			texts[op.ID] = op.Body
		}
		return texts, nil
	}
	var texts map[string]string
	if err := json.Unmarshal(content, &texts); err != nil || len(texts) == 0 {
		return nil, errors.New(`neither {"id": "query ..."} nor {"operations": [{"id": "...", "body": "query ..."}]}`)
	}
	return texts, nil
}
