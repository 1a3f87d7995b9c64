package chain_test

import (
	"bytes"
	"context"
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	gnark "github.com/consensys/gnark/backend/groth16/bn254"
	"github.com/consensys/gnark/backend/witness"
	"github.com/consensys/gnark/constraint"
	"github.com/consensys/gnark/frontend"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/evm"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/circuit"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/prooftest"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/proof/public"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/wrap"
)

// knownKeys is Groth16 whose keys' secrets are known: α = β = γ = δ = 1 and
// K_i = (i+2)·G for any circuit, so that whoever wants one has a SNARK of any public
// inputs. What is accepted by these keys and refused by others is refused by the SNARK
// alone; what is refused by these is refused by what is checked outside of it.
type knownKeys struct{ wrap.Groth16 }

// Derived is part of wrap.ProofSystem: everyone makes the same keys.
func (knownKeys) Derived() bool { return true }

// Compile is part of wrap.ProofSystem. The keys are those of every circuit.
func (knownKeys) Compile(frontend.Circuit) (constraint.ConstraintSystem, error) { return nil, nil }

// Setup is part of wrap.ProofSystem.
func (k knownKeys) Setup(_ constraint.ConstraintSystem, setup *commitments.VerifierSetup) (wrap.ProvingKey, wrap.VerifyingKey, error) {
	_, _, g1, g2 := bn254.Generators()
	var key gnark.VerifyingKey
	key.G1.Alpha, key.G1.Beta, key.G1.Delta = g1, g1, g1
	key.G2.Beta, key.G2.Gamma, key.G2.Delta = g2, g2, g2
	for i := range circuit.PublicCount + 1 {
		key.G1.K = append(key.G1.K, *new(bn254.G1Affine).ScalarMultiplication(&g1, big.NewInt(int64(i+2))))
	}
	var b bytes.Buffer
	if _, err := key.WriteTo(&b); err != nil {
		return nil, nil, err
	}
	verifying, err := k.DecodeVerifyingKey(b.Bytes(), circuit.PublicCount, setup)
	return simulator{}, verifying, err
}

// simulator makes SNARKs of knownKeys.
type simulator struct{}

// MarshalBinary is part of wrap.ProvingKey.
func (simulator) MarshalBinary() ([]byte, error) { return nil, nil }

// Prove is part of wrap.ProvingKey. What is not public does not matter.
func (simulator) Prove(_ constraint.ConstraintSystem, full witness.Witness) ([]byte, error) {
	return simulate(full.Vector().(fr.Vector)[:circuit.PublicCount]), nil
}

// simulate returns A, C and B of a SNARK of any public inputs: with B and C of logarithm
// 1, that of A is α·β + (2 + Σ (i+3)·x_i)·γ + δ.
func simulate(inputs fr.Vector) []byte {
	a := fr.NewElement(1 + 2 + 1)
	for i, x := range inputs {
		weight := fr.NewElement(uint64(i + 3))
		a.Add(&a, weight.Mul(&weight, &x))
	}
	_, _, g1, g2 := bn254.Generators()
	first := new(bn254.G1Affine).ScalarMultiplication(&g1, a.BigInt(new(big.Int)))
	second := g2.Bytes()
	return append(commitments.AppendPoints(nil, []bn254.G1Affine{*first, g1}), second[:]...)
}

// court hears wrapped proofs off the chain and on it.
type court struct {
	*deployed
	setup      *commitments.Setup
	system     wrap.ProofSystem
	cache      *wrap.Cache
	maker      *evm.Maker
	registered map[[32]byte]bool
}

func newCourt(t *testing.T, rowBits int, system wrap.ProofSystem) *court {
	t.Helper()
	setup, err := commitments.NewDevelopment(rowBits)
	if err != nil {
		t.Fatal(err)
	}
	cache := wrap.NewCache("")
	maker := &evm.Maker{Mode: mode.ZKGroth16, Setup: setup, Keys: wrap.Verifier{Cache: cache}}
	if system.ID() == (wrap.PLONK{}).ID() {
		maker.Mode = mode.ZKPLONK
	}
	return &court{deploy(t), setup, system, cache, maker, map[[32]byte]bool{}}
}

