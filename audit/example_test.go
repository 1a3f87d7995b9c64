package audit_test

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/proving"
)

// An owner of eight patients' rows proves a claim about them, fixed beforehand.
// An auditor, who knows the digest of the commitments and the claim, verifies it
// without the rows.
func Example() {
	setup, err := commitments.NewDevelopment(7) // INSECURE: τ is public
	check(err)
	claims, err := audit.Parse([]byte(`
		context = "study 12"
		[[claim]]
		kind = "diversity"
		name = "both-sexes"
		parts = ["patients"]
		attributes = ["sex"]
		at_least = "0.3"
	`))
	check(err)

	// The owner. Mode validity hides nothing; the others wrap the same proofs.
	part, err := owner.CommitPart(setup, patients(), graph.OneHot, mode.Validity, rand.Reader)
	check(err)
	made, _, err := audit.Prove(context.Background(), claims, &audit.Inputs{
		Mode: mode.Validity, By: &proving.Prover{Setup: setup, Rand: rand.Reader}, Parts: map[string]audit.OwnedPart{"patients": part},
	})
	check(err)
	file, err := made.Marshal()
	check(err)
	digest := part.Digest(setup.ID, setup.RowBits) // published when the rows were committed

	// The auditor.
	received, err := audit.Unmarshal(file)
	check(err)
	expected := audit.Expectation{
		Mode: mode.Validity, Claims: claims,
		Parts: map[string]string{"patients": hex.EncodeToString(digest[:])},
	}
	report, err := audit.Verify(context.Background(), received, expected, &mode.Verifier{Setup: setup.Verifier()}, audit.Options{AllowInsecure: true})
	check(err)
	fmt.Println(report.Claims[0].Says)
	fmt.Println("bits of information released:", report.Bits)
	fmt.Println("not compared with what was expected:", len(report.NotChecked))
	// Output:
	// of the rows of "patients", by "sex": every group has at least a share of 0.3 of the rows
	// bits of information released: 2
	// not compared with what was expected: 0
}

// patients have two measurements, a diagnosis and a sex.
func patients() *data.Dataset {
	return &data.Dataset{
		Rows: 8, Width: 2, Shape: []int{2}, FractionBits: 4,
		Features:   []int32{3, 10, 4, 12, 1, 9, 7, 7, 2, 11, 5, 8, 6, 6, 3, 13},
		Labels:     data.Labels{Kind: data.OneHot, Classes: []string{"well", "ill"}, Class: []int32{0, 0, 1, 0, 1, 0, 0, 1}},
		Attributes: []data.Attribute{{Name: "sex", Vocabulary: []string{"F", "M"}, Codes: []int32{0, 1, 0, 1, 1, 0, 1, 1}}},
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
