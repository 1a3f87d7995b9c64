package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/owner"
)

// made are the files beside the stages' directories that stages make.
var made = []string{BundleFile, ExpectationFile, modelFile, modelOpeningFile}

func audited(t *testing.T, dir string) (*audit.Inputs, error) {
	t.Helper()
	d := open(t, dir, nil)
	defer d.Close()
	return d.Inputs()
}

// Starting over leaves nothing that was made of what is discarded: an audit
// would take the old bundle for the run.
func TestRestartDiscards(t *testing.T) {
	ctx := context.Background()
	dir := proven(t)
	kept := map[string][]byte{}
	for _, name := range made {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		kept[name] = text
	}
	old, err := audited(t, dir)
	if err != nil || old.Runs[AuditedRun] == nil {
		t.Fatalf("%v, run %v", err, old.Runs[AuditedRun])
	}
	stage := func(run func(d *Directory) error) {
		t.Helper()
		d := open(t, dir, nil)
		defer d.Close()
		if err := run(d); err != nil {
			t.Fatal(err)
		}
	}
	stage(func(d *Directory) error { _, err := d.Train(ctx, true); return err })
	if a, err := audited(t, dir); err != nil || a.Runs[AuditedRun] != nil || exists(filepath.Join(dir, BundleFile)) {
		t.Errorf("trained anew, the run of an audit is the old one: %v", err)
	}
	stage(func(d *Directory) error { _, err := d.Prove(ctx, false); return err })
	stage(func(d *Directory) error { _, err := d.Commit(ctx, true); return err })
	for _, name := range made {
		if exists(filepath.Join(dir, name)) {
			t.Errorf("committed anew, %s is still there", name)
		}
	}
	if a, err := audited(t, dir); err != nil || a.Runs[AuditedRun] != nil {
		t.Errorf("committed anew, the run of an audit is the old one: %v", err)
	}
	for name, text := range kept { // somebody has put them back
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := audited(t, dir); !errors.Is(err, fault.ErrUsage) || errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "zkaudit prove") {
		t.Errorf("the bundle of other commitments: %v", err)
	}
}

// What a run reads is not discarded with what it made.
func TestRestartSparesInputs(t *testing.T) {
	ctx := context.Background()
	dir := proven(t)
	encoding := filepath.Join(dir, commitDir, "encoding.json")
	edit(t, filepath.Join(dir, ConfigFile), `encoding = ""`, `encoding = "commit/encoding.json"`)
	d := open(t, dir, nil)
	if _, err := d.Commit(ctx, true); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), "commit/encoding.json is read by run.toml") || !exists(encoding) || !exists(filepath.Join(dir, BundleFile)) {
		t.Errorf("%v", err)
	}
	if _, err := d.Train(ctx, true); err != nil || exists(filepath.Join(dir, BundleFile)) || !exists(encoding) {
		t.Errorf("to train anew touches no commitment: %v", err)
	}
}

