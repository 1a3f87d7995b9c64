package bundle_test

import (
	"context"
	crand "crypto/rand"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof/forger"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/prooftest"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/proof/proving"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/run"
	"github.com/zkaudit/zkaudit/run/forgery"
	"github.com/zkaudit/zkaudit/segment"
	"github.com/zkaudit/zkaudit/tflite"
	"github.com/zkaudit/zkaudit/train"
)

// falsehoods are the clauses that a report may print as proven, each with what
// makes it false and asks the verifier. All of the words of proven.go stand in a
// clause here.
var falsehoods = []struct {
	clause string
	false  func(t *testing.T) error
}{
	{"the final weights are exactly what # steps of this program compute, in the program's integer arithmetic", byTrainer(nil, trainer{final: true})},
	{", in the program's integer arithmetic, from the initial weights", byTrainer(nil, trainer{jump: true})},
	{"every update of every step, in # chained segments", byTrainer(nil, trainer{skip: true})},
	{"every update of every step, in one segment", byTrainer(oneSegment, trainer{skip: true})},
	{"# chained segments", changed(func(b *bundle.Bundle) { b.Segments[0], b.Segments[1] = b.Segments[1], b.Segments[0] })},
	{"each step read exactly the rows that the schedule names (", byTrainer(nil, trainer{row: true})},
	{"shuffled order, batch #", changed(func(b *bundle.Bundle) { b.Statement.Schedule.Seed += "x" })},
	{"committed order, batch #", byTrainer(committedOrder, trainer{row: true})},
	{") from the committed dataset of # rows in # part(s)", changed(func(b *bundle.Bundle) {
		p := b.Statement.Parts
		p[0], p[1] = p[1], p[0]
		rebind(b.Statement)
	})},
	{"no step read any of the # row(s) that the schedule leaves out, part:row from #: #:#", changed(func(b *bundle.Bundle) {
		b.Statement.Schedule.Without = []schedule.Range{{Part: 0, From: 5, To: 6}} // it was read
	})},
	{"and # more range(s)", func(t *testing.T) error { return changedIn(manyRanges, leaveOutMore)(t) }},
	{"each step used the stated learning rate (#.#)", byTrainer(nil, trainer{rate: true})},
	{"each step used the stated learning rate (#.#, falling to #.# in step #; # rates, sha", byTrainer(rates, trainer{rate: true})},
	{"every committed dataset cell is a #-bit integer", byOwner(func(c cellsOf) { c.features[3] = 1 << 15 })},
	{"every committed dataset cell is a #-bit integer", byOwner(func(c cellsOf) { c.attributes[0] = -1 })},
	{"labels are well formed", byOwner(func(c cellsOf) { c.labels[0], c.labels[1] = 1, 1 })},
	{"and padding is #", byOwner(func(c cellsOf) { c.features[len(c.features)-1] = 1 })},
	{"padding is #", byOwner(func(c cellsOf) { c.attributes[len(c.attributes)-1] = 1 })},
	{"what else a commitment may hold enters no proof", hiddenCells},
	{`the initial weights are those that the public seed "…" gives by scheme "…"`, byTrainer(nil, trainer{init: true})},
	{"the initial weights are the published integers that the bundle carries", byTrainer(published, trainer{init: true})},
	{"the initial weights are integers from −#^# to #^# − #; where they come from is private and NOT proven", changedIn(private, func(b *bundle.Bundle) { b.Statement.Origin.Bits = 2 })},
	{"the initial weights are exactly the final weights of run #", otherLink(func(t *testing.T, l *linking, a *linked) { l.cells, l.initial = a.cells[1], a.weights[1] })},
	{": the same commitments", otherLink(func(t *testing.T, l *linking, _ *linked) { l.initial = begin(t).initial; l.cells = begin(t).cells })},
	{", in the same formats", otherLink(func(t *testing.T, l *linking, _ *linked) { l.choices.RateShift++ })},
	{", and its proofs hold, too", falsePredecessor},
	{"the initial weights are integers from −#^# to #^# − #; that they are those of the result # was NOT checked, nor how these came about", func(t *testing.T) error {
		file, err := chainOfThree(t)[1].bundle.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		b := decode(t, made{bytes: file})
		b.Statement.Origin.Bits = 2
		_, err = verifyLink(b, bundle.Expectation{}, nil)
		return err
	}},
}

// variants are runs whose reports together have every sentence.
var variants = map[string]func(c *run.Config){
	"seeded": nil, "rates": rates, "many ranges": manyRanges,
	"published, in one segment":   func(c *run.Config) { published(c); oneSegment(c) },
	"private, in committed order": func(c *run.Config) { private(c); committedOrder(c) },
}

