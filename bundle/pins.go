package bundle

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/network"
)

// pin is one value that can be expected.
type pin struct {
	name  string // in plain words
	found string
	want  *string // nil: not compared
	of    group
	// implied says that another pin leaves no choice.
	implied bool
}

// group is what a value decides about a run. A verdict stands by itself only if
// all groups are compared.
type group string

const (
	theProgram group = "the program"
	theData    group = "the data"
	theOrder   group = "the order of its rows"
	theOrigin  group = "the origin of the initial weights"
	theLength  group = "the number of steps"
	theRate    group = "the learning rate"
	beside     group = ""
)

// groups lists the groups in the order of reports.
func groups() []group { return []group{theProgram, theData, theOrder, theOrigin, theLength, theRate} }

// shown is a value of the pin for people: a quotation where it is free text.
func (p *pin) shown(value string) string {
	free := p.name == "context" || strings.HasPrefix(p.name, "seed of")
	switch {
	case value == "" || value == "[]" && !free:
		return "none"
	case free:
		return foreign.QuoteUpTo(value, maxShown)
	case len(value) > maxShown:
		return fmt.Sprintf("%s… (%d bytes in all)", strings.ToValidUTF8(value[:maxShown], ""), len(value))
	}
	return value
}

// pins lists every value that can be expected, with what the bundle, and the chain
// of what it continues, has.
func (e *Expectation) pins(r *Report) []pin {
	f := &r.Facts
	whole := e.Program != nil || e.Network != nil
	pins := []pin{
		{name: "mode of the proofs", found: f.Mode, want: e.Mode},
		{name: "program (architecture, formats, loss, batch size)", found: f.Program, want: e.Program, of: theProgram, implied: e.Network != nil || e.choices() && (e.Architecture != nil || e.Forward != nil)},
		{name: "architecture", found: f.Architecture, want: e.Architecture, of: theProgram, implied: whole || e.Forward != nil},
		{name: "loss", found: f.Loss, want: e.Loss, of: theProgram, implied: whole},
		{name: "kind of labels", found: f.Labels, want: e.Labels, of: theProgram, implied: whole},
		{name: "rows per step", found: fmt.Sprint(f.Batch), want: text(e.Batch), of: theProgram, implied: whole},
		{name: "fraction bits of features, activations and errors", found: fmt.Sprint(f.Formats), want: text(e.Formats), of: theProgram, implied: whole},
		{name: "frozen weights", found: fmt.Sprint(f.Frozen), want: text(e.Frozen), of: theProgram, implied: whole},
		{name: "limit of errors", found: f.Clip, want: e.Clip, of: theProgram, implied: whole},
		{name: "smoothing of labels", found: f.Smoothing, want: e.Smoothing, of: theProgram, implied: whole},
		{name: "momentum", found: f.Momentum, want: e.Momentum, of: theProgram, implied: whole},
		{name: "weight decay", found: f.WeightDecay, want: e.WeightDecay, of: theProgram, implied: whole},
		{name: "sample weights", found: f.SampleWeight, want: e.SampleWeight, of: theProgram, implied: whole},
		{name: "dataset commitments", found: fmt.Sprint(f.Dataset), want: text(e.Dataset), of: theData},
		{name: "order of rows", found: f.Order, want: e.Order, of: theOrder},
		{name: "epoch tail", found: f.Tail, want: e.Tail, of: theOrder},
		{name: "rows left out (part:row, from 0)", found: fmt.Sprint(f.Without), want: text(e.Without), of: theOrder},
		{name: "number of steps", found: fmt.Sprint(f.Steps), want: text(e.Steps), of: theLength},
		{name: "steps per segment", found: fmt.Sprint(f.SegmentSteps), want: text(e.SegmentSteps)},
		{name: "learning rate", found: f.Rate, want: e.Rate, of: theRate, implied: e.Rates != nil},
		{name: "origin of the initial weights", found: f.Origin, want: e.Origin, of: theOrigin, implied: e.inHand(f) || f.Origin == Continued.String() && e.Predecessor != nil},
		{name: "initial weights (commitments)", found: f.InitialWeights, want: e.InitialWeights},
		{name: "final weights (commitments)", found: f.FinalWeights, want: e.FinalWeights},
		{name: "context", found: f.Context, want: e.Context},
		{name: "run id", found: f.RunID, want: e.RunID},
		{name: "setup", found: f.Setup, want: e.Setup},
	}
	if f.Order == "shuffled" || e.Seed != nil {
		pins = append(pins, pin{name: "seed of the shuffle", found: f.Seed, want: e.Seed, of: theOrder})
	}
	if f.Origin == Seeded.String() || e.OriginSeed != nil || e.OriginScheme != nil {
		pins = append(pins, pin{name: "seed of the initial weights", found: f.OriginSeed, want: e.OriginSeed, of: theOrigin},
			pin{name: "scheme of the initial weights", found: f.OriginScheme, want: e.OriginScheme, of: theOrigin})
	}
	if f.Origin == Published.String() || e.OriginDigest != nil {
		pins = append(pins, pin{name: "published initial weights (origin digest)", found: f.OriginDigest, want: e.OriginDigest, of: theOrigin, implied: e.inHand(f)})
	}
	return append(pins, e.chainPins(r)...)
}