// wrapper wraps conversations about a layout.
func (c *court) wrapper(t *testing.T, l *proof.Layout) *wrap.Wrapper {
	t.Helper()
	w, err := wrap.NewWrapper(context.Background(), c.setup.Verifier(), l, c.system, c.cache)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// class returns the class of a statement, which the chain knows then.
func (c *court) class(t *testing.T, st *statement.Statement) *evm.Class {
	t.Helper()
	c.wrapper(t, st.Layout) // makes the keys
	class, err := c.maker.Class(context.Background(), st)
	if err != nil {
		t.Fatalf("%s: %v", st.Layout.System.Name, err)
	}
	if !c.registered[class.ID] {
		c.registered[class.ID] = true
		if r := c.Send(t, c.Accounts[0], &c.at, nil, c.contract.PackRegister(class.Descriptor)); r.Status != types.ReceiptStatusSuccessful {
			t.Fatal("the class is not registered")
		}
	}
	return class
}

// wrap wraps a conversation about a statement.
func (c *court) wrap(t *testing.T, st *statement.Statement, made *prover.Conversation) *wrap.Proof {
	t.Helper()
	w := c.wrapper(t, st.Layout)
	p := w.Published(made)
	var err error
	if p.SNARK, err = w.SNARK(made); err != nil {
		t.Fatal(err)
	}
	return p
}

// simulated returns a proof with a SNARK of the public inputs that a verifier computes
// of a statement and it, by knownKeys.
func (c *court) simulated(st *statement.Statement, p *wrap.Proof) *wrap.Proof {
	q := *p
	q.SNARK = simulate(circuit.NewPublicInputs(st.Digest(p.Witness), p.Seal, p.Exposed).Vector())
	return &q
}

// native is the verdict off the chain.
func (c *court) native(st *statement.Statement, p *wrap.Proof) error {
	encoded, err := p.MarshalBinary()
	if err != nil {
		return err
	}
	return wrap.Verify(context.Background(), c.setup.Verifier(), st, encoded, c.system, c.cache)
}

// call encodes a proof for the chain. Where a claim on an opened tensor is false, the
// tensors are opened to what they are, under another base.
func (c *court) call(t *testing.T, st *statement.Statement, p *wrap.Proof) *evm.Call {
	t.Helper()
	class := c.class(t, st)
	encode := func(p *wrap.Proof) (*evm.Call, error) {
		encoded, err := p.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		return class.Call(st, encoded)
	}
	call, err := encode(p)
	if !errors.Is(err, fault.ErrRejected) {
		if err != nil {
			t.Fatal(err)
		}
		return call
	}
	honest := *p
	honest.Exposed = trueExposed(st.Layout, p.Exposed)
	if call, err = encode(&honest); err != nil {
		t.Fatal(err)
	}
	at := 0
	for _, rows := range p.Witness {
		at += 64 * len(rows)
	}
	copy(call.Proof[at:], commitments.AppendScalars(nil, p.Exposed))
	return call
}

// trueExposed returns exposed values with the public tensors' as they are.
func trueExposed(l *proof.Layout, exposed []fr.Element) []fr.Element {
	out := proof.Reveal(l, exposed)
	for i, claim := range out.Public {
		out.Public[i].Value = public.Evaluate(l.System.Tensor(claim.Tensor), out.At(claim.Point))
	}
	return out.Exposed(l)
}

// verdict is what was said of one proof.
type verdict struct {
	native error
	chain  string // the name of the chain's reason, or nothing
}

// hear presents a proof of a statement to both, who must agree.
func (c *court) hear(t *testing.T, what string, st *statement.Statement, p *wrap.Proof) verdict {
	t.Helper()
	return c.compare(t, what, c.native(st, p), c.verify(c.call(t, st, p)))
}

func (c *court) compare(t *testing.T, what string, native, chain error) verdict {
	t.Helper()
	v := verdict{native, reason(t, what, chain)}
	if (native == nil) != (chain == nil) {
		t.Errorf("%s: off the chain %v, on it %v", what, native, chain)
	}
	if native != nil && !errors.Is(native, fault.ErrRejected) && !errors.Is(native, fault.ErrMalformed) {
		t.Errorf("%s: off the chain: %v", what, native)
	}
	return v
}

// accepted wants both to accept.
func (v verdict) accepted(t *testing.T, what string) {
	t.Helper()
	if v.native != nil || v.chain != "" {
		t.Errorf("%s: refused: %v, %q", what, v.native, v.chain)
	}
}

// refused wants both to refuse, each for its reason; that off the chain by how it begins.
func (v verdict) refused(t *testing.T, what, native, chain string) {
	t.Helper()
	if v.native == nil || !strings.HasPrefix(v.native.Error(), native) || v.chain != chain {
		t.Errorf("%s: %v, %q; want %s, %s", what, v.native, v.chain, native, chain)
	}
}

// bySNARK wants both to refuse the SNARK.
func (v verdict) bySNARK(t *testing.T, what string) {
	t.Helper()
	v.refused(t, what, "groth16 proof: ", "PairingsDiffer")
}

// honest is a true case of mode zk that has been wrapped.
type honest struct {
	*prooftest.Case
	made  *prover.Conversation
	proof *wrap.Proof
}

// honest wraps a case, which both accept.
func (c *court) honest(t *testing.T, what string, of *prooftest.Case) *honest {
	t.Helper()
	return c.proven(t, what, of.Masked(t, c.setup))
}

// proven is honest of a case in mode zk.
func (c *court) proven(t *testing.T, what string, of *prooftest.Case) *honest {
	t.Helper()
	h := &honest{Case: of}
	h.made = h.Converse(t)
	h.proof = c.wrap(t, h.Statement, h.made)
	c.hear(t, what, h.Statement, h.proof).accepted(t, what)
	return h
}
