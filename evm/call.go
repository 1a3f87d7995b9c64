package evm

import (
	"fmt"
	"math/big"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/circuit"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/wrap"
)

// Call is what the contract is given of one statement: the arguments of
// IArgumentVerifier.verify.
type Call struct {
	Class    [32]byte
	Head     []byte
	External []*big.Int // x and y of every external row
	Proof    []byte
}

// Call encodes a proof for the chain, whose statement must be of the class. It does not
// verify it.
//
// A statement of another layout is fault.ErrUsage; a proof by other keys than the
// class's, fault.ErrVersion; one that is not of the layout, fault.ErrMalformed; one with
// a false claim on an opened tensor, of which there is no encoding, fault.ErrRejected.
func (c *Class) Call(st *statement.Statement, encoded []byte) (*Call, error) {
	if st.Layout != c.Layout && st.Layout.System.Digest() != c.Layout.System.Digest() || st.Setup != c.setup.ID {
		return nil, fmt.Errorf("the statement is of another class: %w", fault.ErrUsage)
	}
	p, err := wrap.Unmarshal(c.Layout, c.system, encoded)
	if err != nil {
		return nil, err
	}
	if p.Key != c.key {
		return nil, fmt.Errorf("the proof was made with key %x, the class has %x: both sides must use keys of one setup: %w", p.Key[:8], c.key[:8], fault.ErrVersion)
	}
	var b []byte
	for _, rows := range p.Witness {
		b = appendCoordinates(b, rows...)
	}
	b = commitments.AppendScalars(b, p.Exposed)
	b = commitments.AppendScalars(b, []fr.Element{p.Seal, p.Blinding})
	if b, err = appendEvaluation(b, p.Evaluation); err != nil {
		return nil, err
	}
	if len(c.tables) > 0 {
		public := circuit.NewPublicInputs(st.Digest(p.Witness), p.Seal, p.Exposed)
		opened, err := c.openTables(c.evaluated(p.Exposed), public.Base)
		if err != nil {
			return nil, err
		}
		b = opened.append(b)
	}
	if b, err = c.appendSNARK(b, p.SNARK); err != nil {
		return nil, err
	}
	return &Call{Class: c.ID, Head: st.Head(), External: Coordinates(st.External...), Proof: b}, nil
}

// evaluated returns the claims on opened tensors that exposed values make.
func (c *Class) evaluated(exposed []fr.Element) []evaluated {
	out := proof.Reveal(c.Layout, exposed)
	var list []evaluated
	for _, o := range c.claims {
		claim := out.Public[o.number]
		list = append(list, evaluated{o.table, out.At(claim.Point), claim.Value})
	}
	return list
}

func appendEvaluation(b []byte, p commitments.EvaluationProof) ([]byte, error) {
	e, ok := p.(*commitments.PairingProof)
	if !ok {
		return nil, fmt.Errorf("evaluation proof: none over powers of tau: %w", fault.ErrMalformed)
	}
	b = appendCoordinates(b, e.Folds...)
	b = appendCoordinates(b, e.Quotient, e.Witness)
	b = commitments.AppendScalars(b, e.Pos)
	b = commitments.AppendScalars(b, e.Neg)
	return commitments.AppendScalars(b, []fr.Element{e.Square}), nil
}

func (c *Class) appendSNARK(b, snark []byte) ([]byte, error) {
	if c.system.ID() == (wrap.PLONK{}).ID() {
		return appendPLONK(b, snark)
	}
	return appendGroth16(b, snark)
}

func appendGroth16(b, snark []byte) ([]byte, error) {
	first, second, third, err := wrap.Groth16Proof(snark)
	if err != nil {
		return nil, err
	}
	b = appendG2(appendCoordinates(b, first), &second)
	return appendCoordinates(b, third), nil
}
