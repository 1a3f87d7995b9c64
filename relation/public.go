package relation

// Source is the content of a public tensor: the one closed form or data that
// prover and verifier both evaluate. The set of sources is closed; packages
// that evaluate them switch over the concrete types below.
type Source interface{ isSource() }

// Mask is 1 at index < Size and 0 beyond, on one axis.
// Its multilinear extension costs O(log n).
type Mask struct{ Size int }

// Index is Offset + i on one axis: the table of a range.
// Its multilinear extension costs O(log n).
type Index struct{ Offset int64 }

// Rectifier is max(Offset+i, 0) on one axis of 2^n cells with
// Offset = −2^(n−1); with Gate it is [Offset+i > 0].
// Its multilinear extension costs O(log n).
type Rectifier struct{ Gate bool }

// Values is a public tensor given by its cells (padded, row-major): an
// unstructured table, a public seed's weights. The verifier evaluates it
// outside the circuit.
type Values struct{ Cells []int64 }

// Filter is the optimizer's filter on the step axis: what the weights of step t
// have lost to the gradient of step s. With two axes (t,s) it is, for t < S =
// len(Rates),
//
//	Λ(t,s) = Σ_{s ≤ u < t} Rates[u]·Response[u−s]      over u before the first multiple of Restart after s
//
// and with one axis (s) it is λ(s), the same for t = S. Without a Response it is
// [1], so that Λ(t,s) = Rates[s]·[s < t < S]. The verifier evaluates it outside the
// circuit, in len(Rates)·len(Response) operations.
type Filter struct {
	Rates    []int64
	Response []int64 // nil: [1]
	Restart  int     // steps; 0 without a Response
}

// Taps calls do with what the update of step u takes of the gradient of each step
// s.
func (f *Filter) Taps(u int, do func(s int, by int64)) {
	if f.Response == nil {
		do(u, f.Rates[u])
		return
	}
	for d := 0; d < len(f.Response) && d <= u%f.Restart; d++ {
		do(u-d, f.Rates[u]*f.Response[d])
	}
}

// Selection is Sel(s,b,i) = 1 where slot (s,b) of a segment reads row i of
// one dataset part: Rows[s·Batch+b] = i, or −1 where the slot reads another
// part. The verifier evaluates it outside the circuit.
type Selection struct {
	Batch int
	Rows  []int32
}

// AxisMap is a public sparse matrix M(o,x) on two axes (output, input):
// M(Out[e], In[e]) = Value[e]. The verifier evaluates it outside the circuit.
type AxisMap struct {
	Out, In []int32
	Value   []int64
}

// Window is
//
//	Win(p,k,i) = [i = Stride·p + Dilation·k − Before]      for p < Positions, k < Offsets, 0 ≤ i < Size
//
// on three axes: what position p of an output reads at offset k of a kernel along
// one axis of an input. An i outside of the input has no entry, so that padding
// reads 0: Before cells of it in front of the input, and as many after it as are
// read there. A convolution's patches are an input read through one window for
// each of its spatial axes. The verifier evaluates it outside the circuit, by its
// Positions × Offsets entries.
type Window struct {
	Positions, Offsets       int
	Stride, Dilation, Before int
	Size                     int // of the input's axis, without what pads it to a power of two
}

// Input returns what position p reads at offset k; false if that is padding.
func (w Window) Input(p, k int) (i int, inside bool) {
	i = w.Stride*p + w.Dilation*k - w.Before
	return i, i >= 0 && i < w.Size
}

func (Mask) isSource()       {}
func (Index) isSource()      {}
func (Rectifier) isSource()  {}
func (*Values) isSource()    {}
func (*Filter) isSource()    {}
func (*Selection) isSource() {}
func (*AxisMap) isSource()   {}
func (Window) isSource()     {}

// Structured reports whether the verifier evaluates the source itself, in
// O(log) operations; other sources become claims that are checked outside.
func Structured(s Source) bool {
	switch s.(type) {
	case Mask, Index, Rectifier:
		return true
	}
	return false
}
