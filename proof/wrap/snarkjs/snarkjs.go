package snarkjs

import (
	"encoding/json"
	"fmt"
	"math/big"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"

	"github.com/zkaudit/zkaudit/proof/wrap"
)

const (
	protocol = "groth16"
	curve    = "bn128"
)

// Files are the three files of a SNARK by name.
type Files map[string][]byte

// Names of the files that snarkjs takes.
const (
	ProofFile  = "proof.json"
	PublicFile = "public.json"
	KeyFile    = "verification_key.json"
)

// g1 and g2 are projective points, e2 and e12 elements of F_p² and F_p¹².
type (
	g1  [3]string
	e2  [2]string
	g2  [3]e2
	e12 [2][3]e2
)

type proofJSON struct {
	A        g1     `json:"pi_a"`
	B        g2     `json:"pi_b"`
	C        g1     `json:"pi_c"`
	Protocol string `json:"protocol"`
	Curve    string `json:"curve"`
}

type keyJSON struct {
	Protocol  string `json:"protocol"`
	Curve     string `json:"curve"`
	Inputs    int    `json:"nPublic"`
	Alpha     g1     `json:"vk_alpha_1"`
	Beta      g2     `json:"vk_beta_2"`
	Gamma     g2     `json:"vk_gamma_2"`
	Delta     g2     `json:"vk_delta_2"`
	AlphaBeta e12    `json:"vk_alphabeta_12"`
	IC        []g1   `json:"IC"`
}

// Encode returns the files of a SNARK.
func Encode(s *wrap.Groth16SNARK) (Files, error) {
	key, err := keyOf(s.Key)
	if err != nil {
		return nil, err
	}
	public := make([]string, len(s.Public))
	for i := range public {
		public[i] = decimal(&s.Public[i])
	}
	files := Files{}
	for name, content := range map[string]any{
		ProofFile:  proofJSON{projective(&s.A), projectiveG2(&s.B), projective(&s.C), protocol, curve},
		PublicFile: public,
		KeyFile:    key,
	} {
		text, err := json.MarshalIndent(content, "", " ")
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		files[name] = append(text, '\n')
	}
	return files, nil
}

func keyOf(k *wrap.Groth16Points) (*keyJSON, error) {
	product, err := bn254.Pair([]bn254.G1Affine{k.Alpha}, []bn254.G2Affine{k.Beta})
	if err != nil {
		return nil, fmt.Errorf("e(α, β): %w", err)
	}
	key := &keyJSON{
		Protocol: protocol, Curve: curve, Inputs: len(k.Public) - 1,
		Alpha: projective(&k.Alpha), Beta: projectiveG2(&k.Beta), Gamma: projectiveG2(&k.Gamma), Delta: projectiveG2(&k.Delta),
		AlphaBeta: target(&product),
	}
	for i := range k.Public {
		key.IC = append(key.IC, projective(&k.Public[i]))
	}
	return key, nil
}

func projective(p *bn254.G1Affine) g1 {
	if p.IsInfinity() {
		return g1{"0", "1", "0"}
	}
	return g1{decimal(&p.X), decimal(&p.Y), "1"}
}

func projectiveG2(p *bn254.G2Affine) g2 {
	zero, one := e2{"0", "0"}, e2{"1", "0"}
	if p.IsInfinity() {
		return g2{zero, one, zero}
	}
	return g2{pair(&p.X.A0, &p.X.A1), pair(&p.Y.A0, &p.Y.A1), one}
}

// target writes c_0 + c_1·w, w² = v, with c_i = b_0 + b_1·v + b_2·v², v³ = 9 + u.
func target(z *bn254.GT) e12 {
	c, d := &z.C0, &z.C1
	return e12{
		{pair(&c.B0.A0, &c.B0.A1), pair(&c.B1.A0, &c.B1.A1), pair(&c.B2.A0, &c.B2.A1)},
		{pair(&d.B0.A0, &d.B0.A1), pair(&d.B1.A0, &d.B1.A1), pair(&d.B2.A0, &d.B2.A1)},
	}
}

func pair(a, b *fp.Element) e2 { return e2{decimal(a), decimal(b)} }

// decimal writes the number from 0 that an element is; its own Text would write those
// next to the modulus as negative ones, which snarkjs refuses.
func decimal(e interface{ BigInt(*big.Int) *big.Int }) string { return e.BigInt(new(big.Int)).String() }
