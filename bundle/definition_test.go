package bundle_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"math/big"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/proof/statement"
)

// The public values of proofs and the digests that bind them to one another,
// computed as protocol.md, section 16, defines them: what is missing from one
// of them would let a proof stand for another segment, run, or certificate.

type encoding struct{ bytes.Buffer }

func (e *encoding) number(n ...int) *encoding {
	for _, v := range n {
		e.Write(binary.LittleEndian.AppendUint64(nil, uint64(v)))
	}
	return e
}

func (e *encoding) field(b []byte) *encoding {
	e.number(len(b)).Write(b)
	return e
}

func (e *encoding) fixed(b []byte) *encoding {
	e.Write(b)
	return e
}

func pointsOf(rows []bn254.G1Affine) []byte {
	var b []byte
	for i := range rows {
		c := rows[i].Bytes()
		b = append(b, c[:]...)
	}
	return b
}

// claimDigest is bundle.ClaimDigest by its definition.
func claimDigest(st *statement.Statement) [32]byte {
	e := &encoding{}
	system := st.Layout.System.Digest()
	masked := 0
	if st.Layout.Masked {
		masked = 1
	}
	e.field([]byte("zkaudit/claim/v1")).field([]byte(st.Kind)).field(st.Public)
	e.fixed(system[:]).fixed(st.Setup[:]).number(st.Layout.RowLog, masked)
	for _, rows := range st.External {
		e.field(pointsOf(rows))
	}
	return sha256.Sum256(e.Bytes())
}

func TestClaimsByTheirDefinition(t *testing.T) {
	for _, zeroKnowledge := range []bool{false, true} {
		b := decode(t, first(t))
		s := b.Statement
		if zeroKnowledge {
			s.Mode = "zk-plonk"
		}
		claims, err := bundle.NewClaims(s, ops.NewTables())
		if err != nil {
			t.Fatal(err)
		}
		// What certificates are about, and their digests.
		var digests [][32]byte
		certified := func(name, kind string, st *statement.Statement, err error, public []byte, external [][]bn254.G1Affine, encoded []byte) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			if st.Kind != kind || !bytes.Equal(st.Public, public) || !slices.EqualFunc(st.External, external, func(x, y []bn254.G1Affine) bool { return slices.Equal(x, y) }) {
				t.Errorf("%s: another claim than its definition's", name)
			}
			claim := claimDigest(st)
			if bundle.ClaimDigest(st) != claim {
				t.Errorf("%s: another digest of the claim", name)
			}
			e := (&encoding{}).field([]byte("zkaudit/certificate/v2")).number(1).fixed(claim[:]).field(encoded)
			if digest := sha256.Sum256(e.Bytes()); bundle.CertificateDigest(encoded, st) != digest {
				t.Errorf("%s: another digest of the certificate", name)
			} else {
				digests = append(digests, digest)
			}
		}
		for i := range s.Parts {
			shape := s.PartShape(i)
			public := (&encoding{}).number(shape.Rows, shape.Features, shape.Labels, shape.Attributes).field([]byte(shape.Kind))
			digest := s.PartDigest(i)
			public.fixed(digest[:]).number(0, 1) // the first chunk of one
			of, err := claims.Dataset(i)
			if err != nil || len(of) != 1 {
				t.Fatalf("%d chunks: %v", len(of), err)
			}
			certified("dataset", "zkaudit/dataset-certificate/v2", of[0].Statement, err, public.Bytes(), [][]bn254.G1Affine{s.Parts[i].Features, s.Parts[i].Labels}, b.Datasets[i])
			if d, err := claims.DatasetDigest(i, b.Datasets[i]); err != nil || d != digests[len(digests)-1] {
				t.Errorf("another digest of the certificate of part %d: %v", i, err)
			}
		}
		_, st, err := claims.Weights()
		if err != nil {
			t.Fatal(err)
		}
		program := s.Network.Digest()
		weights := (&encoding{}).fixed(program[:]).field(s.Origin.Encode()).Bytes()
		certified("weights", "zkaudit/weights-certificate/v1", st, err, weights, s.Initial, b.Weights)

		// What segments are about.
		run, err := s.Digest()
		if err != nil {
			t.Fatal(err)
		}
		before := s.Trained()
		for i, seg := range b.Segments {
			firstStep, steps := s.Range(i)
			e := (&encoding{}).fixed(run[:]).fixed(program[:]).number(i, firstStep, steps, 12).number(steps)
			for range steps {
				e.number(int(s.Rates[0]))
			}
			e.number(3)
			for _, d := range digests {
				e.fixed(d[:])
			}
			_, st, err := claims.Segment(i, digests, s.Before(before), seg.After)
			if err != nil {
				t.Fatal(err)
			}
			external := [][]bn254.G1Affine{s.Parts[0].Features, s.Parts[0].Labels, s.Parts[1].Features, s.Parts[1].Labels}
			external = append(append(external, before...), seg.After...)
			if st.Kind != "zkaudit/segment/v1" || !bytes.Equal(st.Public, e.Bytes()) ||
				!slices.EqualFunc(st.External, external, func(x, y []bn254.G1Affine) bool { return slices.Equal(x, y) }) {
				t.Errorf("segment %d: another claim than its definition's", i)
			}
			if st.Layout.Masked != zeroKnowledge {
				t.Errorf("segment %d: masked %v", i, st.Layout.Masked)
			}
			before = seg.After
		}
	}
}

// TestFrozenWeightsComeFromTheBeginning: at every border they are the initial
// ones, between the trained ones in the program's order.
func TestFrozenWeightsComeFromTheBeginning(t *testing.T) {
	s := decode(t, first(t)).Statement
	altered(s, func(_ *network.Architecture, c *network.Choices) { c.Frozen = []int{1} })
	p := s.Program()
	ids := network.WeightTensors(p)
	_, _, g, _ := bn254.Generators()
	trained := bundle.WeightCommitments{}
	for i := range s.Initial {
		s.Initial[i] = []bn254.G1Affine{g}
		s.Initial[i][0].ScalarMultiplicationBase(big.NewInt(int64(i + 1)))
		if p.Tensor(ids[i]).Role == graph.Weight {
			trained = append(trained, []bn254.G1Affine{*new(bn254.G1Affine).ScalarMultiplicationBase(big.NewInt(int64(i + 101)))})
		}
	}
	if len(trained) != 3 || len(s.Trained()) != 3 {
		t.Fatalf("%d and %d trained weights", len(trained), len(s.Trained()))
	}
	next := 0
	for i, rows := range s.Before(trained) {
		want := s.Initial[i]
		if p.Tensor(ids[i]).Role == graph.Weight {
			if !s.Trained()[next][0].Equal(&s.Initial[i][0]) {
				t.Errorf("trained weight %d is another one's", next)
			}
			want = trained[next]
			next++
		}
		if !rows[0].Equal(&want[0]) {
			t.Errorf("weight %d at a border is another one's", i)
		}
	}
}
