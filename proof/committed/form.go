package committed

import "github.com/consensys/gnark-crypto/ecc/bn254/fr"

// Form is what a verifier knows of a value that depends on the hidden vector m: a
// constant, and a node of a tape for the rest. The zero value is the constant 0.
//
// A coefficient that is 0 keeps its node, so that which nodes there are, and of
// which degree a form is, follows from the layout and not from challenges.
type Form struct {
	constant fr.Element
	node     int // from 1; 0: nothing hidden
	degree   int // in m, at most 2
}

// operation is what a node does.
type operation uint8

const (
	variableNode operation = iota // m_left
	sumNode                       // left + scale·right, left 0 for nothing
	productNode                   // left·right, both of degree one
)

// node is a polynomial in m without a constant, made of earlier ones.
type node struct {
	operation
	left, right int
	scale       fr.Element
}

// tape holds what forms are made of, in the order made: n operations of the script
// take n nodes, however many hidden values they come from. (Written out, forms grow
// with the conversation, and time with its square.)
type tape struct{ nodes []node }

func constant(c fr.Element) Form { return Form{constant: c} }

// isConstant reports whether no hidden value is in the form.
func (f *Form) isConstant() bool { return f.node == 0 }

// add appends a node.
func (t *tape) add(n node) int {
	t.nodes = append(t.nodes, n)
	return len(t.nodes)
}

// variable returns the form m_index.
func (t *tape) variable(index int) Form {
	return Form{node: t.add(node{operation: variableNode, left: index}), degree: 1}
}

// plus returns f + k·g.
func (t *tape) plus(f, g Form, k fr.Element) Form {
	var c fr.Element
	f.constant.Add(&f.constant, c.Mul(&g.constant, &k))
	if !g.isConstant() {
		f.node, f.degree = t.add(node{sumNode, f.node, g.node, k}), max(f.degree, g.degree)
	}
	return f
}

// times returns k·f.
func (t *tape) times(f Form, k fr.Element) Form { return t.plus(Form{}, f, k) }

// outer returns f·g for two forms of degree one:
//
//	(a + x)·(b + y) = a·b + b·x + a·y + x·y
func (t *tape) outer(f, g Form) Form {
	p := Form{node: t.add(node{operation: productNode, left: f.node, right: g.node}), degree: 2}
	p.constant.Mul(&f.constant, &g.constant)
	a, b := f.constant, g.constant
	f.constant.SetZero()
	g.constant.SetZero()
	return t.plus(t.plus(p, f, b), g, a)
}

// polynomial is what a node is worth somewhere: its parts of degree one and two.
type polynomial struct{ linear, quadratic fr.Element }

// value returns the whole.
func (p *polynomial) value() fr.Element { return *new(fr.Element).Add(&p.linear, &p.quadratic) }

// extend computes what nodes are worth from the first one that is not in the list
// to the last, where at returns the values of m.
func (t *tape) extend(worth []polynomial, at func(index int) fr.Element) []polynomial {
	of := func(n int) polynomial {
		if n == 0 {
			return polynomial{}
		}
		return worth[n-1]
	}
	for i := len(worth); i < len(t.nodes); i++ {
		n := &t.nodes[i]
		var p polynomial
		switch n.operation {
		case variableNode:
			p.linear = at(n.left)
		case sumNode:
			p = of(n.right)
			p.linear.Mul(&p.linear, &n.scale)
			p.quadratic.Mul(&p.quadratic, &n.scale)
			left := of(n.left)
			p.linear.Add(&p.linear, &left.linear)
			p.quadratic.Add(&p.quadratic, &left.quadratic)
		case productNode:
			left, right := of(n.left), of(n.right)
			p.quadratic.Mul(&left.linear, &right.linear)
		}
		worth = append(worth, p)
	}
	return worth
}
