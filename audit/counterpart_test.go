package audit

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// pair gives two runs a training on north and south that is the same but for
// the rows that the second leaves out: two epochs each.
func (w *world) pair(first, second string, without ...schedule.Range) (a, b *PublicRun) {
	for _, name := range []string{first, second} {
		r := w.subjects.Runs[name]
		r.Parts, r.Rows = nil, nil
		spec := schedule.Spec{Batch: r.Program.Batch, Order: schedule.Shuffled, Seed: "s"}
		for _, part := range []string{"north", "south"} {
			p := w.subjects.Parts[part]
			digest := p.Digest(w.setup.ID, w.setup.RowBits)
			r.Parts, r.Rows = append(r.Parts, digest), append(r.Rows, p.Rows)
			spec.Parts, spec.Commitments = append(spec.Parts, p.Rows), append(spec.Commitments, digest)
		}
		if name == second {
			spec.Without = without
		}
		spec.Steps = spec.StepsFor(2)
		r.Training = &Training{Schedule: spec, Rates: []int64{5}, Origin: bundle.Origin{Kind: bundle.Seeded, Seed: "i", Scheme: "he", Bits: 31}}
		if err := r.CountReads(); err != nil {
			w.t.Fatal(err)
		}
	}
	return w.subjects.Runs[first], w.subjects.Runs[second]
}

// swap exchanges the weights of two runs, and nothing else.
func (w *world) swap(first, second string) {
	a, b := w.subjects.OwnedRuns[first], w.subjects.OwnedRuns[second]
	a.Weights, b.Weights = b.Weights, a.Weights
	trained(a).Cells, trained(b).Cells = trained(b).Cells, trained(a).Cells
	trained(a).Blinding, trained(b).Blinding = trained(b).Blinding, trained(a).Blinding
}

// paired is a world with a model and the same one, called without, and a claim
// on them that holds.
func paired(t *testing.T) (*world, *Counterfactual) {
	w, run, _ := classified(t)
	w.train("without", run.Program, trained(run).Cells)
	w.pair("net", "without", schedule.Range{Part: 0, From: 5, To: 6}, schedule.Range{Part: 1, From: 10, To: 20})
	return w, &Counterfactual{Models: []string{"net", "without"}, Without: []string{"south:10-19", "north:5"}, Parts: []string{"north"}, AtMost: "0"}
}

// difference changes one public value of the second run.
type difference struct {
	change func(b *PublicRun)
	says   string
}

