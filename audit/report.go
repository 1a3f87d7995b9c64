package audit

import (
	"encoding/hex"
	"errors"
	"fmt"
	"github.com/zkaudit/zkaudit/commitments"
	"io"
	"strings"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/ops"
)

// Report says, in plain words, what an audit has shown.
type Report struct {
	// Verdict is that of Verify (bundle.Verdict); "" before.
	Verdict    string       `json:"verdict,omitempty"`
	Digest     string       `json:"digest"` // of the audit
	Mode       string       `json:"mode"`
	Context    string       `json:"context"`
	Setup      string       `json:"setup"`
	Insecure   bool         `json:"insecure"`
	Parts      []PartFacts  `json:"parts"`
	Runs       []RunFacts   `json:"runs"`
	Models     []ModelFacts `json:"models,omitempty"`
	Claims     []Finding    `json:"claims"`
	Bits       int          `json:"bits"` // released in all
	Assumed    []string     `json:"assumed"`
	NotProven  []string     `json:"not_proven"`
	Checked    []string     `json:"checked"`
	NotChecked []string     `json:"not_checked"`
	// Unpinned are the parts, runs and public models that claims are about and nobody
	// has compared, in words: they may be any.
	Unpinned []string `json:"unpinned"`

	named map[string]bool // the subjects of claims added
}

// Bytes is the size of all proofs of claims, which the page names.
func (r *Report) Bytes() int {
	n := 0
	for _, c := range r.Claims {
		n += c.Bytes
	}
	return n
}

// PartFacts describe a committed part.
type PartFacts struct {
	Name       string   `json:"name"`
	Digest     string   `json:"digest"`
	Rows       int      `json:"rows"`
	Features   int      `json:"features"`
	Attributes []string `json:"attributes,omitempty"`
	// Named are the names of the features, as the part's owner gives them.
	Named []string `json:"feature_names,omitempty"`
	// Filled are the columns whose missing cells the owner has filled in.
	Filled []bundle.Filled `json:"filled,omitempty"`
}

// RunFacts describe a training run.
type RunFacts struct {
	Name       string `json:"name"`
	Digest     string `json:"digest"`
	Program    string `json:"program"` // digest of architecture and choices
	Parameters int    `json:"parameters"`
}

// ModelFacts describe a public model.
type ModelFacts struct {
	Name       string    `json:"name"`
	SHA256     string    `json:"sha256"` // of its file
	Fractions  Fractions `json:"fractions"`
	Inputs     int       `json:"inputs"`
	Outputs    int       `json:"outputs"`
	Parameters int       `json:"parameters"`
}

// Finding is a claim that holds.
type Finding struct {
	Name      string     `json:"name"`
	Kind      string     `json:"kind"`
	Says      string     `json:"says"`
	NotProven []string   `json:"not_proven,omitempty"`
	Shares    []Share    `json:"shares,omitempty"`
	Released  []Released `json:"released,omitempty"`
	Bits      int        `json:"bits"` // told by the verdict and by what is released besides
	Bytes     int        `json:"bytes"`
	Seconds   float64    `json:"-"` // of proving: for its owner, who sees it, not for those who get the report

	// For whoever adds up what several audits say: the names of what the claim is about,
	// the claim itself, and what it says of groups of rows; nil for nothing.
	Parts   []string `json:"-"`
	Runs    []string `json:"-"`
	Claim   Claim    `json:"-"`
	Grouped *Grouped `json:"-"`
}

