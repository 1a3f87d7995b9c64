package ops_test

import (
	"context"
	"crypto/rand"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/forger"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/proof/proving"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/verifier"
	"github.com/zkaudit/zkaudit/relation"
)

// The argument proves and verifies the relations of every operator, not only
// the naive checker.
func TestOperatorsAreProven(t *testing.T) {
	setup, err := commitments.NewDevelopment(12)
	if err != nil {
		t.Fatal(err)
	}
	programs := map[string]*graph.Program{
		"softmax":              attention(t, coarse()),
		"positions":            positioned(t, coarse()),
		"matrices":             attending(t, coarse()),
		"causal softmax":       moved(t, coarse(), func(n *net, a graph.TensorID) graph.TensorID { return merge(n, causal(n, split(n, a))) }),
		"convolutions":         convolutional(t, coarse()),
		"strides":              strided(t, coarse()),
		"channels apart":       depthwise(t, coarse()),
		"groups":               inGroups(t, coarse()),
		"log softmax":          moved(t, coarse(), likelihoodsOfRows),
		"single cells":         pixels(t, coarse()),
		"mul":                  combined(t, coarse(), times),
		"minus":                combined(t, coarse(), minus),
		"maximum":              combined(t, coarse(), larger),
		"minimum":              combined(t, coarse(), smaller),
		"positions that train": placed(t, coarse()),
		"embedding":            embedded(12)(t, coarse()),
		"tied head":            tied(12)(t, coarse()),
		"embedding, 3 digits":  embedded(27)(t, coarse()),
		"mean":                 moved(t, coarse(), mean),
		"squared error":        regression(t, coarse(), 3, graph.MeanSquaredError),
		"logistic loss":        regression(t, coarse(), 3, graph.LogisticLoss),
		"permute and reflect":  moved(t, coarse(), permuted),
		"transposed":           transposed(t, coarse()),
	}
	programs["weight decay"] = decaying(t, &graph.Decay{N: 5, Shift: 4, Every: 3})
	programs["sample weights"] = weighed(t, graph.SoftmaxCrossEntropy, weighing())
	programs["large division"], _ = shares(t, 32)
	for name, c := range map[string]chain{"layer normalisation": normalise, "sqrt": rooted, "rsqrt": inverted, "rsqrt of cells": invertedCell} {
		programs[name] = moved(t, coarse(), c)
	}
	programs["sequence"], _ = sequence(t, coarse())
	programs["quotient"] = combined(t, coarse(), divided)
	for _, kind := range append(activationKinds(), ops.KindExp) {
		programs[string(kind)] = activated(t, coarse(), kind)
	}
	for i, name := range slices.Sorted(maps.Keys(programs)) {
		if testing.Short() && i%4 != 0 {
			continue
		}
		t.Run(name, func(t *testing.T) {
			x := execute(t, programs[name], 3, 1)
			st := commit(t, setup, x)
			made, err := prover.Prove(context.Background(), setup, st, prover.Secret{Cells: x.assignment})
			if err != nil {
				t.Fatal(err)
			}
			encoded, err := made.MarshalBinary()
			if err != nil {
				t.Fatal(err)
			}
			if err := verifier.Verify(setup.Verifier(), st, encoded); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// A whole proof about strides and padding is refused as soon as one cell is
// another: of what a kernel makes and reads, or of a kernel.
func TestChangedConvolutionsAreRejected(t *testing.T) {
	if testing.Short() {
		t.Skip("makes a proof for every tensor")
	}
	setup, err := commitments.NewDevelopment(12)
	if err != nil {
		t.Fatal(err)
	}
	x := execute(t, strided(t, coarse()), 2, 1)
	sys, tried := x.sys.Relation, 0
	for i := range sys.Tensors {
		tensor := sys.Tensor(relation.ID(i))
		kernel := tensor.Kind == relation.External && strings.HasPrefix(tensor.Name, "weight kernel")
		if tensor.Kind != relation.Witness && !kernel || x.assignment[i].Len() == 0 || strings.Contains(tensor.Name, "remainder") {
			continue
		}
		lie := *x
		lie.assignment = slices.Clone(x.assignment)
		lie.assignment[i] = changed(lie.assignment[i], flat(tensor.Axes, tensor.RealCells()-1), 1)
		st := commit(t, setup, &lie)
		by := &forger.Prover{Prover: proving.Prover{Setup: setup, Rand: rand.Reader}}
		encoded, err := by.Prove(context.Background(), mode.Validity, st, prover.Secret{Cells: lie.assignment})
		if err != nil {
			t.Fatal(err)
		}
		tried++
		if err := verifier.Verify(setup.Verifier(), st, encoded); !errors.Is(err, fault.ErrRejected) {
			t.Errorf("%s: %v", tensor.Name, err)
		}
	}
	if tried < 10 {
		t.Errorf("%d tensors changed", tried)
	}
}

// permuted moves 6 units about in every way that an axis map has.
func permuted(n *net, a graph.TensorID) graph.TensorID {
	a = n.one(ops.KindPermute, graph.Attributes{"order": {1, 0}}, split(n, a))
	a = n.one(ops.KindReflect, graph.Attributes{"axis": {1}}, a)
	a = merge(n, n.one(ops.KindRotate, graph.Attributes{"axis": {0}, "by": {1}}, a))
	return sums()["windows"](n, picks()["repetition"](n, joins()["first axis"](n, a)))
}

// commit makes the statement that the executed segment's relations hold.
func commit(t *testing.T, setup *commitments.Setup, x *executed) *statement.Statement {
	t.Helper()
	sys := x.sys.Relation
	l, err := proof.NewLayout(sys, setup.RowBits, false)
	if err != nil {
		t.Fatal(err)
	}
	st := &statement.Statement{Kind: "segment", Layout: l, Setup: setup.ID}
	for _, id := range sys.Committed(relation.External) {
		var rows []bn254.G1Affine
		if c := x.assignment[id]; c.Small != nil {
			rows, err = setup.CommitInt32(c.Small, nil)
		} else {
			rows, err = setup.CommitInt64(c.Large, nil)
		}
		if err != nil {
			t.Fatal(err)
		}
		st.External = append(st.External, rows)
	}
	return st
}
