package committed_test

import (
	crand "crypto/rand"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark/test"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/circuit"
	"github.com/zkaudit/zkaudit/proof/committed"
	"github.com/zkaudit/zkaudit/proof/prooftest"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/transcript"
	"github.com/zkaudit/zkaudit/proof/verifier"
)

// The verifier is written once, generic over its arithmetic. These tests give the
// same conversations, honest and changed, to its instances: field elements, forms,
// variables of a circuit.

// native returns what field elements make of each assertion.
func native(l *proof.Layout, tr proof.Transcript[fr.Element], messages []fr.Element) (*prooftest.Verdicts, *proof.Outcome[fr.Element]) {
	v := &prooftest.Verdicts{}
	return v, proof.Argue(l, v, tr, proof.NewReplay(messages))
}

// agree wants forms to make of each assertion what field elements do.
func agree(t *testing.T, what string, want *prooftest.Verdicts, l *proof.Layout, tr proof.Transcript[fr.Element], messages []fr.Element) {
	t.Helper()
	got := &prooftest.Verdicts{}
	vanishes := committed.Judge(l, tr, proof.NewReplay(messages), got.Keep)
	if !slices.Equal(got.Places, want.Places) || !slices.Equal(got.Failed, want.Failed) {
		t.Errorf("%s: forms refuse assertions %v of %d, field elements %v of %d", what, got.Failed, len(got.Places), want.Failed, len(want.Places))
	}
	if vanishes != (len(want.Failed) == 0) {
		t.Errorf("%s: the combination of equations vanishes: %t, field elements refuse assertions %v", what, vanishes, want.Failed)
	}
}

// solves reports whether the circuit accepts a conversation about a statement.
func solves(l *proof.Layout, digest fr.Element, messages, exposed []fr.Element) bool {
	tr := transcript.NewNative(statement.Domain)
	proof.Begin(l, tr, digest, fr.Element{})
	_, _ = proof.Verify(l, tr, messages) // the seal is asked of refused ones, too
	w := circuit.Assign(l, circuit.NewPublicInputs(digest, proof.Seal(tr), exposed), fr.Element{}, messages)
	return test.IsSolved(circuit.New(l), w, ecc.BN254.ScalarField()) == nil
}

// changes are what becomes of a conversation in which one message, the i-th, or
// two, are others.
var changes = map[string]func(m []fr.Element, i int){
	"plus one":                 func(m []fr.Element, i int) { m[i].Add(&m[i], new(fr.Element).SetOne()) },
	"zero":                     func(m []fr.Element, i int) { m[i].SetZero() },
	"exchanged with the first": func(m []fr.Element, i int) { m[i], m[0] = m[0], m[i] },
	"exchanged with the next":  func(m []fr.Element, i int) { k := (i + 1) % len(m); m[i], m[k] = m[k], m[i] },
}

// TestVerdictsAgreeOnEveryMutation: each message of conversations about three
// systems is another one, some in four ways. The circuit, which takes longest,
// hears of each about the smallest.
func TestVerdictsAgreeOnEveryMutation(t *testing.T) {
	ty, g, a := prooftest.NewTiny(t, rand.New(rand.NewPCG(5, 6))), prooftest.NewGathered(t, prooftest.NewSpec()), prooftest.NewAmbiguous(t)
	for _, test := range []struct {
		layout *proof.Layout
		peer   func(l *proof.Layout) proof.Peer[fr.Element]
		step   int // of what the circuit hears
	}{
		{prooftest.Layout(t, ty.System, false), func(l *proof.Layout) proof.Peer[fr.Element] { return prooftest.Reference(t, l, ty.Cells, nil) }, 43},
		{prooftest.Layout(t, g.System, true), func(l *proof.Layout) proof.Peer[fr.Element] {
			return prooftest.Reference(t, l, g.Cells, prooftest.MaskRow(l))
		}, 41},
		{prooftest.Layout(t, a.System, true), func(l *proof.Layout) proof.Peer[fr.Element] {
			return prooftest.Reference(t, l, a.Cells, prooftest.MaskRow(l))
		}, 1},
	} {
		l, name := test.layout, test.layout.System.Name
		honest, _, err := prooftest.Converse(l, prooftest.Transcript(l), test.peer(l))
		if err != nil {
			t.Fatal(err)
		}
		compare := func(what string, m []fr.Element, inCircuit bool) {
			v, out := native(l, prooftest.Transcript(l), m)
			agree(t, what, v, l, prooftest.Transcript(l), m)
			if inCircuit && solves(l, prooftest.StatementDigest(), m, out.Exposed(l)) != (len(v.Failed) == 0) {
				t.Errorf("%s: the circuit accepts %t", what, len(v.Failed) > 0)
			}
			if same := slices.Equal(m, honest); same != (len(v.Failed) == 0) && !(l.Masked && slices.Equal(m[:len(m)-1], honest[:len(m)-1])) {
				t.Errorf("%s: accepted %t", what, !same) // the mask's value alone is for the evaluation proof to check
			}
		}
		compare(name+", honest", honest, true)
		for change, become := range changes {
			for i := range honest {
				if change != "plus one" && i%7 > 0 || testing.Short() && i%5 > 0 {
					continue
				}
				m := slices.Clone(honest)
				become(m, i)
				compare(fmt.Sprintf("%s, message %d of %d %s", name, i, len(m), change), m, change == "plus one" && i%test.step == 0)
			}
		}
	}
}

