package chain_test

import (
	"bytes"
	"testing"

	"github.com/zkaudit/zkaudit/evm"
)

// wantEstimate compares what a call took with what package evm says that it takes, and
// the calldata that package evm makes with what the contract's interface asks for.
func wantEstimate(t *testing.T, d *deployed, c *evm.Class, call *evm.Call, gas uint64) {
	t.Helper()
	if !bytes.Equal(call.Data(), d.contract.PackVerify(call.Class, call.Head, call.External, call.Proof)) {
		t.Error("the calldata of a call is not what the contract reads")
	}
	if !bytes.Equal(c.RegisterData(), d.contract.PackRegister(c.Descriptor)) {
		t.Error("the calldata of a class is not what the contract reads")
	}
	estimate := c.Gas(call)
	t.Logf("%d gas, estimated %d + %d·%d rows = %d", gas, estimate.Base, estimate.PerRow, estimate.Rows, estimate.Total())
	if off := int64(gas) - int64(estimate.Total()); 10*max(off, -off) > int64(gas) {
		t.Errorf("%d gas, estimated %d: not within a tenth", gas, estimate.Total())
	}
}
