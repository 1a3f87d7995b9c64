package chain_test

import (
	"crypto/sha256"
	"math/big"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/zkaudit/zkaudit/evm"
	"github.com/zkaudit/zkaudit/evm/chain/bindings"
)

// compressedRows are the points of coordinates as statements hold them.
func compressedRows(coordinates []*big.Int) []byte {
	var b []byte
	for i := 0; i < len(coordinates); i += 2 {
		var p bn254.G1Affine
		p.X.SetBigInt(coordinates[i])
		p.Y.SetBigInt(coordinates[i+1])
		row := p.Bytes()
		b = append(b, row[:]...)
	}
	return b
}

// TestWeightsOfManyRows: a tensor of weights is taken whole, and fills a run's statement
// with all of its rows.
func TestWeightsOfManyRows(t *testing.T) {
	w := newWorld(t)
	committed := w.provenFor(evm.Context{1}).beginning().Weights
	rows := slices.Concat(committed[0], committed[1], committed[2])
	ofRun := evm.Template{Pieces: []evm.Piece{
		{Bytes: []byte("run")}, {Hole: evm.Weights}, {Hole: evm.RunID}, {Hole: evm.OrderText}, {Bytes: []byte("end")},
	}}
	start := func(first, count int) []byte {
		ofWeights := evm.Template{Class: [32]byte{1}, Spans: []evm.Span{{Pool: evm.WeightsPool, First: first, Rows: count}}, Pieces: []evm.Piece{{Bytes: []byte("weights")}}}
		packed, err := statementArguments.Pack(ofWeights.Class, []byte("weights"), rows)
		if err != nil {
			t.Fatal(err)
		}
		return training.PackStart(bindings.TrainingVerifierPlan{Run: ofRun.Hash(), Weights: ofWeights.Hash()}, evm.Context{1}, bindings.TrainingVerifierBeginning{
			RunId: [32]byte{2}, RunTemplate: ofRun.Encode(), WeightsTemplate: ofWeights.Encode(), Weights: [][]*big.Int{rows}, Proof: crypto.Keccak256(packed),
		})
	}
	name := read(w, w.training, start(0, 3), training.UnpackStart)
	want := sha256.Sum256(ofRun.Fill(&evm.Filling{RunID: [32]byte{2}, Context: evm.Context{1}, Weights: [][]byte{compressedRows(rows)}}))
	if name.Digest != want {
		t.Errorf("digest %x, want %x", name.Digest, want)
	}
	for what, place := range map[string][2]int{"a row less": {0, 2}, "but the first": {1, 2}, "as many from the second on": {1, 3}, "a row more": {0, 4}} {
		w.refused(what, "WrongRows", w.stranger, w.training, nil, start(place[0], place[1]))
	}
}

// TestSpansOfParts: a statement may be about some rows of a part, wherever they stand, and
// about none that it has not.
func TestSpansOfParts(t *testing.T) {
	w := newWorld(t)
	w.register("part-000", price{})
	_, chunks := w.chunks("part-000")
	certify := func(change func(s []evm.Span) []evm.Span) []byte {
		template := w.certificates["part-000"][0]
		template.Spans = change(slices.Clone(template.Spans))
		chunk := chunks[0]
		chunk.Template = template.Encode()
		return registry.PackCertify(w.partDigest("part-000"), [][32]byte{template.Hash()}, w.part("part-000").Tensors, []bindings.DatasetRegistryChunk{chunk})
	}
	w.must(w.stranger, w.registry, nil, certify(func(s []evm.Span) []evm.Span {
		rest := s[0]
		s[0].Rows = 1
		rest.First, rest.Rows = 1, rest.Rows-1
		return slices.Insert(s, 1, rest)
	}))
	for name, change := range map[string]func(s *evm.Span){
		"a row more":                 func(s *evm.Span) { s.Rows++ },
		"as many from the second on": func(s *evm.Span) { s.First++ },
	} {
		w.refused(name, "WrongRows", w.stranger, w.registry, nil, certify(func(s []evm.Span) []evm.Span {
			change(&s[0])
			return s
		}))
	}
}
