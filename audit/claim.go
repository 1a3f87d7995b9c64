package audit

import (
	"fmt"
	"slices"

	"github.com/BurntSushi/toml"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
)

// Claim is one kind of claim with its parameters, which a table of a claims
// file gives. It is a pointer to a struct of parameters with toml tags.
type Claim interface {
	// State states the claim in a scope, which keeps errors in its parameters.
	State(s *Scope)
	// Words says what the claim says; s has the public side of its subjects.
	Words(s *Subjects) Words
}

// Words are a claim in plain words.
type Words struct {
	Says string // one sentence, true if the claim verifies
	// NotProven are the things a reader might think it says.
	NotProven []string
	Shares    []Share // public parts of a whole that Says mentions, for a plot
}

// Share is one part of a whole.
type Share struct {
	Name string `json:"name"`
	Part int64  `json:"part"`
	All  int64  `json:"all"`
}

// ratio is the share as a number, 0 of nothing.
func (s Share) ratio() float64 {
	if s.All == 0 {
		return 0
	}
	return float64(s.Part) / float64(s.All)
}

// Kinds lists every kind of claim under its name in a claims file. A new kind
// is a file, its test and a line here.
func Kinds() map[string]func() Claim {
	return map[string]func() Claim{
		"provenance":     func() Claim { return new(Provenance) },
		"well_formed":    func() Claim { return new(WellFormed) },
		"diversity":      func() Claim { return new(Diversity) },
		"licence":        func() Claim { return new(Licence) },
		"non_inclusion":  func() Claim { return new(NonInclusion) },
		"membership":     func() Claim { return new(Membership) },
		"non_membership": func() Claim { return new(NonMembership) },
		"disjointness":   func() Claim { return new(Disjointness) },
		"performance":    func() Claim { return new(Performance) },
		"prediction":     func() Claim { return new(Prediction) },
		"fairness":       func() Claim { return new(Fairness) },
		"counterfactual": func() Claim { return new(Counterfactual) },
		"censorship":     func() Claim { return new(Censorship) },
		"update":         func() Claim { return new(Update) },
	}
}

// Item is a claim of a claims file.
type Item struct {
	Name string // unique in its file
	Kind string
	Claim
}

// Releases is what the claim publishes besides its verdict, as its parameter
// "release" says; "" for nothing.
func (i *Item) Releases() (string, error) {
	text, err := encodeParameters(i.Claim)
	if err != nil {
		return "", err
	}
	var p struct {
		Release string `toml:"release"`
	}
	if _, err := toml.Decode(string(text), &p); err != nil {
		return "", fmt.Errorf("claim %q: %v: %w", i.Name, fault.Text(err, nil), fault.ErrUsage)
	}
	return p.Release, nil
}

// newClaim returns an empty claim of the kind. Errors wrap fault.ErrUsage.
func newClaim(kind string) (Claim, error) {
	if make, ok := Kinds()[kind]; ok {
		return make(), nil
	}
	var known []string
	for k := range Kinds() {
		known = append(known, k)
	}
	slices.Sort(known)
	return nil, fmt.Errorf("no kind of claim is called %s; %s: %w", foreign.Quote(kind), thereAre(known), fault.ErrUsage)
}
