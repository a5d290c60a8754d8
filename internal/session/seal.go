package session

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
)

// keyring seals small values, so that nobody else can read or change them: AES-256 in Galois/Counter mode with random
// nonces, which is good for some four billion values a key. The first key seals, and every key opens.
type keyring []cipher.AEAD

// newKeyring derives the keys from the secrets; from a random one when there are none.
func newKeyring(secrets []string) (keyring, error) {
	if len(secrets) == 0 {
		secrets = []string{rand.Text()}
	}
	var ring keyring
	for _, secret := range secrets {
		key, err := hkdf.Key(sha256.New, []byte(secret), nil, "closegraph sessions", 32)
		if err != nil {
			return nil, fmt.Errorf("derive a session key: %w", err)
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, fmt.Errorf("make a cipher of a session key: %w", err)
		}
		aead, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return nil, fmt.Errorf("make a cipher of a session key: %w", err)
		}
		ring = append(ring, aead)
	}
	return ring, nil
}

// seal seals a value. It opens for the same purpose only, so that a value of one kind, or of one session, cannot stand
// in for another.
func (k keyring) seal(purpose string, value []byte) []byte {
	return k[0].Seal(nil, nil, value, []byte(purpose)) //nolint:gosec // it takes a random nonce by itself
}

// open is the value that was sealed for the purpose, and false for anything else.
func (k keyring) open(purpose string, sealed []byte) ([]byte, bool) {
	for _, aead := range k {
		if value, err := aead.Open(nil, nil, sealed, []byte(purpose)); err == nil {
			return value, true
		}
	}
	return nil, false
}

// sealText seals a value as text that can stand in a cookie.
func (k keyring) sealText(purpose string, value []byte) string {
	return base64.RawURLEncoding.EncodeToString(k.seal(purpose, value))
}

// openText opens what sealText made.
func (k keyring) openText(purpose, text string) ([]byte, bool) {
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil, false
	}
	return k.open(purpose, sealed)
}
