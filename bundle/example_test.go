package bundle_test

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/proving"
)

// An auditor reads a bundle, says what she requires, and verifies: here the
// number of steps and a nonce of hers. What she does not require is reported.
func Example() {
	made, err := makers[0]() // a run of 12 steps, in mode validity
	must(err)

	b, err := bundle.Unmarshal(made.bytes)
	must(err)
	steps, nonce := 12, "nonce 7"
	require := bundle.Expectation{Steps: &steps, Context: &nonce}
	report, err := bundle.Verify(context.Background(), b, require, made.setup, bundle.Options{AllowInsecure: true})
	must(err)
	fmt.Println(report.Facts.Parameters, "parameters,", report.Facts.Segments, "segments,", len(report.Checked), "values as required")

	steps = 13
	_, err = bundle.Verify(context.Background(), b, require, made.setup, bundle.Options{AllowInsecure: true})
	fmt.Println(err)
	// Output:
	// 32 parameters, 3 segments, 2 values as required
	// expected number of steps 13, the bundle is about 12: rejected
}

// An owner commits to rows and hands out the part with its certificate; whoever
// gets the file verifies that it holds well-formed rows, and sees none of them.
func ExamplePartFile() {
	setup, err := commitments.NewDevelopment(8) // INSECURE: for examples and tests
	must(err)
	rows := &data.Dataset{
		Rows: 3, Width: 2, Shape: []int{2}, FractionBits: 4, Features: []int32{16, 8, 4, 0, -16, 2}, FeatureNames: []string{"height", "width"},
		Labels: data.Labels{Kind: data.OneHot, Classes: []string{"no", "yes"}, Class: []int32{0, 1, 1}},
	}
	part, err := owner.CommitPart(setup, rows, graph.OneHot, mode.Validity, rand.Reader)
	must(err)
	certificate, err := part.Certify(context.Background(), mode.Validity, &proving.Prover{Setup: setup}, nil)
	must(err)
	file, err := part.File(setup, certificate).Marshal()
	must(err)

	got, err := bundle.UnmarshalPart(file)
	must(err)
	must(got.Verify(context.Background(), &mode.Verifier{Setup: setup.Verifier()}))
	fmt.Println(got.Shape.Rows, "rows of", got.Meaning.Features, "with labels", got.Meaning.Classes)
	// Output:
	// 3 rows of [height width] with labels [no yes]
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
