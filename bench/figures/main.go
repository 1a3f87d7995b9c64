// Command figures measures what the project claims about speed, in one run on
// the machine at hand, and prints a table: each figure with what it must be
// and what it aims at. Times are the best of a few repetitions, since other
// work on a machine only adds to them; ratios compare times of this run.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"text/tabwriter"
	"time"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/proof/poly"
)

// figure is one row of the table; smaller is better unless it is a gain.
type figure struct {
	name      string
	value     float64
	unit      string
	must, aim float64
	gain      bool
}

func (f figure) verdict() string {
	reached := func(goal float64) bool {
		if f.gain {
			return f.value >= goal
		}
		return f.value <= goal
	}
	switch {
	case reached(f.aim):
		return "aim reached"
	case reached(f.must):
		return "must reached"
	}
	return "MISSED"
}

// session is what measurements share.
type session struct {
	ctx     context.Context
	setup   *commitments.Setup
	arena   *poly.Arena
	repeat  int
	figures []figure
}

func (s *session) add(f figure) {
	s.figures = append(s.figures, f)
	fmt.Fprintf(os.Stderr, "%s: %.3g %s\n", f.name, f.value, f.unit)
}

// best returns the shortest of a few runs of f.
func (s *session) best(f func() (time.Duration, error)) (time.Duration, error) {
	var least time.Duration
	for i := range s.repeat {
		d, err := f()
		if err != nil {
			return 0, err
		}
		if i == 0 || d < least {
			least = d
		}
	}
	return least, nil
}

func main() {
	rowBits := flag.Int("row-bits", 18, "log2 of the cells of a committed row")
	repeat := flag.Int("repeat", 3, "repetitions of each measurement; the best counts")
	epoch := flag.Bool("epoch", true, "measure an epoch of 60,000 samples")
	zk := flag.Bool("zk", true, "measure proofs in zero knowledge")
	wraps := flag.Bool("wraps", true, "measure wraps in a SNARK")
	fresh := flag.String("cold", "", "prove the segment of this `name` in this process, which is fresh, and print what was measured as JSON")
	again := flag.Bool("again", false, "with -cold: once more, warm, and beside other things")
	shape := flag.String("peer", "", "prove a step of this shape of a peer in this process, which is fresh, and print what was measured as JSON")
	all := flag.Bool("peers", false, "measure the shapes of peers, and nothing else")
	flag.Parse()
	var err error
	switch {
	case *fresh != "":
		err = cold(*fresh, *again)
	case *shape != "":
		err = peer(*shape)
	case *all:
		err = peers()
	default:
		err = run(*rowBits, *repeat, *epoch, *zk, *wraps)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "figures:", err)
		os.Exit(1)
	}
}

func run(rowBits, repeat int, epoch, zk, wraps bool) error {
	setup, err := commitments.NewDevelopment(rowBits)
	if err != nil {
		return err
	}
	s := &session{ctx: context.Background(), setup: setup, arena: new(poly.Arena), repeat: repeat}
	steps := []func() error{s.commitment, s.executor, s.segment, s.width}
	if zk {
		steps = append(steps, s.committed)
	}
	if wraps {
		steps = append(steps, s.wraps)
	}
	if epoch {
		steps = append(steps, s.epoch)
	}
	if epoch && zk {
		steps = append(steps, s.wholeEpoch)
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	fmt.Printf("%s/%s, %d cores, %s, rows of 2^%d cells, best of %d\n\n",
		runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0), runtime.Version(), rowBits, repeat)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "figure\tmeasured\tmust\taim\tverdict")
	for _, f := range s.figures {
		sign := "≤"
		if f.gain {
			sign = "≥"
		}
		fmt.Fprintf(w, "%s\t%.3g %s\t%s %g\t%s %g\t%s\n", f.name, f.value, f.unit, sign, f.must, sign, f.aim, f.verdict())
	}
	return w.Flush()
}
