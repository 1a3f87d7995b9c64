package chain_test

import (
	"bytes"
	"fmt"
	"math/big"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/kzg"
	plonk "github.com/consensys/gnark/backend/plonk/bn254"
	"github.com/consensys/gnark/frontend"
	"github.com/consensys/gnark/logger"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/evm"
	"github.com/zkaudit/zkaudit/evm/chain/chaintest"
	"github.com/zkaudit/zkaudit/proof/wrap"
)

// cubes states of each public x that the prover knows a y with x = y³ + y + 5.
// The circuit of one needs neither products nor constants, x = y: its commitments to
// both are infinity.
type cubes struct {
	X []frontend.Variable `gnark:",public"`
	Y []frontend.Variable
}

func (c *cubes) Define(api frontend.API) error {
	if len(c.X) == 1 {
		api.AssertIsEqual(c.X[0], c.Y[0])
		api.AssertIsEqual(api.Add(c.X[0], c.Y[1]), c.Y[2])
		return nil
	}
	for i, y := range c.Y {
		api.AssertIsEqual(c.X[i], api.Add(api.Mul(y, y, y), y, 5))
	}
	return nil
}

// plonkCase is a proof with all that it is verified with, on either side.
type plonkCase struct {
	setup      *commitments.VerifierSetup
	key        *plonk.VerifyingKey
	points     *wrap.PLONKPoints
	snark      *wrap.PLONKSNARK
	linearised fr.Element // claimed of the linearised polynomial, which the chain computes
	public     fr.Vector
}

// newPLONKCase is a proof of a circuit of n public inputs, as wraps are proven.
func newPLONKCase(t testing.TB, n int) *plonkCase {
	t.Helper()
	return onceFor(fmt.Sprintf("PLONK of %d inputs", n), func() *plonkCase { return provePLONKCase(t, n) })
}

func provePLONKCase(t testing.TB, n int) *plonkCase {
	t.Helper()
	logger.Disable()
	system := wrap.PLONK{}
	setup, err := commitments.DevelopmentVerifier(4)
	if err != nil {
		t.Fatal(err)
	}
	ccs, err := system.Compile(&cubes{X: make([]frontend.Variable, n), Y: make([]frontend.Variable, max(n, 3))})
	if err != nil {
		t.Fatal(err)
	}
	pk, vk, err := system.Setup(ccs, setup)
	if err != nil {
		t.Fatal(err)
	}
	assignment := &cubes{}
	for i := range n {
		assignment.X, assignment.Y = append(assignment.X, i*i*i+i+5), append(assignment.Y, i)
	}
	if n == 1 {
		assignment.X, assignment.Y = []frontend.Variable{7}, []frontend.Variable{7, 2, 9}
	}
	full, err := frontend.NewWitness(assignment, ecc.BN254.ScalarField())
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := pk.Prove(ccs, full)
	if err != nil {
		t.Fatal(err)
	}
	public, err := full.Public()
	if err != nil {
		t.Fatal(err)
	}
	c := &plonkCase{setup: setup, key: &plonk.VerifyingKey{}, public: public.Vector().(fr.Vector)}
	if err := vk.Verify(c.public, encoded); err != nil {
		t.Fatal(err)
	}
	if c.points, err = wrap.PLONKPointsOf(vk); err != nil {
		t.Fatal(err)
	}
	if c.snark, err = wrap.PLONKProof(encoded); err != nil {
		t.Fatal(err)
	}
	values, err := commitments.DecodeScalars(encoded[9*commitments.PointBytes:], 7)
	if err != nil {
		t.Fatal(err)
	}
	c.linearised = values[0]
	stored, err := vk.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.key.ReadFrom(bytes.NewReader(stored)); err != nil {
		t.Fatal(err)
	}
	return c
}

