package demo

import (
	"context"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/wrap"
	"github.com/zkaudit/zkaudit/run"
)

// claimsFile is what the auditor of the demonstration asks.
const claimsFile = "claims.toml"

// part is what the run calls its only part.
const part = "part-000"

// claims are two that take one small proof: a claim about the dataset of the
// run follows from its bundle.
func claims(picture []int32) string {
	return fmt.Sprintf(`context = "demo"

[[claim]]
kind = "provenance"
name = "trained-on"
run = "run"
parts = [%[1]q]

# The auditor's own picture, cell by cell as the dataset's integers.
[[claim]]
kind = "non_membership"
name = "not-trained-on"
parts = [%[1]q]
list = [%[2]s]
`, part, strings.ReplaceAll(fmt.Sprint(picture), " ", ", "))
}

// audit is the owner's answer to the auditor's claims, proven on the
// commitments that training used.
func (s *Summary) audit(ctx context.Context, d *run.Directory, progress run.Progress) error {
	picture, err := d.ReadInputs(filepath.Join(d.Path, imagesFile), trainRows)
	if err != nil {
		return err
	}
	path := filepath.Join(d.Path, claimsFile)
	if err := artefact.WriteFile(path, []byte(claims(picture.Features)), artefact.PublicMode); err != nil {
		return err
	}
	asked, err := audit.Load(path)
	if err != nil {
		return err
	}
	in, err := d.Inputs()
	if err != nil {
		return err
	}
	if in.Ledger, err = audit.OpenLedger(d.Ledger(), 0); err != nil {
		return err
	}
	if progress != nil {
		defer run.ShowClaims(progress, in)()
	}
	made, _, err := audit.Prove(ctx, asked, in)
	if err != nil {
		return err
	}
	encoded, err := made.Marshal()
	if err != nil {
		return err
	}
	s.AuditBytes = len(encoded)
	return artefact.WriteFile(filepath.Join(d.Path, run.AuditFile), encoded, artefact.PublicMode)
}

// verifyAudit does what the auditor does, who has the claims, both bundles and
// nothing else.
func (s *Summary) verifyAudit(ctx context.Context, dir string, m mode.Name, trained *bundle.Bundle, cacheDir string, keys *wrap.Cache) error {
	file, err := artefact.ReadFile(filepath.Join(dir, run.AuditFile), maxBundle)
	if err != nil {
		return err
	}
	made, err := audit.Unmarshal(file)
	if err != nil {
		return err
	}
	setup, err := commitments.SetupOf(cacheDir, made.RowBits, made.Setup)
	if err != nil {
		return err
	}
	asked, err := audit.Load(filepath.Join(dir, claimsFile))
	if err != nil {
		return err
	}
	r, err := audit.RunOf(trained)
	if err != nil {
		return err
	}
	e := audit.Expectation{
		Mode: m, Claims: asked, Parts: map[string]string{part: s.Commit.Parts[0].Digest},
		Runs: []*audit.PublicRun{r}, RunDigests: map[string]string{run.AuditedRun: hex.EncodeToString(r.Digest[:])},
	}
	s.Audit, err = audit.Verify(ctx, made, e, &mode.Verifier{Setup: setup, Wraps: wrap.Verifier{Cache: keys}}, audit.Options{AllowInsecure: m.Wrapped()})
	if err == nil && len(s.Audit.NotChecked) > 0 {
		return fmt.Errorf("the audit's verifier has not checked %q: %w", s.Audit.NotChecked, fault.ErrRejected)
	}
	return err
}
