package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/zkaudit/zkaudit/artefact"
	"github.com/zkaudit/zkaudit/fault"
)

// DefaultBudget is how many bits audits may release about a part.
const DefaultBudget = 256

// Ledger is the file in which the owner of data keeps what audits have
// released about each part: one JSON object per line. Each claim costs one bit
// for its verdict and the bits of what it publishes; the same claim about the
// same parts costs nothing the second time.
type Ledger struct {
	Path    string
	Budget  int // bits per part; 0: DefaultBudget
	entries []Entry
}

// Entry is a line of a ledger.
type Entry struct {
	Time string `json:"time"` // RFC 3339
	Charge
	// Override is the reason for going over the budget.
	Override string `json:"override,omitempty"`
}

// Charge is what one claim releases about one part.
type Charge struct {
	Part  string `json:"part"`  // digest
	Claim string `json:"claim"` // digest of kind, parameters and subjects
	Kind  string `json:"kind"`
	Says  string `json:"says"`
	Bits  int    `json:"bits"`
}

// maxLedger bounds a ledger.
const maxLedger = 64 << 20

// OpenLedger reads a ledger, or begins one if there is no file yet.
func OpenLedger(path string, budget int) (*Ledger, error) {
	l := &Ledger{Path: path, Budget: budget}
	text, err := artefact.ReadFile(path, maxLedger)
	if errors.Is(err, os.ErrNotExist) {
		return l, nil
	}
	if err != nil {
		return nil, err
	}
	for i, line := range bytes.Split(bytes.TrimSuffix(text, []byte("\n")), []byte("\n")) {
		d := json.NewDecoder(bytes.NewReader(line))
		d.DisallowUnknownFields()
		var e Entry
		if err := d.Decode(&e); err != nil || e.Bits < 0 || e.Part == "" {
			return nil, fmt.Errorf("%s: line %d is no entry of a ledger: %w", path, i+1, fault.ErrMalformed)
		}
		l.entries = append(l.entries, e)
	}
	return l, nil
}

// newCharge is what a claim costs a part. Its identity has all that is public
// but the released values.
func newCharge(f *Frame, item *Item, s *Scope, p *Part, identity []byte) Charge {
	digest, claim := p.Digest(f.SRS, f.RowBits), sha256.Sum256(identity)
	c := Charge{Part: hex.EncodeToString(digest[:]), Claim: hex.EncodeToString(claim[:]), Kind: item.Kind, Says: item.Words(s.subjects).Says, Bits: 1}
	for _, r := range s.release.asked {
		c.Bits += r.Bits
	}
	return c
}

// Spent returns the bits released about a part.
func (l *Ledger) Spent(part string) int {
	total := 0
	for _, e := range l.entries {
		if e.Part == part {
			total += e.Bits
		}
	}
	return total
}

func (l *Ledger) limit() int {
	if l.Budget > 0 {
		return l.Budget
	}
	return DefaultBudget
}

// fresh returns the charges that are not in the ledger yet, each once.
func (l *Ledger) fresh(charges []Charge) []Charge {
	type key struct{ part, claim string }
	seen := map[key]bool{}
	for _, e := range l.entries {
		seen[key{e.Part, e.Claim}] = true
	}
	var out []Charge
	for _, c := range charges {
		if k := (key{c.Part, c.Claim}); !seen[k] {
			seen[k] = true
			out = append(out, c)
		}
	}
	return out
}

// Check returns fault.ErrUsage if the charges go over the budget of a part and
// no reason to override it is given.
func (l *Ledger) Check(charges []Charge, override string) error {
	if override != "" {
		return nil
	}
	spent := map[string]int{}
	for _, c := range l.fresh(charges) {
		if _, known := spent[c.Part]; !known {
			spent[c.Part] = l.Spent(c.Part)
		}
		if spent[c.Part] += c.Bits; spent[c.Part] > l.limit() {
			return fmt.Errorf("ledger %s: %q would bring what is released about part %s to %d bits, the budget is %d; release less, or override it with a reason that stands in the ledger: %w",
				l.Path, c.Says, c.Part, spent[c.Part], l.limit(), fault.ErrUsage)
		}
	}
	return nil
}

// Spend writes the charges to the ledger. Errors are those of Check, and of
// writing.
func (l *Ledger) Spend(charges []Charge, override string, now time.Time) error {
	if err := l.Check(charges, override); err != nil {
		return err
	}
	entries := append([]Entry{}, l.entries...)
	for _, c := range l.fresh(charges) {
		entries = append(entries, Entry{Time: now.UTC().Format(time.RFC3339), Charge: c, Override: override})
	}
	var text bytes.Buffer
	for _, e := range entries {
		line, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("ledger: %w", err)
		}
		text.Write(append(line, '\n'))
	}
	if err := artefact.WriteFile(l.Path, text.Bytes(), artefact.PrivateMode); err != nil {
		return err
	}
	l.entries = entries
	return nil
}