// clone copies what mutations change.
func (c *plonkCase) clone() *plonkCase {
	d := *c
	points, snark, setup := *c.points, *c.snark, *c.setup
	d.points, d.snark, d.setup = &points, &snark, &setup
	d.public = slices.Clone(c.public)
	return &d
}

// gnarkAccepts is the verdict of gnark on a case.
func (c *plonkCase) gnarkAccepts() bool {
	k, p := *c.key, c.snark
	k.Size, k.Generator, k.CosetShift = 1<<c.points.Log, c.points.Generator, c.points.Shift
	k.SizeInv.SetUint64(k.Size).Inverse(&k.SizeInv)
	k.NbPublicVariables = uint64(c.points.Public)
	k.S, k.Ql, k.Qr, k.Qm, k.Qo, k.Qk = c.points.S, c.points.Ql, c.points.Qr, c.points.Qm, c.points.Qo, c.points.Qk
	k.Kzg.G1, k.Kzg.G2 = c.setup.G, c.setup.G2
	for i := range k.Kzg.G2 {
		k.Kzg.Lines[i] = bn254.PrecomputeLines(k.Kzg.G2[i])
	}
	return plonk.Verify(&plonk.Proof{
		LRO: p.Wires, Z: p.Products, H: p.Quotient,
		BatchedProof:    kzg.BatchOpeningProof{H: p.Opening, ClaimedValues: []fr.Element{c.linearised, p.L, p.R, p.O, p.S1, p.S2}},
		ZShiftedOpening: kzg.OpeningProof{H: p.Shifting, ClaimedValue: p.Next},
	}, &k, c.public) == nil
}

// calldata is a case as the chain gets it.
type calldata struct {
	setup [10]*big.Int // G, G₂, [τ]G₂
	key   []byte
	input []*big.Int
	proof []byte
}

func (c *plonkCase) calldata(t testing.TB) *calldata {
	t.Helper()
	key, err := evm.AppendPLONKKey(nil, c.points)
	if err != nil {
		t.Fatal(err)
	}
	d := &calldata{key: key, proof: evm.AppendPLONKProof(nil, c.snark)}
	number := func(x fp.Element) *big.Int { return x.BigInt(new(big.Int)) }
	g, q, tau := c.setup.G, c.setup.G2[0], c.setup.G2[1]
	for i, x := range []fp.Element{g.X, g.Y, q.X.A1, q.X.A0, q.Y.A1, q.Y.A0, tau.X.A1, tau.X.A0, tau.Y.A1, tau.Y.A0} {
		d.setup[i] = number(x) // EIP-197: imaginary parts first
	}
	for i := range c.public {
		d.input = append(d.input, c.public[i].BigInt(new(big.Int)))
	}
	return d
}

// plonkHarness is library Plonk on a chain.
type plonkHarness struct{ *chaintest.Harness }

func newPLONKHarness(t testing.TB) plonkHarness {
	t.Helper()
	return plonkHarness{chaintest.NewHarness(t, "PlonkHarness")}
}

// verify returns the error that the chain reverts with, and what reduction and pairing
// take.
func (h plonkHarness) verify(t testing.TB, d *calldata) (gas [2]uint64, err error) {
	t.Helper()
	out, err := h.Invoke(t, "verify", d.setup, d.key, d.input, d.proof)
	if err == nil {
		gas = [2]uint64{out[0].(*big.Int).Uint64(), out[1].(*big.Int).Uint64()}
	}
	return gas, err
}

