package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/tflite"
)

func TestMain(m *testing.M) {
	if os.Getenv(killAt) != "" {
		killMyself()
	}
	testscript.Main(m, map[string]func(){"zkaudit": func() { os.Exit(execute()) }})
}

// TestScripts runs the command line as its users do.
func TestScripts(t *testing.T) { testscript.Run(t, scripts("testdata/script")) }

// scripts are those of a folder.
func scripts(dir string) testscript.Params {
	return testscript.Params{
		Dir: dir,
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("XDG_CACHE_HOME", filepath.Join(e.WorkDir, ".cache"))
			e.Setenv("TMPDIR", e.WorkDir)
			return writeInputs(e.WorkDir)
		},
		Condition: condition,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exit": exitCode, "flip": flip, "truncate": truncate, "killed": killed, "bomb": bomb, "artefact": framed,
			"interrupted": interrupted(os.Interrupt, fault.ExitInterrupted), "terminated": interrupted(syscall.SIGTERM, fault.ExitTerminated),
			"keypair": keyPair, "envelope": openEnvelope, "powers": writePowersOfTau, "srs": writeSRS, "ceremony": beginCeremony, "table": table, "pictures": pictures,
		},
	}
}

// exitCode runs a command and compares its exit code: exit CODE COMMAND ...
func exitCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exit CODE COMMAND [ARGS]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// flip changes a byte of a file: flip FILE OFFSET, from the end if negative.
func flip(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: flip FILE OFFSET")
	}
	path := ts.MkAbs(args[0])
	data, err := os.ReadFile(path)
	ts.Check(err)
	at, err := strconv.Atoi(args[1])
	ts.Check(err)
	if at < 0 {
		at += len(data)
	}
	data[at] ^= 1
	ts.Check(os.WriteFile(path, data, 0o600))
}

// truncate shortens a file: truncate FILE BYTES.
func truncate(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: truncate FILE BYTES")
	}
	size, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	ts.Check(os.Truncate(ts.MkAbs(args[0]), size))
}

// framed writes an artefact with a payload of a few bytes: artefact FILE KIND
// VERSION.
func framed(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 || len(args[1]) != 4 {
		ts.Fatalf("usage: artefact FILE KIND VERSION")
	}
	version, err := strconv.ParseUint(args[2], 10, 32)
	ts.Check(err)
	file := artefact.Encode(artefact.Header{Kind: artefact.Kind([]byte(args[1])), Version: uint32(version)}, []byte("payload"))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), file, 0o600))
}

// bomb writes a compressed table that unfolds to a thousand times its size: bomb
// FILE.
func bomb(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: bomb FILE")
	}
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	block := bytes.Repeat([]byte("1,1,1,1,a\n"), 1<<16)
	for range 100 {
		_, err := w.Write(block)
		ts.Check(err)
	}
	ts.Check(w.Close())
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o600))
}

// killed starts a command again and again and kills it after growing times,
// until it ends by itself: killed COMMAND ARGS.
func killed(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: killed COMMAND ARGS")
	}
	kills := 0
	for wait := 5 * time.Millisecond; ; wait += wait / 3 {
		ctx, cancel := context.WithTimeout(context.Background(), wait)
		c := exec.CommandContext(ctx, filepath.Join(filepath.SplitList(ts.Getenv("PATH"))[0], args[0]), args[1:]...)
		c.Dir = ts.MkAbs(".")
		c.Env = []string{"HOME=" + ts.Getenv("HOME"), "XDG_CACHE_HOME=" + ts.Getenv("XDG_CACHE_HOME")}
		out, err := c.CombinedOutput()
		timedOut := ctx.Err() != nil
		cancel()
		switch {
		case timedOut && err != nil:
			kills++
		case err != nil:
			ts.Fatalf("after %d kills: %v\n%s", kills, err, out)
		case kills == 0:
			ts.Fatalf("ended before it was killed")
		default:
			ts.Logf("killed %d times", kills)
			return
		}
	}
}

// interrupted starts a command, waits until it has written a file, and then sends a
// signal: interrupted FILE COMMAND ARGS. The exit code must be the one of shells.
func interrupted(signal os.Signal, code int) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) < 2 {
			ts.Fatalf("usage: interrupted FILE COMMAND ARGS")
		}
		endBy(ts, signal, code, args)
	}
}

