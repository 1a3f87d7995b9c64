package main

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// check is a source with one mutant of most kinds.
const check = `package check

import "errors"

func checkAll(a []int, limit int) error {
	if len(a) == 0 || len(a) > limit {
		return errors.New("length")
	}
	n := 0
	for i := 0; i < len(a); i++ {
		if a[i] > n {
			n++
		}
	}
	for _, v := range a {
		s.AssertEqual(v, n)
		b = append(b, v)
	}
	x := s.challenge()
	y := s.challenge()
	switch {
	case n < 1:
		return errors.New("none")
	}
	return checkRest(x, y)
}
`

func TestMutantsOfASource(t *testing.T) {
	p := &pkg{mutated: map[string]string{}, byLabel: map[string]*mutant{}, seen: map[string]int{}}
	if err := p.mutate("check/check.go", check); err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, m := range p.mutants {
		keys = append(keys, strings.TrimPrefix(m.key(), "check/check.go checkAll "))
	}
	want := []string{
		"guard: len(a) == 0", "guard: len(a) > limit",
		"loop: i < len(a)", "first: i < len(a)", "rest: i < len(a)", "bound: i < len(a)",
		"never: a[i] > n", "always: a[i] > n", "count: n++",
		"loop: a", "first: a", "rest: a", "bound: a",
		"assertion: s.AssertEqual(v, n)", "absorb: append(b, v)",
		"constant: s.challenge()", "previous: s.challenge()", "constant: s.challenge() (2)", "previous: s.challenge() (2)",
		"guard: n < 1", "verdict: checkRest(x, y)",
	}
	if !slices.Equal(keys, want) {
		t.Errorf("mutants:\n%s\nwant:\n%s", strings.Join(keys, "\n"), strings.Join(want, "\n"))
	}
	mutated := p.mutated["check/check.go"]
	if _, err := parser.ParseFile(token.NewFileSet(), "check.go", mutated, 0); err != nil {
		t.Errorf("the source with its mutants: %v\n%s", err, mutated)
	}
	if a, b := strings.Count(check, "\n"), strings.Count(mutated, "\n"); a != b {
		t.Errorf("%d lines became %d", a, b)
	}
}

// TestRedundantMutantsExist: each entry of the list names a mutant, and no
// mutant of any package has the name of another.
func TestRedundantMutantsExist(t *testing.T) {
	listed, err := readRedundant("redundant.txt")
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]bool{}
	for _, s := range scopes {
		p, err := load("../..", s)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range p.mutants {
			if have[m.key()] {
				t.Errorf("two mutants: %s", m.key())
			}
			have[m.key()] = true
		}
	}
	for key := range listed {
		if !have[key] {
			t.Errorf("redundant.txt lists a mutant that does not exist: %s", key)
		}
	}
}

func TestListOfRedundantMutants(t *testing.T) {
	for text, ok := range map[string]bool{
		"":                                       true,
		"# only a comment\n":                     true,
		"a.go f guard: x\n\tanother check\n":     true,
		"a.go f guard: x\n":                      false,
		"\ta reason alone\n":                     false,
		"a.go f: x\n\ty\na.go f: x\n\tz\n":       false,
		"a.go f: x\na.go g: x\n\tonly one has\n": false,
	} {
		path := filepath.Join(t.TempDir(), "list")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := readRedundant(path); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
}
