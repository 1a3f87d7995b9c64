package circuit_test

import (
	"testing"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark/frontend"
	"github.com/consensys/gnark/test"

	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/circuit"
	"github.com/zkaudit/zkaudit/proof/prooftest"
	"github.com/zkaudit/zkaudit/proof/statement"
)

// dropping is circuit arithmetic without one assertion.
type dropping struct {
	proof.Arith[frontend.Variable]
	call, drop int
}

func (d *dropping) dropped() bool {
	d.call++
	return d.call-1 == d.drop
}

func (d *dropping) AssertEqual(a, b frontend.Variable, place string) {
	if !d.dropped() {
		d.Arith.AssertEqual(a, b, place)
	}
}

func (d *dropping) AssertNonZero(a frontend.Variable, place string) {
	if !d.dropped() {
		d.Arith.AssertNonZero(a, place)
	}
}

// script is a circuit with nothing but messages.
type script struct {
	Messages []frontend.Variable
	define   *func(frontend.API, []frontend.Variable) // gnark compares circuits, and functions cannot be
}

func (s *script) Define(api frontend.API) error {
	(*s.define)(api, s.Messages)
	return nil
}

// accepted runs the circuit without assertion drop, or with all for drop < 0.
func accepted(l *prooftest.Lie, messages []fr.Element, drop int) bool {
	witness := &script{Messages: make([]frontend.Variable, len(messages))}
	for i := range messages {
		witness.Messages[i] = messages[i]
	}
	var first []frontend.Variable
	for _, c := range l.First() {
		first = append(first, c)
	}
	define := func(api frontend.API, m []frontend.Variable) {
		tr := circuit.NewTranscript(api, statement.Domain)
		proof.Begin(l.Layout, tr, frontend.Variable(prooftest.StatementDigest()), nil)
		a := &dropping{Arith: circuit.Arith(api), drop: drop}
		proof.Argue(l.Layout, a, &prooftest.Unlucky[frontend.Variable]{Transcript: tr, First: first}, proof.NewReplay(m))
	}
	shape := &script{Messages: make([]frontend.Variable, len(messages)), define: &define}
	return test.IsSolved(shape, witness, ecc.BN254.ScalarField()) == nil
}

// TestNoAssertionIsRedundant: for every assertion of the script there is a lie
// that it alone catches. Without it the lie is accepted, natively and in the
// circuit. (For forms the same is shown in package committed.)
func TestNoAssertionIsRedundant(t *testing.T) {
	for name, lies := range prooftest.Lies(t, false) {
		caught := map[int]bool{}
		inCircuit := map[string]bool{}
		var places []string
		for _, l := range lies {
			messages, v := l.Tell(t)
			if len(v.Failed) != 1 {
				t.Errorf("%s: %s: caught by %d assertions, want one", name, l.Name, len(v.Failed))
				for _, i := range v.Failed {
					t.Logf("  %d: %s", i, v.Places[i])
				}
				continue
			}
			places, caught[v.Failed[0]] = v.Places, true
			place := v.Places[v.Failed[0]]
			if inCircuit[place] || testing.Short() {
				continue // other calls at the place are the same line
			}
			inCircuit[place] = true
			if accepted(&l, messages, -1) {
				t.Errorf("%s: %s: the circuit accepts", name, l.Name)
			}
			if !accepted(&l, messages, v.Failed[0]) {
				t.Errorf("%s: %s: the circuit rejects without the assertion %q", name, l.Name, place)
			}
		}
		for i, place := range places {
			if !caught[i] {
				t.Errorf("%s: no lie is caught by assertion %d, %q, alone", name, i, place)
			}
		}
	}
}
