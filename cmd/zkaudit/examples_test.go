package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/zkaudit/zkaudit/internal/prg"
)

// whole is set by make examples-test and make wraps-test.
var whole = flag.Bool("whole", false, "run examples on all data that they have, and scripts with PLONK keys, for minutes")

// TestExamples runs the examples of the folder of that name: on a small table
// of invented people, and, where there are fixtures, on real data. Proofs are
// of mode validity; the examples' own default is zk.
func TestExamples(t *testing.T) {
	examples, err := filepath.Abs("../../examples")
	if err != nil {
		t.Fatal(err)
	}
	if fixtures() == "" {
		t.Log("ZKAUDIT_FIXTURES is not set, or tests are short: invented people only")
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/examples",
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("XDG_CACHE_HOME", filepath.Join(e.WorkDir, ".cache"))
			e.Setenv("EXAMPLES", examples)
			e.Setenv("FIXTURES", fixtures())
			return os.WriteFile(filepath.Join(e.WorkDir, "people.csv"), []byte(people(1800)), 0o644)
		},
		Condition: condition,
	})
}

// fixtures is the folder of real data, or empty where there is none, or no time.
func fixtures() string {
	if testing.Short() {
		return ""
	}
	return os.Getenv("ZKAUDIT_FIXTURES")
}

// condition is one that a script asks for: real data at hand, all that a script has to
// say, for minutes, or snarkjs, which make snarkjs-test installs.
func condition(name string) (bool, error) {
	switch name {
	case "fixtures":
		return fixtures() != "", nil
	case "whole":
		return *whole, nil
	case "snarkjs":
		return os.Getenv("ZKAUDIT_SNARKJS") != "", nil
	}
	return false, fmt.Errorf("unknown condition %q", name)
}

// people returns rows in the form of the Adult data set, about nobody. Income
// follows from education, and little else.
func people(n int) string {
	s := prg.New("zkaudit/test/people")
	pick := func(values ...string) string { return values[s.Uint64n(uint64(len(values)))] }
	var b strings.Builder
	for range n {
		education := pick("HS-grad", "Bachelors", "11th", "Doctorate")
		income := "<=50K"
		if education == "Bachelors" || education == "Doctorate" {
			income = ">50K"
		}
		if s.Uint64n(20) == 0 {
			income = pick("<=50K", ">50K")
		}
		fmt.Fprintln(&b, strings.Join([]string{
			pick("25", "35", "45", "55"), pick("Private", "State-gov", "?"), fmt.Sprint(s.Uint64n(100000)), education, "9",
			pick("Married", "Separated"), pick("Sales", "Tech-support", "?"), pick("Wife", "Husband"),
			pick("White", "White", "White", "White", "White", "White", "Black", "Other"), pick("Female", "Male"),
			pick("0", "0", "2000"), "0", pick("20", "40", "60"), pick("United-States", "?"), income,
		}, ", "))
	}
	return b.String()
}
