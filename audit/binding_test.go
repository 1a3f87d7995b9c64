package audit

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/prooftest"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/relation/naive"
)

// everyClaim is a world, and true claims in it of every kind and metric that
// has relations, each with one that asks for a little less or something else.
func everyClaim(t *testing.T) (*world, map[string][2]Claim) {
	t.Helper()
	w, parts, run := archive(t)
	p, cells := perceptron(t, 11, 5, 6, 3, graph.SoftmaxCrossEntropy)
	w.train("other", p, cells)
	line, lineCells := perceptron(t, 4, 5, 6, 2, graph.MeanSquaredError)
	w.train("line", line, lineCells)
	w.pair("net", "other", schedule.Range{Part: 1, From: 3, To: 5})
	for _, name := range []string{"net", "other"} {
		w.begin(name, func(fraction int) int64 { return 1 << (fraction - 3) })
	}
	compared := func(at Question, parts []string, most Decimal) *Counterfactual {
		return &Counterfactual{Models: []string{"net", "other"}, Without: []string{"south:3-4"}, Parts: parts, Question: at, AtMost: most}
	}
	rng := rand.New(rand.NewPCG(2, 2))
	values := dataset(rng, 5, 3, "sex", sexes, repeat(5, 8))
	values.Labels = data.Labels{Kind: data.Values, Targets: 2, FractionBits: 3}
	for range 2 * values.Rows {
		values.Labels.Values = append(values.Labels.Values, rng.Int32N(65)-32)
	}
	w.commit("values", values, graph.Values)
	both, north := []string{"north", "south"}, []string{"north"}
	far := Works{List: [][]int64{{900, 900, -900, 900, 900}}}
	farther := Works{List: [][]int64{{900, 900, -900, 900, 901}}}
	class := fmt.Sprint(bestClass(t, run, parts[0], 3))
	row := func(i int) Question { return Question{Part: "north", Row: i} }
	model := Performance{Model: "net", Parts: north}
	performance := func(metric, least, most Decimal, k int) *Performance {
		c := model
		if c.Metric, c.K, c.AtLeast, c.AtMost = string(metric), k, least, most; metric == "mse" || metric == "mae" {
			c.Model, c.Parts = "line", []string{"values"}
		}
		return &c
	}
	fairness := func(measure, most Decimal) *Fairness {
		return &Fairness{Model: "net", Parts: both, Attribute: "sex", Positive: "b", Measure: string(measure), AtMost: most, MinGroup: 1}
	}
	censorship := Censorship{Model: "net", Parts: both, Attribute: "sex", Value: "M", Class: "c", AtMost: "0.999"}
	negative := censorship
	negative.Class = "b"
	return w, map[string][2]Claim{
		"well-formed": {&WellFormed{Parts: both}, &WellFormed{Parts: north}},
		"diversity":   {&Diversity{Parts: both, Attributes: []string{"sex"}, MinCount: 3}, &Diversity{Parts: both, Attributes: []string{"sex"}, MinCount: 2}},
		"entropy":     {&Diversity{Parts: both, Attributes: []string{"sex"}, Entropy: "0.5"}, &Diversity{Parts: both, Attributes: []string{"sex"}, Entropy: "0.499999999"}},
		"licence":     {&Licence{Parts: both, Attribute: "sex", Allowed: sexes}, &Licence{Parts: both, Attribute: "sex", Allowed: []string{"M", "F"}}},
		"equal":       {&NonInclusion{Parts: both, Works: far}, &NonInclusion{Parts: both, Works: farther}},
		"distance":    {&NonInclusion{Parts: north, Distance: "1", Works: far}, &NonInclusion{Parts: north, Distance: "0.999999999", Works: far}},
		"cosine":      {&NonInclusion{Parts: north, Cosine: "0.99", Works: far}, &NonInclusion{Parts: north, Cosine: "0.991", Works: far}},
		"hidden layer": {&NonInclusion{Parts: north, Model: "net", Distance: "0.1", Works: far},
			&NonInclusion{Parts: north, Model: "other", Distance: "0.1", Works: far}},
		"hidden cosine": {&NonInclusion{Parts: []string{"works"}, Model: "net", Cosine: "0.999", Works: Works{From: "subject"}},
			&NonInclusion{Parts: []string{"works"}, Model: "other", Cosine: "0.999", Works: Works{From: "subject"}}},
		"membership":         {&Membership{Parts: both, Works: Works{From: "subject"}}, &Membership{Parts: []string{"south"}, Works: Works{From: "subject"}}},
		"non-membership":     {&NonMembership{Parts: north, Works: Works{From: "subject"}}, &NonInclusion{Parts: north, Works: Works{From: "subject"}}},
		"disjointness":       {&Disjointness{Parts: north, From: []string{"south"}}, &Disjointness{Parts: []string{"south"}, From: north}},
		"accuracy":           {performance("accuracy", "0.01", "", 0), performance("accuracy", "0.009", "", 0)},
		"top-k":              {performance("top_k", "0.01", "", 1), performance("top_k", "0.01", "", 2)},
		"macro F1":           {performance("macro_f1", "0.01", "", 0), performance("macro_f1", "0.009", "", 0)},
		"mse":                {performance("mse", "", "1000", 0), performance("mse", "", "1000.000000001", 0)},
		"mae":                {performance("mae", "", "100", 0), performance("mae", "", "100.000000001", 0)},
		"demographic parity": {fairness("demographic_parity", "0.9"), fairness("demographic_parity", "0.91")},
		"equal opportunity":  {fairness("equal_opportunity", "0.9"), fairness("demographic_parity", "0.9")},
		"equalised odds":     {fairness("equalised_odds", "0.999"), fairness("equal_opportunity", "0.999")},
		"class":              {&Prediction{Model: "net", Question: row(3), Class: class}, &Prediction{Model: "net", Question: row(4), Class: class}},
		"outputs": {&Prediction{Model: "net", Question: row(3), What: "outputs"},
			&Prediction{Model: "net", Question: Question{Input: row64(parts[0], 3)}, What: "outputs"}},
		"accuracies":  {compared(Question{}, both, "0.98"), compared(Question{}, both, "0.999")},
		"two answers": {compared(row(3), nil, "9"), compared(row(2), nil, "9")},
		"censorship":  {&censorship, &negative},
		"update":      {&Update{Run: "net", AtMost: "2"}, &Update{Run: "other", AtMost: "2"}},
	}
}

