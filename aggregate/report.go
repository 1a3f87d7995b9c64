package aggregate

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/proof/mode"
)

// Report says, in plain words, what a verified round has shown.
type Report struct {
	Statement    string             `json:"statement"` // digest
	Result       string             `json:"result"`    // digest of what the next round starts from
	Mode         string             `json:"mode"`
	Context      string             `json:"context"`
	Round        int                `json:"round"`
	Setup        string             `json:"setup"`
	Insecure     bool               `json:"insecure"`
	Program      string             `json:"program"`
	Start        string             `json:"start"` // result that the participants start from; "": a public origin
	Origin       string             `json:"origin"`
	Steps        int                `json:"steps"` // of each participant
	Samples      int64              `json:"samples"`
	Participants []ParticipantFacts `json:"participants"`
	Proven       []string           `json:"proven"`
	Assumed      []string           `json:"assumed"`
	NotProven    []string           `json:"not_proven"`
	Revealed     []string           `json:"revealed"`
	// Unpinned is what decides the runs of participants and was not compared, in words:
	// whoever verifies their bundles knows, and says it here.
	Unpinned []string `json:"unpinned"`
	// NotChecked are values of all participants' runs, each the same for all, that nobody
	// has compared.
	NotChecked []string `json:"not_checked"`
	// Compared is what files of parts have shown, in words; Meaning is the same.
	Compared []string `json:"compared"`
	Meaning  *Meaning `json:"meaning,omitempty"`
	// Missing are results that the round rests on and that were not given: nobody has
	// seen a proof of how they came about.
	Missing []string `json:"missing"`
	// Chain has all that was verified; the round itself is the last.
	Chain *bundle.Chain `json:"chain"`
	// Audited is what audits of the participants say; nil without any.
	Audited *Audited `json:"audited,omitempty"`

	result *bundle.Result
}

// ParticipantFacts are what a report says of a participant.
type ParticipantFacts struct {
	Statement string   `json:"statement"` // of its run
	Result    string   `json:"result"`
	Samples   int64    `json:"samples"` // how much it counts
	Dataset   []string `json:"dataset"` // digest of each part
	Rows      []int    `json:"rows"`    // of each part
}

// newReport describes a round of contributions that agree, and checks its number. It
// fails with fault.ErrRejected if that is another one than the chain says.
func newReport(f *File, list []*Contribution, runs []*bundle.Predecessor, setup *commitments.VerifierSetup) (*Report, error) {
	s, run := f.Statement, list[0].Run
	digest, err := s.Digest()
	if err != nil {
		return nil, err
	}
	result, err := f.Result(run.Network)
	if err != nil {
		return nil, err
	}
	ends, program := result.Digest(), run.Network.Digest()
	r := &Report{
		Statement: hex.EncodeToString(digest[:]), Result: hex.EncodeToString(ends[:]), Mode: string(s.Mode), Context: s.Context, Round: s.Round,
		Setup: hex.EncodeToString(s.Setup[:]), Insecure: setup.Insecure, Program: hex.EncodeToString(program[:]),
		Start: startOf(run), Origin: run.Origin.Kind.String(), Steps: run.Steps(), Samples: s.Samples(),
		result: result, Missing: []string{}, Unpinned: []string{}, NotChecked: []string{},
	}
	own := bundle.Link{Kind: "round", Round: s.Round, Statement: r.Statement, Result: r.Result, Origin: "the average of its participants", Program: r.Program,
		Dataset: []string{}, Rows: []int{}}
	var before []*bundle.Chain
	for k, c := range list {
		statement, err := c.Run.Digest()
		if err != nil {
			return nil, err
		}
		p := ParticipantFacts{Statement: hex.EncodeToString(statement[:]), Result: hex.EncodeToString(c.Digest[:]), Samples: s.Participants[k].Samples, Rows: c.Run.Schedule.Parts}
		for i := range c.Run.Parts {
			part := c.Run.PartDigest(i)
			p.Dataset = append(p.Dataset, hex.EncodeToString(part[:]))
		}
		r.Participants = append(r.Participants, p)
		own.From = append(own.From, p.Result)
		before = append(before, runs[k].Chain)
	}
	if err := s.round(r.Start, before); err != nil {
		return nil, err
	}
	r.Chain = bundle.NewChain(own, before...)
	r.Missing = append(r.Missing, r.Chain.Missing()...)
	return r, nil
}

// assume says what proofs of the round and of its participants rest on.
func (r *Report) assume(own []string, runs []*bundle.Predecessor) {
	r.Assumed = own
	for _, p := range runs {
		for _, line := range p.Assumed {
			if !slices.Contains(r.Assumed, line) {
				r.Assumed = append(r.Assumed, line)
			}
		}
	}
}