func oneSegment(c *run.Config)     { c.Training.SegmentSteps = 12 }
func committedOrder(c *run.Config) { c.Schedule.Order = "committed" }
func rates(c *run.Config) {
	c.Training.Steps, c.Training.Epochs, c.Training.Rates = 0, 2, []string{"0.1", "0.05"}
}

func published(c *run.Config) {
	private(c)
	c.Initial.Publish = true
}

// private takes the initial weights from a model, whose weights are not 0.
func private(c *run.Config) {
	c.Initial.From = "model"
	layer := func(inputs, units int, f tflite.Activation) tflite.DenseLayer {
		l := tflite.DenseLayer{Units: units, Activation: f, Bias: make([]float32, units)}
		for i := range inputs * units {
			l.Weights = append(l.Weights, float32(i%5)-2)
		}
		return l
	}
	m, err := tflite.NewDense("small", []tflite.DenseLayer{layer(3, 5, tflite.ActRelu), layer(5, 2, tflite.ActNone)}, 3, true)
	if err == nil {
		var file []byte
		if file, err = tflite.Marshal(m); err == nil {
			err = os.WriteFile(c.Model.File, file, 0o644)
		}
	}
	if err != nil {
		panic(err) // the test's own
	}
}

// manyRanges leaves out more ranges of rows than a line lists.
func manyRanges(c *run.Config) {
	var rows strings.Builder
	for i := range 300 {
		fmt.Fprintf(&rows, "%d,%d,%d,%s\n", i%7, i%5, i%3, []string{"no", "yes"}[i%7/4])
	}
	if err := os.WriteFile(c.Data[0].File, []byte(rows.String()), 0o644); err != nil {
		panic(err)
	}
	c.Data, c.Test.Rows = c.Data[:1], 40
	for i := range 101 {
		c.Schedule.Without = append(c.Schedule.Without, fmt.Sprintf("part-000:%d", 2*i))
	}
}

func leaveOutMore(b *bundle.Bundle) {
	s := &b.Statement.Schedule
	s.Without = append(s.Without, schedule.Range{Part: 0, From: 250, To: 251})
}

// otherLink continues a run otherwise than it says, and proves it honestly.
func otherLink(change func(t *testing.T, l *linking, a *linked)) func(t *testing.T) error {
	return func(t *testing.T) error {
		a := chainOfThree(t)[0]
		l := continuing(t, a)
		change(t, &l, a)
		_, err := verifyLink(l.make(t).bundle, bundle.Expectation{}, predecessor(t, a, nil))
		return err
	}
}

// falsePredecessor verifies a chain whose first run has a false proof.
func falsePredecessor(t *testing.T) error {
	links := chainOfThree(t)
	file, err := links[0].bundle.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	forged := decode(t, made{bytes: file})
	forged.Segments[1].Proof = forged.Segments[0].Proof
	second := &givenStep{"second", links[1].bundle}
	_, err = bundle.Follow(t.Context(), second.From(), []bundle.Step{&givenStep{"forged.zka", forged}}, nil)
	return err
}

// trainer trains otherwise than the statement says, in one way, and forges the
// proofs as well as can be done.
type trainer struct{ init, row, skip, rate, jump, final bool }

func byTrainer(change func(c *run.Config), how trainer) func(t *testing.T) error {
	return func(t *testing.T) error {
		m, err := makeRunBy(change, "", func(ctx context.Context, d *run.Directory) error { return forgery.Write(ctx, d, how.execute) })
		if err != nil {
			t.Fatal(err)
		}
		_, err = verify(decode(t, m), bundle.Expectation{}, m.setup)
		return err
	}
}

// Who forges and has nothing to hide is believed: so it is the deeds below that
// are not.
func TestForgingHonestly(t *testing.T) {
	if err := byTrainer(nil, trainer{})(t); err != nil {
		t.Error(err)
	}
}

// at is the step in which something is done otherwise, and border the segment
// after which weights are.
const at, border = 2, 0

func (how trainer) execute(r *train.Run, tables *ops.Tables) ([]*train.Trace, error) {
	p, weights := r.Program, r.Initial
	if how.init {
		var err error
		if weights, err = network.Random(p, []byte("mine"), network.He); err != nil {
			return nil, err
		}
	}
	b, err := ops.NewBuffers(p, weights, tables)
	if err != nil {
		return nil, err
	}
	var traces []*train.Trace
	for i := range r.Segments() {
		steps := r.Range(i)
		t := &train.Trace{Segment: i, Range: steps, Rates: r.Rates[steps.First : steps.First+steps.Count], Recorded: ops.NewTrace(p, steps.Count), Before: weightsIn(p, b)}
		for k := range steps.Count {
			if err := how.step(r, b, steps.First+k); err != nil {
				return nil, err
			}
			t.Recorded.Record(p, k, b)
		}
		t.After = weightsIn(p, b)
		traces = append(traces, t)
	}
	first := p.OfRole(graph.Weight)[0]
	if how.final {
		traces[len(traces)-1].After[first][0]++
	}
	if how.jump { // the second segment goes on from other weights
		traces[border].After[first][0]++
	}
	return traces, nil
}

