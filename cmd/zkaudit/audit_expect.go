package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/mode"
)

// Names of the files beside an audit.
const (
	expectSuffix = "-expect.toml" // after the name of an audit: what it is about
	claimsSuffix = "-claims.toml" // the claim that zkaudit infer has made
)

// writeExpectation writes what the audit in a file is about beside it, and
// returns the name.
func writeExpectation(out, claims string, m mode.Name, r *audit.Report) (string, error) {
	path := beside(out, expectSuffix)
	claims, err := relativeTo(filepath.Dir(path), claims)
	if err != nil {
		return "", err
	}
	expect := auditExpectation{Mode: string(m), Claims: claims, Parts: map[string]string{}, Runs: map[string]string{}, Models: map[string]modelPin{}}
	for _, p := range r.Parts {
		expect.Parts[p.Name] = p.Digest
	}
	for _, run := range r.Runs {
		expect.Runs[run.Name] = run.Digest
	}
	for _, m := range r.Models {
		expect.Models[m.Name] = pinOf(m)
	}
	return path, expect.write(path)
}

// beside names another file after an audit: audit.zka, audit-expect.toml.
func beside(out, suffix string) string { return strings.TrimSuffix(out, filepath.Ext(out)) + suffix }

// auditExpectation is what a verifier requires of an audit. What is missing is
// reported as NOT CHECKED.
type auditExpectation struct {
	Mode string `toml:"mode"` // of the proofs
	// Claims is the file of the claims that must have been proven, relative to
	// this one.
	Claims string            `toml:"claims"`
	Parts  map[string]string `toml:"parts"` // digests by name
	Runs   map[string]string `toml:"runs"`  // digests of statements by name
	// RunExpect names files that say what is required of the bundles of runs, as
	// zkaudit verify --expect takes them, relative to this one.
	RunExpect map[string]string   `toml:"run_expect,omitempty"`
	Models    map[string]modelPin `toml:"models"` // public ones, by name
}

const auditExpectHead = `# What the audit beside this file claims to be about, as an expectation for
#   zkaudit audit verify --expect
# A verifier does not take these values from the prover: compare each with its own
# source (the data's owners, the training bundle, whoever publishes a model, the file
# of claims that was agreed on), and delete those that do not matter.
`

func (e *auditExpectation) write(path string) error {
	text, err := toml.Marshal(e)
	if err != nil {
		return fmt.Errorf("%s: %w: %v", path, fault.ErrInput, err)
	}
	return artefact.WriteFile(path, append([]byte(auditExpectHead), text...), artefact.PublicMode)
}

// relativeTo returns a path that is relative to the working directory as one
// relative to dir.
func relativeTo(dir, path string) (string, error) {
	from, err := filepath.Abs(dir)
	if err == nil {
		if path, err = filepath.Abs(path); err == nil {
			path, err = filepath.Rel(from, path)
		}
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w: %w", path, fault.ErrInput, err)
	}
	return path, nil
}
