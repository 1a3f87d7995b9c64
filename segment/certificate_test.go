package segment_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/relation/naive"
	"github.com/zkaudit/zkaudit/segment"
	"github.com/zkaudit/zkaudit/tflite"
	"github.com/zkaudit/zkaudit/transpile"
)

// part is 3 rows of 5 features with the given labels.
func part(labels ...int32) (features, padded relation.Cells) {
	rows := relation.Axis{Size: 3}
	f := []int32{1, -2, 3, -32768, 32767, 0, 0, 0, 0, 0, 5, 5, 5, 5, 5}
	return relation.Cells{Small: ops.Pad([]relation.Axis{rows, {Size: 5}}, f)},
		relation.Cells{Small: ops.Pad([]relation.Axis{rows, {Size: len(labels) / 3}}, labels)}
}

// certificateOf returns the certificate of a part that is one chunk.
func certificateOf(t *testing.T, shape segment.PartShape) *segment.DatasetCertificate {
	t.Helper()
	chunks, err := segment.Chunks(shape, 16)
	if err != nil || len(chunks) != 1 {
		t.Fatalf("%d chunks: %v", len(chunks), err)
	}
	cert, err := segment.NewDatasetCertificate(shape, chunks[0])
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func TestDatasetCertificate(t *testing.T) {
	// padded features: 4 rows of 8; labels: 4 rows of 4, or of 1
	for _, c := range []struct {
		name   string
		kind   graph.LabelKind
		labels []int32
		change func(f, l []int32)
		ok     bool
	}{
		{"one-hot", graph.OneHot, []int32{1, 0, 0, 0, 1, 0, 0, 0, 1}, nil, true},
		{"bits", graph.Bits, []int32{1, 1, 0, 0, 0, 0, 1, 1, 1}, nil, true},
		{"values", graph.Values, []int32{-32768, 0, 32767}, nil, true},
		{"feature too large", graph.Values, []int32{0, 0, 0}, func(f, _ []int32) { f[0] = 32768 }, false},
		{"feature too small", graph.Values, []int32{0, 0, 0}, func(f, _ []int32) { f[4] = -32769 }, false},
		{"feature padding", graph.Values, []int32{0, 0, 0}, func(f, _ []int32) { f[5] = 1 }, false},
		{"row padding", graph.Values, []int32{0, 0, 0}, func(f, _ []int32) { f[24] = 1 }, false},
		{"value too large", graph.Values, []int32{0, 32768, 0}, nil, false},
		{"label row padding", graph.Values, []int32{0, 0, 0}, func(_, l []int32) { l[3] = 1 }, false},
		{"no class", graph.OneHot, []int32{1, 0, 0, 0, 0, 0, 0, 0, 1}, nil, false},
		{"two classes", graph.OneHot, []int32{1, 0, 1, 0, 1, 0, 0, 0, 1}, nil, false},
		{"two and minus one", graph.OneHot, []int32{2, -1, 0, 0, 1, 0, 0, 0, 1}, nil, false},
		{"class in the padding", graph.OneHot, []int32{1, 0, 0, 0, 0, 0, 0, 0, 1}, func(_, l []int32) { l[7] = 1 }, false},
		{"label of a padded row", graph.OneHot, []int32{1, 0, 0, 0, 1, 0, 0, 0, 1}, func(_, l []int32) { l[12] = 1 }, false},
		{"bit of two", graph.Bits, []int32{1, 1, 0, 0, 2, 0, 1, 1, 1}, nil, false},
	} {
		cert := certificateOf(t, segment.PartShape{Rows: 3, Features: 5, Labels: len(c.labels) / 3, Kind: c.kind})
		f, l := part(c.labels...)
		if c.change != nil {
			c.change(f.Small, l.Small)
		}
		err := naive.Check(cert.Relation, cert.Assign([]relation.Cells{f, l}))
		if c.ok && err != nil || !c.ok && !errors.Is(err, fault.ErrRejected) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	for _, s := range []segment.PartShape{{Rows: 0, Features: 1, Labels: 1, Kind: graph.Bits}, {Rows: 1, Features: 1, Labels: 1}} {
		if _, err := segment.Chunks(s, 16); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("%+v: %v", s, err)
		}
	}
}

func TestWeightsCertificateBounds(t *testing.T) {
	p, _ := perceptron(t, 2)
	for _, bits := range []int{1, 15, 16, 31, 35, 61} {
		cert, err := segment.NewWeightsCertificate(p, bits, nil)
		if err != nil {
			t.Fatal(err)
		}
		limit := int64(1) << bits
		cells := map[graph.TensorID][]int64{}
		for _, w := range p.OfRole(graph.Weight) {
			c := make([]int64, p.Tensor(w).Size())
			c[0], c[1], c[2] = -limit, limit-1, -1
			cells[w] = c
		}
		a, err := cert.Assign(cells)
		if err != nil {
			t.Fatal(err)
		}
		if err := naive.Check(cert.Relation, a); err != nil {
			t.Errorf("%d bits: %v", bits, err)
		}
		w := cert.Weights[0]
		cells[w.Tensor][1]++
		if _, err := cert.Assign(cells); !errors.Is(err, fault.ErrOverflow) {
			t.Errorf("%d bits, weight 2^%d: %v", bits, bits, err)
		}
		for name, forged := range map[string]relation.Assignment{
			"beyond the limit":        forge(a, w, 1, limit),
			"below the limit":         forge(a, w, 0, -limit-1),
			"garbage in a row":        forge(a, w, 7, 1),   // beyond 6 units
			"garbage in a padded row": forge(a, w, 5*8, 1), // beyond 5 inputs
			"another remainder":       forge(a, w, 2, 0),
		} {
			if err := naive.Check(cert.Relation, forged); !errors.Is(err, fault.ErrRejected) {
				t.Errorf("%d bits, %s: %v", bits, name, err)
			}
		}
	}
	for _, bits := range []int{0, 62} {
		if _, err := segment.NewWeightsCertificate(p, bits, nil); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("%d bits: %v", bits, err)
		}
	}
}

