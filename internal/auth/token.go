package auth

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"
)

// TokenFile are the access tokens that a file lists, one a line:
//
//	# what begins so is a comment
//	name:sha256-in-hexadecimal
//	name:sha256-in-hexadecimal:read
//
// The tokens themselves are not in it. A plain SHA-256 keeps them as secret as they are hard to guess: it is right for
// random tokens of 32 bytes, which nobody can try out, and wrong for anything that a person made up; HashToken refuses
// what is too short. The file may be changed while the program runs.
type TokenFile struct {
	path string
	log  *slog.Logger
	now  func() time.Time

	mu     sync.Mutex
	looked time.Time
	seen   os.FileInfo // of the file that was read last, good or bad
	tokens []accessToken
}

type accessToken struct {
	name string
	sum  [sha256.Size]byte
	read bool // may query only
}

const (
	tokenPause    = time.Second // between looks at the file
	longestFile   = 1 << 20     // bytes
	shortestToken = 32          // characters, of a token that is to be hashed
	longestName   = 64
)

// OpenTokenFile reads the file.
func OpenTokenFile(path string, log *slog.Logger) (*TokenFile, error) {
	f := &TokenFile{path: path, log: log, now: time.Now}
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read access tokens: %w", err)
	}
	f.seen, f.looked = info, f.now()
	f.tokens, err = readTokens(path, info)
	if err == nil && len(f.tokens) == 0 {
		err = fmt.Errorf("read access tokens: there are none in %s", path)
	}
	return f, err
}

// find is who has the token. It takes the same time whichever of the tokens is the right one, if any.
func (f *TokenFile) find(token string) (Principal, bool) {
	sum := sha256.Sum256([]byte(token))
	found := -1
	tokens := f.current()
	for i := range tokens {
		found = subtle.ConstantTimeSelect(subtle.ConstantTimeCompare(sum[:], tokens[i].sum[:]), i, found)
	}
	if found < 0 {
		return Principal{}, false
	}
	p := Principal{Name: "token " + tokens[found].name}
	if tokens[found].read {
		p.ReadOnly = "the access token is for reading"
	}
	return p, true
}

// current are the tokens of the file as it is now. When it has become unreadable, the tokens from before stay: half a
// file is more likely than a wish to shut everybody out, for which an empty one will do.
func (f *TokenFile) current() []accessToken {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.now().Sub(f.looked) < tokenPause {
		return f.tokens
	}
	f.looked = f.now()
	info, err := os.Stat(f.path)
	if err != nil {
		if f.seen != nil {
			f.log.Error("cannot look at the access tokens; those from before stay", "error", err)
		}
		f.seen = nil
		return f.tokens
	}
	if f.seen != nil && os.SameFile(info, f.seen) && info.ModTime().Equal(f.seen.ModTime()) && info.Size() == f.seen.Size() {
		return f.tokens
	}
	f.seen = info
	tokens, err := readTokens(f.path, info)
	if err != nil {
		f.log.Error("cannot read the access tokens; those from before stay", "error", err)
		return f.tokens
	}
	f.log.Info("read the access tokens anew", "tokens", len(tokens))
	f.tokens = tokens
	return tokens
}

func readTokens(path string, info os.FileInfo) ([]accessToken, error) {
	if info.Size() > longestFile {
		return nil, fmt.Errorf("read access tokens: %s has more than %d bytes", path, longestFile)
	}
	text, err := os.ReadFile(path) //nolint:gosec // the path is of the configuration
	if err != nil {
		return nil, fmt.Errorf("read access tokens: %w", err)
	}
	var tokens []accessToken
	names := map[string]bool{}
	number := 0
	for line := range strings.Lines(string(text)) {
		number++
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		token, err := parseToken(line)
		if err == nil && names[token.name] {
			err = errors.New("the name is there twice")
		}
		if err != nil {
			return nil, fmt.Errorf("read access tokens: %s, line %d: %w", path, number, err)
		}
		names[token.name] = true
		tokens = append(tokens, token)
	}
	return tokens, nil
}

// parseToken reads a line. Its errors do not repeat it: it could be a token, by mistake.
func parseToken(line string) (accessToken, error) {
	name, rest, _ := strings.Cut(line, ":")
	digits, scope, scoped := strings.Cut(rest, ":")
	if err := checkName(name); err != nil {
		return accessToken{}, err
	}
	sum, err := hex.DecodeString(digits)
	switch {
	case err != nil || len(sum) != sha256.Size:
		return accessToken{}, errors.New("after the name comes the SHA-256 of the token, in 64 hexadecimal digits")
	case scoped && scope != "read":
		return accessToken{}, errors.New("after the SHA-256 comes nothing, or read")
	}
	return accessToken{name: name, sum: [sha256.Size]byte(sum), read: scoped}, nil
}

func checkName(name string) error {
	ok := name != "" && len(name) <= longestName
	for _, c := range []byte(name) {
		ok = ok && c > ' ' && c < 0x7f && c != ':' && c != '#'
	}
	if !ok {
		return errors.New("a line begins with a name of up to 64 visible ASCII characters, without colons")
	}
	return nil
}

// HashToken is the line of a file for a token and the name of who has it.
func HashToken(name, token string) (string, error) {
	if err := checkName(name); err != nil {
		return "", err
	}
	token = strings.TrimSpace(token)
	if len(token) < shortestToken {
		return "", fmt.Errorf("the token has %d characters: take 32 random bytes, as from: openssl rand -base64 32", len(token))
	}
	sum := sha256.Sum256([]byte(token))
	return name + ":" + hex.EncodeToString(sum[:]), nil
}
