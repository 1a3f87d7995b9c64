package mode_test

import (
	"context"
	crand "crypto/rand"
	"errors"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/proof/proving"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/transcript"
	"github.com/zkaudit/zkaudit/proof/wrap"
	"github.com/zkaudit/zkaudit/relation"
)

const rowBits = 3

// ranged is the statement that the cells of a committed row are below 4, and
// what proves it.
func ranged(t *testing.T, m mode.Name, setup *commitments.Setup) (*statement.Statement, prover.Secret) {
	t.Helper()
	b := relation.NewBuilder("ranged")
	x := b.External("x", relation.Axis{Name: "i", Size: 8})
	b.Unsigned(x, 2)
	sys, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	l, err := proof.NewLayout(sys, rowBits, m.ZeroKnowledge())
	if err != nil {
		t.Fatal(err)
	}
	cells := relation.NewAssignment(sys)
	cells[x].Small = []int32{3, 1, 0, 2, 2, 0, 3, 1}
	blind, err := commitments.RandomScalars(crand.Reader, 1)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := setup.CommitInt32(cells[x].Small, blind)
	if err != nil {
		t.Fatal(err)
	}
	return &statement.Statement{Kind: "test", Layout: l, Setup: setup.ID, External: [][]bn254.G1Affine{rows}},
		prover.Secret{Cells: cells, External: [][]fr.Element{blind}}
}

func development(t *testing.T) *commitments.Setup {
	t.Helper()
	setup, err := commitments.NewDevelopment(rowBits)
	if err != nil {
		t.Fatal(err)
	}
	return setup
}

// TestValidityGivesBlindingAway is why one commitment must not be proven about
// in two modes: from a proof of mode validity alone anybody computes the
// blinding of a commitment of one row, and then tests guesses of its cells,
// also where the same commitment stands in a bundle in zero knowledge.
func TestValidityGivesBlindingAway(t *testing.T) {
	setup := development(t)
	st, secret := ranged(t, mode.Validity, setup)
	p := &proving.Prover{Setup: setup}
	encoded, err := p.Prove(context.Background(), mode.Validity, st, secret)
	if err != nil {
		t.Fatal(err)
	}
	if err := (&mode.Verifier{Setup: setup.Verifier()}).Verify(context.Background(), mode.Validity, st, encoded); err != nil {
		t.Fatal(err)
	}

	// What a reader does, who has statement and proof.
	read, err := statement.Unmarshal(st.Layout, setup.Kind, encoded)
	if err != nil {
		t.Fatal(err)
	}
	tr := transcript.NewNative(statement.Domain)
	proof.Begin(st.Layout, tr, st.Digest(read.Witness), fr.Element{})
	out, err := proof.Verify(st.Layout, tr, read.Messages)
	if err != nil {
		t.Fatal(err)
	}
	x := st.Layout.System.Committed(relation.External)[0]
	coefficient := proof.Combination(st.Layout, out)[x][0]
	var rho fr.Element
	rho.Div(&read.Blinding, &coefficient)
	bare := setup.Verifier().RemoveBlinding(st.External[0][0], rho)

	guess, err := setup.CommitInt32(secret.Cells[x].Small, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !bare.Equal(&guess[0]) {
		t.Error("the blinding was not given away: say so in the report of bundles, and let modes mix")
	}
	wrong, err := setup.CommitInt32([]int32{3, 1, 0, 2, 2, 0, 3, 0}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if bare.Equal(&wrong[0]) {
		t.Error("a wrong guess passes")
	}
}

// TestModeAndLayoutAgree: a statement for one mode is not proven, nor verified,
// in another.
func TestModeAndLayoutAgree(t *testing.T) {
	setup := development(t)
	ctx, cache := context.Background(), wrap.NewCache("")
	p := &proving.Prover{Setup: setup, Cache: cache, Rand: crand.Reader}
	v := &mode.Verifier{Setup: setup.Verifier(), Wraps: wrap.Verifier{Cache: cache}}
	for _, test := range []struct{ layout, used mode.Name }{
		{mode.Validity, mode.ZKPLONK}, {mode.Validity, mode.ZKGroth16}, {mode.ZKPLONK, mode.Validity},
	} {
		st, secret := ranged(t, test.layout, setup)
		if _, err := p.Prove(ctx, test.used, st, secret); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("statement for %s proven in %s: %v", test.layout, test.used, err)
		}
		if err := v.Verify(ctx, test.used, st, nil); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("statement for %s verified in %s: %v", test.layout, test.used, err)
		}
	}
	st, secret := ranged(t, mode.Validity, setup)
	for _, name := range []mode.Name{"", "ZK", "Validity"} {
		if _, err := p.Prove(ctx, name, st, secret); !errors.Is(err, fault.ErrVersion) {
			t.Errorf("proven in mode %q: %v", name, err)
		}
		if err := v.Verify(ctx, name, st, nil); !errors.Is(err, fault.ErrVersion) {
			t.Errorf("verified in mode %q: %v", name, err)
		}
	}
}

// TestWithoutWraps: a verifier that is given nothing to verify wraps with says
// nothing of them.
func TestWithoutWraps(t *testing.T) {
	setup := development(t)
	v := &mode.Verifier{Setup: setup.Verifier()}
	for _, name := range []mode.Name{mode.ZKPLONK, mode.ZKGroth16} {
		st, _ := ranged(t, name, setup)
		if err := v.Verify(context.Background(), name, st, nil); !errors.Is(err, fault.ErrVersion) || errors.Is(err, fault.ErrRejected) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestZeroKnowledgeNeedsRandomness: without a source nothing is proven.
func TestZeroKnowledgeNeedsRandomness(t *testing.T) {
	if testing.Short() {
		t.Skip("makes a key")
	}
	setup := development(t)
	st, secret := ranged(t, mode.ZKPLONK, setup)
	p := &proving.Prover{Setup: setup, Cache: wrap.NewCache("")}
	if _, err := p.Prove(context.Background(), mode.ZKPLONK, st, secret); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("without randomness: %v", err)
	}
}
