package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/proof/mode"
)

// Expectation holds what a verifier requires of an audit, from sources of its
// own. What is nil or missing is not compared, and reported as not checked.
type Expectation struct {
	// Mode is that of the proofs. In mode validity they may leak what they are
	// about.
	Mode mode.Name
	// Claims are exactly those the bundle must have, with their parameters and
	// the context.
	Claims *Audit
	// Parts are the digests of committed parts, in hexadecimal, by name.
	Parts map[string]string
	// RunDigests are those of the statements of runs, in hexadecimal, by name.
	// Without them, what a run was trained on and how is not compared, and names
	// are the prover's choice among Runs.
	RunDigests map[string]string
	// Compared are the digests of the statements of runs whose bundles the caller
	// has compared with all that decides a training (an empty
	// bundle.Report.Unpinned).
	Compared map[[32]byte]bool
	// Followed are the digests of the statements of runs that continue a result, of
	// which the caller has verified all that leads to it.
	Followed map[[32]byte]bool
	// Runs are those whose bundles the caller has verified. Claims about a run
	// that is not among them are refused.
	Runs []*PublicRun
	// Models are public models, by name.
	Models map[string]ModelPin
	// ModelFiles are .tflite files that the caller has. Claims about a public
	// model whose file is not among them are refused.
	ModelFiles [][]byte
	// ReadModel reads them; nil where the caller reads no such files.
	ReadModel ModelReader
}

// ModelPin is what a verifier requires of a public model.
type ModelPin struct {
	SHA256 string // of its file, in hexadecimal
	// Fractions, if not nil, are the fraction bits of its integers. Coarser
	// ones are another model's, nearly.
	Fractions *Fractions
}

// Options of a verification.
type Options struct {
	// AllowInsecure accepts the development setup, with which anyone can forge.
	AllowInsecure bool
	// MaxMemory is how much memory the verification may take, in bytes; 0 stands
	// for memory.Default. What the audit asks for is estimated first.
	MaxMemory int64
	// Progress is told how many of the proofs have been checked; may be nil.
	Progress func(done, total int)
}

// Verify checks an audit against what is expected of it, then the certificate
// of every part and then the proof of every claim. What proofs are about is derived
// from public values, never from a proof. A claim is stated, which may take far
// more memory than its parameters, when all proofs before it have been looked at, and
// forgotten before the next (Scope.room bounds what it takes).
//
// Errors wrap fault.ErrRejected, fault.ErrMalformed, fault.ErrVersion,
// fault.ErrUsage (a run or the file of a model is missing), or are ctx's. Where
// the verifier's own machine fails there is no verdict: fault.ErrInput,
// fault.ErrResources, or an error of no kind.
//
// Soundness: an accepted audit shows the claims of its report about the
// committed parts and runs, under what the report assumes. The caller must have
// verified the bundles of Expectation.Runs, and look at Report.Unpinned: unless it is
// empty, the claims may be about other parts, runs or models than meant.
func Verify(ctx context.Context, b *Bundle, e Expectation, v *mode.Verifier, opts Options) (_ *Report, err error) {
	defer fault.Catch(&err, "audit", fault.ErrMalformed)
	if v.Setup.ID != b.Setup || v.Setup.RowBits != b.RowBits {
		return nil, fmt.Errorf("the audit was made with setup %x of rows of 2^%d cells, verifying with %x of 2^%d: %w",
			b.Setup[:8], b.RowBits, v.Setup.ID[:8], v.Setup.RowBits, fault.ErrVersion)
	}
	if v.Setup.Insecure && !opts.AllowInsecure {
		return nil, fmt.Errorf("the audit was made with the INSECURE development setup: anyone can forge such proofs; --allow-insecure-setup verifies it all the same: %w", fault.ErrVersion)
	}
	subjects, err := b.subjects(&e)
	if err != nil {
		return nil, err
	}
	report, err := newReport(b, subjects, v.Setup.Kind)
	if err != nil {
		return nil, fault.OfFile(err)
	}
	if err := e.compare(b, report); err != nil {
		return nil, err
	}
	if opts.MaxMemory == 0 {
		opts.MaxMemory = memory.Default
	}
	if err := b.Memory(subjects).Check("verifying this audit", opts.MaxMemory); err != nil {
		return nil, err
	}
	batch := v.NewBatch()
	done, total := 0, len(b.Parts)+len(b.Claims)
	step := func() error {
		if done++; opts.Progress != nil {
			opts.Progress(done, total)
		}
		return ctx.Err()
	}
	for _, name := range sortedKeys(b.Parts) {
		place := fmt.Sprintf("certificate of part %q", name)
		claims, err := certificate(&b.Frame, b.Parts[name])
		if err = fault.OfFile(err); err != nil {
			return nil, fmt.Errorf("%s: %w", place, err)
		}
		if err := bundle.VerifyDataset(ctx, batch, b.Mode, place, claims, b.Certificates[name]); err != nil {
			return nil, err
		}
		if err := step(); err != nil {
			return nil, err
		}
	}
	tables := ops.NewTables()
	for i := range b.Claims {
		st, err := report.add(b, i, subjects, tables)
		if err != nil {
			return nil, fault.OfFile(err)
		}
		if err := st.verify(ctx, batch, b.Claims[i].Proof); err != nil {
			return nil, err
		}
		if err := step(); err != nil {
			return nil, err
		}
	}
	if err := batch.Check(); err != nil {
		return nil, falseProof(err)
	}
	report.Assumed = b.Mode.Assumed(v.Setup.Kind, batch.Keys()...)
	report.Verdict = bundle.Verdict(len(report.Unpinned) == 0)
	return report, report.checkNamed(b)
}

