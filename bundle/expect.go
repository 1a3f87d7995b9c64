package bundle

import (
	"fmt"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/zkaudit/zkaudit/artefact"
	"github.com/zkaudit/zkaudit/fault"
	"github.com/zkaudit/zkaudit/foreign"
)

// Expectation holds the values that a verifier requires, from sources of its
// own. A nil field is not compared, and reported as not checked.
type Expectation struct {
	Mode           *string   `toml:"mode"`            // of the proofs: a mode.Name
	Program        *string   `toml:"program"`         // digest
	Dataset        *[]string `toml:"dataset"`         // digest of each part
	Order          *string   `toml:"order"`           // "committed" or "shuffled"
	Seed           *string   `toml:"seed"`            // of the shuffle
	Tail           *string   `toml:"tail"`            // "drop" or "wrap"
	Without        *[]string `toml:"without"`         // rows never read, as reported; [] = every row is read
	Steps          *int      `toml:"steps"`           //
	SegmentSteps   *int      `toml:"segment_steps"`   //
	Rate           *string   `toml:"rate"`            // effective, as reported
	Origin         *string   `toml:"origin"`          // "private", "seed" or "published"
	OriginSeed     *string   `toml:"origin_seed"`     //
	OriginScheme   *string   `toml:"origin_scheme"`   //
	OriginDigest   *string   `toml:"origin_digest"`   // with the published cells
	InitialWeights *string   `toml:"initial_weights"` // digest of the commitments
	FinalWeights   *string   `toml:"final_weights"`   // digest of the commitments
	Context        *string   `toml:"context"`         //
	RunID          *string   `toml:"run_id"`          //
	SRS            *string   `toml:"srs"`             // id
}

// maxExpectation bounds an expectation file.
const maxExpectation = 1 << 20

// ReadExpectation reads an expectation in TOML. A key it does not know is
// refused, so that a misspelt pin is not taken for a pin.
func ReadExpectation(path string) (_ Expectation, err error) {
	defer fault.Catch(&err, "expectation", fault.ErrInput)
	var e Expectation
	text, err := artefact.ReadFile(path, maxExpectation)
	if err != nil {
		return e, err
	}
	meta, err := toml.Decode(string(text), &e)
	if err != nil {
		return e, fmt.Errorf("%s: %w: %v", path, fault.ErrInput, err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return e, fmt.Errorf("%s: unknown key %q: %w", path, unknown[0].String(), fault.ErrUsage)
	}
	return e, nil
}

// pin is one value that can be expected.
type pin struct {
	name  string // in plain words
	found string
	want  *string // nil: not compared
}

// shown is a value of the pin for people: a quotation where it is free text.
func (p *pin) shown(value string) string {
	switch {
	case value == "":
		return "(empty)"
	case p.name == "context" || strings.HasPrefix(p.name, "seed of"):
		return foreign.QuoteUpTo(value, maxShown)
	case len(value) > maxShown:
		return fmt.Sprintf("%s… (%d bytes in all)", strings.ToValidUTF8(value[:maxShown], ""), len(value))
	}
	return value
}

// pins lists every value that can be expected, with what the bundle has.
func (e *Expectation) pins(f *Facts) []pin {
	pins := []pin{
		{"mode of the proofs", f.Mode, e.Mode},
		{"program (architecture, formats, loss, batch size)", f.Program, e.Program},
		{"dataset commitments", fmt.Sprint(f.Dataset), text(e.Dataset)},
		{"order of rows", f.Order, e.Order},
		{"epoch tail", f.Tail, e.Tail},
		{"rows left out (part:row, from 0)", fmt.Sprint(f.Without), text(e.Without)},
		{"number of steps", fmt.Sprint(f.Steps), text(e.Steps)},
		{"steps per segment", fmt.Sprint(f.SegmentSteps), text(e.SegmentSteps)},
		{"learning rate", f.Rate, e.Rate},
		{"origin of the initial weights", f.Origin, e.Origin},
		{"initial weights (commitments)", f.InitialWeights, e.InitialWeights},
		{"final weights (commitments)", f.FinalWeights, e.FinalWeights},
		{"context", f.Context, e.Context},
		{"run id", f.RunID, e.RunID},
		{"SRS", f.SRS, e.SRS},
	}
	if f.Order == "shuffled" || e.Seed != nil {
		pins = append(pins, pin{"seed of the shuffle", f.Seed, e.Seed})
	}
	if f.Origin == Seeded.String() || e.OriginSeed != nil || e.OriginScheme != nil {
		pins = append(pins, pin{"seed of the initial weights", f.OriginSeed, e.OriginSeed},
			pin{"scheme of the initial weights", f.OriginScheme, e.OriginScheme})
	}
	if f.Origin == Published.String() || e.OriginDigest != nil {
		pins = append(pins, pin{"published initial weights (origin digest)", f.OriginDigest, e.OriginDigest})
	}
	return pins
}

func text[T any](v *T) *string {
	if v == nil {
		return nil
	}
	s := fmt.Sprint(*v)
	return &s
}

// compare checks the report's facts against the expectation and records what
// was compared and what was not.
func (e *Expectation) compare(r *Report) error {
	for _, p := range e.pins(&r.Facts) {
		switch {
		case p.want == nil:
			r.NotChecked = append(r.NotChecked, fmt.Sprintf("%s: %s", p.name, p.shown(p.found)))
		case *p.want != p.found:
			return fmt.Errorf("expected %s %s, the bundle is about %s: %w", p.name, p.shown(*p.want), p.shown(p.found), fault.ErrRejected)
		default:
			r.Checked = append(r.Checked, fmt.Sprintf("%s: %s", p.name, p.shown(p.found)))
		}
	}
	return nil
}

// maxShown bounds how much of a value a line of a report shows.
const maxShown = 2000

// Expect returns the expectation that the facts meet: what an owner proposes,
// and an auditor compares with other sources.
func (f *Facts) Expect() Expectation {
	rows, without := slices.Clone(f.Dataset), append([]string{}, f.Without...)
	e := Expectation{
		Mode: &f.Mode, Program: &f.Program, Dataset: &rows, Order: &f.Order, Tail: &f.Tail, Without: &without, Steps: &f.Steps, SegmentSteps: &f.SegmentSteps,
		Rate: &f.Rate, Origin: &f.Origin, Context: &f.Context, SRS: &f.SRS, FinalWeights: &f.FinalWeights,
		InitialWeights: &f.InitialWeights, RunID: &f.RunID,
	}
	if f.Order == "shuffled" {
		e.Seed = &f.Seed
	}
	switch f.Origin {
	case Seeded.String():
		e.OriginSeed, e.OriginScheme = &f.OriginSeed, &f.OriginScheme
	case Published.String():
		e.OriginDigest = &f.OriginDigest
	}
	return e
}
