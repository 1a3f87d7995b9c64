package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// flowers are the rows of the vectors.
const flowers = `a,b,c,kind
1.5,2,0.1,rose
1.2,2.2,0.3,tulip
0.1,1.7,2.5,iris
1.6,2.1,0.2,rose
1.1,2.0,0.2,tulip
0.3,1.6,2.4,iris
1.4,1.9,0.1,rose
0.2,1.5,2.6,iris
`

// claims are those of the audit.
const claims = `context = "vectors"

[[claim]]
kind = "provenance"
run = "run"
parts = ["part-000"]

[[claim]]
kind = "performance"
metric = "accuracy"
model = "run"
parts = ["part-000"]
at_least = "0.1"
`

// vectorSteps make the files, in order. Rows of 2^12 cells make them small: what is
// counted of a table of 2^16 rows takes a point for each 2^12 of them.
func vectorSteps() [][]string {
	runOf := func(dir, mode string) []string {
		return []string{"init", dir, "--model", "flowers.tflite", "--data", "flowers.csv", "--steps", "3", "--batch", "4", "--segment-steps", "2",
			"--test-rows", "2", "--row-bits", "12", "--mode", mode, "--initial", "model", "--publish-initial", "--context", "vectors"}
	}
	return [][]string{
		{"model", "flowers.tflite", "--data", "flowers.csv", "--dense", "none"},
		runOf("zk", "zk"), {"commit", "zk"}, {"train", "zk"}, {"prove", "zk"}, {"audit", "claims.toml", "--dir", "zk"},
		runOf("run", "validity"), {"commit", "run"}, {"train", "run"}, {"prove", "run"},
		runOf("first", "validity"), {"commit", "first"}, {"train", "first"}, {"prove", "first"},
		runOf("second", "validity"), {"commit", "second"}, {"train", "second"}, {"prove", "second"}, {"aggregate", "first", "second", "--out", "round"},
		{"init", "next", "--from-run", "run", "--steps", "2", "--rate", "0.05", "--context", "vectors"}, {"commit", "next"}, {"train", "next"}, {"prove", "next"},
		{"setup", "import", "snarkjs-bn128-4.ptau", "--out", "powers", "--row-bits", "4"},
	}
}

// kept are the files that become vectors: of the run in mode zk what a verifier is given,
// of the one in mode validity all but what follows from the rest.
func kept(path string) bool {
	switch path {
	case "flowers.csv", "flowers.tflite", "claims.toml", "powers", "powers.verifier",
		"first/bundle.zka", "second/bundle.zka", "round/aggregate.zka", "next/bundle.zka", "next/expect.toml",
		"zk/bundle.zka", "zk/expect.toml", "zk/audit.zka", "zk/audit-expect.toml", "zk/commit/part-000.part":
		return true
	}
	return strings.HasPrefix(path, "run/") && path != "run/lock" && filepath.Ext(path) != ".proof"
}

// makeVectors replaces the files by new ones. Proofs and blinding are random: no two calls
// make the same.
func makeVectors(t *testing.T, vectors string) {
	t.Helper()
	t.Chdir(t.TempDir())
	powers, err := os.ReadFile(filepath.Join(vectors, "..", "..", "commitments", "testdata", "snarkjs-bn128-4.ptau"))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"flowers.csv": flowers, "claims.toml": claims, "snarkjs-bn128-4.ptau": string(powers)} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range vectorSteps() {
		if got := runCommand(t, t.TempDir(), args...); got.code != fault.ExitOK {
			t.Fatalf("zkaudit %s: %v", strings.Join(args, " "), got.err)
		}
	}
	copyFiles(t, ".", vectors, kept)
}

// copyFiles copies the files that are wanted, readable by their owner alone, as private ones
// must be.
func copyFiles(t *testing.T, from, to string, wanted func(path string) bool) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(from), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !wanted(path) {
			return err
		}
		data, err := os.ReadFile(filepath.Join(from, path))
		if err != nil {
			return err
		}
		target := filepath.Join(to, path)
		if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
			return err
		}
		return os.WriteFile(target, data, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}
