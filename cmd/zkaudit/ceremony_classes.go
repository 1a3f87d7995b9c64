package main

import (
	"context"
	"fmt"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/cmd/internal/verify"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/wrap"
	"github.com/zkaudit/zkaudit/transpile"
)

// ceremonyClasses lists the circuits that sources have, each once. What is proven there is not
// verified: statements alone say which circuits they are about.
func (a *app) ceremonyClasses(ctx context.Context, o *ceremonySources) ([]*wrap.Class, error) {
	if o.dir == "" && len(o.bundles)+len(o.parts)+len(o.audit)+len(o.rounds) == 0 {
		return nil, fmt.Errorf("say whose circuits the ceremony is for: --dir, --bundle, --part, --audit or --round: %w", fault.ErrUsage)
	}
	found := &wrap.Classes{}
	if o.dir != "" {
		if err := a.classesOfRun(o.dir, found); err != nil {
			return nil, err
		}
	}
	runs := map[[32]byte]*participating{}
	for _, path := range o.bundles {
		if err := a.classesOfBundle(ctx, path, o.setup, runs, found); err != nil {
			return nil, err
		}
	}
	for _, path := range o.rounds {
		if err := a.classesOfRound(ctx, path, o.setup, runs, found); err != nil {
			return nil, err
		}
	}
	parts, err := verify.ReadParts(o.parts)
	if err != nil {
		return nil, err
	}
	for i, p := range parts {
		setup, _, err := a.verifierSetup(o.setup, p.RowBits, p.Setup)
		if err != nil {
			return nil, err
		}
		if err := p.Verify(ctx, &mode.Verifier{Setup: setup, Wraps: found}); err != nil {
			return nil, fmt.Errorf("%s: %w", o.parts[i], fault.Verdict(err))
		}
	}
	for _, path := range o.audit {
		if err := a.classesOfAudit(ctx, path, o, found); err != nil {
			return nil, err
		}
	}
	if len(found.List()) == 0 {
		return nil, fmt.Errorf("proofs of mode %s alone have keys of a ceremony, and there is none: %w", mode.ZKGroth16, fault.ErrUsage)
	}
	return found.List(), nil
}

// participating is a run that a round may average.
type participating struct {
	contribution *aggregate.Contribution
	run          *bundle.Predecessor
}

// classesOfBundle keeps the run among those that rounds may name, by its result.
func (a *app) classesOfBundle(ctx context.Context, path, setupFile string, runs map[[32]byte]*participating, found *wrap.Classes) error {
	b, err := a.readBundle(path)
	if err != nil {
		return err
	}
	setup, _, err := a.verifierSetup(setupFile, b.Statement.RowBits, b.Statement.Setup)
	if err != nil {
		return err
	}
	report, err := bundle.Verify(ctx, b, bundle.Expectation{}, setup, bundle.Options{AllowInsecure: true, MaxMemory: a.limit, Wraps: found})
	if err != nil {
		return fmt.Errorf("%s: %w", path, fault.Verdict(err))
	}
	c, err := aggregate.ContributionOf(b)
	if err != nil {
		return fmt.Errorf("%s: %w", path, fault.Verdict(err))
	}
	runs[c.Digest] = &participating{c, report.Predecessor()}
	return nil
}

// classesOfRound adds the circuit of the average, which follows from the weights and from
// how many rows the participants have read.
func (a *app) classesOfRound(ctx context.Context, path, setupFile string, given map[[32]byte]*participating, found *wrap.Classes) error {
	f, err := a.rounds(bundle.Expectation{}, setupFile, true).Read(path)
	if err != nil {
		return err
	}
	var list []*aggregate.Contribution
	var runs []*bundle.Predecessor
	for k, result := range f.Results() {
		p := given[result]
		if p == nil {
			return fmt.Errorf("%s: participant %d of %d, whose run has the result %x, was not given; --bundle names its bundle: %w", path, k+1, len(f.Results()), result, fault.ErrUsage)
		}
		list, runs = append(list, p.contribution), append(runs, p.run)
	}
	setup, _, err := a.verifierSetup(setupFile, f.Statement.RowBits, f.Statement.Setup)
	if err != nil {
		return err
	}
	if _, err := aggregate.Verify(ctx, f, list, runs, setup, aggregate.Options{AllowInsecure: true, MaxMemory: a.limit, Wraps: found}); err != nil {
		return fmt.Errorf("%s: %w", path, fault.Verdict(err))
	}
	return nil
}

func (a *app) classesOfRun(dir string, found *wrap.Classes) error {
	d, err := a.openRun(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	setup, err := d.Setup()
	if err != nil {
		return err
	}
	if setup.Kind == commitments.Transparent {
		return fmt.Errorf("%s: mode %s is about powers of tau, the run's setup is transparent: %w", dir, mode.ZKGroth16, fault.ErrUsage)
	}
	layouts, err := d.Layouts()
	if err != nil {
		return err
	}
	for _, l := range layouts {
		if err := found.Add(setup.ID, l); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) classesOfAudit(ctx context.Context, path string, o *ceremonySources, found *wrap.Classes) error {
	v := auditVerifying{Auditing: verify.Auditing{Bundles: o.bundles, Setup: o.setup, Insecure: true, CacheDir: a.cacheDir(), Limit: a.limit, Another: anotherKind}}
	v.Wraps = func(*commitments.Setup) mode.Wraps { return found }
	v.ReadExpectation = func(path string) (bundle.Expectation, error) { return readExpectation(path, "") }
	made, expect, verifier, err := v.Read(ctx, path, func(made *audit.Bundle, e *audit.Expectation) (err error) {
		e.ReadModel = transpile.ReadModel
		e.ModelFiles, err = readModelFiles(o.models, made)
		return err
	})
	if err != nil {
		return err
	}
	if _, err := audit.Verify(ctx, made, expect, verifier, audit.Options{AllowInsecure: true, MaxMemory: a.limit}); err != nil {
		return fmt.Errorf("%s: %w", path, fault.Verdict(err))
	}
	return nil
}
