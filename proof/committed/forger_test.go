package committed

import (
	crand "crypto/rand"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// talk is what a script of these tests calls.
type talk interface {
	hide(count int, values func() []fr.Element) []Form
	Challenge() Form
	Mul(a, b Form) Form
	AssertEqual(a, b Form, place string)
	AssertNonZero(a Form, place string)
}

// script is a conversation in small. It tells the forger what it draws, and
// asks it for what is hidden.
type script func(t talk, f *forger)

// hide asks the forger, if it is he who talks, for what is hidden.
func hide(t talk, f *forger, count int) []Form {
	return t.hide(count, func() []fr.Element { return f.say(f) })
}

// challenge tells the forger what is drawn.
func challenge(t talk, f *forger) Form {
	r := t.Challenge()
	if f != nil {
		f.heard = append(f.heard, r.constant)
	}
	return r
}

// rules are what both sides keep to: a field that is nil is as in the protocol,
// any other one leaves something out.
type rules struct {
	digest   func(fr.Element) fr.Element
	talk     func(*conversation) talk
	conclude func(*conversation) *conclusion
	draw     func(*conversation, [4]bn254.G1Affine) fr.Element
}

func (r *rules) start(digest fr.Element, s side) (*conversation, talk) {
	if r.digest != nil {
		digest = r.digest(digest)
	}
	c := start(digest, s)
	if r.talk != nil {
		return c, r.talk(c)
	}
	return c, c
}

func (r *rules) end(c *conversation) *conclusion {
	if r.conclude != nil {
		return r.conclude(c)
	}
	return c.conclude()
}

func (r *rules) e(c *conversation, first [4]bn254.G1Affine) fr.Element {
	if r.draw != nil {
		return r.draw(c, first)
	}
	return c.draw(first)
}

// forger is a prover who hides what it likes where it likes.
type forger struct {
	Prover
	heard []fr.Element // challenges of the script

	// say returns what the script asks for.
	say func(f *forger) []fr.Element
	// change, if there is one, changes what is hidden next, which is what the
	// script asks for or follows from it.
	change func(f *forger, values []fr.Element) []fr.Element
	// reach, if there is one, returns what else is in block t, by place of m.
	reach func(f *forger, t int) map[int]fr.Element
	// answer is the honest one, by what all blocks add up to, if nil.
	answer func(f *forger, s *conclusion) *Answer
}

// hide is part of side.
func (f *forger) hide(_ int, values func() []fr.Element) {
	v := values()
	if f.change != nil {
		v = f.change(f, v)
	}
	f.m = append(f.m, v...)
}

// block is part of side.
func (f *forger) block(from, to int) (bn254.G1Affine, error) {
	c, err := f.Prover.block(from, to)
	if err != nil || f.reach == nil {
		return c, err
	}
	t := len(f.blocks) - 1
	for place, v := range f.reach(f, t) {
		f.blocks[t] = plus(f.blocks[t], commit(f.setup, place, []fr.Element{v}, fr.Element{}))
	}
	return f.blocks[t], nil
}

// ahead returns the challenge that comes next if nothing is absorbed before.
func (f *forger) ahead(label string) fr.Element {
	chain := *f.talk.chain
	return chain.Challenge(label)
}

// sums adds to m what blocks have outside of their places.
func (f *forger) sums() fr.Vector {
	m := slices.Clone(f.m)
	for t := range f.blocks {
		if f.reach == nil {
			break
		}
		for place, v := range f.reach(f, t) {
			if place < len(m) {
				m[place].Add(&m[place], &v)
			}
		}
	}
	return m
}

// attack is a forger with a script, and the digests of the statements that the
// forger and the verifier talk about.
type attack struct {
	script
	forger
	proven, verified uint64
	refused          string // which equation fails if the forger does as well as can be done
}

// forge makes a conversation by the rules.
func (a *attack) forge(t *testing.T, setup *commitments.Setup, r *rules) *Conversation {
	t.Helper()
	f := a.forger
	f.Prover = Prover{setup: setup, rng: crand.Reader}
	c, said := r.start(fr.NewElement(a.proven), &f)
	f.talk = c
	a.script(said, &f)
	s := r.end(c)
	if a.answer != nil {
		return &Conversation{Blocks: f.blocks, Answer: *a.answer(&f, s)}
	}
	made, err := answer(setup, c, s, f.sums(), f.rho, f.rng)
	if err != nil {
		t.Fatal(err)
	}
	return &Conversation{Blocks: f.blocks, Answer: *made}
}

// refuses returns the equation that a verifier refuses who keeps to the rules, or
// "".
func (a *attack) refuses(t *testing.T, setup *commitments.Setup, r *rules, made *Conversation) string {
	t.Helper()
	reads := &reader{made.Blocks}
	c, said := r.start(fr.NewElement(a.verified), reads)
	a.script(said, nil)
	s := r.end(c)
	if c.failed != nil || len(reads.blocks) > 0 || len(made.Z) != c.hidden {
		t.Fatalf("the forger made a conversation of another length: %v", c.failed)
	}
	batch := setup.Verifier().NewBatch(crand.Reader)
	made.addTo(batch, "test", s, made.Blocks, r.e(c, made.First))
	err := batch.Check()
	if err == nil {
		return ""
	}
	if !errors.Is(err, fault.ErrRejected) {
		t.Fatal(err)
	}
	place := strings.TrimPrefix(err.Error(), "test: ")
	return place[:strings.Index(place, ":")]
}

// try wants the attack to succeed by weak rules, or it shows nothing, and to fail
// by the real ones, whichever rules it was made for.
func (a *attack) try(t *testing.T, weak *rules) {
	t.Helper()
	setup, err := commitments.NewTransparent(commitments.MinRowBits, new(commitments.Generators))
	if err != nil {
		t.Fatal(err)
	}
	forged := a.forge(t, setup, weak)
	if place := a.refuses(t, setup, weak, forged); place != "" {
		t.Errorf("the attack fails against the weak verifier: %s", place)
	}
	if place := a.refuses(t, setup, &rules{}, forged); place == "" {
		t.Error("the real verifier accepts the forgery")
	}
	if place := a.refuses(t, setup, &rules{}, a.forge(t, setup, &rules{})); place != a.refused {
		t.Errorf("made for the real verifier, it fails at %q, want %q", place, a.refused)
	}
}

// commit is CommitHashed where nothing goes wrong.
func commit(setup *commitments.Setup, from int, v []fr.Element, rho fr.Element) bn254.G1Affine {
	c, err := setup.CommitHashed(from, v, &rho)
	if err != nil {
		panic(err)
	}
	return c
}

func plus(p, q bn254.G1Affine) bn254.G1Affine { return *new(bn254.G1Affine).Add(&p, &q) }

// says is a forger's strategy that is fixed from the beginning.
func says(values ...int64) func(*forger) []fr.Element {
	all := scalarsOf(values...)
	return func(f *forger) []fr.Element { return all[len(f.m):] }
}

func scalarsOf(values ...int64) []fr.Element {
	list := make([]fr.Element, len(values))
	for i, v := range values {
		list[i].SetInt64(v)
	}
	return list
}
