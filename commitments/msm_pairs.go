package commitments

import (
	"math/bits"
	"sync/atomic"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
)

const (
	// batchPairs is how many point additions share one field inversion. Their
	// eight vectors, half a megabyte, stay in the second-level cache.
	batchPairs = 2048
	// batchLanes is how many products of that inversion are left to scalar code.
	batchLanes = 16
)

// pairBatch adds pairs of affine points, batchPairs at a time, each formula a
// vector operation over the batch:
//
//	λ = (y_b − y_a)/(x_b − x_a)
//	x = λ² − x_a − x_b
//	y = λ·(x_a − x) − y_a
//
// Pairs for which this is wrong (equal x; infinity) are found and done apart.
type pairBatch struct {
	n              int
	ax, ay, bx, by fp.Vector
	dx, inv, pre   fp.Vector         // pre is twice as long
	out            []*bn254.G1Affine // where the sums go

	// infinities is shared by all batches of one multi-scalar multiplication:
	// set once a sum was infinity, which the formulas take for a point (0,0).
	infinities *atomic.Bool
}

func newPairBatch() *pairBatch {
	vectors := make(fp.Vector, 8*batchPairs)
	cut := func(i int) fp.Vector { return vectors[i*batchPairs : (i+1)*batchPairs : (i+1)*batchPairs] }
	return &pairBatch{
		ax: cut(0), ay: cut(1), bx: cut(2), by: cut(3), dx: cut(4), inv: cut(5), pre: vectors[6*batchPairs:],
		out:        make([]*bn254.G1Affine, batchPairs),
		infinities: new(atomic.Bool),
	}
}

// add puts *out = p + q in the batch. out may be overwritten by the caller
// only after flush; p and q are copied.
func (b *pairBatch) add(out, p, q *bn254.G1Affine) {
	i := b.n
	b.ax[i], b.ay[i] = p.X, p.Y
	b.bx[i], b.by[i] = q.X, q.Y
	b.out[i] = out
	if b.n++; b.n == batchPairs {
		b.flush()
	}
}

// addSigned is add with p negated if the low bit of sp is 1, and q of sq.
func (b *pairBatch) addSigned(out, p, q *bn254.G1Affine, sp, sq uint32) {
	i := b.n
	b.ax[i], b.bx[i] = p.X, q.X
	negateIf(&b.ay[i], &p.Y, sp)
	negateIf(&b.by[i], &q.Y, sq)
	b.out[i] = out
	if b.n++; b.n == batchPairs {
		b.flush()
	}
}

// flush computes the sums in the batch and empties it.
func (b *pairBatch) flush() {
	if b.n == 0 {
		return
	}
	n := (b.n + batchLanes - 1) / batchLanes * batchLanes
	for i := b.n; i < n; i++ { // unused lanes: x_b − x_a = 1
		b.ax[i].SetZero()
		b.bx[i].SetOne()
	}
	ax, ay, bx, by, dx := b.ax[:n], b.ay[:n], b.bx[:n], b.by[:n], b.dx[:n]

	dx.Sub(bx, ax)
	apart := b.invertDifferences(n)
	by.Sub(by, ay)
	b.chord(n)
	for i := range b.n {
		b.out[i].X, b.out[i].Y = b.pre[i], b.inv[i]
	}
	for _, a := range apart {
		*b.out[a.index] = a.sum
	}
	b.n = 0
}

// chord sets pre and inv to x and y of the sums, from inv = 1/(x_b − x_a) and
// by = y_b − y_a, or what stands for them in a doubling.
func (b *pairBatch) chord(n int) {
	ax, bx, pre, inv := b.ax[:n], b.bx[:n], b.pre[:n], b.inv[:n]
	inv.Mul(inv, b.by[:n]) // λ
	pre.Mul(inv, inv)      // λ²
	pre.Sub(pre, ax)       //
	pre.Sub(pre, bx)       // x
	ax.Sub(ax, pre)        //
	inv.Mul(inv, ax)       //
	inv.Sub(inv, b.ay[:n]) // y
}

