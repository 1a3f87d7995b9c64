package verify

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/BurntSushi/toml"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/mode"
)

// AuditExpectation is what a verifier requires of an audit. What is missing is
// reported as NOT CHECKED.
type AuditExpectation struct {
	Mode string `toml:"mode"` // of the proofs
	// Claims is the file of the claims that must have been proven, relative to
	// this one.
	Claims string            `toml:"claims"`
	Parts  map[string]string `toml:"parts"` // digests by name
	Runs   map[string]string `toml:"runs"`  // digests of statements by name
	// RunExpect names files that say what is required of the bundles of runs, as
	// zkaudit verify --expect takes them, relative to this one.
	RunExpect map[string]string   `toml:"run_expect,omitempty"`
	Models    map[string]ModelPin `toml:"models"` // public ones, by name
}

const auditExpectHead = `# What the audit beside this file claims to be about, as an expectation for
#   zkaudit audit verify --expect
# A verifier does not take these values from the prover: compare each with its own
# source (the data's owners, the training bundle, whoever publishes a model, the file
# of claims that was agreed on), and delete those that do not matter.
`

// Write writes it to a file.
func (e *AuditExpectation) Write(path string) error {
	text, err := toml.Marshal(e)
	if err != nil {
		return fmt.Errorf("%s: %w: %v", path, fault.ErrInput, err)
	}
	return artefact.WriteFile(path, append([]byte(auditExpectHead), text...), artefact.PublicMode)
}

// ModelPin is what a verifier requires of a public model.
type ModelPin struct {
	SHA256 string `toml:"sha256"` // of its file
	// Fractions are the fraction bits of features, activations and weights;
	// none: not compared.
	Fractions []int `toml:"fractions,omitempty"`
}

// PinOf pins the model that an audit is about.
func PinOf(m audit.ModelFacts) ModelPin {
	return ModelPin{SHA256: m.SHA256, Fractions: []int{m.Fractions.Feature, m.Fractions.Activation, m.Fractions.Weight}}
}

// pin returns the pin as package audit takes it.
func (p *ModelPin) pin(name string) (audit.ModelPin, error) {
	pin := audit.ModelPin{SHA256: p.SHA256}
	if digest, err := hex.DecodeString(p.SHA256); err != nil || len(digest) != 32 {
		return pin, fmt.Errorf("model %q: sha256 %q is no SHA-256: %w", name, p.SHA256, fault.ErrUsage)
	}
	switch len(p.Fractions) {
	case 0:
	case 3:
		pin.Fractions = &audit.Fractions{Feature: p.Fractions[0], Activation: p.Fractions[1], Weight: p.Fractions[2]}
	default:
		return pin, fmt.Errorf("model %q: fractions %v: want those of features, activations and weights: %w", name, p.Fractions, fault.ErrUsage)
	}
	return pin, nil
}

// readAuditExpectation reads what --expect names, and the names of the files
// that say what is expected of runs; all is unchecked without.
func readAuditExpectation(path string) (audit.Expectation, map[string]string, error) {
	var e audit.Expectation
	var pins AuditExpectation
	runs := map[string]string{}
	if path == "" {
		return e, runs, nil
	}
	text, err := artefact.ReadFile(path, audit.MaxClaimsFile)
	if err != nil {
		return e, nil, err
	}
	if err := artefact.CheckTOML(text); err != nil {
		return e, nil, fmt.Errorf("%s: %v: %w", path, err, fault.ErrInput)
	}
	meta, err := toml.Decode(string(text), &pins)
	if err != nil {
		return e, nil, fmt.Errorf("%s: %w: %v", path, fault.ErrInput, err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return e, nil, fmt.Errorf("%s: unknown key %q; what is expected of an audit are mode, claims (the name of their file), parts, runs, run_expect and models: %w", path, unknown[0].String(), fault.ErrUsage)
	}
	e.Mode, e.Parts, e.RunDigests = mode.Name(pins.Mode), pins.Parts, pins.Runs
	e.Models = map[string]audit.ModelPin{}
	for name, p := range pins.Models {
		if e.Models[name], err = p.pin(name); err != nil {
			return e, nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	beside := func(file string) string {
		if filepath.IsAbs(file) {
			return file
		}
		return filepath.Join(filepath.Dir(path), file)
	}
	for name, file := range pins.RunExpect {
		runs[name] = beside(file)
	}
	if pins.Claims != "" {
		if e.Claims, err = audit.Load(beside(pins.Claims)); errors.Is(err, fs.ErrNotExist) {
			err = fault.Advise(fmt.Errorf("%s: %w", path, err), "set claims in it to where the file of the claims agreed on is, relative to it")
		}
	}
	return e, runs, err
}
