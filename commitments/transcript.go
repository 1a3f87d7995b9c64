package commitments

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

const domainOpening = "zkaudit v1 multilinear opening"

// challenger is a Fiat–Shamir transcript. Prover and verifier
// make the same calls; tests put one there that forgets a message.
type challenger interface {
	Absorb(label string, data []byte)
	Challenge(label string) fr.Element
}

// Transcript turns labelled messages into challenges, by a hash chain over
// SHA-256:
//
//	state ← H(0 ‖ state ‖ len(label) ‖ label ‖ len(data) ‖ data)   absorb
//	state ← H(1 ‖ state ‖ len(label) ‖ label ‖ 0)                   challenge
//	c     ← (H(2 ‖ state) ‖ H(3 ‖ state)) mod r
//
// Lengths are 8 bytes, so the absorbed string is injective, and 512 bits make
// the bias of c below 2^-256.
type Transcript struct{ state [32]byte }

const (
	tagAbsorb = iota
	tagChallenge
	tagHigh
	tagLow
)

// NewTranscript returns the transcript of a domain, with nothing absorbed.
func NewTranscript(domain string) *Transcript {
	return &Transcript{state: sha256.Sum256([]byte(domain))}
}

// Absorb takes in one message.
func (t *Transcript) Absorb(label string, data []byte) { t.step(tagAbsorb, label, data) }

// Challenge draws a scalar that depends on everything absorbed and drawn.
func (t *Transcript) Challenge(label string) fr.Element {
	t.step(tagChallenge, label, nil)
	high := sha256.Sum256(append([]byte{tagHigh}, t.state[:]...))
	low := sha256.Sum256(append([]byte{tagLow}, t.state[:]...))
	var c fr.Element
	c.SetBytes(append(high[:], low[:]...))
	return c
}

func (t *Transcript) step(tag byte, label string, data []byte) {
	h := sha256.New()
	h.Write([]byte{tag})
	h.Write(t.state[:])
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(label))))
	h.Write([]byte(label))
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(data))))
	h.Write(data)
	t.state = [32]byte(h.Sum(nil))
}

// EvaluationState returns the state that transcripts of evaluation proofs over powers
// of tau have after they have absorbed the setup: what of them does not depend on the
// claim.
func EvaluationState(setupID [32]byte) [32]byte {
	t := NewTranscript(domainOpening)
	t.Absorb("setup", setupID[:])
	return t.state
}