// apartSum is a sum done outside the vector formulas.
type apartSum struct {
	index int
	sum   bn254.G1Affine
}

// invertDifferences sets inv = 1/dx. Exceptional pairs are summed one by one
// and returned, their difference replaced by 1.
func (b *pairBatch) invertDifferences(n int) []apartSum {
	var apart []apartSum
	if b.infinities.Load() {
		apart = b.setApart(apart)
	}
	if !invert(b.inv[:n], b.dx[:n], b.pre) {
		apart = b.setApart(apart)
		invert(b.inv[:n], b.dx[:n], b.pre)
	}
	return apart
}

// invert sets dst = 1/src by products of pairs, of pairs of those, and so on, and back:
//
//	1/a = b·(1/ab), 1/b = a·(1/ab)
//
// with one inversion in all. It returns false if there is a zero in src. Requires
// batchLanes to divide the length, and as much room again and twice batchLanes in pre.
func invert(dst, src, pre fp.Vector) bool {
	n := len(src)
	if n == batchLanes {
		return invertLanes(dst, src)
	}
	half := (n/batchLanes + 1) / 2 * batchLanes
	paired := n - half // a[i]·b[i], and after these what has no partner
	a, b, products := src[:paired], src[half:], pre[:half]
	left := products[:paired]
	left.Mul(a, b)
	copy(products[paired:], src[paired:half])
	if !invert(dst[:half], products, pre[half:]) {
		return false
	}
	left, right := dst[:paired], dst[half:n]
	right.Mul(left, a)
	left.Mul(left, b)
	return true
}

// invertLanes is invert in scalar code.
func invertLanes(dst, src fp.Vector) bool {
	product := fp.One()
	for i := range src {
		dst[i] = product
		product.Mul(&product, &src[i])
	}
	if product.IsZero() {
		return false
	}
	product.Inverse(&product)
	for i := len(src) - 1; i >= 0; i-- {
		dst[i].Mul(&dst[i], &product)
		product.Mul(&product, &src[i])
	}
	return true
}

// setApart sums the pairs that have equal x or an infinity.
func (b *pairBatch) setApart(apart []apartSum) []apartSum {
	for i := range b.n {
		p := bn254.G1Affine{X: b.ax[i], Y: b.ay[i]}
		q := bn254.G1Affine{X: b.bx[i], Y: b.by[i]}
		if !b.dx[i].IsZero() && !p.IsInfinity() && !q.IsInfinity() {
			continue
		}
		a := apartSum{index: i}
		a.sum.Add(&p, &q)
		if a.sum.IsInfinity() {
			b.infinities.Store(true)
		}
		b.dx[i].SetOne()
		apart = append(apart, a)
	}
	return apart
}

// The modulus of the base field, least significant limb first.
const (
	fpQ0 = 0x3c208c16d87cfd47
	fpQ1 = 0x97816a916871ca8d
	fpQ2 = 0xb85045b68181585d
	fpQ3 = 0x30644e72e131a029
)

// negateIf sets dst to src, or to −src if the low bit of sign is 1, without a
// branch: signs of witness cells are as good as random.
// Requires 0 < src: no point of the curve has y = 0.
func negateIf(dst, src *fp.Element, sign uint32) {
	mask := -uint64(sign & 1)
	d0, borrow := bits.Sub64(fpQ0, src[0], 0)
	d1, borrow := bits.Sub64(fpQ1, src[1], borrow)
	d2, borrow := bits.Sub64(fpQ2, src[2], borrow)
	d3, _ := bits.Sub64(fpQ3, src[3], borrow)
	dst[0] = src[0] ^ mask&(src[0]^d0)
	dst[1] = src[1] ^ mask&(src[1]^d1)
	dst[2] = src[2] ^ mask&(src[2]^d2)
	dst[3] = src[3] ^ mask&(src[3]^d3)
}