// chainPins are those of what a run continues. The result of its predecessor decides
// all before it, as each statement names the one before; the beginning of the chain
// does where nothing stands between.
func (e *Expectation) chainPins(r *Report) []pin {
	if r.Facts.Origin != Continued.String() && e.Predecessor == nil && e.ChainStart == nil {
		return nil
	}
	start, want := "not known, as a predecessor was not given", e.ChainStart
	if len(r.Chain.Missing()) > 0 {
		want = nil
	} else {
		start = strings.Join(r.Chain.begins(), ", ")
	}
	return []pin{
		{name: "predecessor (result)", found: r.Facts.Predecessor, want: e.Predecessor, of: theOrigin, implied: want != nil && r.Chain.single()},
		{name: "beginning of the chain (statement)", found: start, want: want, implied: e.Predecessor != nil},
	}
}

// choices reports whether all choices of the training are pinned. The rate is
// among them because weights have as many fraction bits as it needs.
func (e *Expectation) choices() bool {
	return e.Loss != nil && e.Labels != nil && e.Batch != nil && e.Formats != nil && e.Frozen != nil && e.Clip != nil && e.Smoothing != nil && e.Momentum != nil && e.WeightDecay != nil && e.SampleWeight != nil && e.Rate != nil
}

func text[T any](v *T) *string {
	if v == nil {
		return nil
	}
	s := fmt.Sprint(*v)
	return &s
}

// compare checks a bundle's statement and the report's facts against the
// expectation, and records what was compared and what was not.
func (e *Expectation) compare(s *Statement, r *Report) error {
	if err := e.compareNetwork(s.Network, r); err != nil {
		return err
	}
	if err := e.compareRates(s, r); err != nil {
		return err
	}
	if err := e.compareInitial(s, r); err != nil {
		return err
	}
	open := map[group]bool{}
	for _, p := range e.pins(r) {
		switch {
		case p.want == nil && p.implied:
		case p.want == nil:
			r.NotChecked = append(r.NotChecked, fmt.Sprintf("%s: %s", p.name, p.shown(p.found)))
			open[p.of] = true
		case *p.want != p.found:
			return fmt.Errorf("expected %s %s, the bundle is about %s: %w", p.name, p.shown(*p.want), p.shown(p.found), fault.ErrRejected)
		default:
			r.Checked = append(r.Checked, fmt.Sprintf("%s: %s", p.name, p.shown(p.found)))
		}
	}
	for _, digest := range r.Chain.Missing() { // whatever is pinned
		r.NotChecked = append(r.NotChecked, fmt.Sprintf("the predecessor with the result %s: it was not given (--from), and nobody has seen how its weights came about", digest))
		open[theOrigin] = true
	}
	for _, g := range groups() {
		if open[g] {
			r.Unpinned = append(r.Unpinned, string(g))
		}
	}
	return nil
}

// inHand reports whether the initial weights are published, and compared with
// those of a model.
func (e *Expectation) inHand(f *Facts) bool {
	return e.Initial != nil && f.Origin == Published.String()
}

// compareInitial compares published initial weights with those of a model, in
// the integers of the program, frozen ones included. Requires the program to be
// Network.
func (e *Expectation) compareInitial(s *Statement, r *Report) error {
	if e.Initial == nil || s.Origin.Kind != Published {
		return nil
	}
	for i, id := range network.WeightTensors(s.Program()) {
		if !slices.Equal(s.Origin.Cells[i], e.Initial[id]) {
			return fmt.Errorf("the published weights %d are not those of the model given: %w", i, fault.ErrRejected)
		}
	}
	r.Checked = append(r.Checked, "published initial weights, frozen ones included: those of the model given")
	return nil
}

// compareNetwork compares the program with a given model and choices.
func (e *Expectation) compareNetwork(n *network.Network, r *Report) error {
	if e.Model != nil && e.Forward == nil && e.Network == nil {
		return fmt.Errorf("the expectation names a model that nobody has read: %w", fault.ErrUsage)
	}
	if e.Network != nil {
		if d := e.Network.Difference(n); d != "" {
			return fmt.Errorf("the bundle is about another program than expected: it should have %s: %w", d, fault.ErrRejected)
		}
		r.Checked = append(r.Checked, "program: that of the model and the choices given")
	}
	if e.Forward != nil {
		architecture := n.Architecture()
		if d := e.Forward.Difference(&architecture); d != "" {
			return fmt.Errorf("the bundle is about another model than expected: it should have %s: %w", d, fault.ErrRejected)
		}
		r.Checked = append(r.Checked, "architecture: that of the model given")
	}
	return nil
}

// maxShown bounds how much of a value a line of a report shows.
const maxShown = 2000