// subjects are the public sides of what the bundle is about.
func (b *Bundle) subjects(e *Expectation) (*Subjects, error) {
	if err := distinct(b.Parts, b.Runs, b.Models); err != nil { // of a bundle in memory; Unmarshal has looked
		return nil, fmt.Errorf("audit: %v: %w", fault.Text(err, nil), fault.ErrMalformed)
	}
	s := &Subjects{Parts: b.Parts, Runs: map[string]*PublicRun{}, Models: map[string]*Model{}, digests: map[digestKey][32]byte{}}
	for _, name := range sortedKeys(b.Runs) {
		digest := b.Runs[name]
		for _, r := range e.Runs {
			if r.Digest == digest {
				s.Runs[name] = r
			}
		}
		r := s.Runs[name]
		if r == nil {
			return nil, fmt.Errorf("the audit is about run %q, statement %x: its bundle is needed, verified (--bundle): %w", name, digest, fault.ErrUsage)
		}
		if r.Setup != b.Setup || r.RowBits != b.RowBits { // here its commitments would be to other weights
			return nil, fmt.Errorf("run %q was proven with setup %x of rows of 2^%d cells, the audit with %x of 2^%d: %w",
				name, r.Setup[:8], r.RowBits, b.Setup[:8], b.RowBits, fault.ErrVersion)
		}
	}
	files := map[[32]byte][]byte{}
	for _, file := range e.ModelFiles {
		files[sha256.Sum256(file)] = file
	}
	for _, name := range sortedKeys(b.Models) {
		id := b.Models[name]
		file, there := files[id.SHA256]
		if !there {
			return nil, fmt.Errorf("the audit is about the public model %q: its .tflite file, with SHA-256 %x, is needed (--model %s=FILE): %w", name, id.SHA256, name, fault.ErrUsage)
		}
		if e.ReadModel == nil {
			return nil, fmt.Errorf("the audit is about the public model %q, and .tflite files are not read here: %w", name, fault.ErrVersion)
		}
		m, err := NewModel(file, id.Fractions, e.ReadModel)
		if err != nil { // nobody can have proven claims about it
			return nil, fmt.Errorf("public model %q: %w: %v", name, fault.ErrRejected, fault.Text(err, nil))
		}
		s.Models[name] = m
		if err := s.check(); err != nil { // before there is more
			return nil, err
		}
	}
	return s, nil
}

// compareModels checks the public models that are pinned.
func (e *Expectation) compareModels(b *Bundle, r *Report) error {
	for _, name := range sortedKeys(b.Models) {
		id := b.Models[name]
		digest := hex.EncodeToString(id.SHA256[:])
		file, formats := fmt.Sprintf("model %s: SHA-256 %s", foreign.Quote(name), digest), fmt.Sprintf("model %s: %s", foreign.Quote(name), id.Fractions)
		pin, pinned := e.Models[name]
		switch {
		case pinned && pin.SHA256 != digest:
			return fmt.Errorf("expected model %q with SHA-256 %s, the audit is about %s: %w", name, pin.SHA256, digest, fault.ErrRejected)
		case pinned && pin.Fractions != nil && *pin.Fractions != id.Fractions:
			return fmt.Errorf("expected model %q with %s, the audit has %s: %w", name, pin.Fractions, id.Fractions, fault.ErrRejected)
		case pinned && pin.Fractions != nil:
			r.Checked = append(r.Checked, file, formats)
		case pinned:
			r.Unpinned = append(r.Unpinned, "the numbers of public model "+foreign.Quote(name))
			r.Checked, r.NotChecked = append(r.Checked, file), append(r.NotChecked, formats)
		default:
			r.Unpinned = append(r.Unpinned, "public model "+foreign.Quote(name))
			r.NotChecked = append(r.NotChecked, file, formats)
		}
	}
	return nil
}

