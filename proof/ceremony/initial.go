package ceremony

import (
	"fmt"
	"math/bits"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr/fft"
	"github.com/consensys/gnark/constraint"
	cs "github.com/consensys/gnark/constraint/bn254"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/poly"
)

// Initial are the parameters of a circuit before the first contribution, γ = δ = 1.
// Of a wire that is on no such side the point is infinity.
type Initial struct {
	Alpha, Beta bn254.G1Affine
	BetaG2      bn254.G2Affine
	A, B        []bn254.G1Affine // [a_i]₁ and [b_i]₁ of each wire
	BG2         []bn254.G2Affine // [b_i]₂ of each wire
	Public      []bn254.G1Affine // [k_i]₁ of each public wire
	Private     []bn254.G1Affine // K: [k_i]₁ of each other wire
	Quotient    []bn254.G1Affine // Z: [τ^j·(τ^n − 1)]₁ in bit-reversed order, without j = n − 1

	phase1 [32]byte
	log    int
}

// Log returns how many powers of a first phase a circuit needs, as a power of two.
// It refuses circuits that Initialize does.
func Log(circuit *cs.R1CS) (int, error) {
	if info, ok := circuit.CommitmentInfo.(constraint.Groth16Commitments); !ok || len(info) > 0 {
		return 0, fmt.Errorf("ceremony: a circuit with commitments: %w", fault.ErrUnsupported)
	}
	n := circuit.GetNbConstraints()
	if n < 2 {
		return 0, fmt.Errorf("ceremony: a circuit of %d constraints, at least 2: %w", n, fault.ErrUnsupported)
	}
	return bits.Len(uint(n - 1)), nil
}

// Initialize computes the initial parameters of a circuit. They follow from the
// first phase, which has as many powers as Log says, with no choice left, and equal
// those of gnark's mpcsetup (TestInitializeIsGnarks).
func Initialize(circuit *cs.R1CS, p *commitments.Phase1) (*Initial, error) {
	log, err := Log(circuit)
	if err != nil {
		return nil, err
	}
	if p.Log != log {
		return nil, fmt.Errorf("ceremony: powers for 2^%d constraints, the circuit has up to 2^%d: %w", p.Log, log, fault.ErrUsage)
	}
	n := 1 << log
	basis := lagrangeOf(p)
	left := columnsOf(circuit, func(r *constraint.R1C) constraint.LinearExpression { return r.L })
	right := columnsOf(circuit, func(r *constraint.R1C) constraint.LinearExpression { return r.R })
	out := columnsOf(circuit, func(r *constraint.R1C) constraint.LinearExpression { return r.O })

	a, b, k := infinitiesG1(wires(circuit)), infinitiesG1(wires(circuit)), infinitiesG1(wires(circuit))
	in1 := newAdderG1(circuit)
	in1.add(a, left, basis.Tau)
	in1.add(b, right, basis.Tau)
	in1.add(k, out, basis.Tau)
	in1.add(k, right, basis.Alpha)
	in1.add(k, left, basis.Beta)
	b2 := make([]bn254.G2Jac, wires(circuit))
	for i := range b2 {
		b2[i].FromAffine(new(bn254.G2Affine))
	}
	newAdderG2(circuit).add(b2, right, basis.TauG2)

	public, all := circuit.GetNbPublicVariables(), affineG1(k)
	return &Initial{
		Alpha: p.Alpha[0], Beta: p.Beta[0], BetaG2: p.BetaG2,
		A: affineG1(a), B: affineG1(b), BG2: affineG2(b2),
		Public: all[:public:public], Private: all[public:], Quotient: quotient(p.Tau, n),
		phase1: p.Digest, log: log,
	}, nil
}

// lagrangeOf returns the Lagrange forms of powers. Where there are none it computes
// them, and leaves them there for other circuits of the size.
func lagrangeOf(p *commitments.Phase1) *commitments.Lagrange {
	if p.Lagrange != nil {
		return p.Lagrange
	}
	n := 1 << p.Log
	domain := fft.NewDomain(uint64(n), fft.WithoutPrecompute())
	p.Lagrange = &commitments.Lagrange{
		Tau:   affineG1(lagrange[bn254.G1Affine, bn254.G1Jac](p.Tau[:n], domain)),
		Alpha: affineG1(lagrange[bn254.G1Affine, bn254.G1Jac](p.Alpha, domain)),
		Beta:  affineG1(lagrange[bn254.G1Affine, bn254.G1Jac](p.Beta, domain)),
		TauG2: affineG2(lagrange[bn254.G2Affine, bn254.G2Jac](p.TauG2, domain)),
	}
	return p.Lagrange
}

func infinitiesG1(n int) []bn254.G1Jac {
	points := make([]bn254.G1Jac, n)
	for i := range points {
		points[i].FromAffine(new(bn254.G1Affine))
	}
	return points
}

// quotient returns [τ^j·(τ^n − 1)]₁ = [τ^(n+j)]₁ − [τ^j]₁ in bit-reversed order.
func quotient(tau []bn254.G1Affine, n int) []bn254.G1Affine {
	points := make([]bn254.G1Affine, n)
	poly.Parallel(n-1, 64, func(lo, hi int) {
		for j := lo; j < hi; j++ {
			points[reversed(j, n)].Sub(&tau[n+j], &tau[j])
		}
	})
	return points[:n-1] // the last one in either order is n − 1
}

// digest binds all initial parameters and the file that they come from.
func (in *Initial) digest() [32]byte {
	h := encode.NewHash("zkaudit/ceremony-initial/v1")
	h.Fixed(in.phase1[:])
	h.Int(in.log)
	for _, points := range [][]bn254.G1Affine{{in.Alpha, in.Beta}, in.A, in.B, in.Public, in.Private, in.Quotient} {
		h.Int(len(points))
		for i := range points {
			b := points[i].Bytes()
			h.Fixed(b[:])
		}
	}
	h.Int(len(in.BG2))
	for _, p := range append([]bn254.G2Affine{in.BetaG2}, in.BG2...) {
		b := p.Bytes()
		h.Fixed(b[:])
	}
	return h.Sum()
}