// plonkMutations is every part of a proof, a key and a setup changed alone.
func plonkMutations() map[string]func(c *plonkCase) {
	m := map[string]func(c *plonkCase){}
	point := func(name string, of func(c *plonkCase) *bn254.G1Affine) {
		m[name+" doubled"] = func(c *plonkCase) { of(c).Double(of(c)) }
		m[name+" plus G"] = func(c *plonkCase) { of(c).Add(of(c), &c.key.Kzg.G1) }
		m[name+" negated"] = func(c *plonkCase) { of(c).Neg(of(c)) }
		m[name+" at infinity"] = func(c *plonkCase) { *of(c) = bn254.G1Affine{} }
		m[name+" off the curve"] = func(c *plonkCase) { of(c).Y.Add(&of(c).Y, new(fp.Element).SetOne()) }
	}
	scalar := func(name string, of func(c *plonkCase) *fr.Element) {
		m[name+" plus 1"] = func(c *plonkCase) { of(c).Add(of(c), new(fr.Element).SetOne()) }
		m[name+" zero"] = func(c *plonkCase) { of(c).SetZero() }
	}
	for i := range 3 {
		point(fmt.Sprint("wire ", i), func(c *plonkCase) *bn254.G1Affine { return &c.snark.Wires[i] })
		point(fmt.Sprint("quotient ", i), func(c *plonkCase) *bn254.G1Affine { return &c.snark.Quotient[i] })
		point(fmt.Sprint("S", i+1), func(c *plonkCase) *bn254.G1Affine { return &c.points.S[i] })
	}
	for name, of := range map[string]func(c *plonkCase) *bn254.G1Affine{
		"products": func(c *plonkCase) *bn254.G1Affine { return &c.snark.Products },
		"opening":  func(c *plonkCase) *bn254.G1Affine { return &c.snark.Opening },
		"shifting": func(c *plonkCase) *bn254.G1Affine { return &c.snark.Shifting },
		"Ql":       func(c *plonkCase) *bn254.G1Affine { return &c.points.Ql },
		"Qr":       func(c *plonkCase) *bn254.G1Affine { return &c.points.Qr },
		"Qm":       func(c *plonkCase) *bn254.G1Affine { return &c.points.Qm },
		"Qo":       func(c *plonkCase) *bn254.G1Affine { return &c.points.Qo },
		"Qk":       func(c *plonkCase) *bn254.G1Affine { return &c.points.Qk },
		"G":        func(c *plonkCase) *bn254.G1Affine { return &c.setup.G },
	} {
		point(name, of)
	}
	for name, of := range map[string]func(c *plonkCase) *fr.Element{
		"l":           func(c *plonkCase) *fr.Element { return &c.snark.L },
		"r":           func(c *plonkCase) *fr.Element { return &c.snark.R },
		"o":           func(c *plonkCase) *fr.Element { return &c.snark.O },
		"s1":          func(c *plonkCase) *fr.Element { return &c.snark.S1 },
		"s2":          func(c *plonkCase) *fr.Element { return &c.snark.S2 },
		"next":        func(c *plonkCase) *fr.Element { return &c.snark.Next },
		"generator":   func(c *plonkCase) *fr.Element { return &c.points.Generator },
		"shift":       func(c *plonkCase) *fr.Element { return &c.points.Shift },
		"first input": func(c *plonkCase) *fr.Element { return &c.public[0] },
		"last input":  func(c *plonkCase) *fr.Element { return &c.public[len(c.public)-1] },
	} {
		scalar(name, of)
	}
	m["wires swapped"] = func(c *plonkCase) { w := &c.snark.Wires; w[0], w[1] = w[1], w[0] }
	m["quotients swapped"] = func(c *plonkCase) { q := &c.snark.Quotient; q[0], q[2] = q[2], q[0] }
	m["openings swapped"] = func(c *plonkCase) { c.snark.Opening, c.snark.Shifting = c.snark.Shifting, c.snark.Opening }
	m["values swapped"] = func(c *plonkCase) { c.snark.L, c.snark.R = c.snark.R, c.snark.L }
	m["inputs permuted"] = func(c *plonkCase) { slices.Reverse(c.public) }
	m["an input more"] = func(c *plonkCase) { c.public = append(c.public, fr.One()) }
	m["an input less"] = func(c *plonkCase) { c.public = c.public[1:] }
	m["key of an input more"] = func(c *plonkCase) { c.points.Public++ }
	m["a domain twice as large"] = func(c *plonkCase) { c.points.Log++ }
	m["a domain half as large"] = func(c *plonkCase) { c.points.Log-- }
	m["another τ"] = func(c *plonkCase) { c.setup.G2[1].Double(&c.setup.G2[1]) }
	m["another G₂"] = func(c *plonkCase) { c.setup.G2[0].Double(&c.setup.G2[0]) }
	return m
}

