package aggregate

import (
	"fmt"
	"slices"

	"github.com/zkaudit/zkaudit/bundle"
)

// Audited is what audits add to the report of a round: what each participant has shown of
// its rows and its update, and what follows of all. Package tally makes it.
type Audited struct {
	Participants []ParticipantClaims `json:"participants"` // all, in order
	Across       []Across            `json:"across"`
	// Open is what nobody has shown, or compared, in words.
	Open   []string `json:"open"`
	Claims int      `json:"claims"` // of all audits
	Bits   int      `json:"bits"`   // that these release, as audits count them
}

// ParticipantClaims are the claims about one participant's run and parts.
type ParticipantClaims struct {
	Participant int           `json:"participant"` // from 1
	Used        int64         `json:"used"`        // rows that its run has read
	Committed   int64         `json:"committed"`   // rows of its parts
	Claims      []ProvenClaim `json:"claims"`
}

// ProvenClaim is a claim of an audit that was verified.
type ProvenClaim struct {
	Audit string `json:"audit"` // digest
	Kind  string `json:"kind"`
	Says  string `json:"says"` // and of which parts, by digest where they are not the run's
}

// Across is what follows of several participants.
type Across struct {
	Kind    string `json:"kind"` // of the claims
	Says    string `json:"says"`
	Of      []int  `json:"of"`      // participants that it is true of
	Without []int  `json:"without"` // those that have not answered
	// Groups are sums of counts, Allowed the values of a licence, AtMost a bound on
	// updates: what Says says.
	Groups  []GroupRows `json:"groups,omitempty"`
	Allowed []string    `json:"allowed,omitempty"`
	AtMost  string      `json:"at_most,omitempty"`
}

// GroupRows is how many committed rows a group has.
type GroupRows struct {
	Values  []string `json:"values"` // of the attributes
	AtLeast int64    `json:"at_least"`
	AtMost  *int64   `json:"at_most,omitempty"` // nil: nothing is said
}

// Lines say what each participant has shown, and what follows of all; none without
// audits.
func (a *Audited) Lines() (claims, across []string) {
	if a == nil {
		return nil, nil
	}
	for _, p := range a.Participants {
		claims = append(claims, fmt.Sprintf("participant %d: has used %d of its %d committed rows, as the verifier counts them", p.Participant, p.Used, p.Committed))
		for _, c := range p.Claims {
			claims = append(claims, fmt.Sprintf("participant %d: %s", p.Participant, c.Says))
		}
	}
	for _, s := range a.Across {
		across = append(across, s.Says)
	}
	return claims, across
}

// sections are the lists that audits add, none without audits.
func (a *Audited) sections() []bundle.Section {
	if a == nil {
		return nil
	}
	claims, across := a.Lines()
	return []bundle.Section{
		{Title: "Claims of participants (proven in audits; names of parts and runs are those of the audits)", Lines: claims},
		{Title: "Across participants", Lines: across},
	}
}

// Open is what nobody has compared or shown, of the runs and of the audits of
// participants, in words.
func (r *Report) Open() []string {
	if r.Audited == nil {
		return r.Unpinned
	}
	return append(slices.Clone(r.Unpinned), r.Audited.Open...)
}