// Kernels have four axes: they are bounded, or equal what is published, and their
// padding is 0 on each axis.
func TestWeightsCertificateOfKernels(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "testdata", "strokes.tflite"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := tflite.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	r, err := transpile.Transpile(m, transpile.Options{Batch: 2, Formats: network.DefaultFormats(), RateShift: 8})
	if err != nil {
		t.Fatal(err)
	}
	initial, err := r.Initial(m)
	if err != nil {
		t.Fatal(err)
	}
	for name, public := range map[string]map[graph.TensorID][]int64{"bounded": nil, "published": initial} {
		cert, err := segment.NewWeightsCertificate(r.Program, 40, public)
		if err != nil {
			t.Fatal(err)
		}
		a, err := cert.Assign(initial)
		if err != nil {
			t.Fatal(err)
		}
		if err := naive.Check(cert.Relation, a); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		w := cert.Weights[0]
		axes := cert.Relation.Tensor(w.ID).Axes // 3×3×1×3, padded 4×4×1×4
		if len(axes) != 4 {
			t.Fatalf("a kernel of %d axes", len(axes))
		}
		for place, cell := range map[string]int{"fourth row": 3 * 16, "fourth column": 3 * 4, "fourth unit": 3} {
			forged := slices.Clone(a)
			forged[w.ID] = relation.Cells{Large: slices.Clone(a[w.ID].Large)}
			forged[w.ID].Large[cell] = 1
			if len(w.Limbs) > 0 { // with a limb that keeps the sum true
				low := slices.Clone(a[w.Limbs[0]].Small)
				low[cell] = 1
				forged[w.Limbs[0]] = relation.Cells{Small: low}
			}
			if err := naive.Check(cert.Relation, forged); !errors.Is(err, fault.ErrRejected) {
				t.Errorf("%s, a cell in the %s of a kernel of three: %v", name, place, err)
			}
		}
	}
}

// forge puts v into a cell of a weight, with the top limb that makes the
// limbs' equation true whatever its range says; v = 0 changes the limb alone.
func forge(a relation.Assignment, w segment.CertifiedWeight, cell int, v int64) relation.Assignment {
	a = slices.Clone(a)
	large := slices.Clone(a[w.ID].Large)
	last := len(w.Limbs) - 1
	top := slices.Clone(a[w.Limbs[last]].Small)
	if v == 0 {
		top[cell]++
	} else {
		large[cell] = v
		for k, limb := range w.Limbs[:last] {
			low := slices.Clone(a[limb].Small)
			low[cell] = int32(v >> (16 * k) & 0xffff)
			a[limb] = relation.Cells{Small: low}
		}
		top[cell] = int32(v >> (16 * last))
	}
	a[w.ID], a[w.Limbs[last]] = relation.Cells{Large: large}, relation.Cells{Small: top}
	return a
}

func TestWeightsCertificateOrigin(t *testing.T) {
	p, initial := perceptron(t, 2)
	cert, err := segment.NewWeightsCertificate(p, 40, initial)
	if err != nil {
		t.Fatal(err)
	}
	a, err := cert.Assign(initial)
	if err != nil {
		t.Fatal(err)
	}
	if err := naive.Check(cert.Relation, a); err != nil {
		t.Error(err)
	}
	for i := range a[cert.Weights[0].ID].Large {
		forged := slices.Clone(a)
		large := slices.Clone(a[cert.Weights[0].ID].Large)
		large[i]++
		forged[cert.Weights[0].ID] = relation.Cells{Large: large}
		if err := naive.Check(cert.Relation, forged); !errors.Is(err, fault.ErrRejected) {
			t.Errorf("cell %d changed: %v", i, err)
		}
	}
	w := cert.Weights[0].Tensor
	for name, public := range map[string][]int64{"short": initial[w][1:], "large": append([]int64{1 << 41}, initial[w][1:]...)} {
		if _, err := segment.NewWeightsCertificate(p, 40, map[graph.TensorID][]int64{w: public}); !errors.Is(err, fault.ErrInput) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A dataset's cells, as they are committed, satisfy its certificate.
func TestPartCellsAreCertified(t *testing.T) {
	for kind, labels := range map[graph.LabelKind]data.Labels{
		graph.OneHot: {Kind: data.OneHot, Classes: []string{"a", "b", "c"}, Class: []int32{2, 0, 1}},
		graph.Values: {Kind: data.Values, Targets: 2, Values: []int32{5, -6, 7, 8, -9, 10}},
	} {
		d := &data.Dataset{Rows: 3, Width: 5, Features: make([]int32, 15), Labels: labels}
		for i := range d.Features {
			d.Features[i] = int32(i - 7)
		}
		features, cells := owner.PartCells(d)
		cert := certificateOf(t, segment.PartShape{Rows: 3, Features: 5, Labels: d.Labels.Width(), Kind: kind})
		if err := naive.Check(cert.Relation, cert.Assign([]relation.Cells{features, cells})); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		// row 1, feature 3 and label 1 at their padded places
		if features.Small[8+3] != 1 {
			t.Errorf("%s: feature (1,3) is %d", kind, features.Small[8+3])
		}
		if got, want := cells.At(1*cells.Len()/4+1), map[graph.LabelKind]int64{graph.OneHot: 0, graph.Values: 8}[kind]; got != want {
			t.Errorf("%s: label (1,1) is %d, want %d", kind, got, want)
		}
	}
}
