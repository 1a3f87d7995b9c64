package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"time"

	"github.com/zkaudit/zkaudit/bench"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/proof/poly"
)

// peerRows is how many rows the generated dataset of a peer's shape has.
const peerRows = 64

// measured is what a fresh process measures of a peer's shape.
type measured struct {
	Train, Prove, Verify time.Duration // all steps
	Bytes, Tuples        int
	Peak                 float64 // GiB
}

// peer proves the segment of a peer's shape in this process, which is fresh, in
// mode zk, and prints what it measured.
func peer(name string) error {
	ctx := context.Background()
	p, err := bench.Named(name)
	if err != nil {
		return err
	}
	setup, err := commitments.NewTransparent(commitments.DefaultRowBits, new(commitments.Generators))
	if err != nil {
		return err
	}
	w, err := p.Segment(ctx, setup, peerRows)
	if err != nil {
		return err
	}
	masked, err := w.Masked(setup)
	if err != nil {
		return err
	}
	m := measured{Train: w.Train, Tuples: w.Tuples}
	encoded, took, err := w.ProveCommitted(ctx, setup, masked, new(poly.Arena))
	if err != nil {
		return err
	}
	m.Prove, m.Bytes, m.Peak = took, len(encoded), bench.PeakGiB()
	if m.Verify, err = bench.CheckCommitted(setup.Verifier(), masked, encoded, 1); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(m)
}

// peers measures every shape in a process of its own and prints a table.
func peers() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	fmt.Printf("%s/%s, %d cores, %s: mode zk, setup transparent, cold; a step of all steps proven at once, certificates of data apart\n\n",
		runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0), runtime.Version())
	for _, p := range bench.Peers() {
		cmd := exec.Command(self, "-peer", p.Name)
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			return fmt.Errorf("%s in a fresh process: %w", p.Name, err)
		}
		var m measured
		if err := json.Unmarshal(out, &m); err != nil {
			return err
		}
		fmt.Printf("%s (%d)\n  peer: %s\n", p.Name, p.Weights(), p.Published)
		step := m.Prove.Seconds() / float64(p.Steps)
		for _, f := range []figure{
			{"proof per step", step, "s", p.Must.Seconds, p.Aim.Seconds, false},
			{"peak memory", m.Peak, "GiB", p.Must.GiB, p.Aim.GiB, false},
		} {
			verdict := f.verdict()
			if f.must == 0 {
				verdict = ""
			}
			fmt.Printf("  %-16s %8.2f %-4s (must %g, aim %g) %s\n", f.name, f.value, f.unit, f.must, f.aim, verdict)
		}
		fmt.Printf("  training %.2f s, verification %.2f s, %.1f KiB, %d lookups\n\n", m.Train.Seconds(), m.Verify.Seconds(), float64(m.Bytes)/1024, m.Tuples)
	}
	return nil
}
