package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/MicahParks/jwkset"
	"golang.org/x/sync/singleflight"
	"golang.org/x/time/rate"
)

const (
	keysTimeout  = 5 * time.Second
	keysInterval = time.Hour        // between looks at the keys without a reason
	keysPause    = 10 * time.Second // between looks because of a key that is not known
	longestKeys  = 1 << 20          // of a document, in bytes
)

// keySet are the keys of an issuer. A token with a key that is not known makes it look again, but only every few
// seconds, since strangers can make up names of keys. What is known stays when the issuer cannot be reached.
type keySet struct {
	*jwkset.MemoryJWKSet                    // what is known
	remote               jwkset.Storage     // the same, and looks again
	looking              singleflight.Group // by the name of the key
}

// newKeySet fetches the keys now, and every hour as long as ctx lasts.
func newKeySet(ctx context.Context, o JWTOptions) (*keySet, error) {
	k := &keySet{MemoryJWKSet: jwkset.NewMemoryStorage()}
	if o.Transport == nil {
		o.Transport = http.DefaultTransport
	}
	address, transport := o.KeysURL, o.Transport
	if address == "" {
		address, transport = strings.TrimSuffix(o.Issuer, "/")+"/.well-known/openid-configuration", discovery{o.Transport, o.Issuer}
	}
	stored, err := jwkset.NewStorageFromHTTP(address, jwkset.HTTPClientStorageOptions{
		Ctx: ctx,
		Client: &http.Client{
			Transport:     bounded{transport},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		HTTPTimeout:               keysTimeout,
		NoErrorReturnFirstHTTPReq: true,
		RefreshInterval:           keysInterval,
		RefreshErrorHandler: func(ctx context.Context, err error) {
			o.Log.ErrorContext(ctx, "cannot fetch the keys of the issuer; those known before stay", "error", err)
		},
		Storage: signers{k.MemoryJWKSet},
	})
	if err != nil {
		return nil, fmt.Errorf("prepare to fetch keys: %w", err)
	}
	k.remote, err = jwkset.NewHTTPClient(jwkset.HTTPClientOptions{
		HTTPURLs:          map[string]jwkset.Storage{address: stored},
		RateLimitWaitMax:  keysTimeout, // it bounds the fetching too
		RefreshUnknownKID: rate.NewLimiter(rate.Every(keysPause), 1),
	})
	if err != nil {
		return nil, fmt.Errorf("prepare to fetch keys: %w", err)
	}
	return k, nil
}

// KeyRead is a key by its name. Those who wait for the same unknown key wait for the same look.
func (k *keySet) KeyRead(ctx context.Context, name string) (jwkset.JWK, error) {
	if key, err := k.MemoryJWKSet.KeyRead(ctx, name); err == nil {
		return key, nil
	}
	found := k.looking.DoChan(name, func() (any, error) {
		return k.remote.KeyRead(context.WithoutCancel(ctx), name)
	})
	select {
	case <-ctx.Done():
		return jwkset.JWK{}, ctx.Err()
	case result := <-found:
		key, _ := result.Val.(jwkset.JWK)
		return key, result.Err
	}
}

// any says whether there is any key.
func (k *keySet) any(ctx context.Context) bool {
	keys, err := k.KeyReadAll(ctx)
	return err == nil && len(keys) > 0
}

// signers takes the keys that are for signing, not those for encrypting. It keeps what it has when it is offered none:
// that is a mistake of the issuer, or of something in between, and not the end of all keys.
type signers struct{ *jwkset.MemoryJWKSet }

// KeyReplaceAll takes the keys in place of those before.
func (s signers) KeyReplaceAll(ctx context.Context, keys []jwkset.JWK) error {
	keys = slices.DeleteFunc(keys, func(key jwkset.JWK) bool { return key.Marshal().USE == jwkset.UseEnc })
	if len(keys) == 0 {
		return errors.New("the answer has no keys")
	}
	return s.MemoryJWKSet.KeyReplaceAll(ctx, keys)
}

// discovery asks an issuer where its keys are, and then for the keys (OpenID Connect Discovery 1.0).
type discovery struct {
	next   http.RoundTripper
	issuer string
}

// RoundTrip asks for the document that the request names, and answers with the keys that it points to.
func (d discovery) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := d.next.RoundTrip(req)
	if err != nil || resp.StatusCode != http.StatusOK {
		return resp, err
	}
	defer resp.Body.Close()
	var document struct {
		Issuer string `json:"issuer"`
		Keys   string `json:"jwks_uri"`
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, longestKeys)).Decode(&document); err != nil {
		return nil, fmt.Errorf("read the description of the issuer: %w", err)
	}
	if document.Issuer != d.issuer {
		return nil, errors.New("the description of the issuer is of another one")
	}
	if strings.HasPrefix(d.issuer, "https:") && !strings.HasPrefix(document.Keys, "https:") {
		return nil, errors.New("the keys of the issuer are not at an https address")
	}
	keys, err := http.NewRequestWithContext(req.Context(), http.MethodGet, document.Keys, nil)
	if err != nil {
		return nil, fmt.Errorf("ask for the keys of the issuer: %w", err)
	}
	return d.next.RoundTrip(keys)
}

// bounded cuts answers that are too long.
type bounded struct{ next http.RoundTripper }

// RoundTrip sends the request on.
func (b bounded) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := b.next.RoundTrip(req)
	if err == nil {
		resp.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(resp.Body, longestKeys), resp.Body}
	}
	return resp, err
}
