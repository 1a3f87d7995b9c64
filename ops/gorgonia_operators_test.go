package ops_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// gorgoniaOperator is an operator of gorgonia on inputs of the given shapes.
type gorgoniaOperator struct {
	shapes []tensor.Shape
	apply  func(x []*gorgonia.Node) (*gorgonia.Node, error)
	low    float64 // cells are drawn from low to low + 2
	wrong  bool    // its gradient is not that of what it computes
}

func unary(f func(*gorgonia.Node) (*gorgonia.Node, error), low float64) gorgoniaOperator {
	return gorgoniaOperator{[]tensor.Shape{{3, 4}}, func(x []*gorgonia.Node) (*gorgonia.Node, error) { return f(x[0]) }, low, false}
}

func binary(f func(a, b *gorgonia.Node) (*gorgonia.Node, error), low float64) gorgoniaOperator {
	return gorgoniaOperator{[]tensor.Shape{{3, 4}, {3, 4}}, func(x []*gorgonia.Node) (*gorgonia.Node, error) { return f(x[0], x[1]) }, low, false}
}

func ofPictures(f func(x *gorgonia.Node) (*gorgonia.Node, error), wrong bool) gorgoniaOperator {
	return gorgoniaOperator{[]tensor.Shape{{2, 2, 5, 6}}, func(x []*gorgonia.Node) (*gorgonia.Node, error) { return f(x[0]) }, -1, wrong}
}

// gorgoniaOperators are those that some test compares with or might. Where a gradient
// is wrong, nothing is compared with it. Pools of averages are not here: AveragePool2D
// divides by the width of the picture, and GlobalAveragePool2D has no gradient.
func gorgoniaOperators() map[string]gorgoniaOperator {
	list := map[string]gorgoniaOperator{
		"relu":                unary(gorgonia.Rectify, -1),
		"leaky relu":          unary(func(x *gorgonia.Node) (*gorgonia.Node, error) { return gorgonia.LeakyRelu(x, leakyAlpha) }, -1),
		"tanh":                unary(gorgonia.Tanh, -1),
		"logistic":            unary(gorgonia.Sigmoid, -1),
		"exp":                 unary(gorgonia.Exp, -1),
		"square":              unary(gorgonia.Square, -1),
		"neg":                 unary(gorgonia.Neg, -1),
		"abs":                 unary(gorgonia.Abs, -1),
		"sqrt":                unary(gorgonia.Sqrt, 0.5),
		"inverse square root": {[]tensor.Shape{{3, 4}}, func(x []*gorgonia.Node) (*gorgonia.Node, error) { return gorgonia.InverseSqrt(x[0]) }, 0.5, true},
		"log":                 unary(gorgonia.Log, 0.5),
		"softmax":             unary(func(x *gorgonia.Node) (*gorgonia.Node, error) { return gorgonia.SoftMax(x) }, -1),
		"sum":                 binary(gorgonia.Add, -1),
		"difference":          binary(gorgonia.Sub, -1),
		"product":             binary(gorgonia.HadamardProd, -1),
		"quotient":            binary(gorgonia.HadamardDiv, 0.5),
		"dense":               {[]tensor.Shape{{3, 4}, {4, 2}}, func(x []*gorgonia.Node) (*gorgonia.Node, error) { return gorgonia.Mul(x[0], x[1]) }, -1, false},
		"batched product": {[]tensor.Shape{{2, 3, 4}, {2, 4, 5}}, func(x []*gorgonia.Node) (*gorgonia.Node, error) {
			return gorgonia.BatchedMatMul(x[0], x[1])
		}, -1, false},
		"concatenation": binary(func(a, b *gorgonia.Node) (*gorgonia.Node, error) { return gorgonia.Concat(1, a, b) }, -1),
		"reshaped value and itself": {[]tensor.Shape{{3, 4}}, func(x []*gorgonia.Node) (*gorgonia.Node, error) {
			y, err := gorgonia.Reshape(gorgonia.Must(gorgonia.Tanh(x[0])), tensor.Shape{4, 3})
			if err != nil {
				return nil, err
			}
			return gorgonia.Tanh(gorgonia.Must(gorgonia.Add(y, y)))
		}, -1, true},
		"transpose": ofPictures(func(x *gorgonia.Node) (*gorgonia.Node, error) { return gorgonia.Transpose(x, 0, 2, 3, 1) }, false),
		"mean":      unary(func(x *gorgonia.Node) (*gorgonia.Node, error) { return gorgonia.Mean(x, 1) }, -1),
	}
	for name, w := range map[string]struct{ kernel, pad, stride, dilation []int }{
		"":                    {[]int{3, 2}, []int{0, 0}, []int{1, 1}, []int{1, 1}},
		", strides":           {[]int{3, 2}, []int{0, 0}, []int{2, 3}, []int{1, 1}},
		", padding":           {[]int{3, 3}, []int{1, 1}, []int{1, 2}, []int{1, 1}},
		", dilation":          {[]int{2, 3}, []int{0, 0}, []int{1, 1}, []int{2, 2}},
		", cells left out":    {[]int{1, 1}, []int{0, 0}, []int{2, 2}, []int{1, 1}},
		", padding, overlaps": {[]int{3, 3}, []int{1, 1}, []int{2, 1}, []int{1, 1}},
	} {
		list["convolution"+name] = gorgoniaOperator{[]tensor.Shape{{2, 2, 5, 6}, {3, 2, w.kernel[0], w.kernel[1]}}, func(x []*gorgonia.Node) (*gorgonia.Node, error) {
			return gorgonia.Conv2d(x[0], x[1], w.kernel, w.pad, w.stride, w.dilation)
		}, -1, false}
		if name != ", dilation" {
			list["max pool"+name] = ofPictures(func(x *gorgonia.Node) (*gorgonia.Node, error) {
				return gorgonia.MaxPool2D(x, w.kernel, w.pad, w.stride)
			}, false)
		}
	}
	return list
}

