package chain_test

import (
	"bytes"
	"fmt"
	"math/big"
	"os"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
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
	"github.com/zkaudit/zkaudit/evm/chain/chaintest"
	"github.com/zkaudit/zkaudit/proof/wrap"
)

// plonkSegmentGas is what a segment of 64 steps over 1,024 rows may take, with its
// calldata.
const plonkSegmentGas = 2_500_000

// TestPLONKSegment settles the segment of TestSegment in mode zk-plonk: rows, opened
// tensors and SNARK in two pairings.
func TestPLONKSegment(t *testing.T) {
	if testing.Short() {
		t.Skip("sets up a large circuit")
	}
	setup, st, secret := segment(t, bench.Dense{Widths: []int{4, 16, 3}, Batch: 16, Rate: "0.125", InOrder: true}, 1024, 64, 16)
	p := prove(t, setup, st, secret, wrap.PLONK{}, wrap.NewCache(os.Getenv("ZKAUDIT_TEST_CACHE")))
	d := deploy(t)
	d.register(t, p.class)
	if gas := d.settle(t, p); gas > plonkSegmentGas {
		t.Errorf("%d gas, at most %d", gas, plonkSegmentGas)
	}
	wantPairings(t, p.class, d.pack(p.call), 2)
}

// TestPLONKPairings: equations of one setup end in two pairs, whatever number of
// proofs they are of.
func TestPLONKPairings(t *testing.T) {
	d, p := deploy(t), provenKind(t, wrap.PLONK{})
	wantPairings(t, p.class, d.pack(p.call), 2)
	wantPairings(t, p.class, d.pack(p.call, p.call, p.call), 2)
}

// TestPLONKSNARK: each word of the SNARK counts, in one encoding; so do the public inputs
// and the order of its points; and nothing cancels out between its equations.
func TestPLONKSNARK(t *testing.T) {
	d, p := deploy(t), provenKind(t, wrap.PLONK{})
	d.register(t, p.class)
	if err := d.verify(p.call); err != nil {
		t.Fatal(err)
	}
	at := p.layout()
	check := func(name, want string, change func(b []byte)) {
		if got := reason(t, name, d.verify(p.changed(change))); got != want {
			t.Errorf("%s: %q, want %s", name, got, want)
		}
	}
	const firstValue, values = 14, 6
	for i := range evm.PLONKProofBytes / 32 {
		name, beyond := "InvalidPoint", "InvalidPoint"
		if firstValue <= i && i < firstValue+values {
			name, beyond = "PairingsDiffer", "ScalarNotCanonical"
		}
		add := func(n *big.Int) func(b []byte) {
			return func(b []byte) {
				word := b[at.snark+32*i:][:32]
				new(big.Int).Add(new(big.Int).SetBytes(word), n).FillBytes(word)
			}
		}
		check(fmt.Sprintf("word %d plus 1", i), name, add(big.NewInt(1)))
		check(fmt.Sprintf("word %d plus r", i), beyond, add(fr.Modulus()))
	}
	for name, places := range map[string][2]int{"wires": {0, 64}, "quotients": {256, 384}, "openings": {640, 704}} {
		check(name+" exchanged", "PairingsDiffer", func(b []byte) {
			a, c := b[at.snark+places[0]:][:64], b[at.snark+places[1]:][:64]
			kept := bytes.Clone(a)
			copy(a, c)
			copy(c, kept)
		})
	}
	_, _, g, _ := bn254.Generators()
	for name, places := range map[string][2]int{"openings of the SNARK": {at.snark + 640, at.snark + 704}, "openings of SNARK and rows": {at.snark + 640, at.values - 64}} {
		check(name+" shifted against each other", "PairingsDiffer", func(b []byte) {
			first, second := readPoint(b[places[0]:]), readPoint(b[places[1]:])
			first.Add(&first, &g)
			second.Sub(&second, &g)
			writePoint(b[places[0]:], first)
			writePoint(b[places[1]:], second)
		})
	}
	unknown := &evm.Class{Descriptor: bytes.Clone(p.class.Descriptor)}
	unknown.Descriptor[0] = 0xee
	unknown.ID = evm.Keccak256(unknown.Descriptor)
	d.register(t, unknown)
	call := *p.call
	call.Class = unknown.ID
	wantRevert(t, d.verify(&call), "UnknownSystem")
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
	_, at, _, err := runtime.Create(chaintest.Artefact(t, "ArgumentVerifier").Bin, config)
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
