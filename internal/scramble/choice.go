package scramble

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
)

// Choices decides what is changed: by the bytes given, one for each choice, and
// at random, the same each time, once they are used up.
type Choices struct {
	bytes []byte
	then  *rand.Rand
}

// NewChoices returns the choices of some bytes.
func NewChoices(seed []byte) *Choices {
	return &Choices{bytes: seed, then: rand.New(rand.NewChaCha8(sha256.Sum256(seed)))}
}

// Below returns a number in [0, n). Requires n >= 1.
func (c *Choices) Below(n int) int {
	if len(c.bytes) == 0 || n > 256 {
		return c.then.IntN(n)
	}
	b := c.bytes[0]
	c.bytes = c.bytes[1:]
	return int(b) % n
}

// number returns an integer near old, at an edge, or any.
func (c *Choices) number(old int64) int64 {
	edges := []int64{0, 1, -1, 2, 255, 1 << 15, 1<<16 - 1, 1 << 20, 1 << 26, 1 << 30, 1<<31 - 1, 1 << 31, 1 << 32, 1 << 40, 1 << 62, -1 << 63, 1<<63 - 1}
	switch c.Below(6) {
	case 0:
		return old + 1
	case 1:
		return old - 1
	case 2:
		return -old
	case 3:
		return 1 << c.Below(63)
	case 4:
		return int64(binary.LittleEndian.Uint64([]byte{byte(c.Below(256)), byte(c.Below(256)), 0, 0, 0, 0, 0, 0}))
	}
	return edges[c.Below(len(edges))]
}
