package committed

import (
	"io"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/proof"
)

// Conversation is what a prover publishes of a conversation, beside the
// commitments of its statement and the evaluation proof.
type Conversation struct {
	Blocks []bn254.G1Affine // C_t
	Value  fr.Element       // y, which the combined row is opened to
	Answer
}

// Prover is one side of a conversation that is made.
type Prover struct {
	setup  *commitments.Setup
	rng    io.Reader
	m      fr.Vector
	rho    []fr.Element
	blocks []bn254.G1Affine

	talk *conversation
	made *Conversation
}

// Prove holds the conversation about a masked layout with the given peer, whose
// messages stay hidden, and shows that the script accepts them. rng must be
// cryptographic. A conversation that the script does not accept gives a proof
// all the same, which no verifier takes: Failed tells them apart.
func Prove(setup *commitments.Setup, l *proof.Layout, digest fr.Element, of proof.Peer[fr.Element], rng io.Reader) (*Prover, *proof.Outcome[fr.Element], error) {
	p := &Prover{setup: setup, rng: rng}
	p.talk = start(digest, p)
	forms := proof.Argue[Form](l, p.talk, p.talk, &peer{conversation: p.talk, layout: l, of: of})
	y := p.talk.value(&forms.Value)
	out := p.talk.open(forms, y)
	p.talk.say(y)
	s := p.talk.conclude()
	if p.talk.failed != nil {
		return nil, nil, p.talk.failed
	}
	a, err := answer(setup, p.talk, s, p.m, p.rho, rng)
	if err != nil {
		return nil, nil, err
	}
	p.made = &Conversation{Blocks: p.blocks, Value: y, Answer: *a}
	return p, out, nil
}

// Failed returns the place of the first equation that does not hold, or "".
func (p *Prover) Failed() string {
	for i := range p.talk.equations {
		if v := p.talk.value(&p.talk.equations[i].form); !v.IsZero() {
			return p.talk.equations[i].place
		}
	}
	return ""
}

// Conversation returns what is published, and the seed of the evaluation proof, given
// the blinding that the evaluation proof publishes.
func (p *Prover) Conversation(blinding fr.Element) (*Conversation, [32]byte) {
	return p.made, p.talk.seed(&p.made.Answer, blinding)
}

// hide is part of side.
func (p *Prover) hide(_ int, values func() []fr.Element) { p.m = append(p.m, values()...) }

// secret is part of side.
func (p *Prover) secret(index int) fr.Element { return p.m[index] }

// block is part of side.
func (p *Prover) block(from, to int) (bn254.G1Affine, error) {
	rho, err := commitments.RandomScalars(p.rng, 1)
	if err != nil {
		return bn254.G1Affine{}, err
	}
	c, err := p.setup.CommitHashed(from, p.m[from:to], &rho[0])
	p.rho, p.blocks = append(p.rho, rho[0]), append(p.blocks, c)
	return c, err
}
