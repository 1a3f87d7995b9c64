package chain_test

import (
	"bytes"
	"context"
	crand "crypto/rand"
	"math/big"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/tracing"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/core/vm/runtime"

	"github.com/zkaudit/zkaudit/bench"
	"github.com/zkaudit/zkaudit/evm"
	"github.com/zkaudit/zkaudit/evm/chain/bindings"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/wrap"
)

// plonkSegmentGas is what a segment of 64 steps over 1,024 rows may take, with its
// calldata.
const plonkSegmentGas = 2_500_000

// TestPLONKSegment: the chain verifies a segment of mode zk-plonk, and nothing that is
// changed in its SNARK or in what the SNARK is about.
func TestPLONKSegment(t *testing.T) {
	ctx, system, cache := context.Background(), wrap.PLONK{}, wrap.NewCache("")
	setup, st, secret := segment(t, bench.Dense{Widths: []int{4, 16, 3}, Batch: 16, Rate: "0.125", InOrder: true}, 1024, 64, 16)
	p, err := wrap.Prove(ctx, setup, st, secret, system, cache, crand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := p.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if err := wrap.Verify(ctx, setup.Verifier(), st, encoded, system, cache); err != nil {
		t.Fatal(err)
	}
	class, err := evm.PLONK(ctx, setup, st.Layout, system, cache)
	if err != nil {
		t.Fatal(err)
	}
	call, err := class.Call(st, encoded)
	if err != nil {
		t.Fatal(err)
	}
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
	if r.GasUsed > plonkSegmentGas {
		t.Errorf("%d gas, at most %d", r.GasUsed, plonkSegmentGas)
	}
	one := bindings.IArgumentVerifierStatement{Class: call.Class, Head: call.Head, External: call.External, Proof: call.Proof}
	twice := d.contract.PackVerifyMany([]bindings.IArgumentVerifierStatement{one, one})
	t.Run("pairings of one", func(t *testing.T) {
		wantPairings(t, class, d.contract.PackVerify(call.Class, call.Head, call.External, call.Proof), 2)
	})
	t.Run("pairings of two", func(t *testing.T) { wantPairings(t, class, twice, 2) })
	t.Run("SNARK changed", func(t *testing.T) { refusesChanges(t, d, call) })
	t.Run("seal", func(t *testing.T) {
		q := *p
		q.Seal.Double(&q.Seal)
		refusesProof(t, d, class, st, &q)
	})
	t.Run("another system", func(t *testing.T) {
		other := *class
		other.Descriptor = bytes.Clone(class.Descriptor)
		other.Descriptor[0] = 0xee
		other.ID = evm.Keccak256(other.Descriptor)
		d.register(t, &other)
		changed := *call
		changed.Class = other.ID
		wantRevert(t, d.verify(&changed), "UnknownSystem")
	})
}

// refusesProof fails unless the chain's equations do not hold of a proof.
func refusesProof(t *testing.T, d *deployed, class *evm.Class, st *statement.Statement, p *wrap.Proof) {
	t.Helper()
	encoded, err := p.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	call, err := class.Call(st, encoded)
	if err != nil {
		t.Fatal(err)
	}
	wantRevert(t, d.verify(call), "PairingsDiffer")
}

// refusesChanges changes each word of the SNARK in a call, to one that is as canonical
// and to one that is not.
func refusesChanges(t *testing.T, d *deployed, call *evm.Call) {
	const words, firstValue, values = evm.PLONKProofBytes / 32, 14, 6
	start := len(call.Proof) - evm.PLONKProofBytes
	for i := range words {
		name, beyond := "InvalidPoint", "InvalidPoint"
		if firstValue <= i && i < firstValue+values {
			name, beyond = "PairingsDiffer", "ScalarNotCanonical"
		}
		for _, change := range []struct {
			add    *big.Int
			revert string
		}{{big.NewInt(1), name}, {fr.Modulus(), beyond}} {
			changed := *call
			changed.Proof = bytes.Clone(call.Proof)
			word := changed.Proof[start+32*i:][:32]
			new(big.Int).Add(new(big.Int).SetBytes(word), change.add).FillBytes(word)
			wantRevert(t, d.verify(&changed), change.revert)
		}
	}
	for name, swap := range map[string][2]int{"wires": {0, 64}, "quotients": {256, 384}, "openings": {640, 704}} {
		changed := *call
		changed.Proof = bytes.Clone(call.Proof)
		a, b := changed.Proof[start+swap[0]:][:64], changed.Proof[start+swap[1]:][:64]
		kept := bytes.Clone(a)
		copy(a, b)
		copy(b, kept)
		t.Run(name, func(t *testing.T) { wantRevert(t, d.verify(&changed), "PairingsDiffer") })
	}
}

// wantPairings runs a call without a chain and fails unless it pairs so many points, all
// at once.
func wantPairings(t *testing.T, class *evm.Class, call []byte, want int) {
	t.Helper()
	var lengths []int
	record := func(_ int, _ byte, _, to common.Address, input []byte, _ uint64, _ *big.Int) {
		if to == common.BytesToAddress([]byte{8}) {
			lengths = append(lengths, len(input))
		}
	}
	db, err := state.New(types.EmptyRootHash, state.NewDatabaseForTesting())
	if err != nil {
		t.Fatal(err)
	}
	config := &runtime.Config{State: db, GasLimit: 1 << 24, EVMConfig: vm.Config{Tracer: &tracing.Hooks{OnEnter: record}}}
	a, err := evm.ArtefactOf("ArgumentVerifier")
	if err != nil {
		t.Fatal(err)
	}
	_, at, _, err := runtime.Create(a.Bin, config)
	if err != nil {
		t.Fatal(err)
	}
	for _, data := range [][]byte{bindings.NewArgumentVerifier().PackRegister(class.Descriptor), call} {
		if _, _, err := runtime.Call(at, data, config); err != nil {
			t.Fatal(err)
		}
	}
	if len(lengths) != 1 || lengths[0] != 192*want {
		t.Errorf("pairings of %d bytes, want one of %d pairs, 192 bytes each", lengths, want)
	}
}