func (how trainer) step(r *train.Run, b *ops.Buffers, step int) error {
	p, n := r.Program, r.Rates[step]
	if err := r.Rows.Read(step, b.Small[p.Input], b.Small[p.Label], nil); err != nil {
		return err
	}
	before := weightsIn(p, b)
	if how.row && step == at {
		b.Small[p.Input][0]++
	}
	if how.rate && step == at {
		n *= 2
	}
	if err := ops.Execute(&ops.Step{Program: p, Buffers: b, Rate: n, Index: step}); err != nil {
		return err
	}
	for _, id := range p.OfRole(graph.Weight) {
		if how.skip && step == at {
			if err := b.SetWeight(p, id, before[id]); err != nil {
				return err
			}
		}
	}
	return nil
}

func weightsIn(p *graph.Program, b *ops.Buffers) train.Weights {
	w := train.Weights{}
	for _, id := range network.WeightTensors(p) {
		w[id] = slices.Clone(b.Weight(id))
	}
	return w
}

// changed changes what an honest bundle says.
func changed(change func(b *bundle.Bundle)) func(t *testing.T) error {
	return func(t *testing.T) error { return ask(t, first(t), change) }
}

func changedIn(config func(c *run.Config), change func(b *bundle.Bundle)) func(t *testing.T) error {
	return func(t *testing.T) error {
		m, err := makeRun(config, "")
		if err != nil {
			t.Fatal(err)
		}
		return ask(t, m, change)
	}
}

func ask(t *testing.T, m made, change func(b *bundle.Bundle)) error {
	t.Helper()
	b := decode(t, m)
	change(b)
	_, err := verify(b, bundle.Expectation{}, m.setup)
	return err
}

// cellsOf are a part's padded cells.
type cellsOf struct{ features, labels, attributes []int32 }

// byOwner commits to cells that a certificate does not allow, and forges it.
func byOwner(change func(c cellsOf)) func(t *testing.T) error {
	return func(t *testing.T) error {
		setup, err := commitments.NewDevelopment(8)
		if err != nil {
			t.Fatal(err)
		}
		d := people()
		features, labels := owner.PartCells(d)
		c := cellsOf{features.Small, labels.Small, owner.AttributeCells(d).Small}
		change(c)
		f := &bundle.PartFile{Shape: segment.PartShape{Rows: 5, Features: 2, Labels: 2, Kind: graph.OneHot, Attributes: 2}, Mode: mode.Validity, Setup: setup.ID, RowBits: setup.RowBits, Commitment: bundle.PartCommitment{Columns: 2}}
		var blinding [][]fr.Element
		for _, cells := range [][]int32{c.features, c.labels, c.attributes} {
			blind, err := commitments.RandomScalars(crand.Reader, 1)
			if err != nil {
				t.Fatal(err)
			}
			rows, err := setup.CommitInt32(cells, blind)
			if err != nil {
				t.Fatal(err)
			}
			blinding = append(blinding, blind)
			f.Commitment.Features, f.Commitment.Labels, f.Commitment.Attributes = f.Commitment.Labels, f.Commitment.Attributes, rows
		}
		claims, err := bundle.DatasetClaims(f.Mode, f.Shape, f.Setup, f.RowBits, f.Commitment)
		if err != nil {
			t.Fatal(err)
		}
		a := claims[0].Assign([]relation.Cells{{Small: c.features}, {Small: c.labels}, {Small: c.attributes}})
		proof, err := (&forger.Prover{Prover: proving.Prover{Setup: setup}}).Prove(context.Background(), f.Mode, claims[0].Statement, prover.Secret{Cells: a, External: blinding})
		if err != nil {
			t.Fatal(err)
		}
		f.Certificate = (&encoding{}).field(proof).Bytes()
		return f.Verify(context.Background(), &mode.Verifier{Setup: setup.Verifier()})
	}
}

