package audit

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// Training is what decides the weights of a run, besides its program and its
// dataset: public values of its statement.
type Training struct {
	Schedule schedule.Spec
	Rates    []int64 // numerators: one for all steps, or one per step
	Origin   bundle.Origin
	Initial  bundle.WeightCommitments // commitments before the first step
}

// Counterpart returns fault.ErrRejected, naming a difference, unless run b is
// run a without the given rows, which a reads, and the same in all else that
// decides its weights:
//
//   - program, dataset (digests of the parts, in order), initial weights;
//   - order, seed and tail of the schedule, and, but for the rows left out by b
//     alone, which are exactly the given ones, what it leaves out;
//   - length: as many steps, or the same whole number of epochs;
//   - rates: by step, or by epoch.
//
// The permutations of a schedule do not depend on what it leaves out, so all
// other rows come in the same order.
// Requires rows in the form of schedule.Merge.
func Counterpart(a, b *PublicRun, rows []schedule.Range) error {
	differ := func(format string, args ...any) error {
		return fmt.Errorf("the runs differ in more than the rows left out: %s: %w", fmt.Sprintf(format, args...), fault.ErrRejected)
	}
	x, y := &a.Training.Schedule, &b.Training.Schedule
	switch {
	case a.ProgramDigest != b.ProgramDigest:
		return differ("their programs differ (architecture, formats, loss or batch size)")
	case !slices.Equal(a.Parts, b.Parts) || !slices.Equal(x.Parts, y.Parts):
		return differ("their datasets are not the same parts in the same order")
	case x.Batch != y.Batch:
		return differ("batches of %d and %d rows", x.Batch, y.Batch)
	case x.Order != y.Order:
		return differ("%v and %v order", x.Order, y.Order)
	case x.Tail != y.Tail:
		return differ("epoch tails: %v and %v", x.Tail, y.Tail)
	case x.Seed != y.Seed:
		return differ("seeds of the shuffle: %q and %q", x.Seed, y.Seed)
	case !slices.Equal(x.Commitments, y.Commitments):
		return differ("their shuffles are bound to other commitments")
	case x.Steps != y.Steps && (wholeEpochs(x) == 0 || wholeEpochs(x) != wholeEpochs(y)):
		return differ("%d and %d steps, which are not the same whole number of epochs either", x.Steps, y.Steps)
	}
	if err := sameRates(a.Training, b.Training); err != nil {
		return differ("%v", err)
	}
	if err := sameOrigin(a.Training, b.Training); err != nil {
		return differ("%v", err)
	}
	want, err := schedule.Merge(append(slices.Clone(x.Without), rows...))
	if err != nil {
		return fmt.Errorf("the first run leaves out some of these rows, too: %v: %w", fault.Text(err, nil), fault.ErrRejected)
	}
	if !slices.Equal(want, y.Without) {
		return fmt.Errorf("the second run leaves out %s; by the first run and the claim it would be %s (part:row, from 0): %w",
			listed(y.Without), listed(want), fault.ErrRejected)
	}
	return nil
}

// listed writes ranges for people.
func listed(list []schedule.Range) string {
	const most = 20
	var texts []string
	for i, r := range list {
		if i == most {
			texts = append(texts, fmt.Sprintf("… (%d rows in all)", schedule.Rows(list)))
			break
		}
		texts = append(texts, r.String())
	}
	if len(texts) == 0 {
		return "nothing"
	}
	return strings.Join(texts, ", ")
}

// wholeEpochs returns how many epochs a schedule runs, 0 if it ends within one.
// With n rows, batches of B and T steps these are e with T = e·⌊n/B⌋ (drop), or
// T = ⌈e·n/B⌉ (wrap), in which e = ⌊T·B/n⌋ because B <= n.
func wholeEpochs(s *schedule.Spec) int {
	epochs := int(int64(s.Steps) * int64(s.Batch) / int64(s.EpochRows()))
	if s.Tail == schedule.Drop {
		epochs = s.Steps / (s.EpochRows() / s.Batch)
	}
	if epochs == 0 || s.StepsFor(epochs) != s.Steps {
		return 0
	}
	return epochs
}