// differences are keyed by the field that they change, and a note.
func differences() map[string]difference {
	training := func(says string, f func(b *Training)) difference {
		return difference{func(b *PublicRun) { f(b.Training) }, says}
	}
	order := func(says string, f func(s *schedule.Spec)) difference {
		return training(says, func(b *Training) { f(&b.Schedule) })
	}
	origin := func(says string, f func(o *bundle.Origin)) difference {
		return training(says, func(b *Training) { f(&b.Origin) })
	}
	return map[string]difference{
		"Program":                  {func(b *PublicRun) { b.ProgramDigest[0] ^= 1 }, "programs"},
		"Parts, another":           {func(b *PublicRun) { b.Parts[1][0] ^= 1 }, "datasets"},
		"Parts, one less":          {func(b *PublicRun) { b.Parts = b.Parts[:1] }, "datasets"},
		"Parts, one more":          {func(b *PublicRun) { b.Parts = append(b.Parts, b.Parts[0]) }, "datasets"},
		"Parts, exchanged":         {func(b *PublicRun) { b.Parts[0], b.Parts[1] = b.Parts[1], b.Parts[0] }, "datasets"},
		"Schedule.Parts":           order("datasets", func(s *schedule.Spec) { s.Parts[0]++ }),
		"Schedule.Batch":           order("batches of 3 and 4", func(s *schedule.Spec) { s.Batch++ }),
		"Schedule.Steps, one more": order("whole number of epochs", func(s *schedule.Spec) { s.Steps++ }),
		"Schedule.Steps, one less": order("whole number of epochs", func(s *schedule.Spec) { s.Steps-- }),
		"Schedule.Steps, an epoch": order("whole number of epochs", func(s *schedule.Spec) { s.Steps = s.StepsFor(3) }),
		"Schedule.Order":           order("order", func(s *schedule.Spec) { s.Order, s.Seed, s.Commitments = schedule.Committed, "", nil }),
		"Schedule.Tail":            order("tail", func(s *schedule.Spec) { s.Tail, s.Steps = schedule.Wrap, 34 }),
		"Schedule.Seed":            order(`"s" and "t"`, func(s *schedule.Spec) { s.Seed = "t" }),
		"Schedule.Commitments":     order("commitments", func(s *schedule.Spec) { s.Commitments[1][7] ^= 1 }),
		"Schedule.Without, a row more": order("leaves out 0:5-6, 1:10-19; by the first run and the claim it would be 0:5, 1:10-19", func(s *schedule.Spec) {
			s.Without[0].To++
			s.Steps = s.StepsFor(2)
		}),
		"Schedule.Without, a row less": order("leaves out 0:5, 1:11-19;", func(s *schedule.Spec) {
			s.Without[1].From++
			s.Steps = s.StepsFor(2)
		}),
		"Schedule.Without, another row": order("leaves out 0:6,", func(s *schedule.Spec) { s.Without[0] = schedule.Range{Part: 0, From: 6, To: 7} }),
		"Schedule.Without, none":        order("leaves out nothing", func(s *schedule.Spec) { s.Without, s.Steps = nil, 34 }),
		"Rates":                         training("rates of epoch 0 are 5 and 6", func(b *Training) { b.Rates[0]++ }),
		"Origin.Kind":                   origin("origins", func(o *bundle.Origin) { *o = bundle.Origin{Kind: bundle.Private, Bits: 31} }),
		"Origin.Seed":                   origin("seeds of their initial", func(o *bundle.Origin) { o.Seed = "j" }),
		"Origin.Scheme":                 origin("schemes", func(o *bundle.Origin) { o.Scheme = "glorot" }),
		"Origin.Bits":                   origin("31 and 32 bits", func(o *bundle.Origin) { o.Bits++ }),
		"Origin.Predecessor":            origin("results that they continue", func(o *bundle.Origin) { o.Predecessor[5] ^= 1 }),
		"Origin.Cells":                  origin("published", func(o *bundle.Origin) { o.Cells = [][]int64{{1}} }),
	}
}

// TestCounterfactualIsTheSameRun changes one public value at a time: prover and
// verifier refuse, and name it.
func TestCounterfactualIsTheSameRun(t *testing.T) {
	w, c := paired(t)
	released, proof := w.holds("the same run without rows", c)
	tried := differences()
	for name, d := range tried {
		_, b := w.pair("net", "without", schedule.Range{Part: 0, From: 5, To: 6}, schedule.Range{Part: 1, From: 10, To: 20})
		program := b.ProgramDigest
		d.change(b)
		for side, err := range map[string]error{"prover": second(w.prove(c, nil)), "verifier": w.verify(c, released, proof)} {
			if !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), d.says) || !strings.Contains(err.Error(), `model "without" is not "net" without these rows`) {
				t.Errorf("%s: %s: %v, want %q", name, side, err, d.says)
			}
		}
		b.ProgramDigest = program
	}
	// No field is forgotten, not even one that does not exist yet.
	covered := func(field string) bool {
		return slices.ContainsFunc(slices.Collect(maps.Keys(tried)), func(name string) bool { return name == field || strings.HasPrefix(name, field+",") })
	}
	for prefix, of := range map[string]reflect.Type{
		"Schedule.": reflect.TypeFor[schedule.Spec](), "Origin.": reflect.TypeFor[bundle.Origin](), "": reflect.TypeFor[Training](),
	} {
		for i := range of.NumField() {
			switch name := prefix + of.Field(i).Name; name {
			case "Schedule", "Origin", "Initial": // by field; with private origins
			default:
				if !covered(name) {
					t.Errorf("no test changes %s", name)
				}
			}
		}
	}
	w.pair("net", "without", schedule.Range{Part: 0, From: 5, To: 6}, schedule.Range{Part: 1, From: 10, To: 20})
	if err := w.verify(c, released, proof); err != nil {
		t.Errorf("changed back: %v", err)
	}
}

func second(_ []Released, _ []byte, err error) error { return err }

