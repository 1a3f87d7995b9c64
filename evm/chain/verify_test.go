package chain_test

import (
	"context"
	crand "crypto/rand"
	"testing"
	"time"

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

func TestSegment(t *testing.T) {
	ctx := context.Background()
	setup, st, secret := segment(t, bench.Dense{Widths: []int{4, 16, 3}, Batch: 16, Rate: "0.125", InOrder: true}, 1024, 64, 16)
	cache := wrap.NewCache("")
	start := time.Now()
	p, err := wrap.Prove(ctx, setup, st, secret, wrap.Groth16{}, cache, crand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("proven in %v", time.Since(start))
	encoded, err := p.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if err := wrap.Verify(ctx, setup.Verifier(), st, encoded, wrap.Groth16{}, cache); err != nil {
		t.Fatal(err)
	}
	class, err := evm.Groth16(ctx, setup, st.Layout, cache)
	if err != nil {
		t.Fatal(err)
	}
	start = time.Now()
	call, err := class.Call(st, encoded)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("encoded in %v", time.Since(start))
	d := deploy(t)
	d.register(t, class)
	if err := d.verify(call); err != nil {
		t.Fatal(err)
	}
	r := d.Send(t, d.Accounts[0], &d.at, nil, d.contract.PackVerify(call.Class, call.Head, call.External, call.Proof))
	if r.Status != types.ReceiptStatusSuccessful {
		t.Fatal("reverted")
	}
	t.Logf("%d bytes of proof, %d rows: %d gas", len(call.Proof), len(call.External)/2+len(p.Witness), r.GasUsed)
}
