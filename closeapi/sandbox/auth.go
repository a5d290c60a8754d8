package sandbox

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
)

// identify finds the user for whom the credential stands, nil for none (Close docs: authentication). A Basic
// credential has the key as its user name and no password. An access token that was handed out here stands for who
// granted it, as long as it is valid.
func (c *call) identify() {
	scheme, value, _ := strings.Cut(c.header.Get("Authorization"), " ")
	switch {
	case strings.EqualFold(scheme, "Basic"):
		text, err := base64.StdEncoding.DecodeString(strings.TrimSpace(value))
		key, password, found := strings.Cut(string(text), ":")
		if err != nil || !found || password != "" || !strings.HasPrefix(key, "api_") || key == "api_" {
			return
		}
		c.key = key
		public, _, secret := strings.Cut(key, ".")
		if c.keyID = public; !secret {
			c.keyID = digest(key)
		}
	case strings.EqualFold(scheme, "Bearer") && strings.TrimSpace(value) != "":
		c.key = "bearer " + strings.TrimSpace(value)
		c.keyID = digest(c.key)
	default:
		return
	}
	c.s.data.RLock()
	defer c.s.data.RUnlock()
	if token := strings.TrimPrefix(c.key, "bearer "); strings.HasPrefix(token, accessPrefix) {
		c.user, c.keyID = c.s.store.get("user", c.s.oauth.userOf(token, c.now)), DemoClientID
		return
	}
	users := c.s.store.tables["user"].all
	if len(users) == 0 {
		return
	}
	c.user = users[0]
	if c.key != DemoKey {
		sum := sha256.Sum256([]byte(c.key))
		c.user = users[binary.BigEndian.Uint32(sum[:])%uint32(len(users))]
	}
}

func digest(key string) string {
	sum := sha256.Sum256([]byte(key))
	return "key_" + hex.EncodeToString(sum[:6])
}

// allowed refuses a caller that has none of the permissions that something takes (Close docs: Roles).
func (c *call) allowed(needs []string) *apiError {
	if len(needs) == 0 {
		return nil
	}
	role := c.s.store.roleOf(c.user)
	if slices.ContainsFunc(needs, func(permission string) bool { return permits(role, permission) }) {
		return nil
	}
	return refuse(http.StatusForbidden, "You do not have permission to do this.")
}
