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

// TestWeightsAfterASegment: the weights that a segment ends with take the places of those
// that their spans name, in whatever order these stand.
func TestWeightsAfterASegment(t *testing.T) {
	w := newWorld(t)
	tensors := w.provenFor(evm.Context{1}).beginning().Weights
	ofRun := evm.Template{Pieces: []evm.Piece{{Bytes: []byte("run")}}}
	ofWeights := evm.Template{Class: [32]byte{1}, Spans: []evm.Span{{Pool: evm.WeightsPool, Rows: 1}, {Pool: evm.WeightsPool, Tensor: 1, Rows: 1}}}
	ofSegment := evm.Template{Class: [32]byte{2}, Spans: []evm.Span{{Pool: evm.NextPool, Tensor: 1, Rows: 1}, {Pool: evm.NextPool, Rows: 1}, {Pool: evm.WeightsPool, Rows: 1}}}
	proof := func(class [32]byte, rows ...[]*big.Int) []byte {
		packed, err := statementArguments.Pack(class, []byte{}, slices.Concat(rows...))
		if err != nil {
			t.Fatal(err)
		}
		return crypto.Keccak256(packed)
	}
	first := evm.Keccak256(append(crypto.Keccak256(ofSegment.Encode()), make([]byte, 32)...))
	plan := bindings.TrainingVerifierPlan{Run: ofRun.Hash(), Weights: ofWeights.Hash(), Segments: first}
	begin := training.PackStart(plan, evm.Context{1}, bindings.TrainingVerifierBeginning{
		RunTemplate: ofRun.Encode(), WeightsTemplate: ofWeights.Encode(), Weights: tensors[:2], Proof: proof(ofWeights.Class, tensors[0], tensors[1]),
	})
	name := read(w, w.training, begin, training.UnpackStart)
	w.must(w.stranger, w.training, nil, begin)
	w.must(w.stranger, w.training, nil, training.PackAdvance(name, nil, tensors[:2], []bindings.TrainingVerifierSegment{{
		Template: ofSegment.Encode(), Next: [][]*big.Int{tensors[3], tensors[2]}, Proof: proof(ofSegment.Class, tensors[3], tensors[2], tensors[0]),
	}}))
	key := crypto.Keccak256Hash(name.Plan[:], name.Context[:], name.Digest[:])
	state := read(w, w.training, training.PackRunOf(key), training.UnpackRunOf)
	if want := namesOf(tensors[2], tensors[3]); state.Weights != want || state.Rest != [32]byte{} {
		t.Errorf("weights %x, want %x; %x is to come", state.Weights, want, state.Rest)
	}
}

// namesOf is the hash under which contracts keep tensors.
func namesOf(tensors ...[]*big.Int) [32]byte {
	var names []byte
	for _, rows := range tensors {
		var b []byte
		for _, n := range rows {
			b = append(b, n.FillBytes(make([]byte, 32))...)
		}
		names = append(names, crypto.Keccak256(b)...)
	}
	return evm.Keccak256(names)
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