// TestPLONKAgreesWithGnark: the chain accepts what gnark accepts, and nothing else.
func TestPLONKAgreesWithGnark(t *testing.T) {
	h := newPLONKHarness(t)
	for _, n := range []int{1, 4, 100} {
		honest := newPLONKCase(t, n)
		if _, err := h.verify(t, honest.calldata(t)); err != nil || !honest.gnarkAccepts() {
			t.Fatalf("%d inputs: the honest proof is refused: %v", n, err)
		}
		for name, mutate := range plonkMutations() {
			c := honest.clone()
			mutate(c)
			same := slices.Equal(c.public, honest.public) && *c.points == *honest.points && *c.snark == *honest.snark && *c.setup == *honest.setup
			native := c.gnarkAccepts()
			if native != same {
				t.Errorf("%d inputs, %s: gnark says %v", n, name, native)
			}
			if _, err := h.verify(t, c.calldata(t)); (err == nil) != native {
				t.Errorf("%d inputs, %s: the chain says %v, gnark %v", n, name, err, native)
			}
		}
	}
}

// TestPLONKRefusals: each check of the library refuses what violates it alone, by its
// name. What is not canonical stands for the values of an honest proof.
func TestPLONKRefusals(t *testing.T) {
	h, honest := newPLONKHarness(t), newPLONKCase(t, 4)
	r, p := fr.Modulus(), fp.Modulus()
	add := func(b []byte, offset int, n *big.Int) {
		word := b[offset : offset+32]
		new(big.Int).Add(new(big.Int).SetBytes(word), n).FillBytes(word)
	}
	type test struct {
		mutate func(d *calldata)
		revert string
	}
	tests := map[string]test{
		"proof empty":            {func(d *calldata) { d.proof = nil }, "ProofLength"},
		"proof cut":              {func(d *calldata) { d.proof = d.proof[:len(d.proof)-1] }, "ProofLength"},
		"a byte after the proof": {func(d *calldata) { d.proof = append(d.proof, 0) }, "ProofLength"},
		"no input":               {func(d *calldata) { d.input = nil }, "InputCount"},
		"an input less":          {func(d *calldata) { d.input = d.input[1:] }, "InputCount"},
		"an input more":          {func(d *calldata) { d.input = append(d.input, new(big.Int)) }, "InputCount"},
	}
	for i := range honest.public {
		tests[fmt.Sprintf("input %d not canonical", i)] = test{func(d *calldata) { d.input[i].Add(d.input[i], r) }, "ScalarNotCanonical"}
		tests[fmt.Sprintf("input %d is r", i)] = test{func(d *calldata) { d.input[i].Set(r) }, "ScalarNotCanonical"}
	}
	for i := range 6 {
		tests[fmt.Sprintf("value %d not canonical", i)] = test{func(d *calldata) { add(d.proof, 448+32*i, r) }, "ScalarNotCanonical"}
		tests[fmt.Sprintf("value %d is r", i)] = test{func(d *calldata) { r.FillBytes(d.proof[448+32*i:][:32]) }, "ScalarNotCanonical"}
	}
	for i := range 18 { // coordinates of nine points, six values between them
		offset := 32 * i
		if i >= 14 {
			offset += 192
		}
		tests[fmt.Sprintf("coordinate %d not below the prime", i)] = test{func(d *calldata) { add(d.proof, offset, p) }, "InvalidPoint"}
		tests[fmt.Sprintf("coordinate %d plus 1", i)] = test{func(d *calldata) { add(d.proof, offset, big.NewInt(1)) }, "InvalidPoint"}
	}
	for i := range 16 {
		tests[fmt.Sprintf("coordinate %d of the key plus 1", i)] = test{func(d *calldata) { add(d.key, 128+32*i, big.NewInt(1)) }, "InvalidPoint"}
	}
	for name, test := range tests {
		d := honest.calldata(t)
		test.mutate(d)
		_, err := h.verify(t, d)
		t.Run(name, func(t *testing.T) { wantRevert(t, err, test.revert) })
	}
}

