package snarkjs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"strings"
	"sync"
	"testing"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	groth16 "github.com/consensys/gnark/backend/groth16/bn254"
	cs "github.com/consensys/gnark/constraint/bn254"
	"github.com/consensys/gnark/frontend"
	"github.com/consensys/gnark/frontend/cs/r1cs"
	"github.com/consensys/gnark/logger"

	"github.com/zkaudit/zkaudit/proof/wrap"
)

// power states Y = X³ + Z for public Y and Z.
type power struct {
	Y, Z frontend.Variable `gnark:",public"`
	X    frontend.Variable
}

func (p *power) Define(api frontend.API) error {
	api.AssertIsEqual(p.Y, api.Add(api.Mul(p.X, p.X, p.X), p.Z))
	return nil
}

// example is a SNARK of power by gnark's own setup and prover.
var example = sync.OnceValues(func() (*wrap.Groth16SNARK, error) {
	logger.Disable()
	compiled, err := frontend.Compile(ecc.BN254.ScalarField(), r1cs.NewBuilder, &power{})
	if err != nil {
		return nil, err
	}
	circuit := compiled.(*cs.R1CS)
	pk, vk := &groth16.ProvingKey{}, &groth16.VerifyingKey{}
	if err := groth16.Setup(circuit, pk, vk); err != nil {
		return nil, err
	}
	z := new(big.Int).Sub(fr.Modulus(), big.NewInt(20)) // which gnark would print as -20
	full, err := frontend.NewWitness(&power{Y: 7, Z: z, X: 3}, ecc.BN254.ScalarField())
	if err != nil {
		return nil, err
	}
	proof, err := groth16.Prove(circuit, pk, full)
	if err != nil {
		return nil, err
	}
	public, err := full.Public()
	if err != nil {
		return nil, err
	}
	key := &wrap.Groth16Points{Alpha: vk.G1.Alpha, Beta: vk.G2.Beta, Gamma: vk.G2.Gamma, Delta: vk.G2.Delta, Public: vk.G1.K}
	return &wrap.Groth16SNARK{Key: key, A: proof.Ar, B: proof.Bs, C: proof.Krs, Public: public.Vector().(fr.Vector)}, nil
})

