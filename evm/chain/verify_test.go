package chain_test

import (
	"context"
	"os"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/zkaudit/zkaudit/bench"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/evm"
	"github.com/zkaudit/zkaudit/evm/chain/bindings"
	"github.com/zkaudit/zkaudit/evm/chain/chaintest"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/wrap"
)

// deployed is the contract on a chain.
type deployed struct {
	*chaintest.Chain
	at       common.Address
	contract *bindings.ArgumentVerifier
}

func deploy(t *testing.T) *deployed {
	t.Helper()
	c := chaintest.New(t, 1)
	return &deployed{c, c.Deploy(t, "ArgumentVerifier"), bindings.NewArgumentVerifier()}
}

func (d *deployed) register(t *testing.T, c *evm.Class) {
	t.Helper()
	r := d.Send(t, d.Accounts[0], &d.at, nil, d.contract.PackRegister(c.Descriptor))
	if r.Status != types.ReceiptStatusSuccessful {
		t.Fatal("the class is not registered")
	}
	t.Logf("descriptor of %d bytes, registered for %d gas", len(c.Descriptor), r.GasUsed)
}

func (d *deployed) verify(c *evm.Call) error {
	_, err := d.Call(d.Accounts[0], d.at, d.contract.PackVerify(c.Class, c.Head, c.External, c.Proof))
	return err
}

// segment is a segment of training and what proves it.
func segment(t *testing.T, d bench.Dense, rows, steps, rowBits int) (*commitments.Setup, *statement.Statement, prover.Secret) {
	t.Helper()
	setup, err := commitments.NewDevelopment(rowBits)
	if err != nil {
		t.Fatal(err)
	}
	w, err := d.Segment(context.Background(), setup, rows, steps)
	if err != nil {
		t.Fatal(err)
	}
	if w.Statement.Layout, err = proof.NewLayout(w.Statement.Layout.System, rowBits, true); err != nil {
		t.Fatal(err)
	}
	return setup, w.Statement, prover.Secret{Cells: w.Cells, Arena: new(poly.Arena)}
}

// TestSegment settles 64 steps over 1,024 rows, and says what it costs.
func TestSegment(t *testing.T) {
	if testing.Short() {
		t.Skip("sets up a large circuit")
	}
	setup, st, secret := segment(t, bench.Dense{Widths: []int{4, 16, 3}, Batch: 16, Rate: "0.125", InOrder: true}, 1024, 64, 16)
	p := prove(t, setup, st, secret, wrap.Groth16{}, wrap.NewCache(os.Getenv("ZKAUDIT_TEST_CACHE")))
	d := deploy(t)
	d.register(t, p.class)
	if gas := d.settle(t, p); gas > groth16SegmentGas {
		t.Errorf("%d gas, at most %d", gas, groth16SegmentGas)
	}
}

// groth16SegmentGas is what a segment of 64 steps over 1,024 rows may take, with its
// calldata.
const groth16SegmentGas = 1_500_000

// settle verifies a proof in a transaction and returns what it costs.
func (d *deployed) settle(t *testing.T, p *wrapped) uint64 {
	t.Helper()
	c := p.call
	r := d.Send(t, d.Accounts[0], &d.at, nil, d.contract.PackVerify(c.Class, c.Head, c.External, c.Proof))
	if r.Status != types.ReceiptStatusSuccessful {
		t.Fatalf("reverted: %v", d.verify(c))
	}
	wantEstimate(t, d, p.class, c, r.GasUsed)
	rows := len(c.External) / 2
	for _, tensor := range p.proof.Witness {
		rows += len(tensor)
	}
	t.Logf("%s: %d rows, %d exposed values, %d bytes of proof: %d gas", p.st.Layout.System.Name, rows, len(p.proof.Exposed), len(c.Proof), r.GasUsed)
	return r.GasUsed
}
