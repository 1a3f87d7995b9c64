package main

import (
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof/ceremony"
	"github.com/zkaudit/zkaudit/proof/wrap"
	"github.com/zkaudit/zkaudit/run"
)

// artefactReport is what inspect says of an artefact.
type artefactReport struct {
	Kind      string `json:"kind"`
	Meaning   string `json:"meaning"`
	Version   uint32 `json:"version"`
	Statement string `json:"statement"`
	Bytes     int    `json:"bytes"`
	Private   bool   `json:"private"`
	Contents  any    `json:"contents,omitempty"`
	lines     []string
}

func (a *app) inspectArtefact(path string, h artefact.Header, data []byte) error {
	r := &artefactReport{Kind: string(h.Kind[:]), Version: h.Version, Statement: hex.EncodeToString(h.Statement[:]), Bytes: len(data)}
	if err := r.describe(h, data); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return a.result(r, r.writeText)
}

// describe fills in what the kind of artefact says. Contents of private files
// are not shown.
func (r *artefactReport) describe(h artefact.Header, data []byte) error {
	switch h.Kind {
	case bundle.Kind():
		return r.describeBundle(data)
	case aggregate.Kind():
		return r.describeRound(data)
	case run.ProofKind():
		r.Meaning = "proof of one claim; the statement is the claim's digest"
	case audit.Kind():
		return r.describeAudit(data)
	case bundle.PartKind():
		return r.describePart(data)
	case ceremony.Kind():
		return r.describeCeremony(data)
	case owner.PartOpeningKind():
		r.Meaning, r.Private = "opening of a committed part", true
	case owner.ModelOpeningKind():
		r.Meaning, r.Private = "opening of the final weights of a run, or the global ones of a round", true
	case run.WeightsKind():
		r.Meaning, r.Private = "committed weights with their blinding", true
	case artefact.Kind{'c', 'h', 'k', 'p'}:
		r.Meaning, r.Private = "checkpoint: weights at the border of a segment", true
	case artefact.Kind{'p', 'o', 'w', 's'}:
		s, err := commitments.UnmarshalPowers(data)
		if err != nil {
			return err
		}
		r.describeSetup("powers of tau", s.Verifier())
		if bits := s.CircuitBits(); bits > 0 {
			r.add("%d powers: keys of mode zk-plonk for circuits of up to 2^%d rows", len(s.G1), bits)
		}
		return nil
	case artefact.Kind{'p', 'o', 'w', 'v'}:
		v, err := commitments.UnmarshalPowersVerifier(data)
		if err != nil {
			return err
		}
		r.describeSetup("the verifier's part of powers of tau", v)
		return nil
	default:
		r.Meaning = "a kind that this version does not know"
		return nil
	}
	_, _, err := artefact.Decode(data, h.Kind, h.Version)
	return err
}

func (r *artefactReport) describeBundle(data []byte) error {
	b, err := bundle.Unmarshal(data)
	if err != nil {
		return fault.Verdict(err)
	}
	f, err := b.Facts()
	if err != nil {
		return err
	}
	r.Meaning, r.Contents = "bundle: a training run with its proofs (not verified by inspect: see zkaudit verify)", f
	for _, line := range f.ProgramFacts.Lines() {
		r.add("%s", line)
	}
	r.add("learning rate %s", f.Rate)
	r.add("%d steps in %d segment(s) of %d", f.Steps, f.Segments, f.SegmentSteps)
	for i, digest := range f.Dataset {
		r.add("dataset part %d: %d rows, %s", i, f.Rows[i], digest)
	}
	r.add("order %s %s, tail %s", f.Order, quotedIf(f.Seed), f.Tail)
	if len(f.Without) > 0 {
		r.add("rows left out: %s", strings.Join(f.Without, ", "))
	}
	r.add("initial weights: %s %s %s", f.Origin, quotedIf(f.OriginSeed), f.OriginScheme+f.Predecessor)
	r.add("context %q, run %s", f.Context, f.RunID)
	r.add("mode %s, setup %s, rows of 2^%d cells", f.Mode, f.Setup, f.RowBits)
	return nil
}

func (r *artefactReport) describeRound(data []byte) error {
	f, err := aggregate.Unmarshal(data)
	if err != nil {
		return fault.Verdict(err)
	}
	s := f.Statement
	r.Meaning = "a round of federated training with its proof (not verified by inspect: see zkaudit verify)"
	r.add("round %d of %d participants, %d rows, context %q", s.Round, len(s.Participants), s.Samples(), s.Context)
	for k, p := range s.Participants {
		r.add("participant %d: counts for %d rows, its run has the result %x", k+1, p.Samples, p.Result)
	}
	r.add("%s from −2^%d to 2^%d − 1", counted(len(s.Global), "weight tensor"), s.Bits, s.Bits)
	r.add("mode %s, setup %x, rows of 2^%d cells", s.Mode, s.Setup, s.RowBits)
	return nil
}

