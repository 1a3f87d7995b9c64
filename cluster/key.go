package cluster

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"golang.org/x/crypto/chacha20poly1305"

	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
)

const (
	keyPrefix = "ZKAUDIT-CLUSTER-KEY-1-"
	keyBytes  = 32
	maxKey    = 1 << 10 // bytes of a key's file
	tagBytes  = 16      // of a name that is a keyed digest
)

// Key is what the head and the workers of one owner share, and nobody else has. All
// that a server stores is sealed with it, and named by digests under it.
type Key struct {
	aead  cipher.AEAD // XChaCha20-Poly1305: nonces of 192 bits, which any number of writers draw
	names []byte      // of HMAC-SHA-256
	owner string      // names the owner's streams
}

// Format keeps keys out of logs.
func (k *Key) Format(f fmt.State, _ rune) { io.WriteString(f, "[key of a cluster]") }

// NewKey derives a key from 32 secret bytes.
func NewKey(secret []byte) (*Key, error) {
	if len(secret) != keyBytes {
		return nil, fmt.Errorf("key of a cluster: %d bytes, want %d: %w", len(secret), keyBytes, fault.ErrMalformed)
	}
	sealing, err := hkdf.Key(sha256.New, secret, nil, "zkaudit/cluster/v2/seal", chacha20poly1305.KeySize)
	if err != nil {
		return nil, fmt.Errorf("key of a cluster: %w: %v", fault.ErrInput, err)
	}
	k := &Key{}
	if k.names, err = hkdf.Key(sha256.New, secret, nil, "zkaudit/cluster/v2/names", sha256.Size); err != nil {
		return nil, fmt.Errorf("key of a cluster: %w: %v", fault.ErrInput, err)
	}
	if k.aead, err = chacha20poly1305.NewX(sealing); err != nil {
		return nil, fmt.Errorf("key of a cluster: %w: %v", fault.ErrInput, err)
	}
	k.owner = k.tag("owner")
	return k, nil
}

// WriteKey draws a key from rng and writes it to a new file, readable by its owner
// alone. Requires that there is none at path.
func WriteKey(path string, rng io.Reader) error {
	secret := make([]byte, keyBytes)
	if _, err := io.ReadFull(rng, secret); err != nil {
		return fmt.Errorf("key of a cluster: %w: %w", fault.ErrResources, err)
	}
	return artefact.WriteFile(path, []byte(keyPrefix+hex.EncodeToString(secret)+"\n"), artefact.PrivateMode)
}

// ReadKey reads what WriteKey wrote. The file must be readable by its owner alone;
// errors quote nothing of it.
func ReadKey(path string) (*Key, error) {
	file, err := artefact.ReadPrivateFile(path, maxKey)
	if err != nil {
		return nil, err
	}
	digits, found := strings.CutPrefix(strings.TrimSpace(string(file)), keyPrefix)
	secret, err := hex.DecodeString(digits)
	if !found || err != nil || len(secret) != keyBytes {
		return nil, fmt.Errorf("%s holds no key of a cluster, one line that begins with %s: zkaudit worker key makes one: %w", path, keyPrefix, fault.ErrMalformed)
	}
	return NewKey(secret)
}

// tag names something by a keyed digest, which tells nothing to who has no key.
func (k *Key) tag(kind string, of ...[]byte) string {
	h := hmac.New(sha256.New, k.names)
	b := encode.Domain(kind)
	for _, field := range of {
		b = encode.Bytes(b, field)
	}
	h.Write(b)
	return hex.EncodeToString(h.Sum(nil)[:tagBytes])
}

// place is where sealed bytes belong. It is authenticated with them, so that the
// server, which may be anybody's, cannot pass one thing off as another.
type place struct {
	kind     string // "run", "job", "input", "result" or "output"
	run, job string // tags
}

func (p place) encode() []byte {
	return encode.Text(encode.Text(encode.Domain("zkaudit/cluster/v2/"+p.kind), p.run), p.job)
}

// seal encrypts and authenticates.
func (k *Key) seal(p place, plain []byte) []byte {
	nonce := make([]byte, k.aead.NonceSize(), k.aead.NonceSize()+len(plain)+k.aead.Overhead())
	rand.Read(nonce) // never fails
	return k.aead.Seal(nonce, nonce, plain, p.encode())
}

// open is the inverse of seal. Errors wrap fault.ErrMalformed.
func (k *Key) open(p place, sealed []byte) ([]byte, error) {
	n := k.aead.NonceSize()
	if len(sealed) >= n {
		if plain, err := k.aead.Open(nil, sealed[:n], sealed[n:], p.encode()); err == nil {
			return plain, nil
		}
	}
	return nil, fmt.Errorf("the %s that the server gave does not open with this key: it is damaged, is not what it is said to be, or was sealed with another key: %w", p.kind, fault.ErrMalformed)
}
