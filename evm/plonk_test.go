package evm_test

import (
	"errors"
	"testing"

	"github.com/zkaudit/zkaudit/evm"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/wrap"
)

// TestPLONKLengths: keys and proofs have the lengths that the contract reads; a key
// without public inputs is refused.
func TestPLONKLengths(t *testing.T) {
	if got := len(evm.AppendPLONKProof(nil, &wrap.PLONKSNARK{})); got != evm.PLONKProofBytes {
		t.Errorf("a proof of %d bytes, want %d", got, evm.PLONKProofBytes)
	}
	key, err := evm.AppendPLONKKey(nil, &wrap.PLONKPoints{Public: 1})
	if err != nil || len(key) != evm.PLONKKeyBytes {
		t.Errorf("a key of %d bytes, want %d (%v)", len(key), evm.PLONKKeyBytes, err)
	}
	if _, err := evm.AppendPLONKKey(nil, &wrap.PLONKPoints{}); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("a key without public inputs: %v", err)
	}
}
