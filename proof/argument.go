package proof

import "github.com/zkaudit/zkaudit/proof/transcript"

// Argue holds the whole conversation about a system: the verifier's script,
// for field elements and circuit variables alike. The transcript must already
// have absorbed the statement, the commitments included.
//
// Soundness: see Outcome; the statement digest must bind everything public,
// and a.Err (native) or the circuit's satisfiability carries the verdict.
// Protocol, section 8.
func Argue[E any](l *Layout, a Arith[E], t Transcript[E], p Peer[E]) *Outcome[E] {
	s := newSession(l, a, t, p)
	s.lookups()
	s.relations()
	return s.reduceRows()
}

// Begin starts the transcript of a statement. A masked conversation absorbs a
// secret, uniformly random salt next, so that the challenges it reveals say
// nothing about its messages (protocol, section 13).
func Begin[E any](l *Layout, t Transcript[E], digest, salt E) {
	t.Absorb(transcript.Statement, digest)
	if l.Masked {
		t.Absorb(transcript.Salt, salt)
	}
}

// ArgueLookups holds only the part of the conversation about lookups, to
// measure it; it proves nothing by itself (protocol, section 9).
func ArgueLookups[E any](l *Layout, a Arith[E], t Transcript[E], p Peer[E]) {
	newSession(l, a, t, p).lookups()
}
