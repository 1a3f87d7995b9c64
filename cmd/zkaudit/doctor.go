package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/spf13/cobra"
	"golang.org/x/sys/cpu"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/run"
	"github.com/zkaudit/zkaudit/tflite"
)

func doctorCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "doctor [DIR]",
		Short: "Look whether this machine, and a run, are well",
		Long: `Looks at processor, memory and cache, and commits, trains, proves and verifies a run of a
few steps. With DIR it looks at that run, too: that no other process is using it, that
model, rows, checkpoints and proofs can be read and belong to the run, and that nobody else
can read what is private. It changes nothing of a run but what a process that was killed
has left half written, which is removed as by every command.

What is wrong is said with what to do about it, and the exit code is that of the first.`,
		Args: arguments(0, 1, "at most one run directory"),
		RunE: func(c *cobra.Command, args []string) error {
			d := &doctor{app: a}
			d.machine()
			d.cache()
			d.trial(c.Context())
			if len(args) == 1 {
				d.run(args[0])
			}
			if err := a.result(d.Findings, d.write); err != nil {
				return err
			}
			return d.worst()
		},
	}
}

// finding is one thing that was looked at.
type finding struct {
	What string `json:"what"`
	Says string `json:"says"`
	Well bool   `json:"well"`
	err  error
}

// doctor collects findings.
type doctor struct {
	app      *app
	Findings []finding
}

func (d *doctor) well(what, format string, args ...any) {
	d.Findings = append(d.Findings, finding{What: what, Says: fmt.Sprintf(format, args...), Well: true})
}

func (d *doctor) ill(what string, err error) {
	d.Findings = append(d.Findings, finding{What: what, Says: d.app.textOf(err), err: err})
}

func (d *doctor) write(w io.Writer) error {
	for _, f := range d.Findings {
		mark := "well"
		if !f.Well {
			mark = "ILL "
		}
		if _, err := fmt.Fprintf(w, "%s  %-10s %s\n", mark, f.What, f.Says); err != nil {
			return err
		}
	}
	return nil
}

// worst is an error of the first kind that was found, or nil.
func (d *doctor) worst() error {
	var ill []error
	for _, f := range d.Findings {
		if !f.Well {
			ill = append(ill, f.err)
		}
	}
	if len(ill) == 0 {
		return nil
	}
	return fault.Recast(fmt.Errorf("%s, listed above", counted(len(ill), "problem")), ill[0])
}

// comfortable is the memory that the usual runs need.
const comfortable = 2 << 30

