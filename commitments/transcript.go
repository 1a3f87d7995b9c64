package commitments

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

const domainOpening = "zkaudit v1 multilinear opening"

// challenger is the Fiat–Shamir transcript of an opening. Prover and verifier
// make the same calls; tests put one there that forgets a message.
type challenger interface {
	absorb(label string, data []byte)
	challenge(label string) fr.Element
}

// hashChain is a challenger over SHA-256:
//
//	state ← H(0 ‖ state ‖ len(label) ‖ label ‖ len(data) ‖ data)   absorb
//	state ← H(1 ‖ state ‖ len(label) ‖ label ‖ 0)                   challenge
//	c     ← (H(2 ‖ state) ‖ H(3 ‖ state)) mod r
//
// Lengths are 8 bytes, so the absorbed string is injective, and 512 bits make
// the bias of c below 2^-256.
type hashChain struct{ state [32]byte }

const (
	tagAbsorb = iota
	tagChallenge
	tagHigh
	tagLow
)

func newHashChain(domain string) *hashChain {
	return &hashChain{state: sha256.Sum256([]byte(domain))}
}

func (t *hashChain) absorb(label string, data []byte) { t.step(tagAbsorb, label, data) }

func (t *hashChain) challenge(label string) fr.Element {
	t.step(tagChallenge, label, nil)
	high := sha256.Sum256(append([]byte{tagHigh}, t.state[:]...))
	low := sha256.Sum256(append([]byte{tagLow}, t.state[:]...))
	var c fr.Element
	c.SetBytes(append(high[:], low[:]...))
	return c
}

func (t *hashChain) step(tag byte, label string, data []byte) {
	h := sha256.New()
	h.Write([]byte{tag})
	h.Write(t.state[:])
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(label))))
	h.Write([]byte(label))
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(data))))
	h.Write(data)
	t.state = [32]byte(h.Sum(nil))
}
