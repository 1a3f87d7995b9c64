package audit

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/relation"
)

// Counterfactual bounds how much some rows matter to a model: by how much it
// differs from the model of a second training run, which is the first one
// without exactly these rows (see Counterpart). On the rows of parts, of which
// R_a and R_b of N are predicted rightly: |R_a − R_b| <= ⌊x·N⌋. On one input,
// with outputs y_a and y_b at f fraction bits: |y_a − y_b| <= ⌊x·2^f⌋ for every
// output.
type Counterfactual struct {
	Models  []string `toml:"models"`  // the run, and the one without the rows
	Without []string `toml:"without"` // the rows, as schedule.ParseRows reads them
	Parts   []string `toml:"parts,omitempty"`
	Question
	AtMost Decimal `toml:"at_most"`
}

// State implements Claim.
func (c *Counterfactual) State(s *Scope) {
	if len(c.Models) != 2 || c.Models[0] == c.Models[1] {
		s.usage("a comparison takes two models")
		return
	}
	asked := c.Part != "" || len(c.Input) > 0
	if asked && len(c.Parts) > 0 {
		s.usage("models are compared on parts, or on one input")
	}
	if s.counterpart(c.Models[0], c.Models[1], c.Without); s.err != nil {
		return
	}
	if asked {
		c.stateOutputs(s)
		return
	}
	parts := s.partsOf(c.Parts)
	if s.err != nil {
		return
	}
	a := s.confusion(fmt.Sprintf("outcomes of %q", c.Models[0]), c.Models[0], parts, "")
	b := s.confusion(fmt.Sprintf("outcomes of %q", c.Models[1]), c.Models[1], parts, "")
	if s.err != nil {
		return
	}
	difference := s.virtual("difference of outcomes", s.axes(a.m), []relation.Label{"g"},
		relation.Times(relation.Int(1), relation.At(a.m, "g")), relation.Times(relation.Int(-1), relation.At(b.m, "g")))
	most := floorMul(s.share("at_most", c.AtMost), big.NewInt(a.total)).Int64()
	if most >= a.total {
		s.vacuous("at_most", c.AtMost, "less than 1")
		return
	}
	d := diagonal(a, 0)
	why := func(better, worse string) func() string {
		return func() string {
			return fmt.Sprintf("model %q is right on more rows than model %q, by more than %d of %d", better, worse, most, a.total)
		}
	}
	s.inequalities("difference of accuracies", difference, a.total, []inequality{
		{scaled(-1, d), most, why(c.Models[0], c.Models[1])},
		{d, most, why(c.Models[1], c.Models[0])},
	})
}

// stateOutputs: ±(y_a − y_b) + ⌊x·2^f⌋ >= 0.
func (c *Counterfactual) stateOutputs(s *Scope) {
	x := c.input(s, c.Models...)
	a, b := s.inference(c.Models[0], x, prediction), s.inference(c.Models[1], x, prediction)
	if s.err != nil {
		return
	}
	program := s.model(c.Models[0]) // and of the other model: counterparts have one program
	f := program.Tensor(program.Loss.Prediction).Format.Fraction
	r, err := c.AtMost.rat()
	if err != nil {
		s.fail("at_most: %w", err)
		return
	}
	most := floorMul(r, big.NewInt(1<<f))
	if most.Cmp(big.NewInt(1<<limbBits-1)) >= 0 { // outputs have 16 bits
		s.vacuous("at_most", c.AtMost, "less than %s, the difference of the lowest and the highest output", decimalOf(1<<limbBits-1, f))
		return
	}
	axes, labels := s.axes(a), []relation.Label{"b", "u"}
	masks := s.b.Masks(axes, labels)
	for _, sign := range []int64{1, -1} {
		var terms []relation.Term
		if most.Sign() > 0 {
			terms = append(terms, relation.Times(relation.Int(most.Int64()), masks...))
		}
		terms = append(terms, relation.Times(relation.Int(sign), append(masks[:2:2], relation.At(a, labels...))...),
			relation.Times(relation.Int(-sign), append(masks[:2:2], relation.At(b, labels...))...))
		s.nonNegative(fmt.Sprintf("difference of outputs, %+d", sign), axes, labels, limbBits+2, func(int) string { return fmt.Sprintf("an output differs by more than %s", c.AtMost) }, terms...)
	}
}

// Words implements Claim.
func (c *Counterfactual) Words(s *Subjects) Words {
	bound := fmt.Sprintf("their accuracies on the rows of %s differ by at most %s", foreign.Quotes(c.Parts), c.AtMost)
	if len(c.Parts) == 0 {
		bound = fmt.Sprintf("their answers to %s differ by at most %s in every output", c.words(), c.AtMost)
	}
	read, all := c.reads(s)
	return Words{
		Says: fmt.Sprintf("training run %s is training run %s without exactly these committed rows (numbered from 0; the latter read %d of %d): %s; program, dataset, order and seed, rates, %s and initial weights are the same; %s",
			foreign.Quote(c.Models[1]), foreign.Quote(c.Models[0]), read, all, foreign.Quotes(c.Without), c.length(s), bound),
		NotProven: append([]string{
			"what all trainings with and without these rows have in common: one run of one seed is compared with one",
			"that what the rows say is gone: a copy of one elsewhere in the dataset is still read, and how cells became integers (normalisation) may have been fitted on them",
		}, s.Runs[c.Models[1]].inherited(c.Models[1])...),
	}
}

// reads returns how many of the rows the first run has read at all, and of how
// many.
func (c *Counterfactual) reads(s *Subjects) (read, all int) {
	r := s.Runs[c.Models[0]]
	rows, err := schedule.ParseRows(c.Without, func(name string) (int, int, error) {
		p, part := s.Parts[name], -1
		if p != nil {
			part = slices.Index(r.Parts, s.digest(p, &Frame{Setup: r.Setup, RowBits: r.RowBits}))
		}
		if part < 0 {
			return 0, 0, fault.ErrUsage
		}
		return part, p.Rows, nil
	})
	if err != nil { // State has refused it
		return 0, 0
	}
	return r.Reads(rows), schedule.Rows(rows)
}

// length says in which sense the runs are equally long.
func (c *Counterfactual) length(s *Subjects) string {
	a, b := s.Runs[c.Models[0]], s.Runs[c.Models[1]]
	if a.Training.Schedule.Steps == b.Training.Schedule.Steps {
		return fmt.Sprintf("number of steps (%d)", a.Training.Schedule.Steps)
	}
	return fmt.Sprintf("number of epochs (%d; in %d and %d steps)", wholeEpochs(&a.Training.Schedule), a.Training.Schedule.Steps, b.Training.Schedule.Steps)
}
