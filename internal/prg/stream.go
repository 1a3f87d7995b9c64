package prg

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
)

const wordsPerBlock = sha256.Size / 8

// Stream is a position in the sequence of words of one key. It is not safe for
// concurrent use.
type Stream struct {
	// input is key ‖ le64(counter of the next block).
	input   [sha256.Size + 8]byte
	counter uint64
	block   [sha256.Size]byte
	used    int // words of block already returned
}

// New returns the stream of a domain and parts, at its beginning. Streams of
// different (domain, parts) are independent; parts are length-prefixed, so
// ("ab", "c") and ("a", "bc") are different.
func New(domain string, parts ...[]byte) *Stream {
	hash := sha256.New()
	writeLength := func(n int) {
		var length [8]byte
		binary.LittleEndian.PutUint64(length[:], uint64(n))
		hash.Write(length[:])
	}
	writeLength(len(domain))
	hash.Write([]byte(domain))
	writeLength(len(parts))
	for _, part := range parts {
		writeLength(len(part))
		hash.Write(part)
	}
	s := &Stream{used: wordsPerBlock}
	hash.Sum(s.input[:0])
	return s
}

// Uint64 returns the next word, uniform in [0, 2^64).
func (s *Stream) Uint64() uint64 {
	if s.used == wordsPerBlock {
		binary.LittleEndian.PutUint64(s.input[sha256.Size:], s.counter)
		s.block = sha256.Sum256(s.input[:])
		s.counter++
		s.used = 0
	}
	word := binary.LittleEndian.Uint64(s.block[8*s.used:])
	s.used++
	return word
}

// Uint64n returns the next integer uniform in [0, n).
// Requires n >= 1.
func (s *Stream) Uint64n(n uint64) uint64 {
	if n == 0 {
		panic("prg: Uint64n of an empty range")
	}
	excess := (math.MaxUint64%n + 1) % n // 2^64 mod n
	for {
		if word := s.Uint64(); word <= math.MaxUint64-excess {
			return word % n
		}
	}
}

// Symmetric returns the next integer uniform in [−limit, limit].
// Requires 0 <= limit <= 2^62.
func (s *Stream) Symmetric(limit int64) int64 {
	if limit < 0 || limit > 1<<62 {
		panic(fmt.Sprintf("prg: Symmetric of limit %d", limit))
	}
	return int64(s.Uint64n(2*uint64(limit)+1)) - limit
}
