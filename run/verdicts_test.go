package run

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof/mode"
)

// Rows in hand are not those committed, or cannot be read: only the first is a
// verdict.
func TestUnreadableRowsAreNoVerdict(t *testing.T) {
	dir := small(t, nil)
	d := open(t, dir, nil)
	if _, err := d.Commit(context.Background(), false); err != nil {
		t.Fatal(err)
	}
	setup, err := d.Setup()
	if err != nil {
		t.Fatal(err)
	}
	part, err := bundle.ReadPart(filepath.Join(dir, commitDir, "part-000.part"))
	if err != nil {
		t.Fatal(err)
	}
	opening, err := owner.ReadPartOpening(filepath.Join(dir, commitDir, "part-000.opening"), part)
	if err != nil {
		t.Fatal(err)
	}
	file := func(name, text string) string {
		path := filepath.Join(t.TempDir(), name)
		write(t, path, text)
		return path
	}
	for name, test := range map[string]struct {
		rows string
		code int
	}{
		"those":          {filepath.Join(dir, "a.csv"), fault.ExitOK},
		"others":         {file("b.csv", rowsOf(30, 1)), fault.ExitRejected},
		"fewer":          {file("b.csv", rowsOf(5, 0)), fault.ExitRejected},
		"no table":       {file("b.csv", "1,2\n3\n"), fault.ExitRejected},
		"empty":          {file("b.csv", ""), fault.ExitRejected},
		"a damaged gzip": {file("b.csv.gz", "\x1f\x8bnothing"), fault.ExitRejected},
		"none":           {filepath.Join(dir, "none.csv"), fault.ExitInput},
		"a folder":       {dir, fault.ExitInput},
	} {
		err := owner.CheckRows(context.Background(), setup, &mode.Verifier{Setup: setup.Verifier()}, part, opening, test.rows, "")
		if code := fault.ExitCode(err); code != test.code {
			t.Errorf("%s: exit code %d, want %d: %v", name, code, test.code, err)
		}
	}
}

// A run whose own files have been damaged is proven false by nobody.
func TestDamageIsNoVerdict(t *testing.T) {
	ctx := context.Background()
	dir := proven(t)
	stages := map[string]func(d *Directory) error{
		"train": func(d *Directory) error { _, err := d.Train(ctx, false); return err },
		"prove": func(d *Directory) error { _, err := d.Prove(ctx, false); return err },
		"audit": func(d *Directory) error { _, err := d.Inputs(); return err },
	}
	names, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{BundleFile, modelFile, modelOpeningFile, originsFile} {
		names = append(names, filepath.Join(dir, name))
	}
	for _, path := range names {
		original := readFile(t, path)
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		for what, text := range map[string][]byte{
			"truncated": original[:len(original)/2], "empty": {}, "flipped": flipped(original, len(original)/2), "flipped at the end": flipped(original, len(original)-40),
		} {
			for stage, run := range stages {
				if err := os.WriteFile(path, text, info.Mode()); err != nil {
					t.Fatal(err)
				}
				d := open(t, dir, nil)
				err := run(d)
				d.Close()
				if code := fault.ExitCode(err); errors.Is(err, fault.ErrRejected) || code != fault.ExitOK && code != fault.ExitInput && code != fault.ExitUsage && code != fault.ExitVersion {
					t.Errorf("%s, %s %s: exit code %d: %v", stage, path, what, code, err)
				}
				if err := os.WriteFile(path, original, info.Mode()); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

func flipped(b []byte, at int) []byte {
	out := append([]byte(nil), b...)
	out[max(0, at)] ^= 1
	return out
}
