package audit

import (
	"fmt"
	"strings"

	"github.com/consensys/gnark-crypto/ecc/bn254"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/foreign"
)

// maxNamed bounds the names that a message lists.
const maxNamed = 16

// noSuch says that a claim names something that is not there, and what is.
func (s *Scope) noSuch(what, name string, there []string) {
	s.usage("%s %s; %s", what, foreign.Quote(name), thereAre(there))
}

// thereAre lists names.
func thereAre(names []string) string {
	if len(names) == 0 {
		return "there is none"
	}
	more := ""
	if n := len(names) - maxNamed; n > 0 {
		more = fmt.Sprintf(" and %d more", n)
	}
	verb := "are"
	if len(names) == 1 {
		verb = "is"
	}
	return fmt.Sprintf("there %s %s%s", verb, foreign.Quotes(names[:min(len(names), maxNamed)]), more)
}

// enumerated joins clauses of a sentence, as many as a reader can take in.
func enumerated(clauses []string) string {
	if more := len(clauses) - foreign.MaxList; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(clauses[:foreign.MaxList], ", "), more)
	}
	return strings.Join(clauses, ", ")
}

// distinct reports names that do not have the form of one, and those that stand
// for the same thing: a part listed under two names has rows that count twice. The
// error wraps no sentinel.
func distinct(parts map[string]*bundle.PublicPart, runs map[string][32]byte, models map[string]ModelID) error {
	names := sortedKeys(parts)
	committed := make([][][]bn254.G1Affine, len(names))
	for i, name := range names {
		if err := foreign.CheckName("a part", name); err != nil {
			return err
		}
		committed[i] = parts[name].Commitments
	}
	if i, j, shared := bundle.SharedRow(committed); shared {
		return fmt.Errorf("parts %q and %q hold the same committed rows, which would count twice", names[i], names[j])
	}
	if err := distinctNames("a run", runs); err != nil {
		return err
	}
	if err := distinctNames("a public model", models); err != nil {
		return err
	}
	for name := range models {
		if _, run := runs[name]; run {
			return fmt.Errorf("%q is both a training run and a public model", name)
		}
	}
	return nil
}

// distinctNames is distinct for things that are compared by what identifies them.
func distinctNames[T comparable](what string, named map[string]T) error {
	of := map[T]string{}
	for _, name := range sortedKeys(named) {
		if err := foreign.CheckName(what, name); err != nil {
			return err
		}
		if other, twice := of[named[name]]; twice {
			return fmt.Errorf("%s is called %q and %q: one name is enough", what, other, name)
		}
		of[named[name]] = name
	}
	return nil
}
