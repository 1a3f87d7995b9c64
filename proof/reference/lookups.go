package reference

import (
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/relation"
)

// Lookups is part of proof.Peer: the tree of fractions,
//
//	leaves       1_T(x)/(α − fp(x)), −m_i/(α − fp(i)), else 0/1
//	layer k      p/q of x = p/q of x + p/q of x + 2^k, in layer k+1
func (p *Peer) Lookups(alpha, beta fr.Element) {
	n := p.layout.Log
	p.p, p.q = make([][]fr.Element, n+1), make([][]fr.Element, n+1)
	p.p[n], p.q[n] = make([]fr.Element, 1<<n), make([]fr.Element, 1<<n)
	for x := range p.q[n] {
		p.q[n][x].SetOne()
	}
	for _, b := range p.layout.Blocks {
		for i := range 1 << b.Log {
			p.p[n][b.Offset+i], p.q[n][b.Offset+i] = p.leaf(b, i, alpha, beta)
		}
	}
	for k := n - 1; k >= 0; k-- {
		p.p[k], p.q[k] = make([]fr.Element, 1<<k), make([]fr.Element, 1<<k)
		for x := range p.q[k] {
			y := x + 1<<k
			p.p[k][x] = cross(p.p[k+1][x], p.p[k+1][y], p.q[k+1][x], p.q[k+1][y])
			p.q[k][x].Mul(&p.q[k+1][x], &p.q[k+1][y])
		}
	}
}

// cross returns p0·q1 + p1·q0.
func cross(p0, p1, q0, q1 fr.Element) fr.Element {
	p0.Mul(&p0, &q1)
	p1.Mul(&p1, &q0)
	p0.Add(&p0, &p1)
	return p0
}

func (p *Peer) leaf(b proof.Block, i int, alpha, beta fr.Element) (num, den fr.Element) {
	sys := p.layout.System
	columns := sys.Tables[b.Table].Columns
	if b.Lookup < 0 {
		num.Neg(&p.tables[sys.Tables[b.Table].Count][i])
	} else {
		columns = sys.Lookups[b.Lookup].Columns
		if isReal(sys.Tensor(columns[0]).Axes, i) {
			num.SetOne()
		}
	}
	// α − Σ_k β^k·v_k − β^Arity·tag
	den = alpha
	power := fr.One()
	for k := range p.layout.Arity + 1 {
		v := fr.NewElement(0)
		switch {
		case k < len(columns):
			v = p.tables[columns[k]][i]
		case k == p.layout.Arity:
			v = fr.NewElement(uint64(b.Table + 1))
		}
		v.Mul(&v, &power)
		den.Sub(&den, &v)
		power.Mul(&power, &beta)
	}
	return num, den
}

// isReal reports whether cell i has no index in the padding of an axis.
func isReal(axes []relation.Axis, i int) bool {
	for k := len(axes) - 1; k >= 0; k-- {
		if i%axes[k].Padded() >= axes[k].Size {
			return false
		}
		i /= axes[k].Padded()
	}
	return true
}

// layer is the sumcheck Σ_x eq(point,x)·(p0·q1 + p1·q0 + λ·q0·q1)(x).
type layer struct {
	p0, p1, q0, q1 []fr.Element
	point          []fr.Element // of the variables not yet bound
	lambda         fr.Element
}

// Fractions is part of proof.Peer.
func (p *Peer) Fractions(k int) [4]fr.Element {
	if k == 0 {
		return [4]fr.Element{p.p[1][0], p.p[1][1], p.q[1][0], p.q[1][1]}
	}
	l := &p.layer
	return [4]fr.Element{l.p0[0], l.p1[0], l.q0[0], l.q1[0]}
}

// Layer is part of proof.Peer.
func (p *Peer) Layer(k int, point []proof.Coord, lambda fr.Element) {
	num, den, half := p.p[k+1], p.q[k+1], 1<<k
	p.layer = layer{num[:half], num[half:], den[:half], den[half:], p.values(point), lambda}
}

// LayerRound is part of proof.Peer: the coefficients 1 and 2 of
//
//	h(X) = Σ_x eq(rest,x)·(p0·q1 + p1·q0 + λ·q0·q1)(X,x)
func (p *Peer) LayerRound() [2]fr.Element {
	eq := eqTable(p.layer.point[1:])
	values := make([]fr.Element, 3)
	for x := range values {
		l := p.layer.bind(fr.NewElement(uint64(x)))
		for i := range eq {
			var v fr.Element
			v.Mul(&l.q0[i], &l.q1[i])
			v.Mul(&v, &l.lambda)
			c := cross(l.p0[i], l.p1[i], l.q0[i], l.q1[i])
			v.Add(&v, &c)
			v.Mul(&v, &eq[i])
			values[x].Add(&values[x], &v)
		}
	}
	c := interpolate(values)
	return [2]fr.Element{c[1], c[2]}
}

func (l layer) bind(r fr.Element) layer {
	return layer{bind(l.p0, r), bind(l.p1, r), bind(l.q0, r), bind(l.q1, r), l.point[1:], l.lambda}
}

// LayerBind is part of proof.Peer.
func (p *Peer) LayerBind(r fr.Element) { p.layer = p.layer.bind(r) }
