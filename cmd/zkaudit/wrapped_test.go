package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/tflite"
)

// TestWrappedScripts runs what the scripts of testdata/wrapped say in each mode whose
// proofs are wrapped, by the name in MODE, which is a condition, too.
func TestWrappedScripts(t *testing.T) {
	if !*whole {
		t.Skip("wraps some sixty proofs; make wraps-test runs it")
	}
	for _, m := range mode.Names() {
		if !m.Wrapped() {
			continue
		}
		t.Run(string(m), func(t *testing.T) {
			params := scripts("testdata/wrapped")
			inputs := params.Setup
			params.Setup = func(e *testscript.Env) error {
				e.Setenv("MODE", string(m))
				return inputs(e)
			}
			params.Condition = func(name string) (bool, error) {
				if n := mode.Name(name); n.Wrapped() {
					return n == m, nil
				}
				return condition(name)
			}
			params.Cmds["off-by-one"] = offByOne
			testscript.Run(t, params)
		})
	}
}

// offByOne adds 1 to the integer of a model's first weight, and rounds its float after
// it: off-by-one TRAINED.tflite.
func offByOne(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: off-by-one TRAINED.tflite")
	}
	path := ts.MkAbs(args[0])
	file, err := os.ReadFile(path)
	ts.Check(err)
	m, err := tflite.Parse(file)
	ts.Check(err)
	exact, err := tflite.ExactWeights(m)
	ts.Check(err)
	exact[0].Cells[0]++
	file, err = tflite.ReplaceWeights(file, exact)
	ts.Check(err)
	ts.Check(os.WriteFile(path, file, 0o600))
}