// Files of a run that do not belong together are no verdict on anything.
func TestMixedFilesAreNoVerdict(t *testing.T) {
	dir, other := proven(t), small(t, nil)
	all(t, other)
	for _, name := range []string{modelOpeningFile, modelFile} {
		path := filepath.Join(dir, name)
		own, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		foreign, err := os.ReadFile(filepath.Join(other, name))
		if err != nil {
			t.Fatal(err)
		}
		if name == modelFile { // both runs give one model
			foreign = append(slices.Clone(own), 0)
		}
		for what, text := range map[string][]byte{"of another run": foreign, "empty": nil, "gone": nil} {
			if err := os.WriteFile(path, text, 0o600); err != nil {
				t.Fatal(err)
			}
			if what == "gone" {
				if err := os.Remove(path); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := audited(t, dir); err == nil && name == modelOpeningFile || errors.Is(err, fault.ErrRejected) {
				t.Errorf("%s %s: %v", name, what, err)
			}
		}
		if err := os.WriteFile(path, own, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if a, err := audited(t, dir); err != nil || a.Runs[AuditedRun] == nil {
		t.Errorf("after all: %v", err)
	}
}

// What opens the weights that a run started from opens those that its bundle is committed
// to, or says that something has changed since.
func TestStartIsTheCommittedOne(t *testing.T) {
	started := func(dir string) (*owner.Opened, error) {
		t.Helper()
		in, err := audited(t, dir)
		if err != nil {
			t.Fatal(err)
		}
		return in.Runs[AuditedRun].OwnedModel.(*owner.TrainedModel).Start()
	}
	if start, err := started(proven(t)); err != nil || len(start.Cells) != 4 || len(start.Blinding) != 4 {
		t.Fatalf("as it was proven: %v", err)
	}
	for name, change := range map[string]func(dir string){
		"random weights of another seed": func(dir string) { edit(t, filepath.Join(dir, ConfigFile), "\"\nscheme = ", ", another\"\nscheme = ") },
		"random weights of another kind": func(dir string) { edit(t, filepath.Join(dir, ConfigFile), `scheme = "he"`, `scheme = "glorot"`) },
		"weights of the model's file":    func(dir string) { edit(t, filepath.Join(dir, ConfigFile), "\nfrom = \"seed\"", "\nfrom = \"model\"") },
		"blinding of later weights": func(dir string) {
			of := func(segment int) string { return filepath.Join(dir, proveDir, fmt.Sprintf(committedPattern, segment)) }
			if err := os.WriteFile(of(0), readFile(t, of(1)), 0o600); err != nil {
				t.Fatal(err)
			}
		},
	} {
		dir := proven(t)
		change(dir)
		if start, err := started(dir); !errors.Is(err, fault.ErrUsage) || errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "do not belong together") || start != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Rows keep the accounts of a ledger when they are committed anew, in other
// formats, in another split or with a cell mended, here or in another directory.
func TestOriginsOutliveCommitments(t *testing.T) {
	ctx := context.Background()
	dir := small(t, func(c *Config) { c.Test.Commit = true })
	commit := func(restart bool) map[string][]string {
		t.Helper()
		d := open(t, dir, nil)
		defer d.Close()
		if _, err := d.Commit(ctx, restart); err != nil {
			t.Fatal(err)
		}
		a, err := d.Inputs()
		if err != nil {
			t.Fatal(err)
		}
		origins := map[string][]string{}
		for name, p := range a.Parts {
			origins[name] = p.Accounts()
		}
		return origins
	}
	first := commit(false)
	if len(first["part-000"]) != 1 || !slices.Equal(first["part-000"], first["test-000"]) {
		t.Fatalf("%q", first)
	}
	account := first["part-000"][0]
	csv, toml := filepath.Join(dir, "a.csv"), filepath.Join(dir, ConfigFile)
	edit(t, toml, "rows = 6 ", "rows = 7 ")
	edit(t, toml, "feature = 8\n", "feature = 7\n")
	if again := commit(true); !slices.Equal(again["part-000"], []string{account}) {
		t.Errorf("another split and other formats: %q", again)
	}
	edit(t, csv, "1,1,1,no", "1,1,2,no")
	for range 2 {
		if again := commit(true); len(again["part-000"]) != 2 || !slices.Contains(again["part-000"], account) {
			t.Errorf("another cell: %q", again)
		}
	}
	// An interruption does not lose them, nor does removing what was committed.
	if err := os.RemoveAll(filepath.Join(dir, commitDir)); err != nil {
		t.Fatal(err)
	}
	if again := commit(false); !slices.Contains(again["part-000"], account) {
		t.Errorf("after the commitments were removed: %q", again)
	}
	if info, err := os.Stat(filepath.Join(dir, "origins.json")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v: guesses of rows can be tested against it", info, err)
	}
	other := small(t, nil)
	dir = other
	if elsewhere := commit(false); !slices.Contains(elsewhere["part-000"], account) {
		t.Errorf("the same rows in another directory: %q", elsewhere)
	}
}
