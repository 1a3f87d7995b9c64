package wrap

import (
	"bytes"
	"errors"
	"io"
	"math/big"
	"math/rand/v2"
	"testing"
	"testing/cryptotest"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	groth16 "github.com/consensys/gnark/backend/groth16/bn254"
	"github.com/consensys/gnark/constraint"
	cs "github.com/consensys/gnark/constraint/bn254"
	"github.com/consensys/gnark/frontend"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// chain multiplies its inputs with one another Links times, with coefficients of
// every kind. One secret is in no constraint, one is on a left side alone.
type chain struct {
	Links     int               `gnark:"-"`
	Public    frontend.Variable `gnark:",public"`
	Result    frontend.Variable `gnark:",public"`
	Secret    frontend.Variable
	Unused    frontend.Variable
	LeftAlone frontend.Variable
}

func (c *chain) Define(api frontend.API) error {
	x := c.Secret
	for i := range c.Links {
		x = api.Mul(api.Add(api.Mul(x, -7), c.LeftAlone, i), api.Sub(c.Public, x, api.Mul(2, c.Secret)))
	}
	api.AssertIsEqual(x, c.Result)
	return nil
}

// TestSetupIsGnarks: for the same randomness our keys are gnark's, to the byte.
func TestSetupIsGnarks(t *testing.T) {
	for _, links := range []int{0, 1, 6, 7} { // one of them no full domain
		compiled, err := Groth16{}.Compile(&chain{Links: links})
		if err != nil {
			t.Fatal(err)
		}
		circuit := compiled.(*cs.R1CS)
		cryptotest.SetGlobalRandom(t, uint64(links))
		pk, vk, err := setUpGroth16(circuit)
		if err != nil {
			t.Fatal(err)
		}
		wantPK, wantVK := &groth16.ProvingKey{}, &groth16.VerifyingKey{}
		cryptotest.SetGlobalRandom(t, uint64(links))
		if err := groth16.Setup(circuit, wantPK, wantVK); err != nil {
			t.Fatal(err)
		}
		for name, keys := range map[string][2]interface {
			WriteRawTo(io.Writer) (int64, error)
		}{"proving": {pk, wantPK}, "verifying": {vk, wantVK}} {
			var got, want bytes.Buffer
			if _, err := keys[0].WriteRawTo(&got); err != nil {
				t.Fatal(err)
			}
			if _, err := keys[1].WriteRawTo(&want); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Bytes(), want.Bytes()) {
				t.Errorf("%d constraints: the %s key is not gnark's", circuit.GetNbConstraints(), name)
			}
		}
		if other, _, err := setUpGroth16(circuit); err != nil || other.G1.Alpha == pk.G1.Alpha || other.G1.Beta == pk.G1.Beta || other.G1.Delta == pk.G1.Delta {
			t.Errorf("a second setup has secrets of the first: %v", err)
		}
	}
}

// TestSetupRefusesCommitments: gnark's extension is one that keys of ours lack.
func TestSetupRefusesCommitments(t *testing.T) {
	compiled, err := Groth16{}.Compile(&chain{Links: 1})
	if err != nil {
		t.Fatal(err)
	}
	circuit := compiled.(*cs.R1CS)
	circuit.CommitmentInfo = constraint.Groth16Commitments{{}}
	if _, _, err := setUpGroth16(circuit); !errors.Is(err, fault.ErrUnsupported) {
		t.Errorf("a circuit with a commitment: %v", err)
	}
}

func TestMultiplesG2EqualReference(t *testing.T) {
	_, _, _, g := bn254.Generators()
	rng := rand.New(rand.NewPCG(3, 4))
	k := make([]fr.Element, 200)
	for i := range k { // 0, ±small, powers of two and one less, any
		switch i % 4 {
		case 0:
			k[i].SetInt64(int64(i/4%9) - 4)
		case 1:
			k[i].SetBigInt(new(big.Int).Lsh(big.NewInt(1), uint(5*i/4)))
		case 2:
			k[i].SetBigInt(new(big.Int).Lsh(big.NewInt(1), uint(5*i/4)))
			k[i].Sub(&k[i], new(fr.Element).SetOne())
		default:
			k[i] = fr.Element{rng.Uint64(), rng.Uint64(), rng.Uint64(), rng.Uint64() >> 3}
		}
	}
	got, want := multiplesG2(&g, k), bn254.BatchScalarMultiplicationG2(&g, k)
	for i := range k {
		if !got[i].Equal(&want[i]) {
			t.Errorf("multiple %d, by %v, differs", i, k[i].String())
		}
	}
}
