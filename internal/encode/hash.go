package encode

import (
	"bytes"
	"crypto/sha256"
	"hash"
)

// Hash is SHA-256 of an encoding that is too long to be held.
type Hash struct {
	sum  hash.Hash
	held []byte
}

// chunk is how many bytes are held before they are hashed.
const chunk = 1 << 12

// NewHash begins with a domain.
func NewHash(domain string) *Hash {
	return &Hash{sum: sha256.New(), held: append(make([]byte, 0, 2*chunk), Domain(domain)...)}
}

// NewHashOf is NewHash that keeps what is hashed, too. All is there after Flush.
func NewHashOf(domain string, kept *bytes.Buffer) *Hash {
	h := NewHash(domain)
	h.sum = keeping{h.sum, kept}
	return h
}

type keeping struct {
	hash.Hash
	kept *bytes.Buffer
}

func (k keeping) Write(b []byte) (int, error) {
	k.kept.Write(b)
	return k.Hash.Write(b)
}

// Flush hashes what is held.
func (h *Hash) Flush() { h.flush() }

func (h *Hash) flush() {
	h.sum.Write(h.held)
	h.held = h.held[:0]
}

func (h *Hash) passOn() {
	if len(h.held) >= chunk {
		h.flush()
	}
}

// Int adds numbers, as many as the format says.
func (h *Hash) Int(numbers ...int) {
	for _, n := range numbers {
		h.held = Int(h.held, n)
		h.passOn()
	}
}

// Bool adds 1 or 0.
func (h *Hash) Bool(v bool) {
	h.held = Bool(h.held, v)
	h.passOn()
}

// Bytes adds a field of any length.
func (h *Hash) Bytes(field []byte) {
	h.Int(len(field))
	h.Fixed(field)
}

// Text adds a text.
func (h *Hash) Text(s string) {
	h.held = Text(h.held, s)
	h.passOn()
}

// Texts adds a list of texts.
func (h *Hash) Texts(list []string) {
	h.Int(len(list))
	for _, s := range list {
		h.Text(s)
	}
}

// Fixed adds bytes whose number the format says.
func (h *Hash) Fixed(b []byte) {
	if len(b) < chunk {
		h.held = append(h.held, b...)
		h.passOn()
		return
	}
	h.flush()
	h.sum.Write(b)
}

// Ints adds a list of numbers.
func (h *Hash) Ints(list []int64) {
	h.Int(len(list))
	for _, n := range list {
		h.held = Int(h.held, n)
		h.passOn()
	}
}

// Cells adds a list of numbers of 32 bits.
func (h *Hash) Cells(list []int32) {
	h.Int(len(list))
	for len(list) > 0 {
		n := min(len(list), chunk/4)
		for _, v := range list[:n] {
			h.held = append(h.held, byte(v), byte(v>>8), byte(v>>16), byte(v>>24))
		}
		h.flush()
		list = list[n:]
	}
}

// Sum returns the digest. Nothing can be added after it.
func (h *Hash) Sum() [sha256.Size]byte {
	h.flush()
	return [sha256.Size]byte(h.sum.Sum(nil))
}
