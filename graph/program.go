package graph

// Kind names an operator: a key of the table of package ops.
type Kind string

// Attributes are the integer parameters of a node, by name.
type Attributes map[string][]int64

// Int returns the first value of an attribute, 0 if it is not there.
func (a Attributes) Int(name string) int {
	if v := a[name]; len(v) > 0 {
		return int(v[0])
	}
	return 0
}

// Node is one use of an operator. Inputs may hold None.
type Node struct {
	Name string
	Kind Kind
	// Of is the kind of the operator whose gradient a node of the backward pass
	// is part of, where that decides what it computes.
	Of         Kind
	Inputs     []TensorID
	Outputs    []TensorID
	Attributes Attributes
}

// LossKind names the quantity that training lowers.
type LossKind string

// The losses.
const (
	SoftmaxCrossEntropy LossKind = "softmax_cross_entropy"
	MeanSquaredError    LossKind = "mean_squared_error"
	LogisticLoss        LossKind = "logistic_loss"
)

// LabelKind says what a row's label is.
type LabelKind string

// The kinds of labels.
const (
	// OneHot is one bit per class, exactly one of them set.
	OneHot LabelKind = "one_hot"
	// Bits is one independent bit per output.
	Bits LabelKind = "bits"
	// Values is one 16-bit fixed-point value per output; of the softmax
	// cross-entropy the number of a class, or −1, per position.
	Values LabelKind = "values"
)

// LabelsOf returns the kinds of labels that a loss takes, the usual one first;
// nil for no loss.
func LabelsOf(loss LossKind) []LabelKind {
	switch loss {
	case SoftmaxCrossEntropy:
		return []LabelKind{OneHot, Values}
	case LogisticLoss:
		return []LabelKind{Bits, OneHot}
	case MeanSquaredError:
		return []LabelKind{Values}
	}
	return nil
}

// Loss is the end of the forward pass.
type Loss struct {
	Kind   LossKind
	Labels LabelKind
	// Logits is the tensor before the final softmax or logistic, or the
	// prediction itself for MeanSquaredError.
	Logits TensorID
	// Prediction is what the model predicts: probabilities at f_g bits, or
	// values.
	Prediction TensorID
}

// OptimizerKind names the rule of the weight updates.
type OptimizerKind string

// The optimizers: SGD with one rate for all steps, or a rate per step.
const (
	ConstantSGD  OptimizerKind = "sgd"
	ScheduledSGD OptimizerKind = "sgd_scheduled"
)

// Optimizer is the rule of the weight updates; the rate of step s, divided by
// the batch size, is n_s/2^Shift. The numerators are data of a run.
type Optimizer struct {
	Kind  OptimizerKind
	Shift int
	// Clip is the c to which the errors of layers with weights are clipped, cell by
	// cell, at their fraction bits; 0: they are not.
	Clip int
	// Momentum, unless it is nil, makes an update take gradients of steps before.
	Momentum *Momentum
	// Decay, unless it is nil, takes from every trained weight at the end of a segment.
	Decay *Decay
}

// MaxClip bounds Optimizer.Clip.
const MaxClip = 1<<15 - 1

// Fractions are the fraction bits that a program was built with.
type Fractions struct {
	Feature    int // of the dataset's features
	Activation int // f_a
	Error      int // f_g
	Label      int // of value labels; 0 for bits
}

// Program is one training step. Tensors that the step reads from outside are
// Input, Label, the weights and the constants; every other tensor is the
// output of exactly one node, before the nodes that use it.
type Program struct {
	Name      string
	Batch     int
	Fractions Fractions
	Tensors   []Tensor
	Nodes     []Node
	Input     TensorID
	Label     TensorID
	Loss      Loss
	Optimizer Optimizer
}

// Tensor returns the tensor with the given ID.
func (p *Program) Tensor(id TensorID) *Tensor { return &p.Tensors[id] }

// OfRole returns the tensors of a role, in order.
func (p *Program) OfRole(r Role) []TensorID {
	var ids []TensorID
	for i := range p.Tensors {
		if p.Tensors[i].Role == r {
			ids = append(ids, TensorID(i))
		}
	}
	return ids
}

// Attributes returns the tensor of the attributes of rows, None if the step reads
// none.
func (p *Program) Attributes() TensorID {
	if ids := p.OfRole(RowAttributes); len(ids) > 0 {
		return ids[0]
	}
	return None
}

// Producers returns, for every tensor, the index of the node that makes it,
// or −1.
func (p *Program) Producers() []int {
	by := make([]int, len(p.Tensors))
	for i := range by {
		by[i] = -1
	}
	for i := range p.Nodes {
		for _, t := range p.Nodes[i].Outputs {
			by[t] = i
		}
	}
	return by
}

// Consumers returns, for every tensor, the indices of the nodes that read it,
// in order, a node once per reading.
func (p *Program) Consumers() [][]int {
	by := make([][]int, len(p.Tensors))
	for i := range p.Nodes {
		for _, t := range p.Nodes[i].Inputs {
			if t != None {
				by[t] = append(by[t], i)
			}
		}
	}
	return by
}

// Clone returns a copy whose tensors and nodes can be changed apart from the
// original's. Axes, cells and attributes are shared.
func (p *Program) Clone() *Program {
	c := *p
	c.Tensors = append([]Tensor(nil), p.Tensors...)
	c.Nodes = append([]Node(nil), p.Nodes...)
	return &c
}
