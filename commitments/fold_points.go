package commitments

import (
	"encoding/binary"
	"math/bits"
	"sync/atomic"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

// shortScalar is a + b·λ for 64-bit a and b, where λ·(x, y) = (ω·x, y) is the
// endomorphism of the curve (Gallant, Lambert and Vanstone, CRYPTO 2001). All
// 2^128 of them are different: a + b·λ = 0 has no solution below 2^126. They
// multiply points at a quarter of the doublings.
type shortScalar struct{ a, b uint64 }

// shortScalarOf reads 128 bits.
func shortScalarOf(b [16]byte) shortScalar {
	return shortScalar{binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])}
}

// element returns a + b·λ.
func (s shortScalar) element() fr.Element {
	var a, b fr.Element
	lambda, _ := new(fr.Element).SetString(eigenvalue)
	a.SetUint64(s.a)
	b.SetUint64(s.b)
	b.Mul(&b, lambda)
	return *a.Add(&a, &b)
}

// The eigenvalue λ is a primitive cube root of one in the scalar field, ω the
// one in the base field that belongs to it.
const (
	eigenvalue         = "4407920970296243842393367215006156084916469457145843978461"
	endomorphismFactor = "2203960485148121921418603742825762020974279258880205651966"
)

// foldPoints returns low_j + s·high_j for all j. Requires as many points in
// both, none of them infinity, and s not 0.
//
// Blocks of points go through the same doublings and additions, so that the
// affine formulas run over all points of a block with one inversion.
func foldPoints(low, high []bn254.G1Affine, s shortScalar) []bn254.G1Affine {
	sums := make([]bn254.G1Affine, len(low))
	blocks := (len(low) + batchPairs - 1) / batchPairs
	team := fullCrew()
	var next atomic.Int64
	inParallel(min(len(team), blocks), func(w int) {
		m := &pointFolder{pairBatch: team[w].batch}
		for i := int(next.Add(1)) - 1; i < blocks; i = int(next.Add(1)) - 1 {
			from, to := i*batchPairs, min(len(low), (i+1)*batchPairs)
			m.fold(sums[from:to], low[from:to], high[from:to], s)
		}
	})
	return sums
}

// pointFolder multiplies the points of one block by a common scalar.
type pointFolder struct {
	*pairBatch
	sum  []bn254.G1Affine
	term [4][]bn254.G1Affine // 1: P, 2: λ·P, 3: P + λ·P
}

func (m *pointFolder) fold(dst, low, high []bn254.G1Affine, s shortScalar) {
	factor, _ := new(fp.Element).SetString(endomorphismFactor)
	m.term[1] = high
	m.term[2] = make([]bn254.G1Affine, len(high))
	m.term[3] = make([]bn254.G1Affine, len(high))
	for j := range high {
		m.term[2][j].X.Mul(&high[j].X, factor)
		m.term[2][j].Y = high[j].Y
	}
	m.addAll(m.term[3], m.term[1], m.term[2])
	m.sum = nil
	for k := bits.Len64(s.a|s.b) - 1; k >= 0; k-- {
		if m.sum != nil {
			m.doubleAll(m.sum)
		}
		switch t := m.term[s.a>>k&1|s.b>>k&1<<1]; {
		case t == nil:
		case m.sum == nil:
			m.sum = append([]bn254.G1Affine(nil), t...)
		default:
			m.addAll(m.sum, m.sum, t)
		}
	}
	m.addAll(dst, low, m.sum)
}

// addAll sets dst_j = p_j + q_j.
func (b *pairBatch) addAll(dst, p, q []bn254.G1Affine) {
	for j := range dst {
		b.add(&dst[j], &p[j], &q[j])
	}
	b.flush()
}

// doubleAll doubles points, of which none is infinity (and none has order 2):
//
//	λ = 3x²/2y,  x' = λ² − 2x,  y' = λ·(x − x') − y
func (b *pairBatch) doubleAll(p []bn254.G1Affine) {
	for len(p) > 0 {
		n := min(len(p), batchPairs)
		for j := range p[:n] {
			b.ax[j], b.ay[j] = p[j].X, p[j].Y
		}
		wide := b.fill(n)
		ax, ay, bx, by, dx := b.ax[:wide], b.ay[:wide], b.bx[:wide], b.by[:wide], b.dx[:wide]
		copy(bx, ax)
		dx.Add(ay, ay)
		invert(b.inv[:wide], dx, b.pre)
		by.Mul(ax, ax)
		dx.Add(by, by)
		by.Add(by, dx)
		b.chord(wide)
		for j := range p[:n] {
			p[j].X, p[j].Y = b.pre[j], b.inv[j]
		}
		p = p[n:]
	}
}

// fill rounds n up to whole lanes and puts there what has an inverse.
func (b *pairBatch) fill(n int) int {
	wide := (n + batchLanes - 1) / batchLanes * batchLanes
	for i := n; i < wide; i++ {
		b.ax[i].SetZero()
		b.ay[i].SetOne()
	}
	return wide
}
