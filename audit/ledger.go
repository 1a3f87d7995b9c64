package audit

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// DefaultBudget is how many bits audits may release about a part.
const DefaultBudget = 256

// Ledger is the file in which the owner of data keeps what audits have
// released about each part: one JSON object per line, for the owner's eyes
// alone. Each claim costs what its verdict tells (see telling) and the bits of
// what it publishes; the same claim about the same parts costs nothing the second
// time. Both a part and the rows that it was committed from are charged: rows keep
// their account when they are committed anew.
//
// Several processes may share one: Spend reads the file again, checks and
// writes under a lock, which is a file next to it (".lock").
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
	// Refused marks a claim that is false, of which there is no proof.
	Refused bool `json:"refused,omitempty"`
}

// Charge is what one claim releases about one part.
type Charge struct {
	Part string `json:"part"` // digest
	// Origins are digests of what the rows of the part were read from.
	Origins []string `json:"origins,omitempty"`
	// Model is set where the claim does not name the part: the run, trained on
	// it, whose model the claim is about.
	Model    string   `json:"model,omitempty"`
	Claim    string   `json:"claim"` // digest of kind, parameters and subjects
	Kind     string   `json:"kind"`
	Says     string   `json:"says"`
	Bits     int      `json:"bits"`
	Released []Output `json:"released,omitempty"` // besides the verdict
}

// Output are values that a claim has released.
type Output struct {
	Name   string   `json:"name"`
	Labels []string `json:"labels,omitempty"`
	Values []int64  `json:"values"`
}

// maxLedger bounds a ledger, and maxCharge the bits of a line.
const (
	maxLedger = 64 << 20
	maxCharge = 1 << 40
)

// OpenLedger reads a ledger, or begins one if there is no file yet. Symbolic
// links are followed, so that all who share a ledger share its lock. Errors
// wrap fault.ErrMalformed, fault.ErrInput (others may read the file, too) or
// fault.ErrUsage.
func OpenLedger(path string, budget int) (*Ledger, error) {
	if budget < 0 {
		return nil, fmt.Errorf("ledger %s: a budget of %d bits: %w", path, budget, fault.ErrUsage)
	}
	if _, err := os.Lstat(path); err == nil {
		if path, err = filepath.EvalSymlinks(path); err != nil {
			return nil, fmt.Errorf("ledger: %w: %w", fault.ErrInput, err)
		}
	}
	l := &Ledger{Path: path, Budget: budget}
	_, err := l.read()
	return l, err
}

// read reads what the file holds now, and returns its text.
func (l *Ledger) read() ([]byte, error) {
	text, err := artefact.ReadPrivateFile(l.Path, maxLedger)
	if errors.Is(err, os.ErrNotExist) {
		l.entries = nil
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	var entries []Entry
	for i, line := range bytes.Split(bytes.TrimSuffix(text, []byte("\n")), []byte("\n")) {
		e, err := parseEntry(line)
		if err != nil {
			return nil, fmt.Errorf("%s: line %d is not an entry of a ledger: %v: %w", l.Path, i+1, fault.Text(err, nil), fault.ErrMalformed)
		}
		entries = append(entries, *e)
	}
	l.entries = entries
	return text, nil
}

func parseEntry(line []byte) (*Entry, error) {
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	var e Entry
	if err := d.Decode(&e); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("more than one value")
	}
	if _, err := time.Parse(time.RFC3339, e.Time); err != nil {
		return nil, err
	}
	for _, account := range e.accounts() {
		if _, err := decodeDigest(account); err != nil {
			return nil, fmt.Errorf("part: %w", err)
		}
	}
	if _, err := decodeDigest(e.Claim); err != nil {
		return nil, fmt.Errorf("claim: %w", err)
	}
	if e.Bits < 1 || e.Bits > maxCharge {
		return nil, fmt.Errorf("%d bits", e.Bits)
	}
	return &e, nil
}

// charges are what a claim costs: each part that it names, and each part that
// a model of a run was trained on if the claim is about the model, since its
// answers tell about the rows they were learnt from.
func (s *Scope) charges(f *Frame, item *Item) ([]Charge, error) {
	claim, err := s.identity(f, item)
	if err != nil {
		return nil, err
	}
	c := Charge{Claim: hex.EncodeToString(claim[:]), Kind: item.Kind, Says: item.Words(s.subjects).Says}
	if c.Bits, err = s.verdictBits(item.Claim); err != nil {
		return nil, err
	}
	for _, r := range s.release.asked {
		c.Bits += r.Bits
	}
	var charges []Charge
	charged, origins := map[[32]byte]bool{}, s.origins()
	charge := func(part [32]byte, model string) {
		if !charged[part] {
			charged[part] = true
			c.Part, c.Origins, c.Model = hex.EncodeToString(part[:]), origins[part], model
			charges = append(charges, c)
		}
	}
	for _, name := range sortedKeys(s.parts) {
		charge(s.subjects.digest(s.parts[name].PublicPart, f), "")
	}
	for _, name := range sortedKeys(s.models) {
		if m := s.models[name]; m.public == nil && m.weights != nil {
			for _, part := range s.run(name).Parts {
				charge(part, name)
			}
		}
	}
	return charges, nil
}

