package audit

import (
	"context"
	crand "crypto/rand"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/proving"
	"github.com/zkaudit/zkaudit/proof/wrap"
	"github.com/zkaudit/zkaudit/tflite"
	"github.com/zkaudit/zkaudit/transpile"
)

func fixture(t testing.TB, name string) string {
	t.Helper()
	dir := os.Getenv("ZKAUDIT_FIXTURES")
	if dir == "" {
		t.Skip("ZKAUDIT_FIXTURES is not set: real tables and digits are not there")
	}
	return filepath.Join(dir, "data", name)
}

// census is the adult table: about 100 one-hot features, sex and race, with
// equal feature rows together, split in training rows and the rest.
func census(t testing.TB, training int) (train, test *data.Dataset) {
	t.Helper()
	d, err := data.LoadTable(fixture(t, "adult_train.csv"), data.TableOptions{
		TableFormat: data.TableFormat{Header: data.HeaderNo}, FractionBits: 4, MissingAsCategory: true,
		Columns: []string{"1", "2", "4", "6", "7", "8", "9", "10", "13", "14"},
		Targets: []string{"15"}, Task: data.Classification, Normalise: data.NormaliseMinMax,
		Attributes: []data.AttributeColumn{{Column: "10"}, {Column: "9"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	order := make([]int, d.Rows)
	for i := range order {
		order[i] = i
	}
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	slices.SortStableFunc(order, func(a, b int) int { return slices.Compare(d.Row(a), d.Row(b)) })
	for training > 1 && slices.Equal(d.Row(order[training]), d.Row(order[training-1])) {
		training-- // equal rows stay together
	}
	return pick(d, order[:training]), pick(d, order[training:])
}

func pick(d *data.Dataset, rows []int) *data.Dataset {
	p := *d
	p.Rows, p.Features, p.Labels.Class, p.Attributes = len(rows), nil, nil, slices.Clone(d.Attributes)
	for k := range p.Attributes {
		p.Attributes[k].Codes = nil
	}
	for _, row := range rows {
		p.Features = append(p.Features, d.Row(row)...)
		p.Labels.Class = append(p.Labels.Class, d.Labels.Class[row])
		for k := range p.Attributes {
			p.Attributes[k].Codes = append(p.Attributes[k].Codes, d.Attributes[k].Codes[row])
		}
	}
	return &p
}

// large is a world with a setup of usual size.
func large(b *testing.B) *world {
	setup, err := commitments.NewDevelopment(16)
	if err != nil {
		b.Fatal(err)
	}
	w := newWorldOf(b, setup)
	return w
}

// dense adds an untrained network.
func (w *world) dense(b *testing.B, name string, units []int) {
	rng := rand.New(rand.NewPCG(7, 7))
	var layers []tflite.DenseLayer
	for i, n := range units[1:] {
		l := tflite.DenseLayer{Units: n, Bias: make([]float32, n)}
		for range units[i] * n {
			l.Weights = append(l.Weights, (rng.Float32()-0.5)/4)
		}
		if i+2 < len(units) {
			l.Activation = tflite.ActRelu
		}
		layers = append(layers, l)
	}
	m, err := tflite.NewDense(name, layers, units[0], true)
	if err != nil {
		b.Fatal(err)
	}
	fractions := network.DefaultFormats()
	fractions.Feature = 4
	r, err := transpile.Transpile(m, transpile.Options{Batch: 64, Formats: fractions, RateShift: 10})
	if err != nil {
		b.Fatal(err)
	}
	initial, err := r.Initial(m)
	if err != nil {
		b.Fatal(err)
	}
	w.train(name, r.Program, initial)
}

// measure proves and verifies a claim and reports both times.
func (w *world) measure(b *testing.B, c Claim) {
	b.Helper()
	for b.Loop() {
		start := time.Now()
		released, proof, err := w.prove(c, nil)
		if err != nil {
			b.Fatal(err)
		}
		proven := time.Now()
		if err := w.verify(c, released, proof); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(proven.Sub(start).Seconds(), "s-prove")
		b.ReportMetric(time.Since(proven).Seconds(), "s-verify")
		b.ReportMetric(float64(len(proof))/1024, "KiB")
		st, _ := w.cells(c, nil)
		b.ReportMetric(float64(st.statement.Layout.Log), "log-lookups")
	}
}

func BenchmarkCensus(b *testing.B) {
	train, test := census(b, 24000)
	w := large(b)
	w.commit("train", train, graph.OneHot)
	w.commit("test", test, graph.OneHot)
	w.dense(b, "income", []int{train.Width, 64, 32, 2})
	both, held := []string{"train", "test"}, []string{"test"}
	b.Logf("%d and %d rows of %d features", train.Rows, test.Rows, train.Width)
	record := Works{List: [][]int64{row64(test, 5)}}
	for _, c := range []struct {
		name string
		Claim
	}{
		{"diversity", &Diversity{Parts: both, Attributes: []string{"c10", "c9"}, Groups: []string{"Female & White", "Male & White"}, MinCount: 1000}},
		{"entropy", &Diversity{Parts: both, Attributes: []string{"c10"}, Entropy: "0.5", Release: Release{What: "counts"}}},
		{"well formed", &WellFormed{Parts: both}},
		{"disjointness", &Disjointness{Parts: both[:1], From: held}},
		{"accuracy", &Performance{Model: "income", Parts: held, Metric: "accuracy", AtLeast: "0.01"}},
		{"fairness", &Fairness{Model: "income", Parts: held, Attribute: "c10", Positive: ">50K", Measure: "equalised_odds", AtMost: "0.99"}},
		{"membership", &Membership{Parts: held, Works: record}},
		{"non-membership", &NonMembership{Parts: both[:1], Works: record}},
		{"prediction", &Prediction{Model: "income", Question: Question{Part: "test", Row: 7}, What: "class"}},
	} {
		b.Run(c.name, func(b *testing.B) { w.t = b; w.measure(b, c.Claim) })
	}
	b.Run("certificate", func(b *testing.B) {
		for b.Loop() {
			if _, err := w.owned("test").Certify(context.Background(), mode.Validity, &proving.Prover{Setup: w.setup, Rand: crand.Reader}, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkZeroKnowledge includes the making of keys, once per kind of claim
// and shape of parts.
func BenchmarkZeroKnowledge(b *testing.B) {
	train, test := census(b, 24000)
	w := large(b)
	w.frame.Mode, w.cache = mode.ZKPLONK, wrap.NewCache("")
	w.commit("train", train, graph.OneHot)
	w.commit("test", test, graph.OneHot)
	w.dense(b, "income", []int{train.Width, 64, 32, 2})
	held := []string{"test"}
	for _, c := range []struct {
		name string
		Claim
	}{
		{"diversity", &Diversity{Parts: held, Attributes: []string{"c10"}, MinCount: 100}},
		{"disjointness", &Disjointness{Parts: []string{"train"}, From: held}},
		{"fairness", &Fairness{Model: "income", Parts: held, Attribute: "c10", Positive: ">50K", Measure: "equalised_odds", AtMost: "0.99"}},
	} {
		b.Run(c.name, func(b *testing.B) { w.t = b; w.measure(b, c.Claim) })
	}
}

func BenchmarkDigits(b *testing.B) {
	d, err := data.LoadIDX(fixture(b, "mnist5k-images-idx3-ubyte.gz"), fixture(b, "mnist5k-labels-idx1-ubyte.gz"), data.ArrayOptions{FractionBits: 4})
	if err != nil {
		b.Fatal(err)
	}
	train, test, err := d.Split(4000, 20)
	if err != nil {
		b.Fatal(err)
	}
	w := large(b)
	w.commit("train", train, graph.OneHot)
	w.dense(b, "digits", []int{784, 128, 10})
	file, err := os.ReadFile(filepath.Join(os.Getenv("ZKAUDIT_FIXTURES"), "models", "gotflite_mnist_mlp_784_512_512_10.tflite"))
	if err != nil {
		b.Fatal(err)
	}
	w.publish("public", file)
	works := Works{}
	for row := range test.Rows {
		works.List = append(works.List, row64(test, row))
	}
	for _, c := range []struct {
		name string
		Claim
	}{
		{"distance", &NonInclusion{Parts: []string{"train"}, Distance: "1", Works: works}},
		{"cosine", &NonInclusion{Parts: []string{"train"}, Cosine: "0.999", Works: works}},
		{"embedding", &NonInclusion{Parts: []string{"train"}, Model: "digits", Distance: "0.05", Works: works}},
		{"public hidden", &NonInclusion{Parts: []string{"train"}, Model: "public", Layer: secondHidden, Distance: "0.5", Works: works}},
		{"public output", &NonInclusion{Parts: []string{"train"}, Model: "public", Distance: "0.5", Works: works}},
	} {
		b.Run(c.name, func(b *testing.B) { w.t = b; w.measure(b, c.Claim) })
	}
}