// compare checks the expectation and records in the report what was compared
// and what was not.
func (e *Expectation) compare(b *Bundle, r *Report) error {
	what := fmt.Sprintf("mode of the proofs: %s", b.Mode)
	switch e.Mode {
	case "":
		r.NotChecked = append(r.NotChecked, what)
	case b.Mode:
		r.Checked = append(r.Checked, what)
	default:
		return fmt.Errorf("expected proofs of mode %s, the audit's are of mode %s: %w", e.Mode, b.Mode, fault.ErrRejected)
	}
	if err := e.compareNames(b); err != nil {
		return err
	}
	if err := e.compareParts(b, r); err != nil {
		return err
	}
	if err := e.compareRuns(b, r); err != nil {
		return err
	}
	if err := e.compareModels(b, r); err != nil {
		return err
	}
	return e.compareClaims(b, r)
}

// compareParts checks the parts. One that is not pinned by name is compared all the
// same where a run was trained on it that is.
func (e *Expectation) compareParts(b *Bundle, r *Report) error {
	trainedOn := map[string]string{} // parts by digest, to the name of such a run
	for _, name := range sortedKeys(b.Runs) {
		for _, run := range e.Runs {
			if digest := b.Runs[name]; run.Digest == digest && (e.RunDigests[name] != "" || e.Compared[digest]) {
				for _, part := range run.Parts {
					trainedOn[hex.EncodeToString(part[:])] = name
				}
			}
		}
	}
	for i := range r.Parts {
		p := &r.Parts[i]
		what := fmt.Sprintf("part %s: %s", foreign.Quote(p.Name), p.Digest)
		want, pinned := e.Parts[p.Name]
		run, known := trainedOn[p.Digest]
		switch {
		case pinned && want != p.Digest:
			return fmt.Errorf("expected part %q with digest %s, the audit is about %s: %w", p.Name, want, p.Digest, fault.ErrRejected)
		case pinned:
			r.Checked = append(r.Checked, what)
		case known:
			r.Checked = append(r.Checked, fmt.Sprintf("%s (of the dataset of run %s)", what, foreign.Quote(run)))
		default:
			r.Unpinned = append(r.Unpinned, "part "+foreign.Quote(p.Name))
			r.NotChecked = append(r.NotChecked, what)
		}
	}
	return nil
}

// compareClaims checks the claims and the context.
func (e *Expectation) compareClaims(b *Bundle, r *Report) error {
	if e.Claims == nil {
		r.NotChecked = append(r.NotChecked, "the claims and their thresholds: they are those the prover chose", "context: "+foreign.QuoteUpTo(b.Context, maxContext))
		return nil
	}
	if e.Claims.Context != b.Context {
		return fmt.Errorf("expected context %s, the audit has %s: %w", foreign.Quote(e.Claims.Context), foreign.Quote(b.Context), fault.ErrRejected)
	}
	if len(e.Claims.Items) != len(b.Claims) {
		return fmt.Errorf("expected %d claims, the audit has %d: %w", len(e.Claims.Items), len(b.Claims), fault.ErrRejected)
	}
	for i, want := range e.Claims.Items {
		have := &b.Claims[i]
		w, err := encodeParameters(want.Claim)
		if err != nil {
			return err
		}
		h, err := encodeParameters(have.Claim)
		if err != nil {
			return err
		}
		if want.Name != have.Name || want.Kind != have.Kind {
			return fmt.Errorf("claim %d is expected to be %q (%s), the audit has %q (%s): %w", i+1, want.Name, want.Kind, have.Name, have.Kind, fault.ErrRejected)
		}
		if string(w) != string(h) {
			expected, found := firstDifference(string(w), string(h))
			return fmt.Errorf("claim %s is expected with %s, the audit has it with %s: %w", foreign.Quote(want.Name), expected, found, fault.ErrRejected)
		}
	}
	r.Checked = append(r.Checked, fmt.Sprintf("the %d claims, their parameters and the context", len(b.Claims)))
	return nil
}

