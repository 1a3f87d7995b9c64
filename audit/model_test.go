package audit

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/tflite"
	"github.com/zkaudit/zkaudit/transpile"
)

// firstHidden and secondHidden are layers of embedder's models.
const (
	firstHidden  = "0 FULLY_CONNECTED relu"
	secondHidden = "1 FULLY_CONNECTED relu"
)

// embedder is the .tflite file of a network with random weights, of the given
// units; the seed draws the weights.
func embedder(t testing.TB, seed uint64, softmax bool, units ...int) []byte {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	var layers []tflite.DenseLayer
	for i, n := range units[1:] {
		l := tflite.DenseLayer{Units: n, Activation: tflite.ActRelu}
		for range n * units[i] {
			l.Weights = append(l.Weights, 2*rng.Float32()-1)
		}
		for range n {
			l.Bias = append(l.Bias, rng.Float32())
		}
		if i == len(units)-2 {
			l.Activation = tflite.ActNone
		}
		layers = append(layers, l)
	}
	m, err := tflite.NewDense("embedder", layers, units[0], softmax)
	if err != nil {
		t.Fatal(err)
	}
	file, err := tflite.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// publish adds a public model for rows of 4 fraction bits.
func (w *world) publish(name string, file []byte) *Model {
	w.t.Helper()
	m, err := NewModel(file, DefaultFractions(4), transpile.ReadModel)
	if err != nil {
		w.t.Fatal(err)
	}
	w.subjects.Models[name] = m
	return m
}

// real returns the weights of a model, unpadded.
func (m *Model) real() map[graph.TensorID][]int64 {
	weights := map[graph.TensorID][]int64{}
	for id, cells := range m.cells {
		weights[id] = unpadded(m.Program.Tensor(id).Axes, cells)
	}
	return weights
}

// nearest returns the least squared distance of rows of d to a work in a layer
// of a model.
func nearest(t *testing.T, m *Model, choose target, d *data.Dataset, work []int32) int64 {
	t.Helper()
	of, err := choose(m.Program)
	if err != nil {
		t.Fatal(err)
	}
	far := outputs(t, m.Program, m.real(), &data.Dataset{Rows: 1, Width: len(work), Features: work}, of)[0]
	least := int64(1 << 60)
	for _, a := range outputs(t, m.Program, m.real(), d, of) {
		sum := int64(0)
		for k := range a {
			sum += int64(a[k]-far[k]) * int64(a[k]-far[k])
		}
		least = min(least, sum)
	}
	return least
}

func TestNonInclusionByPublicModel(t *testing.T) {
	w, parts, _ := archive(t)
	m := w.publish("embedder", embedder(t, 1, true, 5, 6, 4, 3))
	works := Works{List: [][]int64{{40, 41, 42, 43, 44}}}
	for space, choose := range map[string]target{"": logits, firstHidden: layer(firstHidden), secondHidden: layer(secondHidden)} {
		least := nearest(t, m, choose, parts[0], []int32{40, 41, 42, 43, 44})
		if least == 0 {
			t.Fatalf("%q maps a row and the work to one point", space)
		}
		c := &NonInclusion{Parts: []string{"north"}, Model: "embedder", Layer: space, Distance: rootDecimal(least - 1), Works: works}
		w.holds("squared distance missed by one in "+space, c)
		c = &NonInclusion{Parts: []string{"north"}, Model: "embedder", Layer: space, Distance: rootDecimal(least), Works: works}
		w.forged("squared distance reached in "+space, c, nil)
		if _, _, err := w.prove(c, nil); !errors.Is(err, fault.ErrRejected) {
			t.Errorf("squared distance reached in %q: %v", space, err)
		}
	}
	w.fails("an altered copy", &NonInclusion{Parts: []string{"north"}, Model: "embedder", Layer: firstHidden, Distance: "1", Works: Works{From: "works"}}, "within distance 1")
}

// A prover who chooses activations as they suit is rejected.
func TestForgedActivations(t *testing.T) {
	w, _, _ := archive(t)
	w.publish("embedder", embedder(t, 1, true, 5, 6, 4, 3))
	c := &NonInclusion{Parts: []string{"north"}, Model: "embedder", Distance: "1", Works: Works{From: "works"}}
	changed := map[string]bool{}
	for _, kind := range []string{"relu/value", "relu/derivative", "rounded/remainder 0"} {
		w.forged(kind, c, func(name string, cells []int64) {
			if strings.Contains(name, "FULLY_CONNECTED "+kind) && strings.Contains(name, `part "north"`) {
				changed[kind] = true
				for i := range cells {
					cells[i]++
				}
			}
		})
		if !changed[kind] {
			t.Errorf("nothing is called %q", kind)
		}
	}
}

func TestLayers(t *testing.T) {
	w, run, _ := classified(t)
	m := w.publish("embedder", embedder(t, 1, true, 5, 6, 4, 3))
	want := []Layer{{Name: "0 FULLY_CONNECTED rounded", Units: 6}, {Name: firstHidden, Units: 6}, {Name: "1 FULLY_CONNECTED rounded", Units: 4},
		{Name: secondHidden, Units: 4}, {Name: "2 FULLY_CONNECTED rounded", Units: 3}, {Name: "softmax", Units: 3}}
	got := Layers(m.Program)
	for i := range got {
		got[i].tensor = 0
	}
	if !slices.Equal(got, want) {
		t.Errorf("layers %v, want %v", got, want)
	}
	wide := m.Program.Clone() // distances take cells of 16 bits
	wide.Tensor(layerOf(t, wide, firstHidden)).Format.Bits = 17
	if _, err := layer(firstHidden)(wide); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("a layer of 17 bits: %v", err)
	}
	of := Works{List: [][]int64{{40, 41, 42, 43, 44}}}
	w.holds("layer of a run", &NonInclusion{Parts: []string{"north"}, Model: "net", Layer: firstHidden, Works: of})
	if id, err := hidden(run.Program); err != nil || id != layerOf(t, run.Program, firstHidden) {
		t.Errorf("the last hidden layer of the run is %d: %v", id, err)
	}
	for words, c := range map[string]*NonInclusion{
		`layer "1 FULLY_CONNECTED relu" of public model "embedder"`:                  {Model: "embedder", Layer: secondHidden},
		`the output, before a final softmax or logistic, of public model "embedder"`: {Model: "embedder"},
		`the last hidden layer of model "net"`:                                       {Model: "net"},
		`layer "0 FULLY_CONNECTED relu" of model "net"`:                              {Model: "net", Layer: firstHidden},
		`no row of "north" equals one of the 1 work listed`:                          {},
	} {
		c.Parts, c.Works = []string{"north"}, of
		if says := c.Words(w.subjects).Says; !strings.HasSuffix(says, words) {
			t.Errorf("%q does not end in %q", says, words)
		}
	}
	for name, c := range map[string]*NonInclusion{
		"unknown":         {Model: "embedder", Layer: "2 FULLY_CONNECTED"},
		"derivative":      {Model: "embedder", Layer: firstHidden + "/derivative"},
		"backward":        {Model: "net", Layer: "loss gradient"},
		"of pixels":       {Layer: firstHidden},
		"of no model":     {Model: "nobody", Layer: firstHidden},
		"another's width": {Model: "wide"},
	} {
		w.publish("wide", embedder(t, 1, true, 7, 6, 3))
		c.Parts, c.Works = []string{"north"}, of
		_, _, err := w.prove(c, nil)
		if !errors.Is(err, fault.ErrUsage) {
			t.Errorf("%s: %v", name, err)
		}
		if name == "unknown" && !strings.Contains(err.Error(), `there are "0 FULLY_CONNECTED rounded", "0 FULLY_CONNECTED relu", `) {
			t.Errorf("the error does not list the layers: %v", err)
		}
	}
}