// TestCounterfactualNamesItsRows: the claim must name exactly the rows.
func TestCounterfactualNamesItsRows(t *testing.T) {
	w, c := paired(t)
	released, proof := w.holds("as named", c)
	w.commit("works", smallDataset(), graph.OneHot)
	for name, test := range map[string]struct {
		models, without []string
		want            error
		says            string
	}{
		"a row more":       {c.Models, []string{"south:10-19", "north:5-6"}, fault.ErrRejected, "it would be 0:5-6, 1:10-19"},
		"a row less":       {c.Models, []string{"south:10-18", "north:5"}, fault.ErrRejected, "it would be 0:5, 1:10-18"},
		"a part":           {c.Models, []string{"south", "north:5"}, fault.ErrRejected, "it would be 0:5, 1:0-39"},
		"the same":         {c.Models, []string{"north:5", "south:10-14", "south:15-19"}, nil, ""},
		"other way round":  {[]string{"without", "net"}, c.Without, fault.ErrRejected, "the first run leaves out some of these rows, too"},
		"of another part":  {c.Models, []string{"south:10-19", "works:0"}, fault.ErrRejected, `part "works" is not in the dataset`},
		"of no part":       {c.Models, []string{"south:10-19", "east:0"}, fault.ErrUsage, `no committed part is called "east"`},
		"that is not here": {c.Models, []string{"south:10-19", "north:13"}, fault.ErrUsage, "13 rows, numbered from 0"},
		"twice":            {c.Models, []string{"south:10-19", "north:5", "north:5"}, fault.ErrUsage, "twice"},
		"none":             {c.Models, nil, fault.ErrUsage, "names no row"},
		"one run":          {[]string{"net", "net"}, c.Without, fault.ErrUsage, "two models"},
	} {
		other := *c
		other.Models, other.Without = test.models, test.without
		sides := map[string]error{"prover": second(w.prove(&other, nil))}
		if test.want != nil {
			sides["verifier"] = w.verify(&other, released, proof)
		}
		for side, err := range sides {
			if !errors.Is(err, test.want) || test.want != nil && !strings.Contains(err.Error(), test.says) {
				t.Errorf("%s: %s: %v, want %q", name, side, err, test.says)
			}
		}
	}
	w.subjects.Runs["net"].Training = nil
	if err := second(w.prove(c, nil)); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("a model without a training run: %v", err)
	}
}

// What the first run leaves out, the second leaves out, too.
func TestCounterfactualOfLess(t *testing.T) {
	w, c := paired(t)
	a, b := &w.subjects.Runs["net"].Training.Schedule, &w.subjects.Runs["without"].Training.Schedule
	a.Without = []schedule.Range{{Part: 0, From: 6, To: 7}, {Part: 1, From: 0, To: 2}}
	b.Without = []schedule.Range{{Part: 0, From: 5, To: 7}, {Part: 1, From: 0, To: 2}, {Part: 1, From: 10, To: 20}}
	a.Steps, b.Steps = a.StepsFor(2), b.StepsFor(2)
	w.holds("less of less", c)
	b.Without = b.Without[:2]
	b.Steps = b.StepsFor(2)
	if err := second(w.prove(c, nil)); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "it would be 0:5-6, 1:0-1, 1:10-19") {
		t.Errorf("some rows left in: %v", err)
	}
}