// TestPLONKLagrange: polynomials at ζ are what their definition says, and ζ in the
// domain is refused.
//
//	Lᵢ(ζ) = Π_{j≠i} (ζ − ωʲ)/(ωⁱ − ωʲ)
func TestPLONKLagrange(t *testing.T) {
	h := newPLONKHarness(t)
	const log, n = 3, 8
	omega, err := fr.Generator(n)
	if err != nil {
		t.Fatal(err)
	}
	domain := make([]fr.Element, n)
	domain[0].SetOne()
	for i := 1; i < n; i++ {
		domain[i].Mul(&domain[i-1], &omega)
	}
	lagrange := func(i int, zeta *fr.Element) fr.Element {
		num, den := fr.One(), fr.One()
		for j := range domain {
			if j != i {
				num.Mul(&num, new(fr.Element).Sub(zeta, &domain[j]))
				den.Mul(&den, new(fr.Element).Sub(&domain[i], &domain[j]))
			}
		}
		return *num.Div(&num, &den)
	}
	number := func(x *fr.Element) *big.Int { return x.BigInt(new(big.Int)) }
	var random fr.Element
	random.MustSetRandom()
	for _, count := range []int{1, 2, n} {
		inputs, words := make(fr.Vector, count), make([]*big.Int, count)
		for i := range inputs {
			inputs[i].MustSetRandom()
			words[i] = number(&inputs[i])
		}
		for _, zeta := range []fr.Element{{}, fr.NewElement(2), fr.NewElement(1 << 60), random} {
			out, err := h.Invoke(t, "lagrange", big.NewInt(log), number(&omega), number(&zeta), words)
			if err != nil {
				t.Fatal(err)
			}
			vanishing, first, sum := fr.One(), lagrange(0, &zeta), fr.Element{}
			vanishing.Sub(new(fr.Element).Exp(zeta, big.NewInt(n)), &vanishing)
			for i := range inputs {
				l := lagrange(i, &zeta)
				sum.Add(&sum, l.Mul(&l, &inputs[i]))
			}
			for i, want := range []fr.Element{vanishing, first, sum} {
				if got := out[i].(*big.Int); got.Cmp(number(&want)) != 0 {
					t.Errorf("%d inputs, ζ = %s, result %d: %s, want %s", count, &zeta, i, got, &want)
				}
			}
		}
		for i := range domain {
			_, err := h.Invoke(t, "lagrange", big.NewInt(log), number(&omega), number(&domain[i]), words)
			wantRevert(t, err, "ChallengeInDomain")
		}
	}
}

// TestPLONKGas: what a proof takes, as a + b·inputs.
func TestPLONKGas(t *testing.T) {
	h := newPLONKHarness(t)
	cost := map[int]uint64{}
	for _, n := range []int{1, 4, 100} {
		gas, err := h.verify(t, newPLONKCase(t, n).calldata(t))
		if err != nil {
			t.Fatal(err)
		}
		cost[n] = gas[0]
		t.Logf("%d inputs: %d for the reduction, %d for the pairing", n, gas[0], gas[1])
		if n == 4 && gas[0]+gas[1] > 300_000 {
			t.Errorf("%d inputs take %d gas, at most 300,000", n, gas[0]+gas[1])
		}
	}
	if slope := (cost[100] - cost[4]) / 96; slope > 400 {
		t.Errorf("%d gas for each input, at most 400", slope)
	}
}
