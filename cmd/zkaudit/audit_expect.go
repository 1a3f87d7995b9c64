package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/cmd/internal/verify"
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
	expect := verify.AuditExpectation{Mode: string(m), Claims: claims, Parts: map[string]string{}, Runs: map[string]string{}, Models: map[string]verify.ModelPin{}}
	for _, p := range r.Parts {
		expect.Parts[p.Name] = p.Digest
	}
	for _, run := range r.Runs {
		expect.Runs[run.Name] = run.Digest
	}
	for _, m := range r.Models {
		expect.Models[m.Name] = verify.PinOf(m)
	}
	return path, expect.Write(path)
}

// beside names another file after an audit: audit.zka, audit-expect.toml.
func beside(out, suffix string) string { return strings.TrimSuffix(out, filepath.Ext(out)) + suffix }

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
