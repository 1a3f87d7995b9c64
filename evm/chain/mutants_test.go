package chain_test

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestMain runs the tests once or, for mutants of contracts (`make mutate-contracts`),
// again and again: proofs are made once. Each line of standard input names a directory of
// artefacts and tests, which run one after the other until one fails; the answer is a line
// of its own, "mutant " and the name of that test, if there is one.
func TestMain(m *testing.M) {
	flag.Parse()
	if os.Getenv("ZKAUDIT_MUTANTS") == "" {
		os.Exit(m.Run())
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		if err := os.Setenv("ZKAUDIT_ARTEFACTS", words[0]); err != nil {
			panic(err)
		}
		fmt.Println("\nmutant", killer(m, words[1:]))
	}
	if err := lines.Err(); err != nil {
		panic(err)
	}
}

// killer returns the first test that fails, or nothing.
func killer(m *testing.M, tests []string) string {
	for _, name := range tests {
		if err := flag.Set("test.run", "^"+name+"$"); err != nil {
			panic(err)
		}
		if m.Run() != 0 {
			return name
		}
	}
	return ""
}