// newReport describes what a bundle is about. Its claims are added one by one.
func newReport(b *Bundle, subjects *Subjects, setup commitments.Kind) (*Report, error) {
	digest, err := b.digest()
	if err != nil {
		return nil, err
	}
	r := &Report{
		named:  map[string]bool{},
		Digest: hex.EncodeToString(digest[:]), Mode: string(b.Mode), Context: b.Context, Setup: hex.EncodeToString(b.Setup[:]), Insecure: setup == commitments.Development,
		Assumed: b.Mode.Assumed(setup),
		NotProven: []string{
			"that the data, its labels, attributes and tags are true: they are what their owners have committed to",
			"that rows are different ones: the same row, committed twice or in two parts committed apart, counts twice",
		},
	}
	if !b.Mode.ZeroKnowledge() {
		r.NotProven = append(r.NotProven, "secrecy: in mode validity proofs may leak data and weights")
	}
	for _, name := range sortedKeys(b.Parts) {
		p := b.Parts[name]
		digest := subjects.digest(p, &b.Frame)
		facts := PartFacts{Name: name, Digest: hex.EncodeToString(digest[:]), Rows: p.Rows, Features: p.Features, Attributes: p.AttributeNames(), Named: p.Meaning.Features, Filled: p.Meaning.Filled}
		r.Parts = append(r.Parts, facts)
	}
	for _, name := range sortedKeys(b.Runs) {
		run := subjects.Runs[name]
		r.Runs = append(r.Runs, RunFacts{Name: name, Digest: hex.EncodeToString(run.Digest[:]), Program: hex.EncodeToString(run.ProgramDigest[:]), Parameters: parameters(run.Program)})
	}
	for _, name := range sortedKeys(b.Models) {
		id, p := b.Models[name], subjects.Models[name].Program
		r.Models = append(r.Models, ModelFacts{
			Name: name, SHA256: hex.EncodeToString(id.SHA256[:]), Fractions: id.Fractions,
			Inputs: p.Tensor(p.Input).Units(), Outputs: p.Tensor(p.Loss.Logits).Units(), Parameters: parameters(p),
		})
	}
	if len(r.Models) > 0 {
		r.NotProven = append(r.NotProven, "how near the answers of a public model in integers are to those in floating point")
	}
	return r, nil
}

// add states a claim of the bundle, adds what it says, and returns it as it was
// stated.
func (r *Report) add(b *Bundle, i int, subjects *Subjects, tables *ops.Tables) (*stated, error) {
	st, err := b.state(&b.Claims[i], subjects, tables)
	if err != nil {
		return nil, err
	}
	f, err := st.finding(len(b.Claims[i].Proof))
	if err != nil {
		return nil, err
	}
	r.include(f)
	for name := range st.scope.parts {
		r.named["part "+name] = true
	}
	for name := range st.scope.runs {
		r.named["run "+name] = true
	}
	for name := range st.scope.publicModels() {
		r.named["model "+name] = true
	}
	return st, nil
}

func (r *Report) include(f *Finding) {
	r.Claims = append(r.Claims, *f)
	r.Bits += f.Bits
}

// checkNamed refuses a bundle that lists what none of its claims is about: a
// report would say that it is the one expected, and nothing else about it.
func (r *Report) checkNamed(b *Bundle) error {
	for _, listed := range []struct {
		what  string
		names []string
	}{{"part", sortedKeys(b.Parts)}, {"run", sortedKeys(b.Runs)}, {"model", sortedKeys(b.Models)}} {
		for _, name := range listed.names {
			if !r.named[listed.what+" "+name] {
				return fmt.Errorf("the audit lists %s %s, and no claim is about it: %w", listed.what, foreign.Quote(name), fault.ErrMalformed)
			}
		}
	}
	return nil
}

// state states a claim of the bundle with what it has released.
func (b *Bundle) state(c *Proven, subjects *Subjects, tables *ops.Tables) (*stated, error) {
	released := c.Released
	if released == nil {
		released = []Released{}
	}
	st, err := state(&b.Frame, &c.Item, subjects, released, tables)
	if errors.Is(err, fault.ErrUsage) { // in a file, not on a command line
		return nil, fault.Recast(err, fault.ErrMalformed)
	}
	return st, err
}

// finding describes a claim with a proof of so many bytes. What its released
// values are called is the claim's word, not the bundle's.
func (st *stated) finding(proof int) (*Finding, error) {
	words := st.item.Words(st.scope.subjects)
	f := &Finding{Name: st.item.Name, Kind: st.item.Kind, Says: words.Says, NotProven: words.NotProven, Shares: words.Shares, Bytes: proof}
	f.Parts, f.Runs, f.Claim, f.Grouped = sortedKeys(st.scope.parts), sortedKeys(st.scope.runs), st.item.Claim, st.scope.grouped
	var err error
	if f.Bits, err = st.scope.verdictBits(st.item.Claim); err != nil {
		return nil, err
	}
	for _, r := range st.scope.release.asked {
		f.Bits += r.Bits
		f.Released = append(f.Released, r)
	}
	return f, nil
}

func parameters(p *graph.Program) int {
	n := 0
	for i := range p.Tensors {
		if t := &p.Tensors[i]; t.Role == graph.Weight || t.Role == graph.Frozen {
			n += t.Size()
		}
	}
	return n
}

