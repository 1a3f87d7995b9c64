package commitments

import (
	"errors"
	"fmt"
	"math/big"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// CommitInt32 commits to a tensor of small signed integers, cut in rows of
// 2^ℓ cells (the last one zero-extended):
//
//	C_i = Σ_j T_ij·[τ^j]G + ρ_i·H
//
// blind holds one ρ_i per row; nil means none, for public tables only.
// Protocol, section 12.
func (s *Setup) CommitInt32(cells []int32, blind []fr.Element) ([]bn254.G1Affine, error) {
	return commitRows(s, cells, blind, msmSigned[int32])
}

// CommitInt64 is CommitInt32 for wider integers, such as weights.
// Protocol, section 12.
func (s *Setup) CommitInt64(cells []int64, blind []fr.Element) ([]bn254.G1Affine, error) {
	return commitRows(s, cells, blind, msmSigned[int64])
}

// CommitField is CommitInt32 for cells that fill the field.
// Protocol, section 12.
func (s *Setup) CommitField(cells []fr.Element, blind []fr.Element) ([]bn254.G1Affine, error) {
	return commitRows(s, cells, blind, msmField)
}

func commitRows[T any](s *Setup, cells []T, blind []fr.Element, msm func(crew, []bn254.G1Affine, []T) (bn254.G1Jac, error)) ([]bn254.G1Affine, error) {
	if len(cells) == 0 {
		return nil, fmt.Errorf("commit: a tensor without cells: %w", fault.ErrUsage)
	}
	rows := s.Rows(len(cells))
	if blind != nil && len(blind) != rows {
		return nil, fmt.Errorf("commit: %d blinding factors for %d rows: %w", len(blind), rows, fault.ErrUsage)
	}
	sums := make([]bn254.G1Jac, rows)
	errs := make([]error, rows)
	all := fullCrew()
	all.spread(rows, func(c crew, i int) {
		row := cells[i<<s.RowBits : min(len(cells), (i+1)<<s.RowBits)]
		sums[i], errs[i] = msm(c, s.G1[:len(row)], row)
		if blind != nil {
			addMultiple(&sums[i], &s.H, &blind[i])
		}
	})
	all.dismiss()
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("commit: %w", err)
	}
	return bn254.BatchJacobianToAffineG1(sums), nil
}

// CommitHashed commits to values in the places from, from+1, … of a vector, by
// the setup's hashed generators, whatever rows are committed with:
//
//	C = Σ_j v_j·G_(from+j) + ρ·H
func (s *Setup) CommitHashed(from int, v []fr.Element, rho *fr.Element) (bn254.G1Affine, error) {
	g := s.Hashed.First(from + len(v))[from:]
	var sum bn254.G1Jac
	if len(v) <= fewScalars {
		for j := range v {
			addMultiple(&sum, &g[j], &v[j])
		}
	} else {
		var err error
		all := fullCrew()
		if sum, err = msmField(all, g, v); err != nil {
			return bn254.G1Affine{}, fmt.Errorf("commit: %w", err)
		}
		all.dismiss()
	}
	addMultiple(&sum, &s.H, rho)
	return *new(bn254.G1Affine).FromJacobian(&sum), nil
}

// fewScalars is how many points are multiplied one by one.
const fewScalars = 8

// CommitScalar returns t·U + ρ·H.
func (s *Setup) CommitScalar(t, rho *fr.Element) bn254.G1Affine {
	var sum bn254.G1Jac
	addMultiple(&sum, &s.U, t)
	addMultiple(&sum, &s.H, rho)
	return *new(bn254.G1Affine).FromJacobian(&sum)
}

// RemoveBlinding returns c − ρ·H, the commitment without its blinding.
func (v *VerifierSetup) RemoveBlinding(c bn254.G1Affine, rho fr.Element) bn254.G1Affine {
	neg := *new(fr.Element).Neg(&rho)
	sum := *new(bn254.G1Jac).FromAffine(&c)
	addMultiple(&sum, &v.H, &neg)
	return *new(bn254.G1Affine).FromJacobian(&sum)
}

// addMultiple adds k·base to sum.
func addMultiple(sum *bn254.G1Jac, base *bn254.G1Affine, k *fr.Element) {
	var t bn254.G1Jac
	t.FromAffine(base)
	t.ScalarMultiplication(&t, k.BigInt(new(big.Int)))
	sum.AddAssign(&t)
}

// FoldCommitments returns Σ_i weights_i·rows_i, what the verifier of a claim
// at (r_hi, r_lo) opens at r_lo when weights_i = eq(r_hi, i).
func FoldCommitments(rows []bn254.G1Affine, weights []fr.Element) (bn254.G1Jac, error) {
	var sum bn254.G1Jac
	if len(rows) != len(weights) {
		return sum, fmt.Errorf("fold: %d weights for %d rows: %w", len(weights), len(rows), fault.ErrUsage)
	}
	if _, err := sum.MultiExp(rows, weights, ecc.MultiExpConfig{}); err != nil {
		return sum, fmt.Errorf("fold: %w", err)
	}
	return sum, nil
}