// run returns Σ c⊙y for fixed c, and its gradient by each input.
func (o *gorgoniaOperator) run(values [][]float64, differentiate bool) (loss float64, gradients [][]float64, err error) {
	g := gorgonia.NewGraph()
	var x gorgonia.Nodes
	for i, shape := range o.shapes {
		v := tensor.New(tensor.WithShape(shape...), tensor.WithBacking(append([]float64(nil), values[i]...)))
		x = append(x, gorgonia.NewTensor(g, tensor.Float64, len(shape), gorgonia.WithName(fmt.Sprint("x", i)), gorgonia.WithShape(shape...), gorgonia.WithValue(v)))
	}
	y, err := o.apply(x)
	if err != nil {
		return 0, nil, err
	}
	c := make([]float64, y.Shape().TotalSize())
	for i := range c {
		c[i] = float64(i*7%11)/4 - 1
	}
	n := len(c)
	flat, err := gorgonia.Reshape(y, tensor.Shape{1, n})
	if err != nil {
		return 0, nil, err
	}
	weights := gorgonia.NewMatrix(g, tensor.Float64, gorgonia.WithName("c"), gorgonia.WithShape(1, n), gorgonia.WithValue(tensor.New(tensor.WithShape(1, n), tensor.WithBacking(c))))
	weighted, err := gorgonia.HadamardProd(flat, weights)
	if err != nil {
		return 0, nil, err
	}
	total, err := gorgonia.Sum(weighted)
	if err != nil {
		return 0, nil, err
	}
	var grads gorgonia.Nodes
	if differentiate {
		if grads, err = gorgonia.Grad(total, x...); err != nil {
			return 0, nil, err
		}
	}
	vm := gorgonia.NewTapeMachine(g)
	defer vm.Close()
	if err := vm.RunAll(); err != nil {
		return 0, nil, err
	}
	for _, d := range grads {
		gradients = append(gradients, append([]float64(nil), d.Value().Data().([]float64)...))
	}
	return total.Value().Data().(float64), gradients, nil
}

// Where the gradient of gorgonia's operators is that of what they compute, by central
// differences: only there our gradients are compared with it.
func TestGradientsOfGorgonia(t *testing.T) {
	for name, o := range gorgoniaOperators() {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(61, 62))
			values := make([][]float64, len(o.shapes))
			for i, shape := range o.shapes {
				values[i] = make([]float64, shape.TotalSize())
				for k := range values[i] {
					values[i][k] = o.low + 2*rng.Float64()
				}
			}
			_, got, err := o.run(values, true)
			if err != nil {
				t.Fatal(err)
			}
			wrong := 0.0
			for i := range values {
				for k, v := range values[i] {
					const h = 1e-5
					var loss [2]float64
					for side, d := range []float64{h, -h} {
						values[i][k] = v + d
						if loss[side], _, err = o.run(values, false); err != nil {
							t.Fatal(err)
						}
					}
					values[i][k] = v
					wrong = max(wrong, math.Abs((loss[0]-loss[1])/(2*h)-got[i][k]))
				}
			}
			if (wrong > 1e-6) != o.wrong {
				t.Errorf("its gradient is wrong by %v: said to be wrong: %t", wrong, o.wrong)
			}
		})
	}
}
