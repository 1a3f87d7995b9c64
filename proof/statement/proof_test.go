package statement_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/prooftest"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/relation"
)

func honest(t *testing.T) (*prooftest.Case, *statement.Proof) {
	t.Helper()
	ty := prooftest.NewTiny(t, rand.New(rand.NewPCG(21, 22)))
	c := prooftest.NewCase(t, ty.System, ty.Cells)
	return c, c.Fast(t, ty.Cells)
}

// TestDigestByItsDefinition computes the digest as the protocol defines it,
// section 13: another implementation must come to the same.
func TestDigestByItsDefinition(t *testing.T) {
	c, p := honest(t)
	h := sha256.New()
	number := func(n int) []byte { return binary.LittleEndian.AppendUint64(nil, uint64(n)) }
	field := func(b []byte) { h.Write(append(number(len(b)), b...)) }
	st := c.Statement
	system := st.Layout.System.Digest()
	field([]byte("zkaudit/argument/v1"))
	field([]byte(st.Kind))
	field(st.Public)
	h.Write(system[:])
	h.Write(st.Setup[:])
	h.Write(number(6)) // ℓ
	h.Write(number(0)) // not masked
	for _, tensors := range [][][]bn254.G1Affine{st.External, p.Witness} {
		h.Write(number(len(tensors)))
		for _, rows := range tensors {
			var b []byte
			for i := range rows {
				compressed := rows[i].Bytes()
				b = append(b, compressed[:]...)
			}
			field(b)
		}
	}
	var want fr.Element
	want.SetBytes(h.Sum(nil)[:31])
	if got := st.Digest(p.Witness); !got.Equal(&want) {
		t.Errorf("digest %s, by its definition %s", got.String(), want.String())
	}
}

func TestProofSurvivesItsEncoding(t *testing.T) {
	c, p := honest(t)
	l := c.Statement.Layout
	b := prooftest.Encode(t, p)
	got, err := statement.Unmarshal(l, commitments.Development, b)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.EqualFunc(got.Witness, p.Witness, func(a, b []bn254.G1Affine) bool { return slices.Equal(a, b) }) ||
		!slices.Equal(got.Messages, p.Messages) || got.Blinding != p.Blinding {
		t.Error("another proof came back")
	}
	if !bytes.Equal(prooftest.Encode(t, got), b) {
		t.Error("another encoding came back")
	}
}

// TestRows: a tensor of 2^n cells has 2^(n−ℓ) rows, or one, and a masked
// layout has a row more.
func TestRows(t *testing.T) {
	c, p := honest(t)
	l := c.Statement.Layout
	var want []int
	bytes := proof.Length(l)*32 + 32 + commitments.EvaluationProofBytes(commitments.Development, 6)
	for _, id := range l.System.Committed(relation.Witness) {
		want = append(want, max(1, l.System.Tensor(id).Cells()/64))
		bytes += 32 * want[len(want)-1]
	}
	if got := statement.WitnessRows(l); !slices.Equal(got, want) || len(got) != len(p.Witness) {
		t.Errorf("%d rows, want %d", got, want)
	}
	if got := statement.Size(l, commitments.Development); got != bytes || got != len(prooftest.Encode(t, p)) {
		t.Errorf("%d bytes, want %d", got, bytes)
	}
	masked, err := proof.NewLayout(l.System, 6, true)
	if err != nil {
		t.Fatal(err)
	}
	if got := statement.WitnessRows(masked); !slices.Equal(got, append(want, 1)) {
		t.Errorf("masked: %d rows, want %d and the mask's", got, want)
	}
}

// TestUnmarshalRefuses what is not the encoding of any proof.
func TestUnmarshalRefuses(t *testing.T) {
	c, p := honest(t)
	b := prooftest.Encode(t, p)
	points := 0
	for _, rows := range statement.WitnessRows(c.Statement.Layout) {
		points += 32 * rows
	}
	evaluation := len(b) - commitments.EvaluationProofBytes(commitments.Development, 6)
	set := func(at int, v ...byte) []byte {
		changed := bytes.Clone(b)
		copy(changed[at:], v)
		return changed
	}
	ones := bytes.Repeat([]byte{0xff}, 32)
	for name, changed := range map[string][]byte{
		"nothing":                             nil,
		"a byte less":                         b[:len(b)-1],
		"a byte more":                         append(bytes.Clone(b), 0),
		"first commitment":                    set(0, ones...),
		"last commitment":                     set(points-32, ones...),
		"first message + r":                   set(points, ones...),
		"blinding + r":                        set(evaluation-32, ones...),
		"first point of the evaluation proof": set(evaluation, ones...),
		"last value of the row":               set(len(b)-32, ones...),
	} {
		if _, err := statement.Unmarshal(c.Statement.Layout, commitments.Development, changed); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestCommitmentFoldsEveryRow: the commitment to the combination is the sum of
// every row's, one by one, with the mask row in masked layouts, without ρ·H.
func TestCommitmentFoldsEveryRow(t *testing.T) {
	c, p := honest(t)
	for _, masked := range []bool{false, true} {
		l, err := proof.NewLayout(c.Statement.Layout.System, 6, masked)
		if err != nil {
			t.Fatal(err)
		}
		st := *c.Statement
		st.Layout = l
		witness := p.Witness
		if masked {
			witness = append(slices.Clone(witness), points(1, 99))
		}
		rows := make([][]fr.Element, len(l.System.Tensors))
		var want bn254.G1Jac
		add := func(ids []relation.ID, of [][]bn254.G1Affine) {
			for i, id := range ids {
				if i == 1 {
					continue // a tensor without claims
				}
				for k := range of[i] {
					w := fr.NewElement(uint64(1000*int(id) + k + 1))
					rows[id] = append(rows[id], w)
					var term bn254.G1Affine
					term.ScalarMultiplication(&of[i][k], w.BigInt(new(big.Int)))
					want.AddMixed(&term)
				}
			}
		}
		add(l.System.Committed(relation.External), st.External)
		add(l.System.Committed(relation.Witness), p.Witness)
		if masked {
			want.AddMixed(&witness[len(witness)-1][0])
		}
		blinding := fr.NewElement(12345)
		var removed bn254.G1Affine
		removed.ScalarMultiplication(&c.Setup.H, blinding.BigInt(new(big.Int)))
		removed.Neg(&removed)
		want.AddMixed(&removed)
		of := statement.Combination(&st, witness, blinding, rows)
		folded, err := commitments.FoldCommitments(of.Points, of.Weights)
		if err != nil {
			t.Fatal(err)
		}
		got := c.Setup.Verifier().RemoveBlinding(*new(bn254.G1Affine).FromJacobian(&folded), of.Blinding)
		if sum := new(bn254.G1Affine).FromJacobian(&want); !got.Equal(sum) {
			t.Errorf("masked %v: another commitment than the sum of the rows", masked)
		}
	}
}
