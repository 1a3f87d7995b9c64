package audit

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

func TestPrediction(t *testing.T) {
	w, run, parts := classified(t)
	prediction := run.Program.Loss.Prediction
	y := outputs(t, run.Program, trained(run).Cells, parts[0], prediction)[7]
	want := []int64{int64(y[0]), int64(y[1]), int64(y[2])}
	best := slices.Index(want, slices.Max(want))
	for name, c := range map[string]*Prediction{
		"private row, class":   {Model: "net", Question: Question{Part: "north", Row: 7}, Class: fmt.Sprint(best)},
		"public row, named":    {Model: "net", Question: Question{Input: row64(parts[0], 7)}, Class: "abc"[best : best+1], Classes: []string{"a", "b", "c"}},
		"private row, outputs": {Model: "net", Question: Question{Part: "north", Row: 7}, Outputs: want},
	} {
		w.holds(name, c)
	}
	released, _ := w.holds("released outputs", &Prediction{Model: "net", Question: Question{Input: row64(parts[0], 7)}, What: "outputs"})
	if !slices.Equal(released[0].Values, want) {
		t.Errorf("released %v, want %v", released[0].Values, want)
	}
	released, proof := w.holds("released class", &Prediction{Model: "net", Question: Question{Part: "north", Row: 7}, What: "class"})
	if released[0].Values[0] != int64(best) {
		t.Errorf("released class %v, want %d", released[0].Values, best)
	}
	released[0].Values[0] = int64(best+1) % 3
	if err := w.verify(&Prediction{Model: "net", Question: Question{Part: "north", Row: 7}, What: "class"}, released, proof); !errors.Is(err, fault.ErrRejected) {
		t.Errorf("another class: %v", err)
	}
	wrong := slices.Clone(want)
	wrong[2]++
	w.fails("an output moved by one", &Prediction{Model: "net", Question: Question{Part: "north", Row: 7}, Outputs: wrong}, "answers")
	w.fails("another class", &Prediction{Model: "net", Question: Question{Part: "north", Row: 7}, Class: fmt.Sprint((best + 1) % 3)}, "answers class")
}

// A proof about one model's answer is none about another model's.
func TestPredictionOfAnotherModel(t *testing.T) {
	w, run, _ := classified(t)
	c := &Prediction{Model: "net", Question: Question{Part: "north", Row: 0}, What: "class"}
	released, proof := w.holds("as it is", c)
	again := w.train("other", run.Program, trained(run).Cells) // the same weights, committed again
	w.subjects.Runs["net"] = &again.PublicRun
	if err := w.verify(c, released, proof); !errors.Is(err, fault.ErrRejected) {
		t.Errorf("another commitment: %v", err)
	}
	renamed := *run
	renamed.Digest[0]++
	w.subjects.Runs["net"] = &renamed.PublicRun
	if err := w.verify(c, released, proof); !errors.Is(err, fault.ErrRejected) {
		t.Errorf("another run: %v", err)
	}
}
