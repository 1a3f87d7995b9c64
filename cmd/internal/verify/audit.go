package verify

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/mode"
)

// Auditing verifies an audit with the bundles of the runs it is about.
type Auditing struct {
	// What the flags say.
	Bundles, Runs       []string
	Expect, Setup, HTML string
	Insecure, Unpinned  bool
	// Chain finds what runs continue.
	Chain Chain

	// What the program brings.
	CacheDir string
	Limit    int64                                             // of memory, in bytes
	Accepts  func(mode.Name) error                             // refuses modes; nil for none
	Wraps    func(powers *commitments.Setup) mode.Wraps        // nil verifies none
	Another  func(path string, data []byte, want string) error // says what a file of another kind is
	// ReadExpectation reads what is expected of a bundle.
	ReadExpectation func(path string) (bundle.Expectation, error)
}

// Flags adds those of verifying audits that are not those of verifying bundles.
func (o *Auditing) Flags(f *pflag.FlagSet) {
	f.StringArrayVar(&o.Bundles, "bundle", nil, "the bundle of a run that claims name")
	f.StringArrayVar(&o.Runs, "run-expect", nil, "NAME=FILE: what you require of the bundle of a run, as zkaudit verify --expect takes it")
	f.StringVar(&o.HTML, "html", "", "write the report as one HTML page, too")
	o.Chain.Flags(f)
}

func (o *Auditing) accepts(m mode.Name) error {
	if o.Accepts == nil {
		return nil
	}
	return o.Accepts(m)
}

// Read reads an audit and what is expected of it, and verifies the bundles of its
// runs: all that audit.Verify takes. models adds the files of public models to the
// expectation; it may be nil.
func (o *Auditing) Read(ctx context.Context, path string, models func(*audit.Bundle, *audit.Expectation) error) (made *audit.Bundle, expect audit.Expectation, v *mode.Verifier, err error) {
	if made, err = readAudit(path, o.Limit, o.Another, o.Accepts); err != nil {
		return nil, expect, nil, err
	}
	expect, runs, err := readAuditExpectation(o.Expect)
	if err != nil {
		return nil, expect, nil, err
	}
	if err := o.pinRuns(runs); err != nil {
		return nil, expect, nil, err
	}
	setup, powers, err := Setup(o.Setup, o.CacheDir, made.RowBits, made.Setup)
	if err != nil {
		return nil, expect, nil, err
	}
	v = &mode.Verifier{Setup: setup}
	if o.Wraps != nil {
		v.Wraps = o.Wraps(powers)
	}
	if models != nil {
		if err := models(made, &expect); err != nil {
			return nil, expect, nil, err
		}
	}
	return made, expect, v, o.verifyRuns(ctx, made, runs, v, &expect)
}

// readAudit reads an audit, given how much memory may be taken, what says of another kind
// of file what it is, and what refuses modes; nil for none. What is recognised as one and
// is damaged counts as false.
func readAudit(path string, limit int64, another func(path string, data []byte, want string) error, accepts func(mode.Name) error) (*audit.Bundle, error) {
	data, err := ReadFile(path, audit.MaxBytes, audit.BytesPerByte, limit)
	if err != nil {
		return nil, err
	}
	if h, err := artefact.DecodeHeader(data); err != nil || h.Kind != audit.Kind() {
		return nil, another(path, data, "an audit")
	}
	made, err := audit.Unmarshal(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, fault.Verdict(err))
	}
	if accepts != nil {
		if err := accepts(made.Mode); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return made, nil
}

// pinRuns adds what --run-expect says to the files under [run_expect].
func (o *Auditing) pinRuns(files map[string]string) error {
	for _, pair := range o.Runs {
		name, file, found := strings.Cut(pair, "=")
		if !found || name == "" || file == "" {
			return fmt.Errorf("--run-expect %q: want NAME=FILE: %w", pair, fault.ErrUsage)
		}
		files[name] = file
	}
	return nil
}

// verifyRuns verifies the bundles that claims may name, each against what is
// expected of the run that it is in the audit.
func (o *Auditing) verifyRuns(ctx context.Context, made *audit.Bundle, files map[string]string, v *mode.Verifier, e *audit.Expectation) error {
	expected := map[[32]byte]bundle.Expectation{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		digest, there := made.Runs[name]
		if !there {
			return fmt.Errorf("expected claims about run %q, the audit has none: %w", name, fault.ErrRejected)
		}
		pins, err := o.ReadExpectation(files[name])
		if err != nil {
			return err
		}
		expected[digest] = pins
	}
	from, err := o.starts(ctx)
	if err != nil {
		return err
	}
	e.Compared, e.Followed = map[[32]byte]bool{}, map[[32]byte]bool{}
	for _, path := range o.Bundles {
		b, err := ReadBundle(path, o.Limit, o.Another)
		if err != nil {
			return err
		}
		if err := o.accepts(b.Statement.Mode); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		digest, err := b.Statement.Digest()
		if err != nil {
			return fmt.Errorf("%s: %w", path, fault.Verdict(err))
		}
		options := bundle.Options{AllowInsecure: o.Insecure, MaxMemory: o.Limit, Wraps: v.Wraps, From: from[b.Statement.Origin.Predecessor]}
		report, err := bundle.Verify(ctx, b, expected[digest], v.Setup, options)
		if err != nil {
			return fmt.Errorf("%s: %w", path, fault.Verdict(err))
		}
		r, err := audit.RunOf(b)
		if err != nil {
			return fmt.Errorf("%s: %w", path, fault.Verdict(err))
		}
		e.Runs, e.Compared[r.Digest] = append(e.Runs, r), len(report.Unpinned) == 0
		e.Followed[r.Digest] = len(report.Chain.Missing()) == 0
	}
	return nil
}

// starts verifies what the bundles continue, as far as --from gives it: by result.
func (o *Auditing) starts(ctx context.Context) (map[[32]byte]*bundle.Predecessor, error) {
	if len(o.Chain.From) == 0 {
		return nil, nil
	}
	var results [][32]byte
	for _, path := range o.Bundles {
		b, err := ReadBundle(path, o.Limit, o.Another)
		if err != nil {
			return nil, err
		}
		results = append(results, predecessors(b.Statement)...)
	}
	from, err := o.Chain.verified(ctx, results)
	if err != nil {
		return nil, err
	}
	starts := map[[32]byte]*bundle.Predecessor{}
	for i, result := range results {
		starts[result] = from[i]
	}
	return starts, nil
}

// Compared refuses to call an audit valid that may be about any parts, trainings or
// models, unless told to.
func (o *Auditing) Compared(r *audit.Report) error {
	return o.Chain.Lacking(Compared(r.Unpinned, o.Unpinned, "[parts], [runs] and [models] in --expect pin digests, --run-expect what a run is about, --from gives what a run continues"))
}

// WriteHTML writes the report as a page, if a file is asked for.
func WriteHTML(path string, r *audit.Report) error {
	if path == "" {
		return nil
	}
	var page strings.Builder
	if err := r.WriteHTML(&page); err != nil {
		return err
	}
	return artefact.WriteFile(path, []byte(page.String()), artefact.PublicMode)
}