// WriteText writes the report for people.
func (r *Report) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "AUDIT: %s, %s released, digest %s\n", claimsHold(len(r.Claims)), count(r.Bits, "bit"), r.Digest)
	if len(r.Unpinned) > 0 {
		fmt.Fprintf(&b, "%s: nobody has compared %s, so the claims may be about others than you mean.\n", bundle.Verdict(false), strings.Join(r.Unpinned, ", "))
	}
	fmt.Fprintf(&b, "mode %s, context %s\n", r.Mode, foreign.QuoteUpTo(r.Context, maxContext))
	if r.Insecure {
		b.WriteString("INSECURE: made with the development setup; anyone can forge such an audit. For demonstrations and tests only.\n")
	}
	for i, c := range r.Claims {
		fmt.Fprintf(&b, "\n%d. %s (%s)\n   %s\n", i+1, foreign.Quote(c.Name), c.Kind, foreign.Line(c.Says))
		for _, released := range c.Released {
			fmt.Fprintf(&b, "   released: %s\n", foreign.Line(released.text()))
		}
		fmt.Fprintf(&b, "   %s released, ", count(c.Bits, "bit"))
		switch {
		case c.Bytes == 0:
			b.WriteString("follows from public values, no proof needed")
		case c.Seconds > 0:
			fmt.Fprintf(&b, "proof of %d bytes, made in %.1f s", c.Bytes, c.Seconds)
		default:
			fmt.Fprintf(&b, "proof of %d bytes", c.Bytes)
		}
		b.WriteString("\n")
		for _, line := range c.NotProven {
			fmt.Fprintf(&b, "   not proven: %s\n", foreign.Line(line))
		}
	}
	var about []string
	for _, p := range r.Parts {
		attributes := ""
		if len(p.Attributes) > 0 {
			attributes = ", attributes " + foreign.Quotes(p.Attributes)
		}
		about = append(about, fmt.Sprintf("part %s: %s of %s%s, %s", foreign.Quote(p.Name), count(p.Rows, "row"), count(p.Features, "feature"), attributes, p.Digest))
	}
	for _, run := range r.Runs {
		about = append(about, fmt.Sprintf("run %s: %d parameters, program %s, statement %s", foreign.Quote(run.Name), run.Parameters, run.Program, run.Digest))
	}
	for _, m := range r.Models {
		about = append(about, fmt.Sprintf("public model %s: %d inputs, %d outputs, %d parameters, %s; file with SHA-256 %s", foreign.Quote(m.Name), m.Inputs, m.Outputs, m.Parameters, m.Fractions, m.SHA256))
	}
	for _, section := range []struct {
		title string
		lines []string
	}{
		{"About", about}, {readableTitle, r.readable()}, {"Assumed", r.Assumed}, {"Not proven", r.NotProven},
		{"Checked against what you expect", r.Checked}, {"NOT CHECKED (no expectation given)", r.NotChecked},
	} {
		if len(section.lines) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n%s:\n", section.title)
		for _, line := range section.lines {
			fmt.Fprintf(&b, "  - %s\n", foreign.Line(line))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// readableTitle stands above readable.
const readableTitle = "What a model can read (features, as the owners of the rows name them)"

// readable says what a model can read of the rows of parts, once where several
// agree.
func (r *Report) readable() []string {
	var sentences []string
	names := map[string][]string{}
	for _, p := range r.Parts {
		text := bundle.FilledIn(p.Filled) + bundle.Readable(p.Named, p.Attributes)
		if names[text] == nil {
			sentences = append(sentences, text)
		}
		names[text] = append(names[text], p.Name)
	}
	for i, text := range sentences {
		sentences[i] = fmt.Sprintf("%s: %s", foreign.Quotes(names[text]), text)
	}
	return sentences
}

// text is the released values in a line. Labels of outcomes quote what they are
// made of, others are words of a vocabulary.
func (r *Released) text() string {
	var values []string
	for i, v := range r.Values {
		switch {
		case i < len(r.Labels) && len(r.Groups) > 0:
			values = append(values, fmt.Sprintf("%s: %d", r.Labels[i], v))
		case i < len(r.Labels):
			values = append(values, fmt.Sprintf("%s: %d", foreign.Quote(r.Labels[i]), v))
		case len(r.Groups) == 0 && v >= 0 && v < int64(len(r.Classes)):
			values = append(values, fmt.Sprintf("%d, called %s", v, foreign.Quote(r.Classes[v])))
		default:
			values = append(values, fmt.Sprint(v))
		}
	}
	unit := ""
	if r.Unit != "" {
		unit = " (" + r.Unit + ")"
	}
	return fmt.Sprintf("%s%s: %s", r.Name, unit, strings.Join(values, ", "))
}