// hiddenCells sums a tensor of 4 cells, committed in a row that goes on after
// them: their sum is proven, and that of the whole row is not.
func hiddenCells(t *testing.T) error {
	const inside, outside = 3 + 5 + 7 + 9, 1000
	sums := map[int64]error{inside: nil, inside + outside: nil}
	for claimed := range sums {
		b := relation.NewBuilder("sum of a row")
		cells, one := relation.Axis{Name: "cells", Size: 4}, relation.Axis{Name: "one", Size: 1}
		x := b.External("x", cells)
		sum := b.Public("sum", &relation.Values{Cells: []int64{claimed}}, one)
		b.Equation("sum", []relation.Axis{one}, []relation.Label{"q"},
			relation.Times(relation.Int(1), relation.At(sum, "q")),
			relation.Times(relation.Int(-1), relation.At(b.Mask(one), "q"), relation.At(b.Mask(cells), "i"), relation.At(x, "i")))
		b.Unsigned(x, 4)
		sys, err := b.Build()
		if err != nil {
			t.Fatal(err)
		}
		a := relation.NewAssignment(sys)
		a[x] = relation.Cells{Small: []int32{3, 5, 7, 9}}
		c := prooftest.NewCase(t, sys, a)
		hidden := make([]fr.Element, 64-4)
		hidden[rand.IntN(len(hidden))].SetUint64(outside)
		tails := map[relation.ID][]fr.Element{x: hidden}
		c.Hide(t, tails)
		sums[claimed] = c.Verify(t, c.ForgeHidden(t, tails))
	}
	if sums[inside] != nil {
		t.Fatalf("the sum of the tensor: %v", sums[inside])
	}
	return sums[inside+outside]
}

// template is a sentence without what a run puts into it.
func template(sentence string) string {
	sentence = regexp.MustCompile(`"(\\.|[^"\\])*"`).ReplaceAllString(sentence, `"…"`)
	sentence = regexp.MustCompile(`[0-9a-f]{64}`).ReplaceAllString(sentence, "#")
	return regexp.MustCompile(`[0-9]+`).ReplaceAllString(sentence, "#")
}

// TestEverySentenceCanBeFalse: each clause of what is printed as proven is in
// the list above, and the verifier rejects what makes it false.
func TestEverySentenceCanBeFalse(t *testing.T) {
	var printed []string
	for name, change := range variants {
		m, err := makeRun(change, "")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		r, err := verify(decode(t, m), bundle.Expectation{}, m.setup)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		printed = append(printed, r.Proven...)
	}
	links := chainOfThree(t)
	for _, from := range []*bundle.Predecessor{nil, predecessor(t, links[0], nil)} {
		r, err := verifyLink(links[1].bundle, bundle.Expectation{}, from)
		if err != nil {
			t.Fatal(err)
		}
		printed = append(printed, r.Proven...)
	}
	for _, f := range falsehoods {
		if !slices.ContainsFunc(printed, func(s string) bool { return strings.Contains(template(s), f.clause) }) {
			t.Errorf("no report says %q", f.clause)
		}
	}
	for _, words := range wordsOf(t, "proven.go") {
		if !slices.ContainsFunc(printed, func(s string) bool { return strings.Contains(template(s), words) }) {
			t.Errorf("no run of this test says %q", words)
		}
	}
	for _, sentence := range printed {
		if rest := left(template(sentence)); rest != "" {
			t.Errorf("nothing makes %q false in\n\t%s", rest, sentence)
		}
	}
	for i, f := range falsehoods {
		t.Run(fmt.Sprintf("%d %.40s", i, f.clause), func(t *testing.T) {
			t.Parallel()
			if err := f.false(t); !errors.Is(err, fault.ErrRejected) && !errors.Is(err, fault.ErrMalformed) {
				t.Errorf("false, and the verifier says: %v", err)
			}
		})
	}
}

// left is what no clause of the list covers, but for punctuation.
func left(sentence string) string {
	covered := make([]bool, len(sentence))
	for _, f := range falsehoods {
		for at := 0; ; at++ {
			k := strings.Index(sentence[at:], f.clause)
			if k < 0 {
				break
			}
			at += k
			for i := range len(f.clause) {
				covered[at+i] = true
			}
		}
	}
	rest := []byte(sentence)
	for i := range rest {
		if covered[i] {
			rest[i] = ' '
		}
	}
	return strings.Trim(string(rest), " ,:;()#")
}

// wordsOf returns the words of the sentences in a source: its texts, cut at
// what is put into them.
func wordsOf(t *testing.T, file string) []string {
	t.Helper()
	source, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	verb := regexp.MustCompile(`%[-+# .0-9]*[a-zA-Z]`)
	ast.Inspect(source, func(n ast.Node) bool {
		if _, imports := n.(*ast.ImportSpec); imports {
			return false
		}
		text, ok := n.(*ast.BasicLit)
		if !ok || text.Kind != token.STRING {
			return true
		}
		value, err := strconv.Unquote(text.Value)
		if err != nil {
			t.Fatal(err)
		}
		for _, piece := range verb.Split(value, -1) {
			if piece = strings.Trim(template(piece), " ,:;()^−#."); len(piece) > 3 {
				words = append(words, piece)
			}
		}
		return true
	})
	return words
}