// TestCounterfactualLength: the same number of steps, or of whole epochs, by
// step or by epoch at the same rates.
func TestCounterfactualLength(t *testing.T) {
	left := []schedule.Range{{Part: 0, From: 5, To: 6}, {Part: 1, From: 10, To: 20}} // 42 of 53 rows are left, in batches of 3
	repeated := func(counts ...int) []int64 {
		var rates []int64
		for e, n := range counts {
			rates = append(rates, slices.Repeat([]int64{int64(9 - e)}, n)...)
		}
		return rates
	}
	for name, test := range map[string]struct {
		tail         schedule.Tail
		first, after int // steps
		a, b         []int64
		says         string
	}{
		"two epochs":                    {schedule.Drop, 34, 28, []int64{5}, []int64{5}, ""},
		"as many steps":                 {schedule.Drop, 34, 34, []int64{5}, []int64{5}, ""},
		"as many steps of a cut epoch":  {schedule.Drop, 20, 20, []int64{5}, []int64{5}, ""},
		"one epoch and two":             {schedule.Drop, 34, 14, []int64{5}, []int64{5}, "34 and 14 steps"},
		"cut and whole":                 {schedule.Drop, 30, 28, []int64{5}, []int64{5}, "30 and 28 steps"},
		"both cut":                      {schedule.Drop, 10, 9, []int64{5}, []int64{5}, "10 and 9 steps"},
		"wrapped, two epochs":           {schedule.Wrap, 36, 28, []int64{5}, []int64{5}, ""},
		"wrapped, a step less":          {schedule.Wrap, 35, 28, []int64{5}, []int64{5}, "35 and 28 steps"},
		"wrapped, a step more":          {schedule.Wrap, 36, 29, []int64{5}, []int64{5}, "36 and 29 steps"},
		"rates by epoch":                {schedule.Drop, 34, 28, repeated(17, 17), repeated(14, 14), ""},
		"rates by epoch, wrapped":       {schedule.Wrap, 36, 28, repeated(18, 18), repeated(14, 14), ""},
		"another rate in epoch 1":       {schedule.Drop, 34, 28, repeated(17, 17), repeated(14, 0, 14), "epoch 1 are 8 and 7"},
		"rates change within an epoch":  {schedule.Drop, 34, 28, repeated(16, 18), repeated(14, 14), "change within an epoch (of step 16)"},
		"and in the second run":         {schedule.Drop, 34, 28, repeated(17, 17), repeated(13, 15), "change within an epoch (of step 13)"},
		"rates by step":                 {schedule.Drop, 30, 30, repeated(7, 7, 16), repeated(7, 7, 16), ""},
		"rates by step, one differs":    {schedule.Drop, 30, 30, repeated(7, 7, 16), repeated(7, 8, 15), "change within an epoch"},
		"by epoch in as many steps":     {schedule.Drop, 34, 34, repeated(17, 17), repeated(14, 20), ""},
		"an epoch more at another rate": {schedule.Drop, 34, 34, repeated(17, 17), repeated(14, 14, 6), "epoch 2 are 8 and 7"},
	} {
		w, c := paired(t)
		a, b := w.pair("net", "without", left...)
		for _, side := range []struct {
			r     *PublicRun
			steps int
			rates []int64
		}{{a, test.first, test.a}, {b, test.after, test.b}} {
			side.r.Training.Schedule.Tail, side.r.Training.Schedule.Steps, side.r.Training.Rates = test.tail, side.steps, side.rates
			if len(side.rates) > 1 && len(side.rates) != side.steps {
				t.Fatalf("%s: %d rates for %d steps", name, len(side.rates), side.steps)
			}
		}
		rows := w.scope().rowsOf(a, c.Without)
		err := Counterpart(a, b, rows)
		if test.says == "" && err != nil || test.says != "" && (!errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), test.says)) {
			t.Errorf("%s: %v, want %q", name, err, test.says)
		}
	}
}

func (w *world) scope() *Scope {
	return newScope("test", &w.frame, w.tables, w.subjects, &release{})
}

// TestCounterfactualOrigins: private initial weights are the same if their
// commitments are, which are blinded; published ones if they are equal.
func TestCounterfactualOrigins(t *testing.T) {
	w, c := paired(t)
	a, b := w.subjects.Runs["net"], w.subjects.Runs["without"]
	set := func(o bundle.Origin, first, second bundle.WeightCommitments) error {
		a.Training.Origin, b.Training.Origin, a.Training.Initial, b.Training.Initial = o, o, first, second
		return refusal(w, c)
	}
	private := bundle.Origin{Kind: bundle.Private, Bits: 31}
	if err := set(private, a.Weights, b.Weights); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "private and committed apart") {
		t.Errorf("private weights, committed twice: %v", err)
	}
	if err := set(private, nil, nil); !errors.Is(err, fault.ErrRejected) {
		t.Errorf("private weights without commitments: %v", err)
	}
	if err := set(private, a.Weights, a.Weights); err != nil {
		t.Errorf("private weights under one commitment: %v", err)
	}
	continued := bundle.Origin{Kind: bundle.Continued, Bits: 31, Predecessor: [32]byte{1}}
	if err := set(continued, a.Weights, b.Weights); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "though both name one result") {
		t.Errorf("continued from one result, under two commitments: %v", err)
	}
	if err := set(continued, nil, nil); !errors.Is(err, fault.ErrRejected) {
		t.Errorf("continued, without commitments: %v", err)
	}
	if err := set(continued, a.Weights, a.Weights); err != nil {
		t.Errorf("continued from one result: %v", err)
	}
	for name, c := range map[string]Claim{"counterfactual": c, "provenance": &Provenance{Run: "without", Parts: []string{"north", "south"}}} {
		not := func(o bundle.Origin) string {
			b.Training.Origin = o
			return strings.Join(c.Words(w.subjects).NotProven, "\n")
		}
		if says := not(continued); !strings.Contains(says, `what the weights that training run "without" starts from were trained on: it continues the result 0100`) {
			t.Errorf("%s: rows that were read before are not mentioned: %s", name, says)
		}
		if says := not(private); !strings.Contains(says, `starts from were trained on: their origin is private`) {
			t.Errorf("%s: private weights may come of any rows: %s", name, says)
		}
		if says := not(bundle.Origin{Kind: bundle.Seeded, Seed: "s"}); strings.Contains(says, "trained on") {
			t.Errorf("%s: weights from a seed come of no rows: %s", name, says)
		}
	}
	published := bundle.Origin{Kind: bundle.Published, Bits: 31, Cells: [][]int64{{1, 2}}}
	if err := set(published, a.Weights, b.Weights); err != nil {
		t.Errorf("published weights: %v", err)
	}
	b.Training.Origin.Cells = [][]int64{{1, 3}}
	if err := refusal(w, c); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "published") {
		t.Errorf("other published weights: %v", err)
	}
}