// exampleFiles are its files.
func exampleFiles(t *testing.T) Files {
	t.Helper()
	s, err := example()
	if err != nil {
		t.Fatal(err)
	}
	files, err := Encode(s)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// The files hold all that gnark verifies, and e(α, β) is that of its key.
func TestGnarkVerifiesFiles(t *testing.T) {
	files := exampleFiles(t)
	if err := verify(files); err != nil {
		t.Fatal(err)
	}
	if got := projective(&bn254.G1Affine{}); got != (g1{"0", "1", "0"}) {
		t.Errorf("infinity is %v", got)
	}
}

// No digit of any number is idle, and neither is a number's place.
func TestChangedDigitIsRefused(t *testing.T) {
	files := exampleFiles(t)
	for name, text := range files {
		changes := 0
		for i, c := range text {
			if c < '0' || c > '9' || !inNumber(text, i) {
				continue
			}
			changed := bytes.Clone(text)
			changed[i] = '0' + (c-'0'+1)%10
			changes++
			if changes%7 != 0 && testing.Short() {
				continue
			}
			others := maps.Clone(files)
			others[name] = changed
			if err := verify(others); err == nil {
				line := strings.Count(string(text[:i]), "\n") + 1
				t.Errorf("%s, line %d: %q taken for another digit", name, line, c)
			}
		}
		if changes < 70 {
			t.Errorf("%s: %d digits", name, changes)
		}
	}
}

// inNumber tells digits of decimal strings, and of nPublic, from those of names.
func inNumber(text []byte, at int) bool {
	from := at
	for from > 0 && text[from-1] >= '0' && text[from-1] <= '9' {
		from--
	}
	to := at
	for to < len(text) && text[to] >= '0' && text[to] <= '9' {
		to++
	}
	return text[from-1] == '"' && text[to] == '"' || text[from-1] == ' '
}

// verify decodes files strictly and verifies what they hold by gnark.
func verify(files Files) error {
	var p proofJSON
	var k keyJSON
	var public []string
	for name, v := range map[string]any{ProofFile: &p, KeyFile: &k, PublicFile: &public} {
		d := json.NewDecoder(strings.NewReader(string(files[name])))
		d.DisallowUnknownFields()
		if err := d.Decode(v); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if p.Protocol != protocol || p.Curve != curve || k.Protocol != protocol || k.Curve != curve || k.Inputs != len(public) || len(k.IC) != len(public)+1 {
		return fmt.Errorf("head or lengths")
	}
	var r reader
	proof := &groth16.Proof{Ar: r.g1(p.A), Krs: r.g1(p.C), Bs: r.g2(p.B)}
	vk := &groth16.VerifyingKey{}
	vk.G1.Alpha, vk.G2.Beta, vk.G2.Gamma, vk.G2.Delta = r.g1(k.Alpha), r.g2(k.Beta), r.g2(k.Gamma), r.g2(k.Delta)
	for _, point := range k.IC {
		vk.G1.K = append(vk.G1.K, r.g1(point))
	}
	inputs := make(fr.Vector, len(public))
	for i, s := range public {
		inputs[i].SetBigInt(r.number(s, fr.Modulus()))
	}
	target := r.e12(k.AlphaBeta)
	if r.err != nil {
		return r.err
	}
	if err := vk.Precompute(); err != nil {
		return err
	}
	if product, err := bn254.Pair([]bn254.G1Affine{vk.G1.Alpha}, []bn254.G2Affine{vk.G2.Beta}); err != nil || !product.Equal(&target) {
		return fmt.Errorf("e(α, β) differs: %v", err)
	}
	return groth16.Verify(proof, vk, inputs)
}

// reader reads what the package writes, and keeps the first error.
type reader struct{ err error }

func (r *reader) number(s string, modulus *big.Int) *big.Int {
	n, ok := new(big.Int).SetString(s, 10)
	if !ok || n.String() != s || n.Sign() < 0 || n.Cmp(modulus) >= 0 {
		r.err = fmt.Errorf("%q is no canonical number", s)
		return new(big.Int)
	}
	return n
}

func (r *reader) field(s string) (e fp.Element) { return *e.SetBigInt(r.number(s, fp.Modulus())) }

func (r *reader) g1(p g1) (out bn254.G1Affine) {
	if p == (g1{"0", "1", "0"}) {
		return out
	}
	out.X, out.Y = r.field(p[0]), r.field(p[1])
	if p[2] != "1" || !out.IsInSubGroup() {
		r.err = fmt.Errorf("%v is no point", p)
	}
	return out
}

func (r *reader) g2(p g2) (out bn254.G2Affine) {
	out.X.A0, out.X.A1 = r.field(p[0][0]), r.field(p[0][1])
	out.Y.A0, out.Y.A1 = r.field(p[1][0]), r.field(p[1][1])
	if p[2] != (e2{"1", "0"}) || !out.IsInSubGroup() {
		r.err = fmt.Errorf("%v is no point", p)
	}
	return out
}

func (r *reader) e12(z e12) (out bn254.GT) {
	to := [2][3][2]*fp.Element{
		{{&out.C0.B0.A0, &out.C0.B0.A1}, {&out.C0.B1.A0, &out.C0.B1.A1}, {&out.C0.B2.A0, &out.C0.B2.A1}},
		{{&out.C1.B0.A0, &out.C1.B0.A1}, {&out.C1.B1.A0, &out.C1.B1.A1}, {&out.C1.B2.A0, &out.C1.B2.A1}},
	}
	for i := range to {
		for j := range to[i] {
			for k := range to[i][j] {
				*to[i][j][k] = r.field(z[i][j][k])
			}
		}
	}
	return out
}
