package network

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

// activationKind returns the operator of the graph for an activation.
func activationKind(k Kind) (graph.Kind, bool) {
	kind, ok := map[Kind]graph.Kind{
		Relu: ops.KindRelu, Relu6: ops.KindRelu6, ReluN1To1: ops.KindReluN1To1, Elu: ops.KindElu, HardSwish: ops.KindHardSwish,
		Gelu: ops.KindGelu, GeluApproximate: ops.KindGeluApproximate, Abs: ops.KindAbs, Exp: ops.KindExp, Tanh: ops.KindTanh, Logistic: ops.KindLogistic,
	}[k]
	return kind, ok
}

// activation lowers an operator that is nothing but an activation. A LOGISTIC
// at the end is part of the logistic loss.
func (l *lowering) activation(layer *Layer) error {
	x, err := l.operands(layer, 1, 0, false, false)
	if err != nil {
		return err
	}
	if err := l.plain(layer); err != nil {
		return err
	}
	if layer.Kind == Logistic && l.last() && l.n.choices.Loss == graph.LogisticLoss {
		l.set(x.id, x.shape)
		return nil
	}
	return l.apply(layer.Kind, x.id, x.shape)
}

// activate ends an operator with its fused activation.
func (l *lowering) activate(layer *Layer, y graph.TensorID, shape []int) error {
	switch layer.Activation {
	case "":
		l.set(y, shape)
		return nil
	case Relu, Relu6, ReluN1To1, Tanh:
		return l.apply(layer.Activation, y, shape)
	}
	return l.refuse("fused activation %.40q", "use RELU, RELU6, RELU_N1_TO_1 or TANH", string(layer.Activation))
}

// apply appends an activation; those that are not TANH, LOGISTIC or EXP keep the
// format of their input.
func (l *lowering) apply(k Kind, z graph.TensorID, shape []int) error {
	kind, _ := activationKind(k)
	fraction := l.b.Tensor(z).Format.Fraction
	if k == Tanh || k == Logistic || k == Exp {
		fraction = l.n.choices.Formats.Activation
	}
	a, err := ops.Activation(l.b, kind, l.name+" "+string(kind), z, fraction)
	if err != nil {
		return err
	}
	l.set(a, shape)
	return nil
}
