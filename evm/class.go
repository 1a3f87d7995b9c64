package evm

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/wrap"
	"github.com/zkaudit/zkaudit/relation"
)

// Class is what a chain knows of a kind of statement.
type Class struct {
	ID         [32]byte // keccak256 of the descriptor
	Descriptor []byte
	Layout     *proof.Layout

	setup  *commitments.Setup
	system wrap.ProofSystem
	key    [32]byte // by which proofs name theirs
	tables []table
	claims []openedClaim
}

// table is an opened tensor.
type table struct {
	tensor     relation.ID
	cells      fr.Vector
	commitment bn254.G1Affine
}

// maxDescriptor is the longest that can be stored as the code of a contract
// (EIP-170), of which one byte is not the descriptor's.
const maxDescriptor = 24575

// Groth16 returns the class of the proofs of mode zk-groth16 about a layout, for the
// key that a cache has for them.
//
// A system with a public tensor that a chain can neither evaluate nor open is
// fault.ErrUnsupported.
func Groth16(ctx context.Context, setup *commitments.Setup, l *proof.Layout, cache *wrap.Cache) (*Class, error) {
	key, err := wrap.Groth16KeyOf(ctx, setup.Verifier(), l, cache)
	if err != nil {
		return nil, err
	}
	return newClass(setup, l, wrap.Groth16{}, groth16Key(key), key.Digest)
}

func groth16Key(k *wrap.Groth16Points) []byte {
	b := appendCoordinates(nil, k.Alpha)
	for _, p := range []bn254.G2Affine{k.Beta, k.Gamma, k.Delta} {
		b = appendG2(b, &p)
	}
	return appendCoordinates(b, k.Public...)
}

func newClass(setup *commitments.Setup, l *proof.Layout, system wrap.ProofSystem, key []byte, name [32]byte) (*Class, error) {
	if !l.Masked || setup.Kind == commitments.Transparent {
		return nil, fmt.Errorf("class of %s: a chain verifies wrapped proofs over powers of tau only, modes zk-plonk and zk-groth16: %w", fault.Quote(l.System.Name), fault.ErrUsage)
	}
	c := &Class{Layout: l, setup: setup, system: system, key: name}
	p := newProgram(c)
	if err := p.write(); err != nil {
		return nil, fmt.Errorf("class of %s: %w", fault.Quote(l.System.Name), err)
	}
	c.Descriptor = c.encode(p, key)
	if len(c.Descriptor) > maxDescriptor {
		return nil, fmt.Errorf("class of %s: a descriptor of %d bytes, at most %d can be stored: %w", fault.Quote(l.System.Name), len(c.Descriptor), maxDescriptor, fault.ErrResources)
	}
	c.ID = Keccak256(c.Descriptor)
	return c, nil
}

// encode lays a descriptor out: the head, the verifying key, the commitments to the
// opened tensors, the program (Class.sol).
func (c *Class) encode(p *program, key []byte) []byte {
	v := c.setup.Verifier()
	b := []byte{c.system.ID(), byte(c.Layout.RowLog)}
	for _, n := range []int{p.coordinates, len(p.outcome.Public), len(c.claims), len(c.tables), p.externalRows, p.witnessRows, len(key)} {
		b = binary.BigEndian.AppendUint16(b, uint16(n))
	}
	b = append(b, make([]byte, 16)...)
	state := commitments.EvaluationState(v.ID)
	b = appendCoordinates(append(b, state[:]...), v.G, v.H)
	b = appendG2(appendG2(b, &v.G2[0]), &v.G2[1])
	b = append(b, key...)
	for _, t := range c.tables {
		b = appendCoordinates(b, t.commitment)
	}
	return append(b, p.code...)
}

// appendCoordinates writes x and y of points, 0 and 0 for infinity.
func appendCoordinates(b []byte, points ...bn254.G1Affine) []byte {
	for i := range points {
		x, y := points[i].X.Bytes(), points[i].Y.Bytes()
		b = append(append(b, x[:]...), y[:]...)
	}
	return b
}

// appendG2 appends the coordinates of a point of the second group as the precompiled
// pairing takes them: x_1, x_0, y_1, y_0 for x = x_0 + x_1·u.
func appendG2(b []byte, p *bn254.G2Affine) []byte {
	for _, e := range [][32]byte{p.X.A1.Bytes(), p.X.A0.Bytes(), p.Y.A1.Bytes(), p.Y.A0.Bytes()} {
		b = append(b, e[:]...)
	}
	return b
}

// program is the part of a descriptor that says what is checked.
type program struct {
	class       *Class
	outcome     *proof.Outcome[fr.Element] // without values
	places      []int
	coordinates int
	firstRow    []int // of each tensor among all rows

	externalRows, witnessRows int
	code                      []byte
}

func newProgram(c *Class) *program {
	p := &program{class: c, outcome: proof.Reveal(c.Layout, make([]fr.Element, proof.ExposedLength(c.Layout)))}
	p.places, p.coordinates = proof.Places(c.Layout)
	p.firstRow = make([]int, len(c.Layout.System.Tensors))
	row := 0
	for _, kind := range []relation.Kind{relation.External, relation.Witness} {
		for _, id := range c.Layout.System.Committed(kind) {
			p.firstRow[id] = row
			row += statement.Rows(c.Layout, id)
		}
		if kind == relation.External {
			p.externalRows = row
		}
	}
	p.witnessRows = row + 1 - p.externalRows // the mask row, too
	return p
}

// write writes the program: tensors, groups, public claims.
func (p *program) write() error {
	l := p.class.Layout
	var external []int
	for _, id := range l.System.Committed(relation.External) {
		external = append(external, statement.Rows(l, id))
	}
	for _, rows := range [][]int{external, statement.WitnessRows(l)} {
		p.number(len(rows))
		for _, n := range rows {
			p.number(n)
		}
	}
	p.number(len(p.outcome.Groups))
	for _, g := range p.outcome.Groups {
		p.number(len(g.Claims))
		for _, c := range g.Claims {
			high := c.Point[:max(0, len(c.Point)-l.RowLog)]
			p.number(p.firstRow[c.Tensor])
			p.code = append(p.code, byte(len(high)))
			p.point(high)
		}
	}
	for i, c := range p.outcome.Public {
		if err := p.publicClaim(i); err != nil {
			return fmt.Errorf("public tensor %s: %w", fault.Quote(l.System.Tensor(c.Tensor).Name), err)
		}
	}
	return p.check()
}

// check refuses what the numbers of a descriptor cannot say, and a point of the combined
// row that is not what the contract takes for it: the last coordinates.
func (p *program) check() error {
	l := p.class.Layout
	for what, n := range map[string]int{
		"committed rows": p.externalRows + p.witnessRows, "exposed values": proof.ExposedLength(l) + 1, "groups of claims": len(p.outcome.Groups),
	} {
		if n > math.MaxUint16 {
			return fmt.Errorf("%d %s, at most %d: %w", n, what, math.MaxUint16, fault.ErrResources)
		}
	}
	for i, c := range p.outcome.Point {
		if p.places[c] != p.coordinates-l.RowLog+i {
			return fmt.Errorf("coordinate %d of the combined row's point is not among the last: %w", i, fault.ErrUnsupported)
		}
	}
	return nil
}

func (p *program) number(n int) { p.code = binary.BigEndian.AppendUint16(p.code, uint16(n)) }

// point writes the places of coordinates, 0 for the constant 0.
func (p *program) point(point []proof.Coord) {
	for _, c := range point {
		p.number(p.places[c] + 1)
	}
}