// sameRates says how the rates differ, unless they agree by step or by epoch. An
// epoch that only one of the runs begins continues with the rate before it.
func sameRates(a, b *Training) error {
	if slices.Equal(a.Rates, b.Rates) {
		return nil
	}
	x, err := epochRates(a)
	if err != nil {
		return err
	}
	y, err := epochRates(b)
	if err != nil {
		return err
	}
	for e := range max(len(x), len(y)) {
		if n, m := x[min(e, len(x)-1)], y[min(e, len(y)-1)]; n != m {
			return fmt.Errorf("the learning rates of epoch %d are %d and %d, in units of the program's", e, n, m)
		}
	}
	return nil
}

// epochRates returns the rate of each epoch.
func epochRates(t *Training) ([]int64, error) {
	if len(t.Rates) == 1 {
		return t.Rates, nil
	}
	s, err := schedule.New(t.Schedule)
	if err != nil {
		return nil, err
	}
	var rates []int64
	for step, n := range t.Rates {
		switch e := s.Epoch(step); {
		case e == len(rates):
			rates = append(rates, n)
		case rates[e] != n:
			return nil, fmt.Errorf("learning rates that change within an epoch (of step %d), and differ by step", step)
		}
	}
	return rates, nil
}

// sameOrigin says how the initial weights differ, or why nobody can tell.
func sameOrigin(a, b *Training) error {
	x, y := &a.Origin, &b.Origin
	switch {
	case x.Kind != y.Kind:
		return fmt.Errorf("the origins of their initial weights: %v and %v", x.Kind, y.Kind)
	case x.Seed != y.Seed:
		return fmt.Errorf("the seeds of their initial weights: %q and %q", x.Seed, y.Seed)
	case x.Scheme != y.Scheme:
		return fmt.Errorf("the schemes of their initial weights: %q and %q", x.Scheme, y.Scheme)
	case x.Bits != y.Bits:
		return fmt.Errorf("the bounds of their initial weights: %d and %d bits", x.Bits, y.Bits)
	case x.Predecessor != y.Predecessor:
		return fmt.Errorf("the results that they continue: %x and %x", x.Predecessor, y.Predecessor)
	case x.Kind == bundle.Continued && (len(a.Initial) == 0 || a.Initial.Digest() != b.Initial.Digest()):
		return fmt.Errorf("the commitments to their initial weights, though both name one result")
	case x.Digest() != y.Digest():
		return fmt.Errorf("their published initial weights")
	case x.Kind == bundle.Private && (len(a.Initial) == 0 || a.Initial.Digest() != b.Initial.Digest()):
		return fmt.Errorf("their initial weights are private and committed apart, so that nobody can tell whether they are the same (if both came from one seed, or were published, anybody could)")
	}
	return nil
}

// rowsOf returns the rows of a run's dataset that a claim names.
func (s *Scope) rowsOf(r *PublicRun, texts []string) []schedule.Range {
	rows, err := schedule.ParseRows(texts, func(name string) (int, int, error) {
		p := s.part(name)
		if s.err != nil {
			return 0, 0, s.err
		}
		i := slices.Index(r.Parts, s.subjects.digest(p.PublicPart, s.frame))
		if i < 0 {
			return 0, 0, fmt.Errorf("the claim is false: part %q is not in the dataset of the run: %w", name, fault.ErrRejected)
		}
		return i, p.Rows, nil
	})
	if err != nil {
		s.fail("without: %w", err)
	}
	return rows
}

// counterpart states that the second run is the first one without the rows
// named. It follows from public values and needs no proof of its own.
func (s *Scope) counterpart(first, second string, without []string) {
	if len(without) == 0 {
		s.usage("without names no row: a counterfactual says which rows the second run leaves out")
	}
	a, b := s.run(first), s.run(second)
	if s.err != nil {
		return
	}
	if a.Training == nil || b.Training == nil {
		s.usage("a counterfactual takes two training runs")
		return
	}
	rows := s.rowsOf(a, without)
	if s.err != nil {
		return
	}
	if err := Counterpart(a, b, rows); err != nil {
		s.fail("the claim is false: model %q is not %q without these rows: %w", second, first, err)
		return
	}
	if a.Reads(rows) == 0 {
		s.usage("without: model %q has read none of these rows, so that leaving them out says nothing", first)
	}
}