func refusal(w *world, c Claim) error { return second(w.prove(c, nil)) }

func TestCounterfactualWords(t *testing.T) {
	w, c := paired(t)
	words := c.Words(w.subjects)
	for _, want := range []string{`training run "without" is training run "net" without exactly these committed rows (numbered from 0; the latter read 11 of 11): "south:10-19", "north:5";`, `accuracies on the rows of "north" differ by at most 0`} {
		if !strings.Contains(words.Says, want) {
			t.Errorf("%s lacks %q", words.Says, want)
		}
	}
	if not := strings.Join(words.NotProven, "\n"); !strings.Contains(not, "one run of one seed") || !strings.Contains(not, "a copy of one") {
		t.Errorf("not proven: %s", not)
	}
	if !strings.Contains(words.Says, "rates, number of epochs (2; in 34 and 28 steps) and initial weights") {
		t.Error(words.Says)
	}
	steps := &w.subjects.Runs["without"].Training.Schedule.Steps
	*steps = 34
	if says := c.Words(w.subjects).Says; !strings.Contains(says, "rates, number of steps (34) and initial weights") {
		t.Error(says)
	}
	*steps = 28
	c.Parts, c.Question = nil, Question{Part: "south", Row: 2}
	if says := c.Words(w.subjects).Says; !strings.Contains(says, `answers to row 2 of "south" differ by at most 0 in every output`) {
		t.Error(says)
	}
	run := w.subjects.Runs["without"]
	run.Used = []int64{12, 30}
	if says := (&Provenance{Run: "without", Parts: []string{"north", "south"}}).Words(w.subjects).Says; !strings.Contains(says, `"south" (40 rows, 10 of them left out, read 30 times`) {
		t.Error(says)
	}
}

// ExampleCounterpart: what is left out of a run is left out of its
// counterpart, too.
func ExampleCounterpart() {
	program := &graph.Program{Name: "net", Batch: 2}
	spec := schedule.Spec{Parts: schedule.Parts{9}, Batch: 2, Steps: 4, Without: []schedule.Range{{Part: 0, From: 0, To: 1}}}
	less := spec
	less.Without = []schedule.Range{{Part: 0, From: 0, To: 2}, {Part: 0, From: 7, To: 8}}
	a := &PublicRun{Program: program, Training: &Training{Schedule: spec, Rates: []int64{1}, Origin: bundle.Origin{Kind: bundle.Seeded, Seed: "s"}}}
	b := &PublicRun{Program: program, Training: &Training{Schedule: less, Rates: []int64{1}, Origin: bundle.Origin{Kind: bundle.Seeded, Seed: "s"}}}
	fmt.Println(Counterpart(a, b, []schedule.Range{{Part: 0, From: 1, To: 2}, {Part: 0, From: 7, To: 8}}))
	fmt.Println(Counterpart(a, b, []schedule.Range{{Part: 0, From: 1, To: 2}}))
	// Output:
	// <nil>
	// the second run leaves out 0:0-1, 0:7; by the first run and the claim it would be 0:0-1 (part:row, from 0): rejected
}
