package evm

import (
	"fmt"
	"slices"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr/fft"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/poly"
)

// openedClaim is a claim on a public tensor that is opened.
type openedClaim struct {
	table  int
	number int // among all public claims
}

// evaluated is a claim with its point and value.
type evaluated struct {
	table int
	point []fr.Element // first coordinate for the most significant bit
	value fr.Element
}

// tableProof shows what the opened tensors are at the claims' points (Tables.sol):
//
//	Σ_c η^c·(T_c(X)·e_c(1/X) + T_c(1/X)·e_c(X)) = 2·Σ_c η^c·v_c + X·S(X) + S(1/X)/X
//
// where T(X) = Σ t_j·X^j has the cells of a tensor and e_c(X) = Σ eq(r_c, j)·X^j.
type tableProof struct {
	sum, quotient, witness bn254.G1Affine // S, Q, W
	evaluations            []fr.Element   // T(β), T(1/β) of each tensor, S(β)
}

func (p *tableProof) append(b []byte) []byte {
	return commitments.AppendScalars(appendCoordinates(b, p.sum, p.quotient, p.witness), p.evaluations)
}

// chain is a hash chain over keccak256.
type chain [32]byte

func (c *chain) absorb(b []byte) { *c = Keccak256(slices.Concat(c[:], b)) }

func (c *chain) challenge() (e fr.Element) {
	e.SetBytes(c[:])
	return e
}

// openTables proves the claims of a call whose exposed values were combined by base.
// A claim that is false is fault.ErrRejected.
func (c *Class) openTables(claims []evaluated, base fr.Element) (*tableProof, error) {
	for i, e := range claims {
		if v := poly.Evaluate(append(fr.Vector(nil), c.tables[e.table].cells...), e.point); !v.Equal(&e.value) {
			return nil, fmt.Errorf("opened claim %d: %w", i, fault.ErrRejected)
		}
	}
	seed := base.Bytes()
	t := chain(Keccak256(slices.Concat(c.ID[:], seed[:])))
	sum := c.crossSum(claims, t.challenge())
	p := &tableProof{}
	var err error
	if p.sum, err = c.commit(sum); err != nil {
		return nil, err
	}
	t.absorb(appendCoordinates(nil, p.sum))
	beta := t.challenge()
	inverse := *new(fr.Element).Inverse(&beta)
	if beta.Equal(&inverse) || beta.IsZero() {
		return nil, fmt.Errorf("opened tensors: degenerate challenge: %w", fault.ErrRejected)
	}
	for _, tab := range c.tables {
		p.evaluations = append(p.evaluations, horner(tab.cells, beta), horner(tab.cells, inverse))
	}
	p.evaluations = append(p.evaluations, horner(sum, beta))
	t.absorb(commitments.AppendScalars(nil, p.evaluations))
	return p, c.openAt(p, sum, [2]fr.Element{beta, inverse}, t)
}

// crossSum returns S:
//
//	s_(d−1) = Σ_c η^c·(Σ_(j−i=d) t_j·e_i + Σ_(i−j=d) t_j·e_i),   0 < d < 2^ℓ
//
// by the product of each tensor's polynomial with the reversed e's of its claims.
func (c *Class) crossSum(claims []evaluated, eta fr.Element) fr.Vector {
	n := 1 << c.Layout.RowLog
	domain := fft.NewDomain(uint64(2 * n))
	product := make(fr.Vector, 2*n)
	for t := range c.tables {
		reversed, weight := make(fr.Vector, 2*n), fr.One()
		for _, e := range claims {
			if e.table == t {
				for j, v := range poly.Eq(e.point) {
					v.Mul(&v, &weight)
					reversed[n-1-j].Add(&reversed[n-1-j], &v)
				}
			}
			weight.Mul(&weight, &eta)
		}
		cells := make(fr.Vector, 2*n)
		copy(cells, c.tables[t].cells)
		domain.FFT(cells, fft.DIF)
		domain.FFT(reversed, fft.DIF)
		for i := range product {
			cells[i].Mul(&cells[i], &reversed[i])
			product[i].Add(&product[i], &cells[i])
		}
	}
	domain.FFTInverse(product, fft.DIT)
	sum := make(fr.Vector, n)
	for d := 1; d < n; d++ {
		sum[d-1].Add(&product[n-1+d], &product[n-1-d])
	}
	return sum
}

// openAt opens B = Σ γ^t·T_t + γ^count·S at two points at once:
//
//	q = (B − I)/Z,  Z = (X−β)·(X−1/β),  I interpolates B on the roots of Z
//	witness = (B − I(z) − Z(z)·q)/(X−z)
func (c *Class) openAt(p *tableProof, sum fr.Vector, roots [2]fr.Element, t chain) error {
	gamma := t.challenge()
	b, power := make(fr.Vector, len(sum)), fr.One()
	for _, f := range append(c.cells(), sum) {
		for j := range f {
			var v fr.Element
			v.Mul(&f[j], &power)
			b[j].Add(&b[j], &v)
		}
		power.Mul(&power, &gamma)
	}
	q := append(fr.Vector(nil), b...)
	for i := range roots {
		divideByLinear(q, roots[i])
	}
	var err error
	if p.quotient, err = c.commit(q); err != nil {
		return err
	}
	t.absorb(appendCoordinates(nil, p.quotient))
	z := t.challenge()
	vanishing := fr.One()
	for i := range roots {
		vanishing.Mul(&vanishing, new(fr.Element).Sub(&z, &roots[i]))
	}
	// The constant −I(z) does not change the quotient by X − z.
	q.ScalarMul(q, &vanishing)
	b.Sub(b, q)
	divideByLinear(b, z)
	p.witness, err = c.commit(b)
	return err
}

func (c *Class) cells() []fr.Vector {
	var list []fr.Vector
	for _, t := range c.tables {
		list = append(list, t.cells)
	}
	return list
}

// commit commits to a polynomial without blinding.
func (c *Class) commit(p fr.Vector) (bn254.G1Affine, error) {
	rows, err := c.setup.CommitField(p, nil)
	if err != nil {
		return bn254.G1Affine{}, fmt.Errorf("opened tensors: %w", err)
	}
	return rows[0], nil
}

// horner returns p(x).
func horner(p fr.Vector, x fr.Element) (v fr.Element) {
	for j := len(p) - 1; j >= 0; j-- {
		v.Mul(&v, &x).Add(&v, &p[j])
	}
	return v
}

// divideByLinear replaces p by its quotient by X − a, whose top coefficient is 0, and
// drops the remainder: q_{j-1} = p_j + a·q_j.
func divideByLinear(p fr.Vector, a fr.Element) {
	var carry, t fr.Element
	for j := len(p) - 1; j >= 0; j-- {
		t.Mul(&carry, &a)
		carry, p[j] = *new(fr.Element).Add(&p[j], &t), carry
	}
}
