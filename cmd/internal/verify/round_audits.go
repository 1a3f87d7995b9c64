package verify

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/tally"
)

// AuditFlags adds --audit.
func AuditFlags(f *pflag.FlagSet, audits *[]string) {
	f.StringArrayVar(audits, "audit", nil, "an audit of a participant of ROUND, or a directory: those in it that are about participants' runs or parts; may be repeated")
}

// audited verifies audits of the participants of a round, and adds to its report what
// they say. It returns those files of directories that call themselves audits and cannot
// be read.
func (r *Rounds) audited(ctx context.Context, report *aggregate.Report, list []*aggregate.Contribution) (asides, error) {
	t, aside := tally.New(report, list), asides{}
	for _, path := range r.Audits {
		info, err := os.Stat(path)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", err, fault.ErrInput)
		}
		if info.IsDir() {
			err = r.auditsWithin(ctx, path, list[0], t, &aside)
		} else {
			err = r.auditOf(ctx, path, list[0], t)
		}
		if err != nil {
			return nil, err
		}
	}
	return aside, fault.Verdict(t.Finish())
}

// auditOf verifies an audit that is named, which must belong to the round.
func (r *Rounds) auditOf(ctx context.Context, path string, of *aggregate.Contribution, t *tally.Tally) error {
	made, err := readAudit(path, r.Limit, r.Another, r.Accepts)
	if err != nil {
		return err
	}
	if err := t.Belongs(made); err != nil {
		return fmt.Errorf("%s: %w", path, fault.Verdict(err))
	}
	return r.audit(ctx, path, made, of, t)
}

// auditsWithin verifies those audits of a directory that belong to the round, and tells
// of the others: what cannot be read is set aside, as a chain does.
func (r *Rounds) auditsWithin(ctx context.Context, dir string, of *aggregate.Contribution, t *tally.Tally, aside *asides) error {
	paths, err := artefactsIn(dir, audit.Kind())
	if err != nil {
		return err
	}
	var unread asides
	found, others := 0, 0
	for _, path := range paths {
		made, err := readAudit(path, r.Limit, r.Another, r.Accepts)
		if err != nil {
			unread.add(r, path, err)
			continue
		}
		if t.Belongs(made) != nil {
			others++
			continue
		}
		if err := r.audit(ctx, path, made, of, t); err != nil {
			return err
		}
		found++
	}
	if found == 0 {
		return fmt.Errorf("%s: none of the %d audits in it is about a participant of this round%s: %w", dir, len(paths), unread.perhaps(), fault.ErrInput)
	}
	if others > 0 {
		r.note("passed over: %d of the %d audits in %s, about other runs or parts than those of this round", others, len(paths), dir)
	}
	*aside = append(*aside, unread...)
	return nil
}

// audit verifies an audit that belongs to a round, and adds what it says.
func (r *Rounds) audit(ctx context.Context, path string, made *audit.Bundle, of *aggregate.Contribution, t *tally.Tally) error {
	if len(made.Models) > 0 {
		return fmt.Errorf("%s has claims about public models, which are not verified with a round; zkaudit audit verify --model does: %w", path, fault.ErrUsage)
	}
	setup, wraps, err := r.Setup(of.Run.RowBits, of.Run.Setup)
	if err != nil {
		return err
	}
	expect, err := t.Expect(made)
	if err != nil {
		return fmt.Errorf("%s: %w", path, fault.Verdict(err))
	}
	said, err := audit.Verify(ctx, made, expect, &mode.Verifier{Setup: setup, Wraps: wraps}, audit.Options{AllowInsecure: r.Insecure, MaxMemory: r.Limit})
	if err != nil {
		return fmt.Errorf("%s: %w", path, fault.Verdict(err))
	}
	t.Add(said)
	if r.Witness != nil {
		return r.Witness.Audit(made, said)
	}
	return nil
}

// artefactsIn lists the files of a directory that have one of the kinds, by their
// beginning.
func artefactsIn(dir string, kinds ...artefact.Kind) (paths []string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", err, fault.ErrInput)
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		h, framed, err := HeaderOf(path)
		for _, kind := range kinds {
			if err == nil && framed && h.Kind == kind {
				paths = append(paths, path)
			}
		}
	}
	return paths, nil
}