func bestClass(t *testing.T, run *OwnedRun, d *data.Dataset, row int) int {
	t.Helper()
	z := outputs(t, run.Program, trained(run).Cells, d, run.Program.Loss.Logits)[row]
	return slices.Index(z, slices.Max(z))
}

// TestEveryClaimIsBound: the proof of a claim of any kind is none of an easier
// claim, in another context, about rows or weights that were committed again,
// about another run, or about a part whose numbers mean something else.
func TestEveryClaimIsBound(t *testing.T) {
	w, claims := everyClaim(t)
	kinds := map[string]bool{"provenance": true} // without a proof
	for _, name := range sortedKeys(claims) {
		c, other := claims[name][0], claims[name][1]
		kinds[w.item(c).Kind] = true
		released, proof := w.holds(name, c)
		refused := func(what string, c Claim) {
			t.Helper()
			err := w.verify(c, released, proof)
			if !errors.Is(err, fault.ErrRejected) && !errors.Is(err, fault.ErrMalformed) && !errors.Is(err, fault.ErrUsage) {
				t.Errorf("%s: %s: %v", name, what, err)
			}
		}
		refused("another claim", other)
		w.frame.Context = "another"
		refused("another context", c)
		w.frame.Context = "test"
		used, err := state(&w.frame, w.item(c), w.subjects, nil, w.tables)
		if err != nil {
			t.Fatal(err)
		}
		for part := range used.scope.parts {
			genuine := w.subjects.Parts[part]
			again, err := w.setup.CommitInt32(w.owned(part).Cells[featureTensor].Small, make([]fr.Element, len(genuine.Commitments[featureTensor])))
			if err != nil {
				t.Fatal(err)
			}
			for what, change := range map[string]func(p *bundle.PublicPart){
				"features committed again": func(p *bundle.PublicPart) { p.Commitments[featureTensor] = again },
				"other fraction bits":      func(p *bundle.PublicPart) { p.FractionBits++ },
				"another name of a class":  func(p *bundle.PublicPart) { p.Classes = append(slices.Clone(p.Classes), "z") },
			} {
				p := *genuine
				p.Commitments = slices.Clone(p.Commitments)
				change(&p)
				w.subjects.Parts[part] = &p
				refused(fmt.Sprintf("part %s: %s", part, what), c)
			}
			w.subjects.Parts[part] = genuine
		}
		for run := range used.scope.runs {
			genuine := w.subjects.Runs[run]
			again := w.train("again", genuine.Program, trained(w.subjects.OwnedRuns[run]).Cells)
			renamed, recommitted := *genuine, *genuine
			renamed.Digest[31]++
			recommitted.Weights = again.Weights
			for what, r := range map[string]*PublicRun{"weights committed again": &recommitted, "another run": &renamed} {
				w.subjects.Runs[run] = r
				refused(fmt.Sprintf("run %s: %s", run, what), c)
			}
			w.subjects.Runs[run] = genuine
		}
		if err := w.verify(c, released, proof); err != nil {
			t.Errorf("%s: after all: %v", name, err)
		}
	}
	for kind := range Kinds() {
		if !kinds[kind] {
			t.Errorf("no claim of kind %s is tried", kind)
		}
	}
}

// TestPaddingReachesNothing: with random field elements in every padded cell of
// every witness, the real cells of all virtual tensors and of the left sides of
// all equations stay as they are. So nobody gains by what padding holds.
func TestPaddingReachesNothing(t *testing.T) {
	w, claims := everyClaim(t)
	for _, name := range sortedKeys(claims) {
		l := w.liar(claims[name][0])
		if lies := l.violated(); len(lies) > 0 {
			t.Fatalf("%s: %q", name, lies)
		}
		sys, clean := l.tables()
		changed := 0
		filled := maps.Clone(l.cells)
		for id, cells := range l.cells {
			tensor := sys.Tensor(id)
			if tensor.Kind != relation.Witness || tensor.RealCells() == tensor.Cells() {
				continue
			}
			cells = slices.Clone(cells)
			for k := range cells {
				if !prooftest.IsReal(tensor.Axes, k) {
					if _, err := cells[k].SetRandom(); err != nil {
						t.Fatal(err)
					}
					changed++
				}
			}
			filled[id] = cells
		}
		garbage := naive.NewFields(sys, filled)
		for i := range sys.Tensors {
			if sys.Tensors[i].Kind != relation.Virtual {
				continue
			}
			have, want := l.table(garbage, i), l.table(clean, i)
			for cell := range want {
				if prooftest.IsReal(sys.Tensors[i].Axes, cell) && !have[cell].Equal(&want[cell]) {
					t.Errorf("%s: padding reaches cell %d of %s", name, cell, sys.Tensors[i].Name)
					break
				}
			}
		}
		if changed == 0 && !strings.Contains("well-formed diversity entropy licence", name) {
			t.Errorf("%s: no witness has padding", name)
		}
	}
}
