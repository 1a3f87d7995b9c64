package statement_test

import (
	"crypto/sha256"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/prooftest"
	"github.com/zkaudit/zkaudit/proof/statement"
)

func points(n, from int) []bn254.G1Affine {
	_, _, g, _ := bn254.Generators()
	var s fr.Element
	scalars := make([]fr.Element, n)
	for i := range scalars {
		scalars[i] = *s.SetUint64(uint64(from + i))
	}
	return bn254.BatchScalarMultiplicationG1(&g, scalars)
}

// TestDigestIsInjective: statements that lay the same bytes out differently,
// or differ anywhere, have different digests.
func TestDigestIsInjective(t *testing.T) {
	sys := prooftest.NewGathered(t, prooftest.NewSpec()).System
	layout := func(rowLog int, masked bool) *proof.Layout {
		l, err := proof.NewLayout(sys, rowLog, masked)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	type input struct {
		st      statement.Statement
		witness [][]bn254.G1Affine
	}
	p := points(6, 1)
	base := func() input {
		return input{
			st:      statement.Statement{Kind: "kind", Public: []byte("public"), Layout: layout(6, false), Setup: [32]byte{1}, External: [][]bn254.G1Affine{p[:2], p[2:3]}},
			witness: [][]bn254.G1Affine{p[3:5], p[5:6]},
		}
	}
	seen := map[fr.Element]string{}
	for name, change := range map[string]func(in *input){
		"base":                      func(*input) {},
		"kind":                      func(in *input) { in.st.Kind = "kinD" },
		"public":                    func(in *input) { in.st.Public = []byte("publiC") },
		"kind and public cut apart": func(in *input) { in.st.Kind, in.st.Public = "kindp", []byte("ublic") },
		"empty public":              func(in *input) { in.st.Kind, in.st.Public = "kindpublic", nil },
		"setup":                     func(in *input) { in.st.Setup[31] = 1 },
		"row size":                  func(in *input) { in.st.Layout = layout(7, false) },
		"mask":                      func(in *input) { in.st.Layout = layout(6, true) },
		"external cut apart":        func(in *input) { in.st.External = [][]bn254.G1Affine{p[:1], p[1:3]} },
		"external in one":           func(in *input) { in.st.External = [][]bn254.G1Affine{p[:3]} },
		"external and an empty one": func(in *input) { in.st.External = append(in.st.External, nil) },
		"external order":            func(in *input) { slices.Reverse(in.st.External) },
		"external handed to witness": func(in *input) {
			in.st.External, in.witness = in.st.External[:1], append([][]bn254.G1Affine{p[2:3]}, in.witness...)
		},
		"witness handed to external":  func(in *input) { in.st.External, in.witness = append(in.st.External, p[3:5]), in.witness[1:] },
		"witness order":               func(in *input) { slices.Reverse(in.witness) },
		"witness cut apart":           func(in *input) { in.witness = [][]bn254.G1Affine{p[3:4], p[4:6]} },
		"witness point":               func(in *input) { in.witness[1] = points(1, 9) },
		"witness point negated":       func(in *input) { in.witness[1] = slices.Clone(in.witness[1]); in.witness[1][0].Neg(&in.witness[1][0]) },
		"mask row":                    func(in *input) { in.witness = append(in.witness, points(1, 9)) },
		"infinity instead of a point": func(in *input) { in.witness[1] = make([]bn254.G1Affine, 1) },
	} {
		in := base()
		change(&in)
		d := in.st.Digest(in.witness)
		if other, ok := seen[d]; ok {
			t.Errorf("%s has the digest of %s", name, other)
		}
		seen[d] = name
	}
}

// TestHead: what a digest is the hash of is the head, and the commitments.
func TestHead(t *testing.T) {
	l, err := proof.NewLayout(prooftest.NewGathered(t, prooftest.NewSpec()).System, 6, true)
	if err != nil {
		t.Fatal(err)
	}
	p := points(6, 1)
	st := statement.Statement{Kind: "kind", Public: []byte("public"), Layout: l, Setup: [32]byte{1}, External: [][]bn254.G1Affine{p[:2], p[2:3]}}
	witness := [][]bn254.G1Affine{p[3:5], p[5:6]}
	b := st.Head()
	for _, tensors := range [][][]bn254.G1Affine{st.External, witness} {
		b = encode.Int(b, len(tensors))
		for _, rows := range tensors {
			b = encode.Bytes(b, commitments.AppendPoints(nil, rows))
		}
	}
	sum := sha256.Sum256(b)
	var want fr.Element
	want.SetBytes(sum[:31])
	if got := st.Digest(witness); got != want {
		t.Errorf("digest %v, head and commitments hash to %v", &got, &want)
	}
}
