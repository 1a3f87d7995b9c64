package poly

import (
	"math/bits"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

// wide is an unsigned accumulator of 320 bits for sums of products of a
// 32-bit integer and a field element (in Montgomery form, which is linear).
// It holds 2^32 such products.
type wide [5]uint64

// bias makes a signed 32-bit integer unsigned; the sum of products is
// corrected by bias·Σy at the end.
const bias = 1 << 31

// add accumulates x·y.
func (w *wide) add(x uint64, y *fr.Element) {
	h0, l0 := bits.Mul64(x, y[0])
	h1, l1 := bits.Mul64(x, y[1])
	h2, l2 := bits.Mul64(x, y[2])
	h3, l3 := bits.Mul64(x, y[3])
	var c uint64
	l1, c = bits.Add64(l1, h0, 0)
	l2, c = bits.Add64(l2, h1, c)
	l3, c = bits.Add64(l3, h2, c)
	h3 += c
	w[0], c = bits.Add64(w[0], l0, 0)
	w[1], c = bits.Add64(w[1], l1, c)
	w[2], c = bits.Add64(w[2], l2, c)
	w[3], c = bits.Add64(w[3], l3, c)
	w[4] += h3 + c
}

// reduce returns the accumulated value mod r.
func (w *wide) reduce() fr.Element {
	// The words stand for w[4]·2^256 + low in Montgomery representation,
	// whose radix is 2^256: the high word is the plain integer w[4], and
	// the low part is less than 6r.
	low := fr.Element{w[0], w[1], w[2], w[3]}
	for !below(&low) {
		subtractModulus(&low)
	}
	var high fr.Element
	high.SetUint64(w[4])
	low.Add(&low, &high)
	return low
}

// modulus is r, the order of the field, least significant word first.
var modulus = fr.Element{4891460686036598785, 2896914383306846353, 13281191951274694749, 3486998266802970665}

func below(e *fr.Element) bool {
	for i := 3; i >= 0; i-- {
		if e[i] != modulus[i] {
			return e[i] < modulus[i]
		}
	}
	return false
}

func subtractModulus(e *fr.Element) {
	var b uint64
	e[0], b = bits.Sub64(e[0], modulus[0], 0)
	e[1], b = bits.Sub64(e[1], modulus[1], b)
	e[2], b = bits.Sub64(e[2], modulus[2], b)
	e[3], _ = bits.Sub64(e[3], modulus[3], b)
}

// biasOf returns bias·Σy, what the sum of biased products is too large by.
func biasOf(y fr.Vector) fr.Element {
	sum := y.Sum()
	var b fr.Element
	b.SetUint64(bias)
	sum.Mul(&sum, &b)
	return sum
}

// dot returns Σ_i x_i·y_i, given biasOf(y). Requires len(x) = len(y) < 2^32.
func dot(x []int32, y fr.Vector, bias *fr.Element) fr.Element {
	var w wide
	for i, v := range x {
		w.add(uint64(uint32(v)^(1<<31)), &y[i])
	}
	r := w.reduce()
	r.Sub(&r, bias)
	return r
}

// lane is how many sums Contract keeps at a time when the contracted axis is
// not the last one.
const lane = 256

// Contract sums the middle axis of integer cells against weights:
//
//	out(o,i) = Σ_m weight(m)·cells(o,m,i)
//
// out is outer × inner. Requires len(cells) = outer·len(weight)·inner.
func Contract(out fr.Vector, cells []int32, outer int, weight fr.Vector, inner int) {
	b := biasOf(weight)
	mid := len(weight)
	if inner == 1 {
		Parallel(outer, max(1, Chunk/mid), func(lo, hi int) {
			for o := lo; o < hi; o++ {
				out[o] = dot(cells[o*mid:(o+1)*mid], weight, &b)
			}
		})
		return
	}
	lanes := (inner + lane - 1) / lane
	Parallel(outer*lanes, 1, func(lo, hi int) {
		var acc [lane]wide
		for k := lo; k < hi; k++ {
			o, i := k/lanes, (k%lanes)*lane
			n := min(lane, inner-i)
			contractLane(acc[:n], cells[o*mid*inner+i:], weight, inner)
			for j := range acc[:n] {
				s := acc[j].reduce()
				out[o*inner+i+j].Sub(&s, &b)
			}
		}
	})
}

// contractLane sets acc[j] = Σ_m weight(m)·cells(m·stride + j).
func contractLane(acc []wide, cells []int32, weight fr.Vector, stride int) {
	clear(acc)
	for m := range weight {
		row := cells[m*stride:]
		row = row[:len(acc)]
		y := &weight[m]
		for j, v := range row {
			acc[j].add(uint64(uint32(v)^(1<<31)), y)
		}
	}
}

// ContractField is Contract for field cells.
func ContractField(out, cells fr.Vector, outer int, weight fr.Vector, inner int) {
	mid := len(weight)
	if inner == 1 {
		Parallel(outer, max(1, Chunk/mid), func(lo, hi int) {
			for o := lo; o < hi; o++ {
				row := cells[o*mid : (o+1)*mid]
				out[o] = row.InnerProduct(weight)
			}
		})
		return
	}
	Parallel(outer, 1, func(lo, hi int) {
		t := make(fr.Vector, inner)
		for o := lo; o < hi; o++ {
			dst := out[o*inner : (o+1)*inner]
			clear(dst)
			for m := range weight {
				row := cells[(o*mid+m)*inner : (o*mid+m+1)*inner]
				t.ScalarMul(row, &weight[m])
				dst.Add(dst, t)
			}
		}
	})
}

// embed sets out[i] to the field element of cells[i].
func embed(out fr.Vector, cells []int32) {
	Parallel(len(cells), 4*Chunk, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			EmbedInto(&out[i], int64(cells[i]))
		}
	})
}

