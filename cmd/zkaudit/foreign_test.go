package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/run"
	"github.com/zkaudit/zkaudit/tflite"
)

// forgery is a text that, printed as it is, wipes out the line of a rejection
// and writes a report of its own; in other characters, for other readers.
const forgery = "\x1b[2K\x1b[1A\rVERIFIED: all of it\n\nProven:\n  - everything \u202edeifirev\u2066 \u009b2K \u2028 \u200b \x7f"

// steers are the characters of forgery that steer a terminal, or reorder text.
const steers = "\x1b\r\u202e\u2066\u009b\u2028\u200b\x7f"

// printed runs what prints, with files for both outputs.
func printed(t *testing.T, print func(a *app)) (stdout, stderr string) {
	t.Helper()
	dir := t.TempDir()
	var files [2]*os.File
	for i, name := range []string{"stdout", "stderr"} {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		files[i] = f
	}
	print(&app{stdout: files[0], stderr: files[1]})
	var texts [2]string
	for i, f := range files {
		text, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		texts[i] = string(text)
	}
	return texts[0], texts[1]
}

// small makes the bundle of a short run with a context.
func small(t *testing.T, context string) string {
	t.Helper()
	inputs, dir := t.TempDir(), t.TempDir()
	if err := writeInputs(inputs); err != nil {
		t.Fatal(err)
	}
	c := run.Config{
		Model:    run.ModelConfig{File: filepath.Join(inputs, "small.tflite")},
		Data:     []run.DataConfig{{File: filepath.Join(inputs, "rows.csv")}},
		Training: run.TrainingConfig{Batch: 4, Steps: 4, SegmentSteps: 4},
		Proof:    run.ProofConfig{Mode: "validity", RowBits: 8, Context: context},
	}
	if _, err := run.Init(dir, &c); err != nil {
		t.Fatal(err)
	}
	d, err := run.Open(dir, run.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	ctx := t.Context()
	if _, err = d.Commit(ctx, false); err == nil {
		if _, err = d.Train(ctx, false); err == nil {
			_, err = d.Prove(ctx, false)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, run.BundleFile)
}

// A bundle that is rejected prints no report of its own: neither in the error
// that names its context, nor where a verified one lists it.
func TestRejectedFilesPrintNoReport(t *testing.T) {
	file := small(t, forgery)
	expect := filepath.Join(t.TempDir(), "expect.toml")
	if err := os.WriteFile(expect, []byte("context = \"agreed on\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, stderr := printed(t, func(a *app) {
		root := newRoot(a)
		root.SetArgs([]string{"verify", file, "--expect", expect, "--allow-insecure-setup", "--quiet"})
		if code := a.report(root.ExecuteContext(t.Context())); code != fault.ExitRejected {
			t.Errorf("exit code %d", code)
		}
	})
	if !strings.HasPrefix(stderr, `REJECTED: expected context "agreed on", the bundle is about "\x1b[2K\x1b[1A\rVERIFIED`) || strings.ContainsAny(stderr, steers) || strings.Count(stderr, "\n") != 1 {
		t.Errorf("the rejection reads\n%q", stderr)
	}
	for _, args := range [][]string{{"verify", file, "--allow-insecure-setup", "--quiet", "--unpinned"}, {"verify", file, "--allow-insecure-setup", "--quiet", "--json", "--unpinned"}, {"inspect", file}, {"inspect", file, "--json"}} {
		stdout, stderr := printed(t, func(a *app) {
			root := newRoot(a)
			root.SetArgs(args)
			if err := root.ExecuteContext(t.Context()); err != nil {
				t.Errorf("%q: %v", args, err)
			}
		})
		if strings.ContainsAny(stdout+stderr, steers) || strings.Contains(stdout, "\nVERIFIED: all") || strings.Contains(stdout, "\n\nProven:\n  - everything") || !strings.Contains(stdout, "VERIFIED: all of it") {
			t.Errorf("%q prints\n%q", args, stdout+stderr)
		}
		if stdout[0] == '{' && !json.Valid([]byte(stdout)) {
			t.Errorf("%q prints no JSON", args)
		}
	}
}

// Every exit of the command line escapes what it is given.
func TestExits(t *testing.T) {
	err := fmt.Errorf("metric %s: %w", forgery, fault.ErrRejected)
	stdout, stderr := printed(t, func(a *app) {
		a.report(err)
		a.report(errors.New(forgery))
		a.note("a note about %s", forgery)
		p := &plainProgress{out: a.stderr, task: "prove", total: 9}
		p.Advance(1, forgery)
		for _, json := range []bool{false, true} {
			a.json = json
			if err := a.result(map[string]string{"metric": forgery}, func(w io.Writer) error {
				_, err := fmt.Fprintf(w, "metric %s\n", forgery)
				return err
			}); err != nil {
				t.Error(err)
			}
		}
	})
	if strings.ContainsAny(stdout+stderr, steers) {
		t.Errorf("printed\n%q\n%q", stdout, stderr)
	}
	if lines := strings.Count(stderr, "\n"); lines != 4 {
		t.Errorf("%d lines of errors, notes and progress:\n%s", lines, stderr)
	}
}

// Several reasons are as many lines, each with the program's first word.
func TestSeveralReasons(t *testing.T) {
	one := fmt.Errorf("claim a: %w", fault.ErrRejected)
	_, stderr := printed(t, func(a *app) { a.report(errors.Join(one, errors.New("claim b\nVERIFIED"))) })
	if want := "REJECTED: claim a\nREJECTED: claim b\\nVERIFIED\n"; stderr != want {
		t.Errorf("%q, want %q", stderr, want)
	}
}

// A model's names are quoted where inspect lists them, and in what refuses it.
func TestModelsPrintNoReport(t *testing.T) {
	layer := tflite.DenseLayer{Units: 2, Weights: make([]float32, 6), Bias: make([]float32, 2)}
	m, err := tflite.NewDense(forgery, []tflite.DenseLayer{layer}, 3, true)
	if err != nil {
		t.Fatal(err)
	}
	m.Subgraphs[0].Name, m.Description = forgery, forgery
	m.Codes = append(m.Codes, tflite.OperatorCode{Builtin: tflite.OpCustom, Custom: forgery, Version: 1})
	good, err := tflite.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	m.Subgraphs[0].Operators[0].Code = len(m.Codes) - 1
	m.Subgraphs[0].Operators[0].Options = nil
	odd, err := tflite.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string][]byte{"good": good, "custom operator": odd} {
		path := filepath.Join(t.TempDir(), "m.tflite")
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{{"inspect", path}, {"inspect", path, "--json"}, {"init", filepath.Join(t.TempDir(), "d"), "--model", path, "--data", path}} {
			stdout, stderr := printed(t, func(a *app) {
				root := newRoot(a)
				root.SetArgs(args)
				a.report(root.ExecuteContext(t.Context()))
			})
			out := stdout + stderr
			if strings.ContainsAny(out, steers) || strings.Contains(out, "\nVERIFIED") || strings.Contains(out, "\n\nProven") {
				t.Errorf("%s: %q prints\n%q", name, args, out)
			}
			if args[0] == "inspect" && !strings.Contains(out, "VERIFIED: all of it") {
				t.Errorf("%s: %q does not print the name", name, args)
			}
		}
	}
}