// compareNames refuses an audit that lacks what is pinned by name, or has
// something else of that name: a run where a public model is meant.
func (e *Expectation) compareNames(b *Bundle) error {
	none := func(what, name string) error {
		return fmt.Errorf("expected claims about %s %q, the audit has none: %w", what, name, fault.ErrRejected)
	}
	for _, name := range sortedKeys(e.Parts) {
		if b.Parts[name] == nil {
			return none("part", name)
		}
	}
	for _, name := range sortedKeys(e.RunDigests) {
		if _, there := b.Runs[name]; !there {
			return none("run", name)
		}
	}
	for _, name := range sortedKeys(e.Models) {
		if _, there := b.Models[name]; !there {
			return none("public model", name)
		}
	}
	return nil
}

// firstDifference returns the first parameters that two tables do not share, a
// line each.
func firstDifference(a, b string) (string, string) {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	line := func(lines, others []string) string {
		for _, l := range lines {
			if !slices.Contains(others, l) {
				return foreign.Line(fmt.Sprintf("%.200s", l))
			}
		}
		return "no such parameter"
	}
	return line(x, y), line(y, x)
}

// compareRuns does the same for runs. A run that is not pinned by name is known to
// be among those verified: valid, whatever it is about. If there are several,
// which one it is is the prover's choice.
func (e *Expectation) compareRuns(b *Bundle, r *Report) error {
	for _, name := range sortedKeys(b.Runs) {
		digest := b.Runs[name]
		have := hex.EncodeToString(digest[:])
		switch want, pinned := e.RunDigests[name]; {
		case pinned && want != have:
			return fmt.Errorf("expected run %q to be statement %s, the audit is about %s: %w", name, want, have, fault.ErrRejected)
		case pinned:
			r.Checked = append(r.Checked, fmt.Sprintf("run %q: %s (its bundle is valid)", name, have))
		case e.Compared[digest]:
			r.Checked = append(r.Checked, fmt.Sprintf("run %q: %s (its bundle is valid, and about the program, data, order, origin, length and rate expected of it)", name, have))
		case len(e.Runs) > 1:
			r.Unpinned = append(r.Unpinned, "run "+foreign.Quote(name))
			r.NotChecked = append(r.NotChecked, fmt.Sprintf("run %q: %s (one of the %d bundles given, valid, but which one is the prover's choice)", name, have, len(e.Runs)))
		default:
			r.Unpinned = append(r.Unpinned, "run "+foreign.Quote(name))
			r.NotChecked = append(r.NotChecked, fmt.Sprintf("run %q: %s (its bundle is valid, but what was trained, on what and how, was not compared)", name, have))
		}
		e.compareStart(name, digest, r)
	}
	return nil
}

// compareStart says of a run that continues a result whether anybody has seen how that
// came about. The digest of its statement names the result, and shows nothing of it.
func (e *Expectation) compareStart(name string, digest [32]byte, r *Report) {
	i := slices.IndexFunc(e.Runs, func(run *PublicRun) bool { return run.Digest == digest })
	if i < 0 || e.Runs[i].Training == nil || e.Runs[i].Training.Origin.Kind != bundle.Continued {
		return
	}
	what := fmt.Sprintf("what run %s continues: the result %x", foreign.Quote(name), e.Runs[i].Training.Origin.Predecessor)
	if e.Followed[digest] {
		r.Checked = append(r.Checked, what+" (all that leads to it is valid)")
		return
	}
	r.Unpinned = append(r.Unpinned, "what run "+foreign.Quote(name)+" continues")
	r.NotChecked = append(r.NotChecked, what+" (what leads to it was not given, --from names it)")
}

// falseProof says that a proof which is refused is false.
func falseProof(err error) error {
	if errors.Is(err, fault.ErrRejected) || errors.Is(err, fault.ErrMalformed) {
		return fmt.Errorf("the proof is false: %w", err)
	}
	return err
}

// verify checks the proof of the claim, but for what it leaves to the batch.
// Errors wrap fault.ErrRejected where it is false.
func (st *stated) verify(ctx context.Context, batch *mode.Batch, encoded []byte) error {
	if st.statement == nil {
		if len(encoded) > 0 {
			return fmt.Errorf("claim %q follows from public values and has a proof: %w", st.item.Name, fault.ErrMalformed)
		}
		return nil
	}
	return falseProof(batch.Add(ctx, st.scope.frame.Mode, fmt.Sprintf("claim %q", st.item.Name), st.statement, encoded))
}