// inspectedClaim is a claim as in a file of claims.
type inspectedClaim struct {
	Claim string `json:"claim"`
	Bytes int    `json:"bytes"` // of its proof
}

func (r *artefactReport) describeAudit(data []byte) error {
	b, err := audit.Unmarshal(data)
	if err != nil {
		return fault.Verdict(err)
	}
	r.Meaning = "audit: claims with their proofs (not verified by inspect: see zkaudit audit verify)"
	var claims []inspectedClaim
	for i := range b.Claims {
		c := &b.Claims[i]
		r.add("claim %d: %s (%s), proof of %d bytes", i+1, c.Name, c.Kind, len(c.Proof))
		text, err := (&audit.Audit{Items: []*audit.Item{&c.Item}}).Marshal()
		if err != nil {
			return err
		}
		_, parameters, _ := strings.Cut(string(text), "[[claim]]\n")
		claims = append(claims, inspectedClaim{"[[claim]]\n" + parameters, len(c.Proof)})
		for line := range strings.Lines(parameters) {
			if key, _, _ := strings.Cut(line, " "); key != "kind" && key != "name" {
				r.add("  %.10000s", strings.TrimSpace(line))
			}
		}
	}
	r.Contents = claims
	for _, name := range slices.Sorted(maps.Keys(b.Parts)) {
		r.add("part %s: %x", name, b.Parts[name].Digest(b.Setup, b.RowBits))
	}
	for _, name := range slices.Sorted(maps.Keys(b.Runs)) {
		r.add("run %q: statement %x", name, b.Runs[name])
	}
	for _, name := range slices.Sorted(maps.Keys(b.Models)) {
		r.add("public model %s: SHA-256 %x, %s", name, b.Models[name].SHA256, b.Models[name].Fractions)
	}
	r.add("mode %s, context %q, setup %x", b.Mode, b.Context, b.Setup)
	return nil
}

// describePart describes an owner's part.
func (r *artefactReport) describePart(file []byte) error {
	f, err := bundle.UnmarshalPart(file)
	if err != nil {
		return err
	}
	r.Meaning, r.Contents = "part: one owner's committed rows with their certificate (not verified by inspect)", f.Meaning
	r.add("%d rows of %d features, labels %s of %d", f.Shape.Rows, f.Shape.Features, f.Shape.Kind, f.Shape.Labels)
	if len(f.Meaning.Classes) > 0 {
		r.add("classes %q", f.Meaning.Classes)
	}
	r.add("%s", f.Meaning.Readable())
	for _, v := range f.Meaning.Attributes {
		r.add("attribute %q of %d values: %.200q", v.Name, len(v.Entries), v.Entries)
	}
	r.add("encoding published: %t", f.Meaning.Encoding != nil)
	if e := f.Meaning.Encoding; e != nil {
		if l, err := data.LayoutOf(e); err == nil {
			r.add("  fitted to %s", l)
		}
	}
	if e := f.Meaning.Encoding; e != nil && e.FittedRows > 0 {
		fitted := "normalisation"
		if e.Imputation != "" {
			fitted = "what fills in missing cells, and normalisation,"
		}
		r.add("%s fitted on %s, those trained on", fitted, counted(e.FittedRows, "row"))
	}
	r.add("mode %s, setup %x, rows of 2^%d cells", f.Mode, f.Setup, f.RowBits)
	return nil
}

// describeCeremony describes keys in the making.
func (r *artefactReport) describeCeremony(data []byte) error {
	c, err := wrap.UnmarshalCeremony(data)
	if err != nil {
		return fault.Verdict(err)
	}
	facts := factsOf(c)
	r.Meaning, r.Contents = "ceremony: keys of mode zk-groth16 in the making (not verified by inspect: see zkaudit ceremony verify)", facts
	for _, line := range facts.lines() {
		r.add("%s", line)
	}
	return nil
}

func (r *artefactReport) describeSetup(meaning string, v *commitments.VerifierSetup) {
	r.Meaning = meaning
	r.add("rows of 2^%d cells, id %x", v.RowBits, v.ID)
	if v.Insecure {
		r.add("INSECURE: the development string, with which anyone can forge proofs")
	}
}

func (r *artefactReport) add(format string, args ...any) {
	r.lines = append(r.lines, foreign.Line(fmt.Sprintf(format, args...)))
}

// quotedIf quotes a text, unless there is none.
func quotedIf(text string) string {
	if text == "" {
		return ""
	}
	return foreign.Quote(text)
}

func (r *artefactReport) writeText(w io.Writer) error {
	private := ""
	if r.Private {
		private = " (private: contents not shown)"
	}
	fmt.Fprintf(w, "%s%s\nkind %q, format version %d, %d bytes\nstatement %s\n", r.Meaning, private, r.Kind, r.Version, r.Bytes, r.Statement)
	for _, line := range r.lines {
		if _, err := fmt.Fprintf(w, "  %s\n", line); err != nil {
			return err
		}
	}
	return nil
}