// describe says what an accepted round shows.
func (r *Report) describe(f *File) {
	r.Proven = []string{
		fmt.Sprintf("the global weights are the average of the final weights of these %d runs, each counted as often as the rows that it has read, in exact arithmetic and then rounded half up to an integer, weight by weight", len(r.Participants)),
		fmt.Sprintf("each participant counts for the rows that its steps have read from its own committed parts, each row once: %d in all", r.Samples),
		"all participants ran the same program for the same number of steps, with the same rates and order, from the same weights; no two of them share a committed row",
		fmt.Sprintf("the global weights are integers from −2^%d to 2^%d − 1, and their padding is 0", f.Statement.Bits, f.Statement.Bits),
	}
	r.Compared = r.Meaning.compared()
	r.NotProven = append(r.Meaning.notProven(),
		"that rows of different participants are different: the same row, committed twice, counts twice",
		"that nobody was left out: who takes part is the aggregator's choice, and stands in the statement",
		"that the data is true, lawful, representative or labelled rightly; only that it is the committed data",
	)
	r.Revealed = []string{
		"who takes part, by commitment, and how many rows each has read; commitments to the global weights",
	}
	if !f.Statement.Mode.ZeroKnowledge() {
		r.NotProven = append(r.NotProven, "secrecy: the round may leak weights")
		r.Revealed = append(r.Revealed, "values computed from weights and the blinding of commitments, against which guesses can be tested")
	}
}

// Predecessor returns what the runs of the next round start from. Requires a report
// that Verify has returned.
func (r *Report) Predecessor() *bundle.Predecessor {
	return &bundle.Predecessor{Result: r.result, Chain: r.Chain, Assumed: r.Assumed}
}

// Verdict is that on the round: what it rests on was given, and all that decides what it
// is about was compared.
func (r *Report) Verdict() string { return bundle.Verdict(len(r.Open())+len(r.Missing) == 0) }

// MarshalJSON writes the fields, after the verdict.
func (r *Report) MarshalJSON() ([]byte, error) {
	type fields Report
	return json.Marshal(struct {
		Verdict string `json:"verdict"`
		*fields
	}{r.Verdict(), (*fields)(r)})
}

// WriteText writes the report for people.
func (r *Report) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: round %d of %d participants, %d steps each, %d rows, statement %s\n", r.Verdict(), r.Round, len(r.Participants), r.Steps, r.Samples, r.Statement)
	if len(r.Missing) > 0 {
		fmt.Fprintf(&b, "NOT GIVEN: what the round rests on; see NOT CHECKED. --from takes the files.\n")
	}
	if len(r.Unpinned) > 0 {
		fmt.Fprintf(&b, "NOT COMPARED: %s. The round may be one of other trainings than you mean; pin what you require (--expect).\n", strings.Join(r.Unpinned, ", "))
	}
	if r.Audited != nil && len(r.Audited.Open) > 0 {
		fmt.Fprintf(&b, "NOT SHOWN: %s.\n", foreign.Line(strings.Join(r.Audited.Open, ", ")))
	}
	fmt.Fprintf(&b, "the next round starts from the result %s\n", r.Result)
	if mode.Name(r.Mode).ZeroKnowledge() {
		fmt.Fprintf(&b, "mode %s: the round reveals nothing about data and weights beyond what this report says\n", r.Mode)
	} else {
		fmt.Fprintf(&b, "mode %s: sound, NOT zero-knowledge: the round may leak weights to whoever reads it\n", r.Mode)
	}
	if r.Insecure {
		b.WriteString("INSECURE: made with the development setup; anyone can forge such a round. For demonstrations and tests only.\n")
	}
	for _, section := range r.sections() {
		if len(section.Lines) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n%s:\n", section.Title)
		for _, line := range section.Lines {
			fmt.Fprintf(&b, "  - %s\n", foreign.Line(line))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// sections are the lists of the report, in order.
func (r *Report) sections() []bundle.Section {
	var participants []string
	for k, p := range r.Participants {
		participants = append(participants, fmt.Sprintf("%d. counts for %d of %d rows; run %s, parts %s", k+1, p.Samples, r.Samples, p.Statement, strings.Join(p.Dataset, ", ")))
	}
	round := []string{
		fmt.Sprintf("program %s, context %s", r.Program, fault.Quote(r.Context)),
		fmt.Sprintf("%d steps of each participant", r.Steps),
		r.start(),
	}
	var missing []string
	for _, digest := range r.Missing {
		missing = append(missing, fmt.Sprintf("the result %s, which the round rests on: what ends with it was not given (--from), and nobody has seen how its weights came about", digest))
	}
	list := append([]bundle.Section{{Title: "The round", Lines: round}, {Title: "Participants", Lines: participants}}, r.Audited.sections()...)
	if r.Start != "" {
		list = append(list, bundle.Section{Title: "The chain of trainings and rounds (each starts from the final weights of others, under the same commitments)", Lines: r.Chain.Lines()})
	}
	return append(list, []bundle.Section{
		{Title: "Proven", Lines: r.Proven}, {Title: "Compared", Lines: r.Compared}, {Title: "Assumed", Lines: r.Assumed},
		{Title: "Not proven", Lines: r.NotProven}, {Title: "Revealed to whoever reads the round", Lines: r.Revealed},
		{Title: "NOT CHECKED", Lines: slices.Concat(missing, r.NotChecked)},
	}...)
}

// start says what the participants start from.
func (r *Report) start() string {
	if r.Start == "" {
		return fmt.Sprintf("all start from the same public weights (%s)", r.Origin)
	}
	return "all start from the result " + r.Start
}