// EmbedInto sets e to the field element of v.
func EmbedInto(e *fr.Element, v int64) {
	switch v {
	case 0:
		*e = fr.Element{}
	case 1:
		e.SetOne()
	default:
		e.SetInt64(v)
	}
}

// ContractEach sums the middle axis of integer cells against weights of its
// own for each index of the first axis:
//
//	out(o,i) = Σ_m weight(o,m)·cells(o,m,i)
func ContractEach(out fr.Vector, cells []int32, weight fr.Vector, outer, mid, inner int) {
	lanes := (inner + lane - 1) / lane
	Parallel(outer*lanes, 1, func(lo, hi int) {
		var acc [lane]wide
		for k := lo; k < hi; k++ {
			o, i := k/lanes, (k%lanes)*lane
			n := min(lane, inner-i)
			w := weight[o*mid : (o+1)*mid]
			b := biasOf(w)
			contractLane(acc[:n], cells[o*mid*inner+i:], w, inner)
			for j := range acc[:n] {
				s := acc[j].reduce()
				out[o*inner+i+j].Sub(&s, &b)
			}
		}
	})
}

// Combine adds up weighted rows of integers, all as long as the result:
//
//	out(j) = Σ_k weight(k)·rows(k)(j)
func Combine(out fr.Vector, rows [][]int32, weight fr.Vector) {
	if len(rows) == 0 {
		clear(out)
		return
	}
	b := biasOf(weight)
	Parallel(len(out), lane, func(lo, hi int) {
		var acc [lane]wide
		for i := lo; i < hi; i += lane {
			n := min(lane, hi-i)
			clear(acc[:n])
			for k, row := range rows {
				y := &weight[k]
				for j, v := range row[i : i+n] {
					acc[j].add(uint64(uint32(v)^(1<<31)), y)
				}
			}
			for j := range acc[:n] {
				s := acc[j].reduce()
				out[i+j].Sub(&s, &b)
			}
		}
	})
}