// origins are those of all parts at hand, by digest.
func (s *Scope) origins() map[[32]byte][]string {
	all := map[[32]byte][]string{}
	for _, r := range s.subjects.OwnedRuns {
		maps.Copy(all, r.Accounts())
	}
	for _, p := range s.subjects.OwnedParts {
		if accounts := p.Accounts(); len(accounts) > 0 {
			all[s.subjects.digest(p.Public(), s.frame)] = accounts
		}
	}
	return all
}

// accounts are what a charge is entered under.
func (c *Charge) accounts() []string { return append([]string{c.Part}, c.Origins...) }

// recorded are released values as a ledger keeps them.
func recorded(released []Released) []Output {
	var out []Output
	for _, r := range released {
		out = append(out, Output{r.Name, r.Labels, r.Values})
	}
	return out
}

// spent returns the bits released about a part, or about the rows of an origin.
// A claim about several parts of one origin counts once.
func (l *Ledger) spent(account string) int {
	return l.balances()[account].total
}

// balance is what has been released under one account.
type balance struct {
	total  int
	claims map[string]bool
}

// enter adds a charge to a balance and returns it.
func (b balance) enter(c *Charge) balance {
	if b.claims == nil {
		b.claims = map[string]bool{}
	}
	if !b.claims[c.Claim] {
		b.claims[c.Claim] = true
		b.total += c.Bits
	}
	return b
}

func (l *Ledger) balances() map[string]balance {
	all := map[string]balance{}
	for i := range l.entries {
		for _, account := range l.entries[i].accounts() {
			all[account] = all[account].enter(&l.entries[i].Charge)
		}
	}
	return all
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

// check returns fault.ErrUsage if the charges go over the budget of a part, as
// far as the ledger has been read, and no reason to override it is given.
func (l *Ledger) check(charges []Charge, override string) error {
	if override != "" {
		return nil
	}
	balances := l.balances()
	for _, c := range l.fresh(charges) {
		for _, account := range c.accounts() {
			b := balances[account].enter(&c)
			if balances[account] = b; b.total > l.limit() {
				return fmt.Errorf("ledger %s: %q would bring what is released about %s to %d bits, the budget is %d; release less, or override it with a reason, which the ledger records: %w",
					l.Path, c.Says, c.about(account), b.total, l.limit(), fault.ErrUsage)
			}
		}
	}
	return nil
}

// about names an account of the charge for people.
func (c *Charge) about(account string) string {
	name := "part " + c.Part
	if account != c.Part {
		name = "the rows that part " + c.Part + " was committed from, in this and other commitments,"
	}
	if c.Model != "" {
		return fmt.Sprintf("%s, which %q was trained on,", strings.TrimSuffix(name, ","), c.Model)
	}
	return name
}

// spend writes the charges to the ledger, as it is now. Others' lines stay;
// after a crash the file has all of the charges or none. Errors are those
// of Check, of reading and writing, or ctx's.
func (l *Ledger) spend(ctx context.Context, charges []Charge, override string, now time.Time) error {
	return l.enter(ctx, charges, Entry{Override: override, Time: now.UTC().Format(time.RFC3339)})
}

// enter writes the charges in lines like one.
func (l *Ledger) enter(ctx context.Context, charges []Charge, like Entry) error {
	unlock, err := artefact.Lock(ctx, l.Path+".lock")
	if err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	defer unlock()
	text, err := l.read()
	if err != nil {
		return err
	}
	if err := l.check(charges, like.Override); err != nil {
		return err
	}
	fresh := l.fresh(charges)
	if len(fresh) == 0 {
		return nil
	}
	if len(text) > 0 && text[len(text)-1] != '\n' {
		text = append(text, '\n')
	}
	for _, c := range fresh {
		like.Charge = c
		line, err := json.Marshal(like)
		if err != nil {
			return fmt.Errorf("ledger: %w", err)
		}
		text = append(append(text, line...), '\n')
	}
	if len(text) > maxLedger {
		return fmt.Errorf("ledger %s: more than %d bytes: %w", l.Path, maxLedger, fault.ErrResources)
	}
	if err := artefact.WriteFile(l.Path, text, artefact.PrivateMode); err != nil {
		return err
	}
	_, err = l.read()
	return err
}
