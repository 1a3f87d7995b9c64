package committed

import (
	"fmt"
	"io"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/transcript"
)

// Judge holds a conversation over forms whose challenges are those of another
// transcript, which hears in the clear what is hidden here. It tells what becomes
// of each assertion, and returns whether the combination of all equations
// vanishes.
func Judge(l *proof.Layout, tr proof.Transcript[fr.Element], of proof.Peer[fr.Element], told func(holds bool, place string)) bool {
	s := &knowing{side: &counting{}}
	j := &judging{start(fr.Element{}, s), tr, told}
	out := proof.Argue[Form](l, j, j, &peer{conversation: j.conversation, layout: l, of: of})
	j.open(out, j.value(&out.Value))
	return j.conclude().q.vanishes(s.m) && j.failed == nil
}

// judging is arithmetic and transcript of Judge.
type judging struct {
	*conversation
	tr   proof.Transcript[fr.Element]
	told func(holds bool, place string)
}

func (j *judging) values(forms ...Form) []fr.Element {
	values := make([]fr.Element, len(forms))
	for i := range forms {
		values[i] = j.value(&forms[i])
	}
	return values
}

func (j *judging) Absorb(k transcript.Kind, message ...Form) { j.tr.Absorb(k, j.values(message...)...) }

func (j *judging) Challenge() Form { return constant(j.tr.Challenge()) }

func (j *judging) AssertEqual(a, b Form, place string) {
	j.tell(place, func() { j.conversation.AssertEqual(a, b, place) })
}

func (j *judging) AssertNonZero(a Form, place string) {
	j.tell(place, func() { j.conversation.AssertNonZero(a, place) })
}

// tell tells whether the equations hold that an assertion leaves.
func (j *judging) tell(place string, assert func()) {
	before, earlier := len(j.equations), j.failed
	j.failed = nil
	assert()
	holds := j.failed == nil
	for _, e := range j.equations[before:] {
		v := j.value(&e.form)
		holds = holds && v.IsZero()
	}
	if earlier != nil {
		j.failed = earlier
	}
	j.told(holds, place)
}

// Lax are rules that both sides of a conversation keep to, with something left
// out of them: the zero value is the protocol.
type Lax struct {
	First   []fr.Element    // challenges that are given, and not drawn
	Without int             // the assertion that does not count, from 1
	Forgets transcript.Kind // messages whose blocks are not absorbed
	// Made keeps commitments to blocks, which take longest, by what is in them;
	// may be nil.
	Made map[string]bn254.G1Affine
}

// lax is arithmetic and transcript by lax rules.
type lax struct {
	*conversation
	Lax
	calls int
	deaf  bool // a message is not to be absorbed
}

func (x *lax) AssertEqual(a, b Form, place string) {
	if x.calls++; x.calls != x.Without {
		x.conversation.AssertEqual(a, b, place)
	}
}

func (x *lax) AssertNonZero(a Form, place string) {
	if x.calls++; x.calls != x.Without {
		x.conversation.AssertNonZero(a, place)
	}
}

func (x *lax) Absorb(k transcript.Kind, _ ...Form) { x.deaf = x.deaf || k == x.Forgets }

func (x *lax) Challenge() Form {
	var r Form
	if x.deaf {
		r = deaf{x.conversation}.Challenge()
	} else {
		r = x.conversation.Challenge()
	}
	if x.deaf = false; len(x.First) > 0 {
		r, x.First = constant(x.First[0]), x.First[1:]
	}
	return r
}

// start begins a conversation by lax rules.
func (r Lax) start(digest fr.Element, s side) *lax {
	if r.Forgets == transcript.Statement {
		digest = fr.Element{}
	}
	return &lax{conversation: start(digest, s), Lax: r}
}

// argue holds the script.
func (x *lax) argue(l *proof.Layout, of proof.Peer[fr.Element]) *proof.Outcome[Form] {
	return proof.Argue[Form](l, x, x, &peer{conversation: x.conversation, layout: l, of: of})
}

// Forgery is a conversation with a peer who may say anything.
type Forgery struct {
	*Prover
	Outcome *proof.Outcome[fr.Element]
}

// remembering makes no block twice.
type remembering struct {
	*Prover
	made map[string]bn254.G1Affine
}

func (s *remembering) block(from, to int) (bn254.G1Affine, error) {
	rho, err := commitments.RandomScalars(s.rng, 1)
	if err != nil {
		return bn254.G1Affine{}, err
	}
	key := fmt.Sprint(from, rho, s.m[from:to])
	c, ok := s.made[key]
	if !ok {
		c = commit(s.setup, from, s.m[from:to], rho[0])
		if s.made != nil {
			s.made[key] = c
		}
	}
	s.rho, s.blocks = append(s.rho, rho[0]), append(s.blocks, c)
	return c, nil
}

// Forge is Prove by lax rules, but for the answer.
func Forge(setup *commitments.Setup, l *proof.Layout, digest fr.Element, r Lax, of proof.Peer[fr.Element], rng io.Reader) *Forgery {
	p := &Prover{setup: setup, rng: rng}
	x := r.start(digest, &remembering{p, r.Made})
	p.talk = x.conversation
	forms := x.argue(l, of)
	y := x.value(&forms.Value)
	f := &Forgery{p, x.open(forms, y)}
	p.talk.say(y)
	return f
}

// Equations tells what becomes of each equation: 0 if it holds.
func (f *Forgery) Equations(told func(difference fr.Element, place string)) {
	for i := range f.talk.equations {
		told(f.talk.value(&f.talk.equations[i].form), f.talk.equations[i].place)
	}
}

// Answered returns the conversation with its answer.
func (f *Forgery) Answered() (*Conversation, error) {
	a, err := answer(f.setup, f.talk, f.talk.conclude(), f.m, f.rho, f.rng)
	if err != nil {
		return nil, err
	}
	return &Conversation{Blocks: f.blocks, Value: f.Outcome.Value, Answer: *a}, nil
}

// VerifyLax is Verify by lax rules, with what the batch then says.
func VerifyLax(batch *commitments.Batch, l *proof.Layout, digest fr.Element, r Lax, c *Conversation) error {
	x := r.start(digest, &reader{c.Blocks})
	x.open(x.argue(l, nil), c.Value)
	x.say(c.Value)
	s := x.conclude()
	if x.failed != nil {
		return x.failed
	}
	c.addTo(batch, "test", s, c.Blocks, x.draw(c.First))
	return batch.Check()
}
