package proof

import (
	"fmt"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/relation"
)

// Replay is the peer of a verifier: it answers with the recorded messages, in
// order, and ignores what it is told.
type Replay[E any] struct{ messages []E }

// NewReplay returns a peer that says the messages. Requires exactly Length of
// them; asking for more panics.
func NewReplay[E any](messages []E) *Replay[E] { return &Replay[E]{messages} }

func (r *Replay[E]) next(n int) []E {
	m := r.messages[:n]
	r.messages = r.messages[n:]
	return m
}

func (r *Replay[E]) Lookups(alpha, beta E)           {}
func (r *Replay[E]) Fractions(int) [4]E              { return [4]E(r.next(4)) }
func (r *Replay[E]) Layer(int, []Coord, E)           {}
func (r *Replay[E]) LayerRound() [2]E                { return [2]E(r.next(2)) }
func (r *Replay[E]) LayerBind(E)                     {}
func (r *Replay[E]) Evaluate(relation.ID, []Coord) E { return r.next(1)[0] }
func (r *Replay[E]) TermValue(*Instance[E]) E        { return r.next(1)[0] }
func (r *Replay[E]) Sum([]*Instance[E], []E)         {}
func (r *Replay[E]) SumRound(degree int) []E         { return r.next(degree) }
func (r *Replay[E]) SumBind(E)                       {}
func (r *Replay[E]) Reduction([]*Group[E], []E)      {}
func (r *Replay[E]) ReductionRound() [2]E            { return [2]E(r.next(2)) }
func (r *Replay[E]) ReductionBind(E)                 {}
func (r *Replay[E]) RowValues(n int) []E             { return r.next(n) }
func (r *Replay[E]) Drawn(Coord, E)                  {}

// Recorder passes a conversation on to another peer and keeps its messages.
type Recorder struct {
	Peer[fr.Element]
	Messages []fr.Element
}

func (r *Recorder) keep(m ...fr.Element) { r.Messages = append(r.Messages, m...) }

// Fractions records the peer's answer.
func (r *Recorder) Fractions(layer int) [4]fr.Element {
	m := r.Peer.Fractions(layer)
	r.keep(m[:]...)
	return m
}

// LayerRound records the peer's answer.
func (r *Recorder) LayerRound() [2]fr.Element {
	m := r.Peer.LayerRound()
	r.keep(m[:]...)
	return m
}

// Evaluate records the peer's answer.
func (r *Recorder) Evaluate(t relation.ID, point []Coord) fr.Element {
	m := r.Peer.Evaluate(t, point)
	r.keep(m)
	return m
}

// TermValue records the peer's answer.
func (r *Recorder) TermValue(i *Instance[fr.Element]) fr.Element {
	m := r.Peer.TermValue(i)
	r.keep(m)
	return m
}

// SumRound records the peer's answer.
func (r *Recorder) SumRound(degree int) []fr.Element {
	m := r.Peer.SumRound(degree)
	r.keep(m...)
	return m
}

// ReductionRound records the peer's answer.
func (r *Recorder) ReductionRound() [2]fr.Element {
	m := r.Peer.ReductionRound()
	r.keep(m[:]...)
	return m
}

// RowValues records the peer's answer.
func (r *Recorder) RowValues(n int) []fr.Element {
	m := r.Peer.RowValues(n)
	r.keep(m...)
	return m
}

// Length returns how many elements a proof of the layout's system has: what a dry
// run of the script over nothing has counted.
func Length(l *Layout) int { return l.messages }

// Verify replays a proof against the script over field elements.
// The transcript must have absorbed the statement.
//
// Soundness: the Outcome is still to be checked, see there.
func Verify(l *Layout, t Transcript[fr.Element], messages []fr.Element) (*Outcome[fr.Element], error) {
	if want := Length(l); len(messages) != want {
		return nil, fmt.Errorf("proof has %d elements, the statement asks for %d: %w", len(messages), want, fault.ErrMalformed)
	}
	var checks Checks
	out := Argue[fr.Element](l, &checks, t, NewReplay(messages))
	return out, checks.Err()
}