// TestVerdictsAgreeOnEveryForgery: false cells, counts and public tensors, told as
// they are, and the honest cases they began as. Every instance of the script
// refuses what package verifier does, at the same check; so does mode zk.
func TestVerdictsAgreeOnEveryForgery(t *testing.T) {
	setup := setups(t)[0]
	honest := map[*prooftest.Case]bool{}
	for i, f := range prooftest.Forgeries(t) {
		if testing.Short() && i%4 > 0 {
			continue
		}
		if !honest[f.Honest] {
			honest[f.Honest] = true
			refusedBy(t, f.Name+", what it began as", f.Honest.Masked(t, setup), "")
		}
		refusedBy(t, f.Name, f.Forged(t).Masked(t, setup), f.Refused)
	}
}

// refusedBy wants a masked case to be refused by one check before all others, or
// to be accepted if there is none.
func refusedBy(t *testing.T, what string, c *prooftest.Case, check string) {
	t.Helper()
	l := c.Statement.Layout
	m, _, _ := prooftest.Converse(l, prooftest.Transcript(l), c.Peer(t))
	v, out := native(l, prooftest.Transcript(l), m)
	agree(t, what, v, l, prooftest.Transcript(l), m)
	public := verifier.CheckPublic(l, out)
	first := ""
	switch {
	case len(v.Failed) > 0:
		first = v.Places[v.Failed[0]]
	case public != nil:
		first = strings.TrimSuffix(public.Error(), ": "+fault.ErrRejected.Error())
	}
	if first != check {
		t.Errorf("%s: field elements refuse %q, want %q", what, first, check)
	}

	// What a circuit shows of public tensors is evaluated outside of it.
	if solved := solves(l, prooftest.StatementDigest(), m, out.Exposed(l)); solved != (len(v.Failed) == 0) {
		t.Errorf("%s: the circuit accepts %t", what, solved)
	}
	if shown := verifier.CheckPublic(l, proof.Reveal(l, out.Exposed(l))); (shown == nil) != (public == nil) {
		t.Errorf("%s: the circuit shows public tensors of which is said: %v", what, shown)
	}

	// A statement that is false in public is refused before anything is hidden.
	err := c.Attempt(t)
	if check == "" && err != nil {
		t.Errorf("%s: mode zk: %v", what, err)
	}
	if check != "" && (!errors.Is(err, fault.ErrRejected) || !strings.HasPrefix(err.Error(), "test: equations of the script: ") && err.Error() != check+": "+fault.ErrRejected.Error()) {
		t.Errorf("%s: mode zk: %v, want its equations refused", what, err)
	}
}

// TestNoAssertionIsRedundant: for every assertion of the script there is a lie
// that it alone catches. A proof of mode zk with that lie in it is refused since
// the combination of equations does not vanish, which is the only thing wrong
// with it; without the assertion it is accepted. (What is said about the circuit
// is shown in package circuit.)
func TestNoAssertionIsRedundant(t *testing.T) {
	setup := setups(t)[0]
	for name, lies := range prooftest.Lies(t, true) {
		proven := map[string]bool{}
		caught := map[int]bool{}
		var places []string
		for _, l := range lies {
			messages, v := l.Tell(t)
			agree(t, l.Name, v, l.Layout, l.Transcript(), messages)
			if len(v.Failed) != 1 {
				t.Errorf("%s: %s: refused by assertions %v, want one", name, l.Name, v.Failed)
				continue
			}
			places, caught[v.Failed[0]] = v.Places, true
			if place := v.Places[v.Failed[0]]; !proven[place] && !testing.Short() {
				proven[place] = true // other calls at the place are the same line
				onlyRefusedBy(t, setup, &l, v.Failed[0], place)
			}
		}
		for i, place := range places {
			if !caught[i] {
				t.Errorf("%s: no lie is caught by assertion %d, %q, alone", name, i, place)
			}
		}
	}
}

// onlyRefusedBy wants proofs of mode zk, made with a lie, to be refused for their
// equations, and accepted without one assertion.
func onlyRefusedBy(t *testing.T, setup *commitments.Setup, l *prooftest.Lie, assertion int, place string) {
	t.Helper()
	rules := committed.Lax{First: l.First()}
	forged := committed.Forge(setup, l.Layout, prooftest.StatementDigest(), rules, l.Peer(t), crand.Reader)
	if got := forged.Failed(); got != place {
		t.Errorf("%s: the prover finds %q false, want %q", l.Name, got, place)
	}
	verify := func(rules committed.Lax, f *committed.Forgery) error {
		c, err := f.Answered()
		if err != nil {
			t.Fatal(err)
		}
		return committed.VerifyLax(setup.Verifier().NewBatch(crand.Reader), l.Layout, prooftest.StatementDigest(), rules, c)
	}
	if err := verify(rules, forged); !errors.Is(err, fault.ErrRejected) || !strings.HasPrefix(err.Error(), "test: equations of the script: ") {
		t.Errorf("%s: %v", l.Name, err)
	}
	rules.Without = assertion + 1
	if err := verify(rules, committed.Forge(setup, l.Layout, prooftest.StatementDigest(), rules, l.Peer(t), crand.Reader)); err != nil {
		t.Errorf("%s: refused without the assertion %q: %v", l.Name, place, err)
	}
}