func layerOf(t *testing.T, p *graph.Program, name string) graph.TensorID {
	t.Helper()
	id, err := layer(name)(p)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// A proof about one public model is none about another, however near.
func TestPublicModelIsBound(t *testing.T) {
	w, _, _ := archive(t)
	file := embedder(t, 1, true, 5, 6, 6, 3)
	m := w.publish("embedder", file)
	c := &NonInclusion{Parts: []string{"north"}, Model: "embedder", Layer: firstHidden, Works: Works{List: [][]int64{{40, 41, 42, 43, 44}}}}
	released, proof := w.holds("as it is", c)
	for name, change := range map[string]func(m *Model){
		"another file, same weights": func(m *Model) { m.SHA256[31]++ },
		"another activation format":  func(m *Model) { m.Activation++ },
		"another weight format":      func(m *Model) { m.Weight-- },
		"a weight off by one":        func(m *Model) { m.cells[firstWeight(m)][0]++ },
		"a weight of another layer": func(m *Model) {
			ids := slices.Sorted(maps.Keys(m.cells))
			m.cells[ids[len(ids)-1]][0]++ // not read by the claim: the file's digest is what tells
			m.SHA256[0]++
		},
		"a weight in the padding": func(m *Model) { cells := m.cells[firstWeight(m)]; cells[len(cells)-1]++ },
		"another program":         func(m *Model) { m.ProgramDigest[5]++ },
	} {
		other := *m
		other.cells = map[graph.TensorID][]int64{}
		for id, cells := range m.cells {
			other.cells[id] = slices.Clone(cells)
		}
		change(&other)
		w.subjects.Models["embedder"] = &other
		if err := w.verify(c, released, proof); !errors.Is(err, fault.ErrRejected) {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.subjects.Models["embedder"] = m
	other := *c
	other.Layer = secondHidden // of as many units
	if err := w.verify(&other, released, proof); !errors.Is(err, fault.ErrRejected) && !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("another layer: %v", err)
	}
	if err := w.verify(c, released, proof); err != nil {
		t.Errorf("as it was: %v", err)
	}
	w.subjects.Runs["embedder"] = w.subjects.Runs["net"]
	if err := w.verify(c, released, proof); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("a run of the same name: %v", err)
	}
}

func firstWeight(m *Model) graph.TensorID { return slices.Min(slices.Collect(maps.Keys(m.cells))) }

// Claims about answers take public models, too: private rows, public weights.
func TestAnswersOfPublicModels(t *testing.T) {
	w, run, parts := classified(t)
	m := w.publish("embedder", embedder(t, 5, true, 5, 6, 3))
	bare := w.publish("bare", embedder(t, 5, false, 5, 6, 3)) // no softmax says that there are classes
	w.publish("value", embedder(t, 5, false, 5, 6, 1))
	rows := outputs(t, bare.Program, bare.real(), parts[0], bare.Program.Loss.Logits)
	right := int64(0)
	for row, z := range rows {
		if slices.Index(z, slices.Max(z)) == int(parts[0].Labels.Class[row]) {
			right++
		}
	}
	below, above := decimals(right, int64(len(rows)))
	for _, model := range []string{"embedder", "bare"} {
		w.holds("accuracy of "+model, &Performance{Model: model, Parts: []string{"north"}, Metric: "accuracy", AtLeast: below})
		w.fails("accuracy of "+model, &Performance{Model: model, Parts: []string{"north"}, Metric: "accuracy", AtLeast: above}, "predicted rightly")
	}
	best := slices.Index(rows[7], slices.Max(rows[7]))
	question := Question{Part: "north", Row: 7}
	released, _ := w.holds("private row", &Prediction{Model: "embedder", Question: question, What: "class"})
	if released[0].Values[0] != int64(best) {
		t.Errorf("released class %v, want %d", released[0].Values, best)
	}
	if says := (&Prediction{Model: "embedder", Question: question, What: "class"}).Words(w.subjects).Says; says != `to row 7 of "north", public model "embedder" answers the released class` {
		t.Error(says)
	}
	w.fails("another class", &Prediction{Model: "embedder", Question: question, Class: fmt.Sprint((best + 1) % 3)}, "answers class")
	p := outputs(t, m.Program, m.real(), parts[0], m.Program.Loss.Prediction)[7]
	want := []int64{int64(p[0]), int64(p[1]), int64(p[2])}
	w.holds("probabilities", &Prediction{Model: "embedder", Question: question, Outputs: want})
	want[1]++
	w.fails("a probability moved by one", &Prediction{Model: "embedder", Question: question, Outputs: want}, "answers")
	// nothing is hidden here; it is true all the same
	w.holds("public row", &Prediction{Model: "embedder", Question: Question{Input: row64(parts[0], 7)}, Class: fmt.Sprint(best)})
	if _, _, err := w.prove(&Counterfactual{Models: []string{"net", "bare"}, Without: []string{"north:1"}, Parts: []string{"north"}, AtMost: "0.999"}, nil); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("a public model as a run without rows: %v", err)
	}
	if _, _, err := w.prove(&Prediction{Model: "value", Question: question, What: "class"}, nil); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("class of one value: %v", err)
	}
	if _, _, err := w.prove(&Provenance{Run: "embedder", Parts: []string{"north"}}, nil); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("a public model as a run: %v", err)
	}
	d := *parts[0]
	d.FractionBits = 5
	w.commit("finer", &d, run.Program.Loss.Labels)
	for name, c := range map[string]Claim{
		"performance":   &Performance{Model: "embedder", Parts: []string{"finer"}, Metric: "accuracy", AtLeast: "0.001"},
		"prediction":    &Prediction{Model: "embedder", Question: Question{Part: "finer", Row: 7}, What: "class"},
		"non-inclusion": &NonInclusion{Parts: []string{"finer"}, Model: "embedder", Works: Works{List: [][]int64{{40, 41, 42, 43, 44}}}},
	} {
		if _, _, err := w.prove(c, nil); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), "5 fraction bits") {
			t.Errorf("%s of rows in another format: %v", name, err)
		}
	}
}

