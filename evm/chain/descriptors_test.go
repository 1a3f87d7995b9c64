package chain_test

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/zkaudit/zkaudit/evm/chain/bindings"
	"github.com/zkaudit/zkaudit/evm/chain/chaintest"
)

// wantRevert fails unless an error is the contracts' of that name.
func wantRevert(t *testing.T, err error, name string) {
	t.Helper()
	var r *chaintest.Revert
	if !errors.As(err, &r) || r.Name != name {
		t.Errorf("%v, want %s", err, name)
	}
}

// TestDescriptors: what was registered is read again under its hash, once or twice,
// up to the longest that code can be.
func TestDescriptors(t *testing.T) {
	c := chaintest.New(t, 1)
	at, who, contract := c.Deploy(t, "Descriptors"), c.Accounts[0], bindings.NewDescriptors()
	const longest = 24575
	for _, descriptor := range [][]byte{nil, {0xef}, bytes.Repeat([]byte{1, 2, 3}, 100), bytes.Repeat([]byte{7}, longest)} {
		for already := range 2 {
			r := c.Send(t, who, &at, nil, contract.PackRegister(descriptor))
			if r.Status != types.ReceiptStatusSuccessful {
				t.Fatalf("%d bytes are not registered", len(descriptor))
			}
			wantRegistered(t, c, r.Logs, descriptor, 1-already)
		}
		out, err := c.Call(who, at, contract.PackDescriptorOf(crypto.Keccak256Hash(descriptor)))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := contract.UnpackDescriptorOf(out); err != nil || !bytes.Equal(got, descriptor) {
			t.Errorf("%d bytes: %x (%v)", len(descriptor), got, err)
		}
	}
	_, err := c.Call(who, at, contract.PackDescriptorOf([32]byte{1}))
	wantRevert(t, err, "UnknownClass")
	_, err = c.Call(who, at, contract.PackRegister(make([]byte, longest+1)))
	wantRevert(t, err, "DescriptorTooLong")
	// With gas for the call, but not for the code that it makes.
	little := ethereum.CallMsg{From: who.Address, To: &at, Data: contract.PackRegister(make([]byte, longest)), Gas: 2_000_000}
	_, err = c.Client().CallContract(context.Background(), little, nil)
	var carrier rpc.DataError
	want := chaintest.ABI(t, "Descriptors").Errors["DescriptorNotStored"].ID
	if !errors.As(err, &carrier) || carrier.ErrorData() != hexutil.Encode(want[:4]) {
		t.Errorf("too little gas: %v, want DescriptorNotStored", err)
	}
}

// wantRegistered fails unless logs say so many times where a descriptor stands, behind STOP.
func wantRegistered(t *testing.T, c *chaintest.Chain, logs []*types.Log, descriptor []byte, times int) {
	t.Helper()
	if len(logs) != times {
		t.Errorf("%d events, want %d", len(logs), times)
	}
	for _, l := range logs {
		e, err := bindings.NewDescriptors().UnpackRegisteredEvent(l)
		if err != nil {
			t.Fatal(err)
		}
		code, err := c.Client().CodeAt(context.Background(), e.Code, nil)
		if err != nil || e.Class != crypto.Keccak256Hash(descriptor) || !bytes.Equal(code, append([]byte{0}, descriptor...)) {
			t.Errorf("%d bytes are registered as %x at %v (%v)", len(descriptor), e.Class, e.Code, err)
		}
	}
}
