package attest

import (
	"fmt"
	"strings"
	"time"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
)

// verificationPredicate is what a verifier states: that proofs hold, and what
// was compared with requirements of the verifier's own.
type verificationPredicate struct {
	Verifier           verifier `json:"verifier"`
	TimeVerified       string   `json:"timeVerified"`
	VerificationResult string   `json:"verificationResult"` // PASSED
	ExitCode           exitCode `json:"exitCode"`
	Of                 string   `json:"of"`        // "training", "audit" or "round"
	Statement          string   `json:"statement"` // digest of what was verified
	Mode               string   `json:"mode"`
	SetupID            string   `json:"setupId"`
	// Round is what else is said of a round; nil for another file.
	Round       *verifiedRound `json:"round,omitempty"`
	Proven      []string       `json:"proven"`
	Compared    []string       `json:"compared"`
	NotCompared []string       `json:"notCompared"`
	Assumed     []string       `json:"assumed"`
	NotProven   []string       `json:"notProven"`
}

type (
	verifier struct {
		ID      string `json:"id"`
		Version string `json:"version"`
	}
	exitCode struct {
		Code    int    `json:"code"`
		Meaning string `json:"meaning"`
	}
)

// verifierID names the program that verifies.
const verifierID = "https://github.com/zkaudit/zkaudit"

// Verifier says when a verification was made, and by which version of this
// program.
type Verifier struct {
	Version string
	At      time.Time
}

// Training states that a bundle in the file called name was verified and compared.
// Requires the report of verifying b. Errors wrap fault.ErrUnpinned unless all was
// compared that decides a run, and fault.ErrVersion for a setup with which anyone
// can forge.
func (v Verifier) Training(b *bundle.Bundle, r *bundle.Report, name string) (*Statement, error) {
	file, err := bundleFile(b, r, name)
	if err != nil {
		return nil, err
	}
	if err := attestable(r.Unpinned, r.Facts.Insecure); err != nil {
		return nil, err
	}
	p := v.passed("the bundle is valid, and about the program, data, order, origin, length and learning rate that the verifier required")
	p.Of, p.Statement, p.Mode, p.SetupID = "training", r.Facts.Statement, r.Facts.Mode, r.Facts.Setup
	p.Proven, p.Compared, p.NotCompared, p.Assumed, p.NotProven = lines(r.Proven), lines(r.Checked), lines(r.NotChecked), lines(r.Assumed), lines(r.NotProven)
	return newStatement(VerificationType, p, file)
}

// Audit is Training for an audit: all parts, runs and public models were compared that
// its claims are about.
func (v Verifier) Audit(b *audit.Bundle, r *audit.Report, name string) (*Statement, error) {
	file, err := auditFile(b, r, name)
	if err != nil {
		return nil, err
	}
	if err := attestable(r.Unpinned, r.Insecure); err != nil {
		return nil, err
	}
	p := v.passed("all claims hold; parts and public models that they are about are those that the verifier required, runs have the program, data, order, origin, length and learning rate that it required, or the statement")
	p.Of, p.Statement, p.Mode, p.SetupID = "audit", r.Digest, r.Mode, r.Setup
	p.Proven, p.NotProven = []string{}, lines(r.NotProven)
	for _, c := range r.Claims {
		p.Proven = append(p.Proven, foreign.Line(c.Says))
		p.NotProven = append(p.NotProven, lines(c.NotProven)...)
	}
	p.Compared, p.NotCompared, p.Assumed = lines(r.Checked), lines(r.NotChecked), lines(r.Assumed)
	return newStatement(VerificationType, p, file)
}

func (v Verifier) passed(meaning string) *verificationPredicate {
	return &verificationPredicate{
		Verifier: verifier{verifierID, foreign.Line(v.Version)}, TimeVerified: v.At.UTC().Format(time.RFC3339),
		VerificationResult: "PASSED", ExitCode: exitCode{fault.ExitOK, meaning},
	}
}

// attestable refuses to state of a verification what it has not shown.
func attestable(unpinned []string, insecure bool) error {
	if len(unpinned) > 0 {
		return fmt.Errorf("nobody has compared %s, and a verifier's statement says that it was compared: %w", strings.Join(unpinned, ", "), fault.ErrUnpinned)
	}
	if insecure {
		return fmt.Errorf("the proofs were made with the INSECURE development setup: anyone can forge them, so no verifier's statement is made: %w", fault.ErrVersion)
	}
	return nil
}
