package chain_test

import (
	"context"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/core/types"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/evm"
	"github.com/zkaudit/zkaudit/evm/evmtest"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/wrap"
	"github.com/zkaudit/zkaudit/run"
)

// claimsOnChain are those whose proofs are taken to a chain.
const claimsOnChain = `
[[claim]]
kind = "performance"
model = "run"
parts = ["test-000"]
metric = "accuracy"
at_least = "0.05"

[[claim]]
kind = "licence"
parts = ["part-000"]
attribute = "licence"
allowed = ["CC0-1.0", "CC-BY-4.0"]

[[claim]]
kind = "prediction"
model = "run"
part = "test-000"
row = 3
release = "class"
`

// TestClaims verifies the proofs of an audit on a chain: accuracy, licences and the
// answer of the model to a hidden row; and none of them with another claim's class or
// with a changed proof.
func TestClaims(t *testing.T) {
	if testing.Short() {
		t.Skip("sets up circuits of claims")
	}
	ctx := context.Background()
	trained := evmtest.Train(t, func(c *run.Config) {
		c.Proof.Mode, c.Proof.RowBits = string(mode.ZKGroth16), 16
		c.Schedule.Order = "committed"
		c.Data[0].Constants = map[string]string{"licence": "CC0-1.0"}
		c.Data[1].Constants = map[string]string{"licence": "CC-BY-4.0"}
	})
	asked, err := audit.Parse([]byte(claimsOnChain))
	if err != nil {
		t.Fatal(err)
	}
	in, err := trained.Directory.Inputs()
	if err != nil {
		t.Fatal(err)
	}
	made, _, err := audit.Prove(ctx, asked, in)
	if err != nil {
		t.Fatal(err)
	}
	setup, err := trained.Directory.Setup()
	if err != nil {
		t.Fatal(err)
	}
	e := &evm.Exporter{
		Wraps: wrap.Verifier{Cache: trained.Directory.Keys()},
		Whole: func(*commitments.VerifierSetup) (*commitments.Setup, error) { return setup, nil },
	}
	expect := audit.Expectation{Runs: []*audit.PublicRun{trained.Run}}
	if _, err := audit.Verify(ctx, made, expect, &mode.Verifier{Setup: setup.Verifier(), Wraps: e}, audit.Options{AllowInsecure: true}); err != nil {
		t.Fatal(err)
	}
	d, claims := deploy(t), 0
	for _, x := range e.Exports() {
		d.register(t, x.Class)
		r := d.Send(t, d.Accounts[0], &d.at, nil, x.Call.Data())
		if r.Status != types.ReceiptStatusSuccessful {
			t.Fatalf("%s: %v", x.Name, d.verify(x.Call))
		}
		t.Logf("%s, %s", x.Name, x.Class.Layout.System.Name)
		wantEstimate(t, d, x.Class, x.Call, r.GasUsed)
		changed := *x.Call
		changed.Head = append([]byte{}, x.Call.Head...)
		changed.Head[len(changed.Head)/2] ^= 1
		if d.verify(&changed) == nil {
			t.Errorf("%s: accepted of another statement", x.Name)
		}
		if strings.HasPrefix(x.Name, "audit-") {
			claims++
		}
	}
	if claims != len(asked.Items) {
		t.Errorf("%d claims verified, want %d", claims, len(asked.Items))
	}
}
