package committed

import (
	"fmt"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof"
)

// Shape is how long a conversation about a layout is.
type Shape struct {
	Hidden int // n, values
	Blocks int // T
}

// reader is the verifier's side: it reads the commitments to blocks, and knows
// no value.
type reader struct{ blocks []bn254.G1Affine }

func (*reader) hide(int, func() []fr.Element) {}

// secret is not asked for: only provers evaluate forms.
func (*reader) secret(int) fr.Element { panic("committed: a verifier asked for a hidden value") }

func (r *reader) block(int, int) (bn254.G1Affine, error) {
	if len(r.blocks) == 0 {
		return bn254.G1Affine{}, fmt.Errorf("conversation has too few blocks: %w", fault.ErrMalformed)
	}
	c := r.blocks[0]
	r.blocks = r.blocks[1:]
	return c, nil
}

// counting is the side of nobody: blocks are anything.
type counting struct{ reader }

func (*counting) block(int, int) (bn254.G1Affine, error) { return bn254.G1Affine{}, nil }

// ShapeOf returns the shape of conversations about a layout: a run of the script
// over forms without values.
func ShapeOf(l *proof.Layout) Shape {
	c := start(fr.Element{}, &counting{})
	proof.Argue[Form](l, c, c, &measured{peer{conversation: c, layout: l}})
	c.Challenge() // which closes the last block
	return Shape{Hidden: c.hidden, Blocks: len(c.blocks)}
}

// Verify runs the script over the forms of a conversation and puts to the batch,
// under the name of place, what is left: the caller must check it, and the evaluation proof that the outcome asks
// for, with the seed. Public tensors have been evaluated.
func Verify(batch *commitments.Batch, place string, l *proof.Layout, digest fr.Element, p *Conversation, blinding fr.Element) (*proof.Outcome[fr.Element], [32]byte, error) {
	r := &reader{p.Blocks}
	c := start(digest, r)
	forms := proof.Argue[Form](l, c, c, &peer{conversation: c, layout: l})
	out := c.open(forms, p.Value)
	c.say(p.Value)
	s := c.conclude()
	switch {
	case c.failed != nil:
		return nil, [32]byte{}, c.failed
	case len(r.blocks) > 0 || len(p.Z) != c.hidden:
		return nil, [32]byte{}, fmt.Errorf("conversation with %d blocks and an answer of %d, the statement asks for %d and %d: %w",
			len(p.Blocks), len(p.Z), len(c.blocks), c.hidden, fault.ErrMalformed)
	}
	p.Answer.addTo(batch, place, s, p.Blocks, c.draw(p.First))
	return out, c.seed(&p.Answer, blinding), nil
}