func endBy(ts *testscript.TestScript, signal os.Signal, code int, args []string) {
	var said bytes.Buffer
	c := exec.Command(filepath.Join(filepath.SplitList(ts.Getenv("PATH"))[0], args[1]), args[2:]...)
	c.Dir, c.Stderr = ts.MkAbs("."), &said
	c.Env = []string{"HOME=" + ts.Getenv("HOME"), "XDG_CACHE_HOME=" + ts.Getenv("XDG_CACHE_HOME")}
	ts.Check(c.Start())
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	for written := false; !written; {
		select {
		case err := <-ended:
			ts.Fatalf("ended before %s was there: %v", args[0], err)
		case <-time.After(time.Millisecond):
			_, err := os.Stat(ts.MkAbs(args[0]))
			written = err == nil
		}
	}
	ts.Check(c.Process.Signal(signal))
	var exit *exec.ExitError
	if err := <-ended; !errors.As(err, &exit) || exit.ExitCode() != code {
		ts.Fatalf("%v, want exit code %d: %s", err, code, said.String())
	}
	if !strings.Contains(said.String(), "interrupted; what is done is kept") {
		ts.Fatalf("it said %q", said.String())
	}
}

// writeInputs makes the model and the data of the scripts.
func writeInputs(dir string) error {
	layer := func(inputs, units int, f tflite.Activation) tflite.DenseLayer {
		return tflite.DenseLayer{Units: units, Activation: f, Weights: make([]float32, inputs*units), Bias: make([]float32, units)}
	}
	m, err := tflite.NewDense("small", []tflite.DenseLayer{layer(3, 5, tflite.ActRelu), layer(5, 2, tflite.ActNone)}, 3, true)
	if err != nil {
		return err
	}
	model, err := tflite.Marshal(m)
	if err != nil {
		return err
	}
	// A model with an activation that there is no proof for.
	m.Subgraphs[0].Operators[0].Options = tflite.FullyConnectedOptions{Activation: tflite.ActSignBit}
	odd, err := tflite.Marshal(m)
	if err != nil {
		return err
	}
	joined, err := joinedModel(layer(5, 2, tflite.ActNone))
	if err != nil {
		return err
	}
	rows := ""
	for i := range 40 {
		rows += fmt.Sprintf("%d,%d,%d,%s\n", i%7, i%5, i%3, []string{"no", "yes"}[i%7/4])
	}
	for _, path := range []string{
		"testdata/strokes.tflite", "testdata/strides.tflite", "testdata/strokes.csv", "testdata/words.tflite", "testdata/words.csv", "testdata/recall.tflite", "testdata/recall.csv",
		"commitments/testdata/snarkjs-bn128-4.ptau", "commitments/testdata/snarkjs-bls12-381-2.ptau",
	} {
		data, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(path)))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(path)), data, 0o644); err != nil {
			return err
		}
	}
	for name, data := range map[string][]byte{"small.tflite": model, "odd.tflite": odd, "joined.tflite": joined, "rows.csv": []byte(rows)} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// joinedModel is a file of a layer on two inputs, of 2 and 3 cells a sample.
func joinedModel(l tflite.DenseLayer) ([]byte, error) {
	m, err := tflite.NewDense("joined", []tflite.DenseLayer{l}, 5, false)
	if err != nil {
		return nil, err
	}
	g := &m.Subgraphs[0]
	both, first := g.Inputs[0], int32(len(g.Tensors))
	g.Tensors[both].Shape, g.Tensors[both].Signature = tflite.Shape{1, 5}, nil
	g.Tensors = append(g.Tensors, tflite.Tensor{Name: "x", Shape: tflite.Shape{1, 2}, HasRank: true}, tflite.Tensor{Name: "y", Shape: tflite.Shape{1, 3}, HasRank: true})
	g.Inputs, m.Signatures = []int32{first, first + 1}, nil
	for i := range g.Operators { // whose batch is open
		for _, t := range g.Operators[i].Outputs {
			g.Tensors[t].Signature = nil
		}
	}
	m.Codes = append(m.Codes, tflite.OperatorCode{Builtin: tflite.OpConcatenation, Version: 1})
	g.Operators = append([]tflite.Operator{{
		Code: len(m.Codes) - 1, Options: tflite.ConcatenationOptions{Axis: 1}, Inputs: g.Inputs, Outputs: []int32{both}, DebugIndex: -1,
	}}, g.Operators...)
	return tflite.Marshal(m)
}
