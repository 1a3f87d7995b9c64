package bundle

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
)

// Predecessor is a result that the caller has verified, with the chain of
// trainings that it came of: what Options.From gives to Verify. That of a run is
// Report.Predecessor of its own verification.
//
// Soundness: who makes one says that the proofs of everything in it were checked.
type Predecessor struct {
	Result *Result
	// Chain lists what was verified, each link after those that it starts from; the
	// last one has ended with the result.
	Chain []Link
	// Assumed is what the proofs of the chain rest on.
	Assumed []string
}

// last is the link that has ended with the result.
func (p *Predecessor) last() *Link { return &p.Chain[len(p.Chain)-1] }

// Link is one verified training of a chain, or whatever else ends with committed
// weights, as a report says it. Digests are hexadecimal.
type Link struct {
	Kind      string   `json:"kind"`            // of what: "run" or "round"
	Round     int      `json:"round,omitempty"` // number of a round
	Statement string   `json:"statement"`
	Result    string   `json:"result"`
	From      []string `json:"from"`   // the results that it starts from; none: it begins the chain
	Origin    string   `json:"origin"` // of its initial weights
	Program   string   `json:"program"`
	Steps     int      `json:"steps"`
	Rate      string   `json:"rate"`
	Dataset   []string `json:"dataset"` // digest of each part
	Rows      []int    `json:"rows"`    // of each part
}

// link is what the chain of a run says of itself.
func (f *Facts) link(result string) Link {
	l := Link{
		Kind: "run", Statement: f.Statement, Result: result, From: []string{}, Origin: f.Origin, Program: f.Program,
		Steps: f.Steps, Rate: f.Rate, Dataset: f.Dataset, Rows: f.Rows,
	}
	if f.Predecessor != "" {
		l.From = append(l.From, f.Predecessor)
	}
	return l
}

// Missing returns the results that links of a chain start from, and that no link
// of it has ended with: of these nobody has seen a proof.
func Missing(chain []Link) []string {
	known := map[string]bool{}
	for i := range chain {
		known[chain[i].Result] = true
	}
	var missing []string
	for i := range chain {
		for _, from := range chain[i].From {
			if !known[from] {
				missing, known[from] = append(missing, from), true
			}
		}
	}
	return missing
}

// follow checks that the run starts from the predecessor that was given, if one
// was, and enters the chain into the report. Errors wrap fault.ErrRejected.
func (r *Report) follow(b *Bundle, from *Predecessor) error {
	result, err := b.Result()
	if err != nil {
		return err
	}
	digest := result.Digest()
	own := r.Facts.link(hex.EncodeToString(digest[:]))
	r.result, r.Chain = result, []Link{own}
	if from == nil {
		return nil
	}
	if b.Statement.Origin.Kind != Continued {
		return fmt.Errorf("a predecessor was given, and the initial weights of the run are of another origin (%v): %w", b.Statement.Origin.Kind, fault.ErrRejected)
	}
	if err := from.Result.Begins(b.Statement); err != nil {
		return err
	}
	r.Chain, r.before = append(slices.Clone(from.Chain), own), from
	return nil
}

// Predecessor returns what a run that continues this one starts from. Requires a
// report that Verify has returned.
func (r *Report) Predecessor() *Predecessor {
	return &Predecessor{Result: r.result, Chain: r.Chain, Assumed: r.Assumed}
}

// assumeChain adds what the proofs of the chain assume beyond those of the run.
func (r *Report) assumeChain() {
	if r.before == nil {
		return
	}
	for _, line := range r.before.Assumed {
		if !slices.Contains(r.Assumed, line) {
			r.Assumed = append(r.Assumed, line)
		}
	}
}

// starts returns the statements that a chain begins with.
func starts(chain []Link) []string {
	var list []string
	for _, l := range chain {
		if len(l.From) == 0 {
			list = append(list, l.Statement)
		}
	}
	return list
}

// chainLines say for people how the links of a chain follow one another, none for a
// run by itself.
func chainLines(chain []Link) []string {
	if len(chain) == 1 && len(chain[0].From) == 0 {
		return nil
	}
	number := map[string]int{}
	var lines []string
	for i, l := range chain {
		number[l.Result] = i + 1
		lines = append(lines, fmt.Sprintf("%d. %s %s: %s", i+1, l.Kind, l.Statement, l.start(number)))
		lines = append(lines, l.lines()...)
	}
	return lines
}

// start says what a link starts from, given the numbers of those before it.
func (l *Link) start(number map[string]int) string {
	if len(l.From) == 0 {
		return fmt.Sprintf("begins the chain; initial weights: %s", l.Origin)
	}
	var from []string
	for _, digest := range l.From {
		if n := number[digest]; n > 0 {
			from = append(from, fmt.Sprintf("the final weights of %d", n))
		} else {
			from = append(from, fmt.Sprintf("the result %s, NOT VERIFIED", digest))
		}
	}
	return "starts from " + strings.Join(from, ", ")
}

// lines say what a link has trained, and on what; of a round, which has taken no steps
// of its own, that it is an average.
func (l *Link) lines() []string {
	if l.Round > 0 {
		return []string{fmt.Sprintf("  round %d of federated training: their average, of program %s", l.Round, l.Program)}
	}
	lines := []string{fmt.Sprintf("  %d steps of program %s, learning rate %s", l.Steps, l.Program, foreign.Line(l.Rate))}
	for i, digest := range l.Dataset {
		lines = append(lines, fmt.Sprintf("  trained on part %s of %d rows", digest, l.Rows[i]))
	}
	return lines
}
