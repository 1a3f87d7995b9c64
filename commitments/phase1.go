package commitments

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/mpcsetup"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// Phase1 holds what the second phase of a ceremony for circuits of n = 2^Log
// constraints starts from: powers of τ, alone and times α and β.
type Phase1 struct {
	Log    int
	Digest [32]byte // SHA-256 of the file

	Tau    []bn254.G1Affine // [τ^j]G, j < 2n − 1
	Alpha  []bn254.G1Affine // [α·τ^j]G, j < n
	Beta   []bn254.G1Affine // [β·τ^j]G, j < n
	TauG2  []bn254.G2Affine // [τ^j]G₂, j < n; of a prepared file j < 2 alone
	BetaG2 bn254.G2Affine   // [β]G₂

	Lagrange *Lagrange // of a file that has them, or of whoever has computed them
	Prepared bool      // the file has them
}

// Insecure reports whether τ is the development one, which everybody knows.
func (p *Phase1) Insecure() (bool, error) {
	v, err := newPowersVerifier(MinRowBits, p.TauG2[1])
	if err != nil {
		return false, err
	}
	return v.Insecure, nil
}

// ReadPhase1 reads the powers for circuits of 2^log constraints from a .ptau file.
// Sizes are checked as in ImportPTau; every point is checked to be in its group and
// not infinity; and each section to hold consecutive powers of one τ, neither 0 nor
// 1, by random combination. Of a prepared file the Lagrange forms are read, too, and
// compared with the powers. Errors wrap fault.ErrMalformed, naming the section,
// fault.ErrUnsupported for another curve, fault.ErrUsage for a file of fewer powers,
// or fault.ErrInput. That α, β and τ are forgotten nobody can check: the caller
// compares Digest with what the ceremony's publisher states.
func ReadPhase1(path string, log int) (p *Phase1, err error) {
	defer fault.Catch(&err, "powers of tau", fault.ErrMalformed)
	if log < 1 || log > maxPTauLog {
		return nil, fmt.Errorf("powers of tau: for circuits of 2^%d constraints, want 2^1 to 2^%d: %w", log, maxPTauLog, fault.ErrUsage)
	}
	digest, err := withFile(path, func(file io.ReaderAt, size int64) (err error) {
		p, err = readPhase1(file, size, log)
		return err
	})
	if err != nil {
		return nil, err
	}
	p.Digest = digest
	return p, nil
}

func readPhase1(file io.ReaderAt, size int64, log int) (*Phase1, error) {
	sections, about, err := ptauLayout(file, size)
	if err != nil {
		return nil, err
	}
	if log > about.Log {
		return nil, fmt.Errorf("powers of tau: a file for 2^%d constraints, the circuit needs 2^%d: %w", about.Log, log, fault.ErrUsage)
	}
	hasLagrange, err := prepared(sections, about.Log)
	if err != nil {
		return nil, err
	}
	n := 1 << log
	p := &Phase1{Log: log, Tau: make([]bn254.G1Affine, 2*n-1), Alpha: make([]bn254.G1Affine, n), Beta: make([]bn254.G1Affine, n), TauG2: make([]bn254.G2Affine, n)}
	if p.Prepared = hasLagrange; hasLagrange {
		p.TauG2 = p.TauG2[:2]
	}
	for _, section := range []struct {
		kind   uint32
		points []bn254.G1Affine
	}{{ptauG1, p.Tau}, {ptauAlpha, p.Alpha}, {ptauBeta, p.Beta}} {
		if err := readG1(file, section.kind, sections[section.kind], section.points); err != nil {
			return nil, err
		}
	}
	if err := readG2(file, ptauG2, sections[ptauG2], p.TauG2); err != nil {
		return nil, err
	}
	betaG2 := make([]bn254.G2Affine, 1)
	if err := readG2(file, ptauBetaG2, sections[ptauBetaG2], betaG2); err != nil {
		return nil, err
	}
	p.BetaG2 = betaG2[0]
	if hasLagrange {
		if p.Lagrange, err = readLagrangeForms(file, sections, n); err != nil {
			return nil, err
		}
	}
	return p, p.check()
}

func readG1(file io.ReaderAt, kind uint32, at span, points []bn254.G1Affine) error {
	r := bufio.NewReaderSize(io.NewSectionReader(file, at.from, at.size), 1<<16)
	for j := range points {
		if err := readCoordinates(r, &points[j].X, &points[j].Y); err != nil {
			return fmt.Errorf("section %d, power %d: %w", kind, j, err)
		}
		if points[j].IsInfinity() || !points[j].IsOnCurve() { // of prime order: on the curve is in the subgroup
			return badPTau("section %d, power %d: infinity or off the curve", kind, j)
		}
	}
	return nil
}

func readG2(file io.ReaderAt, kind uint32, at span, points []bn254.G2Affine) error {
	r := bufio.NewReaderSize(io.NewSectionReader(file, at.from, at.size), 1<<16)
	for j := range points {
		if err := readCoordinates(r, &points[j].X.A0, &points[j].X.A1, &points[j].Y.A0, &points[j].Y.A1); err != nil {
			return fmt.Errorf("section %d, power %d: %w", kind, j, err)
		}
	}
	var wrong atomic.Int64 // 1 + the power of a wrong point
	const chunk = 256
	inParallel((len(points)+chunk-1)/chunk, func(i int) {
		for j := i * chunk; j < min(i*chunk+chunk, len(points)); j++ {
			if points[j].IsInfinity() || !points[j].IsOnCurve() || !points[j].IsInSubGroup() {
				wrong.Store(int64(j + 1))
				return
			}
		}
	})
	if j := wrong.Load(); j > 0 {
		return badPTau("section %d, power %d: infinity, off the curve or outside the subgroup", kind, j-1)
	}
	return nil
}

// check compares all powers with [τ]G₂, and [β]G₂ with [β]G:
//
//	e(Σ ρ^j·[τ^j]G, [τ]G₂) = e(Σ ρ^j·[τ^(j+1)]G, G₂)
//
// for each section, ρ drawn afresh.
func (p *Phase1) check() error {
	_, _, g1, g2 := bn254.Generators()
	switch {
	case !p.Tau[0].Equal(&g1):
		return badPTau("section %d, power 0: not the generator", ptauG1)
	case !p.TauG2[0].Equal(&g2):
		return badPTau("section %d, power 0: not the generator", ptauG2)
	case p.TauG2[1].Equal(&g2):
		return badPTau("τ is 1")
	}
	for _, section := range []struct {
		kind uint32
		g1   []bn254.G1Affine
		g2   []bn254.G2Affine
	}{
		{ptauG1, p.Tau, p.TauG2[:2]}, {ptauG2, p.Tau[:2], p.TauG2},
		{ptauAlpha, p.Alpha, p.TauG2[:2]}, {ptauBeta, p.Beta, p.TauG2[:2]},
	} {
		if err := mpcsetup.SameRatioMany(section.g1, section.g2); err != nil {
			return badPTau("section %d: not consecutive powers of the τ of section %d", section.kind, ptauG2)
		}
	}
	var negated bn254.G1Affine
	negated.Neg(&g1)
	same, err := bn254.PairingCheck([]bn254.G1Affine{p.Beta[0], negated}, []bn254.G2Affine{g2, p.BetaG2})
	if err != nil || !same {
		return errors.Join(badPTau("section %d: not the β of section %d", ptauBetaG2, ptauBeta), err)
	}
	if p.Lagrange != nil {
		return p.checkLagrange()
	}
	return nil
}
