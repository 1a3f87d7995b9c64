package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"
)

// options are the command line's.
type options struct {
	packages string // prefixes, separated by commas
	files    string // part of a file's path
	kinds    string
	every    int
	results  string
	tests    string
	parallel int
	long     bool
	list     bool
	verbose  bool
}

func main() {
	var o options
	flag.StringVar(&o.packages, "packages", "", "only packages with these `names`, separated by commas; default all")
	flag.StringVar(&o.files, "files", "", "only files whose path contains `text`")
	flag.StringVar(&o.kinds, "kinds", "", "only these `kinds` of mutants, separated by commas")
	flag.IntVar(&o.every, "every", 1, "only one mutant of `n`, always the same ones")
	flag.StringVar(&o.results, "results", "", "resume: keep results in this `file`, and skip what it holds as long as the package is the same")
	flag.StringVar(&o.tests, "run", "", "only tests that match `regexp`; a mutant that survives them may be killed by others")
	flag.IntVar(&o.parallel, "parallel", 2, "tests of `n` mutants at a time")
	flag.BoolVar(&o.long, "long", false, "run the tests without -short")
	flag.BoolVar(&o.list, "list", false, "print the mutants and stop")
	flag.BoolVar(&o.verbose, "v", false, "print each mutant's fate")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

// errSurvivors is what a run ends in that found something.
var errSurvivors = errors.New("there are mutants that no test kills, or entries of redundant.txt that are stale")

func run(ctx context.Context, o options) error {
	start := time.Now()
	listed, err := readRedundant("internal/mutate/redundant.txt")
	if err != nil {
		return fmt.Errorf("run it in the root of the repository: %w", err)
	}
	memory, err := openResults(o.results)
	if err != nil {
		return err
	}
	defer memory.close()
	found := 0
	for _, scope := range scopes {
		if !oneOf(o.packages, scope.directory) {
			continue
		}
		p, err := load(".", scope)
		if err != nil {
			return err
		}
		chosen := choose(p.mutants, o)
		if o.list {
			for _, m := range chosen {
				fmt.Println(m.key())
			}
			continue
		}
		if len(chosen) == 0 {
			continue
		}
		fates, err := p.test(ctx, chosen, o, memory)
		if err != nil {
			return err
		}
		found += report(p, chosen, fates, listed, o)
	}
	if o.list {
		return nil
	}
	fmt.Printf("%d s\n", int(time.Since(start).Seconds()))
	if found > 0 {
		return errSurvivors
	}
	return nil
}

// oneOf reports whether a list, separated by commas, has a name or is empty.
func oneOf(list, name string) bool {
	for _, n := range strings.Split(list, ",") {
		if n == "" || n == name {
			return true
		}
	}
	return false
}

func choose(all []*mutant, o options) []*mutant {
	var chosen []*mutant
	for _, m := range all {
		h := fnv.New32a()
		h.Write([]byte(m.key()))
		if strings.Contains(m.file, o.files) && oneOf(o.kinds, m.kind) && int(h.Sum32()%uint32(o.every)) == 0 {
			chosen = append(chosen, m)
		}
	}
	return chosen
}

// report prints a package's line and what is wrong in it, and counts that.
func report(p *pkg, chosen []*mutant, fates []fate, listed map[string]string, o options) int {
	killed, late, redundant := 0, 0, 0
	var wrong []string
	for i, m := range chosen {
		_, is := listed[m.key()]
		switch {
		case fates[i] == survived && is:
			redundant++
		case fates[i] == survived:
			wrong = append(wrong, fmt.Sprintf("survives  line %d: %s", m.line, m.key()))
		case is:
			wrong = append(wrong, "listed as redundant, but killed: "+m.key())
		default:
			killed++
		}
		if fates[i] == timeout {
			late++
		}
		if o.verbose {
			fmt.Printf("    %-9s line %d: %s\n", fates[i], m.line, m.key())
		}
	}
	if len(chosen) == len(p.mutants) {
		wrong = append(wrong, stale(p, listed)...)
	}
	fmt.Printf("%-18s %4d mutants %4d killed (%d by time) %3d redundant %3d wrong\n", p.scope.directory, len(chosen), killed, late, redundant, len(wrong))
	for _, w := range wrong {
		fmt.Println("   ", w)
	}
	return len(wrong)
}

// stale returns the listed mutants of a package that it does not have.
func stale(p *pkg, listed map[string]string) []string {
	have := map[string]bool{}
	for _, m := range p.mutants {
		have[m.key()] = true
	}
	var lines []string
	for key := range listed {
		file, _, _ := strings.Cut(key, " ")
		if filepath.Dir(file) == p.scope.directory && !have[key] {
			lines = append(lines, "listed as redundant, but does not exist: "+key)
		}
	}
	return lines
}
