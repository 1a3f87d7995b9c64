package bundle

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/proof/mode"
)

// Report says, in plain words, what a verification has shown.
type Report struct {
	Facts Facts `json:"facts"`
	// Readable says, part by part, what the model could read of a row, as far as
	// that has been published; see NameFeatures.
	Readable   []string `json:"readable"`
	Proven     []string `json:"proven"`
	Assumed    []string `json:"assumed"`
	NotProven  []string `json:"not_proven"`
	Revealed   []string `json:"revealed"`    // to whoever reads the bundle
	Checked    []string `json:"checked"`     // pinned values that agree
	NotChecked []string `json:"not_checked"` // values that are not pinned
	// Unpinned is what decides the run and was not compared: of the program, the
	// data, the order, the origin, the length and the rate.
	Unpinned []string `json:"unpinned"`
	// Chain has the trainings that the run continues, as far as they were given
	// and verified; the run itself is the last.
	Chain *Chain `json:"chain"`

	result *Result      // of the run
	before *Predecessor // what it continues, nil: nothing, or not given
}

// newReport describes what an accepted bundle shows.
func newReport(b *Bundle, setup *commitments.VerifierSetup) (*Report, error) {
	f, err := b.Facts()
	if err != nil {
		return nil, err
	}
	f.Insecure = setup.Insecure
	r := &Report{
		Facts:    *f,
		Assumed:  b.Statement.Mode.Assumed(setup.Kind),
		Unpinned: []string{},
		NotProven: []string{
			"that the data is true, lawful, representative or labelled rightly; only that it is the committed data",
			"how good the model is: losses and accuracies shown while training are not part of the proof",
			"anything about a rounded copy of the model: the proof is about the integers (the exported .tflite carries them)",
			"that a seed was not chosen among many: whoever names a seed may have tried others",
		},
		Revealed: revealed(b.Statement),
	}
	if b.Statement.Mode == mode.Validity {
		r.NotProven = append(r.NotProven, "secrecy: the bundle may leak training data and weights")
	}
	if err := r.NameFeatures(); err != nil {
		return nil, err
	}
	return r, nil
}

// revealed lists what a bundle tells besides the truth of the statement.
func revealed(s *Statement) []string {
	constants := 0
	for _, id := range s.Program().OfRole(graph.Constant) {
		constants += s.Program().Tensor(id).Size()
	}
	list := []string{
		fmt.Sprintf("the program: architecture, number formats, loss, and %d constants of the model that are not weights", constants),
		"how many rows each part has, and how many features and labels; the order of rows, the rates, the number of steps; commitments",
	}
	if len(s.Schedule.Without) > 0 {
		list = append(list, "which rows were left out, by number")
	}
	switch s.Origin.Kind {
	case Private:
		list = append(list, fmt.Sprintf("that initial weights are from −2^%d to 2^%d − 1", s.Origin.Bits, s.Origin.Bits))
	case Published:
		list = append(list, "the initial weights, by intent")
	case Continued:
		list = append(list, fmt.Sprintf("which result the run continues, and that its initial weights are from −2^%d to 2^%d − 1", s.Origin.Bits, s.Origin.Bits))
	}
	if !s.Mode.ZeroKnowledge() {
		list = append(list, "values computed from data, weights, activations and the blinding of commitments, against which guesses can be tested: "+
			"the commitments to dataset and weights hide no more, in other bundles either")
	}
	return list
}

// Verdict is what a verification that accepts says, in text and JSON alike: whether all
// that decides what it is about was compared.
func Verdict(compared bool) string {
	if compared {
		return "VERIFIED"
	}
	return "VALID AS FAR AS IT WAS COMPARED"
}

// Verdict is that on the bundle.
func (r *Report) Verdict() string { return Verdict(len(r.Unpinned) == 0) }

// MarshalJSON writes the fields, after the verdict.
func (r *Report) MarshalJSON() ([]byte, error) {
	type fields Report
	return json.Marshal(struct {
		Verdict string `json:"verdict"`
		*fields
	}{r.Verdict(), (*fields)(r)})
}

// Mode returns the line that says how far the mode reaches.
func (r *Report) Mode() string {
	m := mode.Name(r.Facts.Mode)
	if m.ZeroKnowledge() {
		return fmt.Sprintf("mode %s: the bundle reveals nothing about data and weights beyond what this report says", m)
	}
	return fmt.Sprintf("mode %s: sound, NOT zero-knowledge: the bundle may leak training data and weights to whoever reads it", m)
}

// WriteText writes the report for people.
func (r *Report) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d parameters in %d layer(s), %d steps in %d segment(s), statement %s\n", r.Verdict(), r.Facts.Parameters, len(r.Facts.Layers), r.Facts.Steps, r.Facts.Segments, r.Facts.Statement)
	if len(r.Unpinned) > 0 {
		fmt.Fprintf(&b, "NOT COMPARED: %s. The bundle may be about another training than you mean; pin what you require (--expect, --model).\n", strings.Join(r.Unpinned, ", "))
	}
	fmt.Fprintf(&b, "%s\n", r.Mode())
	if r.Facts.Insecure {
		b.WriteString("INSECURE: made with the development setup; anyone can forge such a bundle. For demonstrations and tests only.\n")
	}
	for _, section := range r.Sections() {
		fmt.Fprintf(&b, "\n%s:\n", section.Title)
		for _, line := range section.Lines {
			fmt.Fprintf(&b, "  - %s\n", foreign.Line(line))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Section is a list of a report, under its title.
type Section struct {
	Title string
	Lines []string
}

// Sections are the lists that have lines, in order.
func (r *Report) Sections() []Section {
	all := []Section{
		{"What was trained (forward pass; gradients and updates are derived from it)", r.Facts.Lines()},
		{"The chain of trainings (each starts from the final weights of another, under the same commitments)", r.Chain.Lines()}, {r.provenTitle(), r.Proven},
		{"What the model could read (features, as the owners of the rows name them)", r.Readable},
		{"Assumed", r.Assumed}, {"Not proven", r.NotProven}, {"Revealed to whoever reads the bundle", r.Revealed},
		{"Checked against what you expect", r.Checked}, {"NOT CHECKED (no expectation given)", r.NotChecked},
	}
	return slices.DeleteFunc(all, func(s Section) bool { return len(s.Lines) == 0 })
}

func (r *Report) provenTitle() string {
	title := "Proven"
	if len(r.Unpinned) > 0 {
		title = "Proven of the training that the bundle describes"
	}
	if r.Facts.Insecure {
		return title + " (as far as an INSECURE setup proves anything)"
	}
	return title
}
