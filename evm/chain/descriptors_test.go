package chain_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

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
		for range 2 {
			if r := c.Send(t, who, &at, nil, contract.PackRegister(descriptor)); r.Status != types.ReceiptStatusSuccessful {
				t.Fatalf("%d bytes are not registered", len(descriptor))
			}
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
}
