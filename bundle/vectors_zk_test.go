package bundle_test

import (
	"crypto/rand"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/committed"
	"github.com/zkaudit/zkaudit/proof/transcript"
)

// hiddenConversation is the whole transcript of a proof of mode zk, the certificate of the
// initial weights: the script is run over messages that are all 0, whatever it says of them,
// since in this mode challenges follow from blocks alone.
func hiddenConversation(t *testing.T) value {
	b := readBundle(t, "zk/bundle.zka")
	_, st := claimsOf(t, b)
	p, err := committed.Unmarshal(st.Layout, commitments.Transparent, b.Weights)
	if err != nil {
		t.Fatal(err)
	}
	c0 := st.Digest(p.Witness)
	const domain = "zkaudit v1 committed conversation"
	c := &blocks{chain: commitments.NewTranscript(domain), left: p.Blocks}
	c.steps = append(c.steps, step{What: "domain", Given: domain})
	c.absorb("statement", commitments.AppendScalars(nil, []fr.Element{c0}))
	proof.Argue[fr.Element](st.Layout, new(proof.Checks), c, proof.NewReplay(make([]fr.Element, proof.Length(st.Layout))))
	c.absorb("value", commitments.AppendScalars(nil, []fr.Element{p.Value}))
	c.said = len(c.left) > 0
	c.Challenge() // χ
	if len(c.left) > 0 {
		t.Fatalf("%d blocks are in no challenge", len(c.left))
	}
	c.draw("equations") // κ
	c.absorb("first", commitments.AppendPoints(nil, p.First[:]))
	c.draw("e")
	c.absorb("answer", commitments.AppendScalars(commitments.AppendScalars(nil, p.Z), p.Blinds[:]))
	c.absorb("rest", commitments.AppendScalars(nil, []fr.Element{p.Blinding}))
	last := c.draw("opening")

	setup, err := commitments.TransparentVerifier(b.Statement.RowBits, new(commitments.Generators))
	if err != nil {
		t.Fatal(err)
	}
	batch := setup.NewBatch(rand.Reader)
	_, seed, err := committed.Verify(batch, "certificate", st.Layout, c0, &p.Conversation, p.Blinding)
	if err == nil {
		err = batch.Check()
	}
	if err != nil || seed != last.Bytes() {
		t.Fatalf("the verifier draws the seed %x, the vector %x: %v", seed, last.Bytes(), err)
	}
	return value{"transcript of the certificate of initial weights in zk/bundle.zka", "13 and 14", c.steps}
}

// blocks is the transcript of a conversation in mode zk: before a challenge it absorbs the
// next block, if anything has been said since the challenge before.
type blocks struct {
	chain *commitments.Transcript
	left  []bn254.G1Affine
	said  bool
	steps []step
}

func (c *blocks) absorb(label string, data []byte) {
	c.chain.Absorb(label, data)
	c.steps = append(c.steps, step{What: "absorb", Given: []string{label, hexOf(data)}})
}

func (c *blocks) draw(label string) fr.Element {
	e := c.chain.Challenge(label)
	c.steps = append(c.steps, step{"challenge", label, elements(e)})
	return e
}

func (c *blocks) Absorb(transcript.Kind, ...fr.Element) { c.said = true }

func (c *blocks) Challenge() fr.Element {
	if c.said && len(c.left) > 0 {
		c.absorb("block", commitments.AppendPoints(nil, c.left[:1]))
		c.left = slices.Delete(slices.Clone(c.left), 0, 1)
	}
	c.said = false
	return c.draw("challenge")
}
