package bundle

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/zkaudit/zkaudit/internal/foreign"
)

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

// Chain is a verified training, or whatever else ends with committed weights, with the
// chains of all that it starts from, as far as these were given. Chains share what they
// have in common: those of all runs of a federation together take memory in proportion
// to the number of runs, however many rounds led to each. A nil Chain has no links.
type Chain struct {
	link    Link
	before  []*Chain
	missing []string // results
	starts  []string // statements that the chain begins with
}

// NewChain returns the chain that ends with a link, given those of what it starts from,
// in the order of link.From; nil, or left out, are those that are missing. A result that one of them
// lacks is missing, whatever the others have.
func NewChain(link Link, before ...*Chain) *Chain {
	c := &Chain{link: link}
	var missing, starts [][]string
	given := make(map[string]bool, len(before))
	c.before = slices.DeleteFunc(slices.Clone(before), func(b *Chain) bool { return b == nil })
	for _, b := range c.before {
		missing, starts, given[b.link.Result] = append(missing, b.missing), append(starts, b.starts), true
	}
	if len(link.From) == 0 {
		starts = append(starts, []string{link.Statement})
	}
	for i, from := range link.From {
		if !given[from] {
			missing = append(missing, link.From[i:i+1])
		}
	}
	c.missing, c.starts = union(missing), union(starts)
	return c
}

// union returns what the lists have, in order, each once. Where all are one list it is
// that list itself, which many chains then share.
func union(lists [][]string) []string {
	var all []string
	var seen map[string]bool
	for _, list := range lists {
		switch {
		case len(list) == 0 || len(list) == len(all) && &list[0] == &all[0]:
			continue
		case all == nil:
			all = list[:len(list):len(list)]
			continue
		}
		if seen == nil {
			seen = map[string]bool{}
			for _, s := range all {
				seen[s] = true
			}
		}
		for _, s := range list {
			if !seen[s] {
				all, seen[s] = append(all, s), true
			}
		}
	}
	return all
}

// Links lists the chain, each link after those that it starts from; the last one has
// ended with the result.
func (c *Chain) Links() []Link {
	var links []Link
	walked, seen := map[*Chain]bool{}, map[string]bool{}
	var walk func(c *Chain)
	walk = func(c *Chain) {
		walked[c] = true
		for _, b := range c.before {
			if !walked[b] {
				walk(b)
			}
		}
		if !seen[c.link.Result] {
			links, seen[c.link.Result] = append(links, c.link), true
		}
	}
	if c != nil {
		walk(c)
	}
	return links
}

// MarshalJSON writes the list of Links.
func (c *Chain) MarshalJSON() ([]byte, error) { return json.Marshal(c.Links()) }

// Missing returns the results that links of the chain start from, and that were not
// given: of these nobody has seen a proof.
func (c *Chain) Missing() []string {
	if c == nil {
		return nil
	}
	return c.missing
}

// begins returns the statements that the chain begins with.
func (c *Chain) begins() []string {
	if c == nil {
		return nil
	}
	return c.starts
}

// Before returns the link that has ended with a result which the last link of the chain
// starts from; nil if it was not given.
func (c *Chain) Before(result string) *Link {
	if c == nil {
		return nil
	}
	for _, b := range c.before {
		if b.link.Result == result {
			return &b.link
		}
	}
	return nil
}

// single reports whether the last link starts from one that begins the chain.
func (c *Chain) single() bool {
	return c != nil && len(c.before) == 1 && len(c.before[0].before) == 0
}

// Lines say for people how the links of a chain follow one another, none for a run by
// itself.
func (c *Chain) Lines() []string { return chainLines(c.Links()) }

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
