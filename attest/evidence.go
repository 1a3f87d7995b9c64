package attest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// Evidence is what was verified for a round beside its own file: the runs of its
// participants, what leads to these, and audits. Whoever verifies one of them says so by
// a method, with the report of it, once it has held. The zero value has seen nothing.
//
// Errors of its methods are those of encoding the file, or wrap fault.ErrUsage for the
// report of another one.
type Evidence struct {
	participants map[string]*participant // by result
	before       map[string]roundFile    // by result
	audits       []*auditFacts
}

// participant is a run of the round, with what was compared of it.
type participant struct {
	roundFile
	checked, notChecked, unpinned []string
}

// auditFacts is an audit that was verified with the round.
type auditFacts struct {
	verifiedAudit
	bits                int
	runs, parts         []string // digests
	checked, notChecked []string
}

// Participant says that the run of a participant was verified.
func (e *Evidence) Participant(b *bundle.Bundle, r *bundle.Report) error {
	f, err := runFile(b, r)
	if err != nil {
		return err
	}
	if e.participants == nil {
		e.participants = map[string]*participant{}
	}
	e.participants[f.Result] = &participant{f, lines(r.Checked), lines(r.NotChecked), r.Unpinned}
	return nil
}

// RunBefore says that a run was verified that leads to participants. What was compared of
// it is not kept: the result that participants start from decides all before it.
func (e *Evidence) RunBefore(b *bundle.Bundle, r *bundle.Report) error {
	f, err := runFile(b, r)
	if err != nil {
		return err
	}
	e.keep(f)
	return nil
}

// RoundBefore says that a round was verified that leads to participants.
func (e *Evidence) RoundBefore(f *aggregate.File, r *aggregate.Report) error {
	file, err := fileOfRound(f, r, "")
	if err != nil {
		return err
	}
	e.keep(roundFile{Kind: "round", Round: r.Round, SHA256: hex.EncodeToString(file.SHA256[:]), Statement: r.Statement, Result: r.Result})
	return nil
}

func (e *Evidence) keep(f roundFile) {
	if e.before == nil {
		e.before = map[string]roundFile{}
	}
	e.before[f.Result] = f
}

// Audit says that an audit was verified that belongs to the round. The same counts once.
func (e *Evidence) Audit(b *audit.Bundle, r *audit.Report) error {
	if slices.ContainsFunc(e.audits, func(a *auditFacts) bool { return a.Audit == r.Digest }) {
		return nil
	}
	file, err := auditFile(b, r, "")
	if err != nil {
		return err
	}
	a := &auditFacts{
		verifiedAudit: verifiedAudit{SHA256: hex.EncodeToString(file.SHA256[:]), Audit: r.Digest, Claims: claimsOf(r), OwnerText: auditOwnerText{quoted(r.Context)}},
		bits:          r.Bits, checked: lines(r.Checked), notChecked: lines(r.NotChecked),
	}
	for _, run := range r.Runs {
		a.runs = append(a.runs, run.Digest)
	}
	for _, part := range r.Parts {
		a.parts = append(a.parts, part.Digest)
	}
	e.audits = append(e.audits, a)
	return nil
}

// runFile is a bundle that was verified, as statements list it.
func runFile(b *bundle.Bundle, r *bundle.Report) (roundFile, error) {
	file, err := bundleFile(b, r, "")
	if err != nil {
		return roundFile{}, err
	}
	result, err := b.Result()
	if err != nil {
		return roundFile{}, err
	}
	digest := result.Digest()
	return roundFile{Kind: "run", SHA256: hex.EncodeToString(file.SHA256[:]), Statement: r.Facts.Statement, Result: hex.EncodeToString(digest[:])}, nil
}

// fileOfRound is the file that a round was read from: there is one form of it. It refuses
// the report of another round.
func fileOfRound(f *aggregate.File, r *aggregate.Report, name string) (File, error) {
	digest, err := f.Statement.Digest()
	if err != nil {
		return File{}, err
	}
	if hex.EncodeToString(digest[:]) != r.Statement {
		return File{}, fmt.Errorf("the report is about another round: %w", fault.ErrUsage)
	}
	text, err := f.Marshal()
	if err != nil {
		return File{}, err
	}
	return File{name, sha256.Sum256(text)}, nil
}
