package attest

import (
	"fmt"
	"slices"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// verifiedRound is what a verifier's statement of a round says beside that of a bundle:
// the files that the verdict rests on, by digests. They are no subjects: of what leads to
// participants nothing but the result that these start from was compared.
type verifiedRound struct {
	Number       int                   `json:"number"`
	Result       string                `json:"result"`          // digest of what the next round starts from
	Start        string                `json:"start,omitempty"` // result that participants start from
	Program      string                `json:"program"`
	Rows         int64                 `json:"rows"` // that all participants' runs have read
	Participants []verifiedParticipant `json:"participants"`
	Before       []roundFile           `json:"before"`
	Audits       []verifiedAudit       `json:"audits"`
}

type (
	// roundFile is a run, or a round, of the chain that has ended with a round.
	roundFile struct {
		Kind      string `json:"kind"` // "run" or "round"
		Round     int    `json:"round,omitempty"`
		SHA256    string `json:"sha256"`
		Statement string `json:"statement"`
		Result    string `json:"result"`
	}
	verifiedParticipant struct {
		SHA256    string   `json:"sha256"` // of its bundle
		Statement string   `json:"statement"`
		Result    string   `json:"result"`
		Rows      int64    `json:"rows"` // how often it counts
		Dataset   []string `json:"dataset"`
	}
	verifiedAudit struct {
		SHA256       string         `json:"sha256"`
		Audit        string         `json:"audit"`        // digest
		Participants []int          `json:"participants"` // from 1
		Claims       []auditClaim   `json:"claims"`
		OwnerText    auditOwnerText `json:"ownerText"`
	}
)

// Round is Training for a round of federated training: the runs of all participants were
// compared, all that leads to them was verified, and so were the audits that the report
// counts. Requires the report of verifying f, and e to have been told of all that was
// verified for it.
//
// Errors wrap fault.ErrUnpinned where something was not compared or is not shown,
// fault.ErrMissing where something was not given, fault.ErrVersion for a setup with which
// anyone can forge, fault.ErrUsage where report and evidence are not of one verification.
func (v Verifier) Round(f *aggregate.File, r *aggregate.Report, name string, e *Evidence) (*Statement, error) {
	file, err := fileOfRound(f, r, name)
	if err != nil {
		return nil, err
	}
	if len(r.Missing) > 0 {
		return nil, fmt.Errorf("the round rests on the result %s, and what ends with it was not given: a verifier's statement says that all was verified: %w", r.Missing[0], fault.ErrMissing)
	}
	if err := attestable(r.Open(), r.Insecure); err != nil {
		return nil, err
	}
	round := &verifiedRound{
		Number: r.Round, Result: r.Result, Start: r.Start, Program: r.Program, Rows: r.Samples,
		Participants: []verifiedParticipant{}, Before: []roundFile{}, Audits: []verifiedAudit{},
	}
	members, err := e.members(r, round)
	if err != nil {
		return nil, err
	}
	if err := e.leads(r, round); err != nil {
		return nil, err
	}
	if err := e.counted(r, round); err != nil {
		return nil, err
	}
	meaning := "the round is valid, with the runs of all its participants and all that leads to them; each of these runs is about the program, data, order, origin, length and learning rate that the verifier required"
	if r.Audited != nil {
		meaning += ", and the claims of the audits hold"
	}
	p := v.passed(meaning)
	p.Of, p.Statement, p.Mode, p.SetupID, p.Round = "round", r.Statement, r.Mode, r.Setup, round
	p.Compared, p.NotCompared = e.compared(r, round, members)
	claims, across := r.Audited.Lines()
	p.Proven, p.Assumed, p.NotProven = lines(slices.Concat(r.Proven, claims, across)), lines(r.Assumed), lines(r.NotProven)
	return newStatement(VerificationType, p, file)
}

// members lists the participants of a round, each of whom must have been compared.
func (e *Evidence) members(r *aggregate.Report, round *verifiedRound) ([]*participant, error) {
	var members []*participant
	for k, of := range r.Participants {
		p := e.participants[of.Result]
		if p == nil || p.Statement != of.Statement {
			return nil, fmt.Errorf("participant %d: nobody has seen its run verified: %w", k+1, fault.ErrUsage)
		}
		if err := attestable(p.unpinned, false); err != nil {
			return nil, fmt.Errorf("participant %d: %w", k+1, err)
		}
		members = append(members, p)
		round.Participants = append(round.Participants, verifiedParticipant{p.SHA256, p.Statement, p.Result, of.Samples, of.Dataset})
	}
	return members, nil
}

// leads lists what leads to the participants: all that the chain of the round has beside
// them and itself.
func (e *Evidence) leads(r *aggregate.Report, round *verifiedRound) error {
	listed := map[string]bool{r.Result: true}
	for _, p := range r.Participants {
		listed[p.Result] = true
	}
	for _, l := range r.Chain.Links() {
		if listed[l.Result] {
			continue
		}
		f, there := e.before[l.Result]
		if !there {
			return fmt.Errorf("the %s with the result %s, which leads to the round: nobody has seen it verified: %w", l.Kind, l.Result, fault.ErrUsage)
		}
		round.Before = append(round.Before, f)
	}
	return nil
}

// counted lists the audits, which must be those that the report counts.
func (e *Evidence) counted(r *aggregate.Report, round *verifiedRound) error {
	claims, bits := 0, 0
	for _, a := range e.audits {
		claims, bits = claims+len(a.Claims), bits+a.bits
		listed := a.verifiedAudit
		listed.Participants = []int{}
		for k, p := range r.Participants {
			own := slices.Contains(a.runs, p.Statement) || slices.ContainsFunc(p.Dataset, func(part string) bool { return slices.Contains(a.parts, part) })
			if own {
				listed.Participants = append(listed.Participants, k+1)
			}
		}
		round.Audits = append(round.Audits, listed)
	}
	same := r.Audited == nil && len(e.audits) == 0 || r.Audited != nil && r.Audited.Claims == claims && r.Audited.Bits == bits
	if !same {
		return fmt.Errorf("the report counts other audits than those that were seen verified: %w", fault.ErrUsage)
	}
	return nil
}

// compared lists what was compared, and what was not: of the runs of all participants,
// of single ones, of audits, and what files of parts say of one another.
func (e *Evidence) compared(r *aggregate.Report, round *verifiedRound, members []*participant) (compared, not []string) {
	checked, notChecked := make([][]string, len(members)), make([][]string, len(members))
	for k, p := range members {
		checked[k], notChecked[k] = p.checked, p.notChecked
	}
	compared, not = ofEach(checked), ofEach(notChecked)
	if n := len(round.Before); n > 0 {
		not = append(not, fmt.Sprintf("what the %d runs and rounds that lead to participants are about: they are valid, and lead to the result that participants start from", n))
	}
	for i, a := range e.audits {
		compared, not = append(compared, named("audit", i, a.checked)...), append(not, named("audit", i, a.notChecked)...)
	}
	return append(compared, lines(r.Compared)...), not
}

// ofEach returns what lists of lines, one for each participant, have in common, and after
// it the other lines, with the participant each is about.
func ofEach(lists [][]string) []string {
	count := map[string]int{} // participants that have a line, from the first on
	for k, list := range lists {
		for _, line := range list {
			if count[line] == k {
				count[line]++
			}
		}
	}
	shared := func(line string) bool { return count[line] == len(lists) }
	all := slices.DeleteFunc(slices.Clone(lists[0]), func(line string) bool { return !shared(line) })
	for i := range all {
		all[i] = "of each participant: " + all[i]
	}
	for k, list := range lists {
		all = append(all, named("participant", k, slices.DeleteFunc(slices.Clone(list), shared))...)
	}
	return all
}

// named says whose each line is, counted from 1.
func named(whose string, i int, list []string) []string {
	var all []string
	for _, line := range list {
		all = append(all, fmt.Sprintf("%s %d: %s", whose, i+1, line))
	}
	return all
}