func (d *doctor) machine() {
	d.well("program", "zkaudit %s, %s, %s/%s", programVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	fast := "without AVX-512, with which proofs take less time"
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512IFMA {
		fast = "with AVX-512"
	}
	d.well("processor", "%s, %s; a multiplication in the field takes %.0f ns", counted(runtime.GOMAXPROCS(0), "core"), fast, multiplication())
	limit := memory.Lowest(0)
	if limit.Bytes < comfortable {
		d.ill("memory", fmt.Errorf("%s, by %s: proofs of usual runs take 1 to 4 GiB; lower training.segment_steps: %w", memory.Format(limit.Bytes), limit.By, fault.ErrResources))
		return
	}
	d.well("memory", "%s, by %s", memory.Format(limit.Bytes), limit.By)
}

// multiplication measures a product in the field, in nanoseconds.
func multiplication() float64 {
	const n = 1 << 20
	x := fr.NewElement(3)
	start := time.Now()
	for range n {
		x.Mul(&x, &x)
	}
	return float64(time.Since(start).Nanoseconds()) / n
}

// cache looks whether what can be derived is kept.
func (d *doctor) cache() {
	dir := d.app.cacheDir()
	if dir == "" {
		d.ill("cache", fmt.Errorf("the system names no directory for it: name one by --cache, or generators and keys are derived anew each time: %w", fault.ErrInput))
		return
	}
	err := artefact.MakeFolder(dir, 0o755)
	if err == nil {
		name := filepath.Join(dir, fmt.Sprintf("doctor-%d", os.Getpid()))
		if err = artefact.WriteFile(name, nil, artefact.PrivateMode); err == nil {
			err = artefact.Remove(name)
		}
	}
	if err != nil {
		d.ill("cache", fmt.Errorf("%w: name another directory by --cache, or generators and keys are derived anew each time: %w", err, fault.ErrInput))
		return
	}
	d.well("cache", "%s", dir)
}

// trial makes and verifies a run of a few steps, where temporary files are.
func (d *doctor) trial(ctx context.Context) {
	dir, remove, err := artefact.TemporaryFolder("zkaudit-doctor-*")
	if err != nil {
		d.ill("trial", err)
		return
	}
	defer remove()
	start := time.Now()
	size, err := d.tryRun(ctx, dir)
	if err != nil {
		d.ill("trial", err)
		return
	}
	d.well("trial", "a run of 4 steps was committed, trained, proven and verified in %.1f s, a bundle of %d bytes", time.Since(start).Seconds(), size)
}

// tryRun takes a small table through all stages and returns the size of the bundle.
func (d *doctor) tryRun(ctx context.Context, dir string) (int, error) {
	model, rows, at := filepath.Join(dir, "model.tflite"), filepath.Join(dir, "rows.csv"), filepath.Join(dir, "run")
	m, err := tflite.NewStack("trial", tflite.Stack{Input: []int{2}, Units: []int{4}, Outputs: 2, Activation: "relu", Softmax: true}, drawn("trial", "relu"))
	if err != nil {
		return 0, err
	}
	file, err := tflite.Marshal(m)
	if err != nil {
		return 0, err
	}
	if err := artefact.WriteFile(model, file, artefact.PrivateMode); err != nil {
		return 0, err
	}
	if err := artefact.WriteFile(rows, []byte("x,y,where\n0,0,in\n3,3,out\n1,0,in\n0,4,out\n"), artefact.PrivateMode); err != nil {
		return 0, err
	}
	c := run.Config{
		Model: run.ModelConfig{File: model}, Data: []run.DataConfig{{File: rows}},
		Training: run.TrainingConfig{Batch: 2, Steps: 4}, Proof: run.ProofConfig{RowBits: 8},
	}
	if _, err := run.Init(at, &c); err != nil {
		return 0, err
	}
	r, err := run.Open(at, run.Options{Memory: d.app.memoryLimit()})
	if err != nil {
		return 0, err
	}
	defer r.Close()
	if _, err := r.Commit(ctx, false); err != nil {
		return 0, err
	}
	if _, err := r.Train(ctx, false); err != nil {
		return 0, err
	}
	if _, err := r.Prove(ctx, false); err != nil { // which verifies the bundle
		return 0, err
	}
	file, err = artefact.ReadFile(filepath.Join(at, run.BundleFile), bundle.MaxBytes)
	return len(file), err
}

// run looks at a run directory.
func (d *doctor) run(dir string) {
	r, err := d.app.open([]string{dir})
	if err != nil {
		d.ill("run", err)
		return
	}
	defer r.Close()
	h, err := r.Examine()
	if err != nil {
		d.ill("run", err)
		return
	}
	for _, problem := range h.Problems {
		d.ill("run", problem)
	}
	if h.Swept > 0 {
		d.well("run", "%s: removed, which a process that was killed had left half written", counted(h.Swept, "file"))
	}
	switch {
	case !h.Committed:
		d.well("run", "%s: not committed yet", dir)
	case h.Proven:
		d.well("run", "%s: committed, %d of %d steps trained, proven", dir, h.Trained, h.Steps)
	default:
		d.well("run", "%s: committed, %d of %d steps trained, not proven yet", dir, h.Trained, h.Steps)
	}
}
