// Command estimates compares what package estimate says of the shapes that the project
// and its peers are measured by with a proof of each, in a fresh process: time, peak
// memory, and the size of the proof. It fails if one is off by more than a quarter.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"text/tabwriter"
	"time"

	"github.com/zkaudit/zkaudit/bench"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/estimate"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/proof/proving"
)

// off is by how much an estimate may be: a quarter.
const off = 0.25

// outcome is what was measured of a shape, or estimated.
type outcome struct {
	Seconds float64
	Bytes   int64 // of memory, at the peak
	Proof   int   // bytes
}

// compared is both.
type compared struct{ Estimated, Measured outcome }

func main() {
	shape := flag.String("shape", "", "prove this shape in this process, which is fresh, by the prices read from the input, and print both outcomes as JSON")
	machine := flag.Bool("machine", false, "measure this machine in this process, which is fresh, and print its prices as JSON")
	flag.Parse()
	var err error
	switch {
	case *shape != "":
		err = prove(*shape)
	case *machine:
		err = measure()
	default:
		err = all()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "estimates:", err)
		os.Exit(1)
	}
}

func transparent() (*commitments.Setup, error) {
	return commitments.NewTransparent(commitments.DefaultRowBits, new(commitments.Generators))
}

func measure() error {
	setup, err := transparent()
	if err != nil {
		return err
	}
	p, err := estimate.Measure(context.Background(), setup, func(_, _ int) {})
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(p)
}

// prove estimates a shape, and then measures it.
func prove(name string) error {
	var prices estimate.Prices
	if err := json.NewDecoder(os.Stdin).Decode(&prices); err != nil {
		return err
	}
	setup, err := transparent()
	if err != nil {
		return err
	}
	ctx := context.Background()
	w, err := segment(ctx, name, setup)
	if err != nil {
		return err
	}
	masked, err := w.Masked(setup)
	if err != nil {
		return err
	}
	weights := int64(0)
	for _, id := range w.After {
		weights += int64(len(w.Cells[id].Large))
	}
	work := prover.WorkOf(masked.Layout)
	var c compared
	c.Estimated = outcome{prices.Prove(work) + prices.Commit(0, weights), work.Memory().Typical(), proving.Bytes(mode.ZK, masked.Layout, setup.Kind)}
	encoded, took, err := w.ProveCommitted(ctx, setup, masked, new(poly.Arena))
	if err != nil {
		return err
	}
	c.Measured = outcome{took.Seconds(), int64(bench.PeakGiB() * (1 << 30)), len(encoded)}
	return json.NewEncoder(os.Stdout).Encode(c)
}

// freshly runs this program in a process of its own and decodes what it prints.
func freshly(input, output any, args ...string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	given, err := json.Marshal(input)
	if err != nil {
		return err
	}
	cmd := exec.Command(self, args...)
	cmd.Stderr = os.Stderr
	cmd.Stdin = bytes.NewReader(given)
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("%v in a fresh process: %w", args, err)
	}
	return json.Unmarshal(out, output)
}

func all() error {
	start := time.Now()
	var prices estimate.Prices
	if err := freshly(nil, &prices, "-machine"); err != nil {
		return err
	}
	fmt.Printf("this machine measured in %.1f s; estimated and measured:\n\n", time.Since(start).Seconds())
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "s\t\t\tMiB\t\t\tKiB\t\t\t  shape")
	missed := 0
	for _, name := range names() {
		var c compared
		if err := freshly(&prices, &c, "-shape", name); err != nil {
			return err
		}
		e, m := c.Estimated, c.Measured
		time, peak, size := e.Seconds/m.Seconds, float64(e.Bytes)/float64(m.Bytes), float64(e.Proof)/float64(m.Proof)
		for _, r := range []float64{time, peak, size} {
			if r < 1-off || r > 1+off {
				missed++
			}
		}
		fmt.Fprintf(w, "%.1f\t%.1f\t%.2f\t%d\t%d\t%.2f\t%.1f\t%.1f\t%.2f\t  %s\n", e.Seconds, m.Seconds, time,
			e.Bytes>>20, m.Bytes>>20, peak, float64(e.Proof)/1024, float64(m.Proof)/1024, size, name)
		w.Flush()
	}
	if missed > 0 {
		return fmt.Errorf("%d estimates are off by more than %g %%", missed, 100*off)
	}
	return nil
}