func TestNewModelRefuses(t *testing.T) {
	small := embedder(t, 1, true, 2, 2)
	for name, test := range map[string]struct {
		file []byte
		Fractions
		want error
	}{
		"no model":               {[]byte("not a model, whatever it is called"), DefaultFractions(4), fault.ErrMalformed},
		"nothing":                {nil, DefaultFractions(4), fault.ErrMalformed},
		"features of 15 bits":    {small, DefaultFractions(15), fault.ErrUsage},
		"activations of -1 bits": {small, Fractions{4, -1, 8}, fault.ErrUsage},
		"weights of 15 bits":     {small, Fractions{4, 8, 15}, fault.ErrUsage},
		// 2^24 cells when padded, and the biases
		"too many weights": {embedder(t, 1, true, 4097, 1025), DefaultFractions(4), fault.ErrUnsupported},
	} {
		if _, err := NewModel(test.file, test.Fractions, transpile.ReadModel); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
	if m, err := NewModel(small, Fractions{14, 14, 14}, transpile.ReadModel); err != nil || m.Program.Tensor(m.Program.Input).Format.Fraction != 14 {
		t.Errorf("the finest formats: %v", err)
	}
}

func sha(file []byte) []byte { d := sha256.Sum256(file); return d[:] }

// TestZeroKnowledgeOfPublicModel: the weights' evaluations are the verifier's,
// where what was said about them is hidden, too.
func TestZeroKnowledgeOfPublicModel(t *testing.T) {
	w, _, _ := archive(t)
	m := w.publish("embedder", embedder(t, 1, false, 5, 3))
	w.frame.Mode = mode.ZK
	c := &Prediction{Model: "embedder", Question: Question{Part: "north", Row: 7}, What: "outputs"}
	released, proof, err := w.prove(c, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.verify(c, released, proof); err != nil {
		t.Fatal(err)
	}
	m.cells[firstWeight(m)][0]++
	if err := w.verify(c, released, proof); !errors.Is(err, fault.ErrRejected) {
		t.Errorf("a weight off by one: %v", err)
	}
}

// FuzzNewModel: a file from a stranger is a model with layers that can be
// proven, or a named error.
func FuzzNewModel(f *testing.F) {
	f.Add(embedder(f, 1, true, 5, 6, 4, 3), 4, 8, 10)
	f.Add(embedder(f, 1, false, 2, 1), 0, 0, 0)
	f.Fuzz(func(t *testing.T, file []byte, feature, activation, weight int) {
		if len(file) > 1<<16 {
			return
		}
		m, err := NewModel(file, Fractions{feature, activation, weight}, transpile.ReadModel)
		if err != nil {
			if fault.ExitCode(err) == 0 {
				t.Errorf("unnamed error %v", err)
			}
			return
		}
		for _, l := range Layers(m.Program) {
			s := newScope("fuzz", &Frame{}, ops.NewTables(), &Subjects{Models: map[string]*Model{"m": m}}, &release{})
			input := m.Program.Tensor(m.Program.Input)
			if input.Units() > 1<<10 {
				return
			}
			(&Question{Input: make([]int64, input.Units())}).input(s)
			if id, ok := s.b.Named("public input"); ok {
				s.inference("m", id, layer(l.Name))
			}
		}
	})
}
