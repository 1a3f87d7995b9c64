package attest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
)

// auditPredicate is what an owner states of an audit: which claims it makes about
// which commitments, and no verdict on them.
type auditPredicate struct {
	Audit      string         `json:"audit"` // digest of all but proofs
	Mode       string         `json:"mode"`
	Setup      setup          `json:"setup"`
	Parts      []auditPart    `json:"parts"`
	Runs       []auditRun     `json:"runs"`
	Models     []auditModel   `json:"models"`
	Claims     []auditClaim   `json:"claims"`
	Bits       int            `json:"releasedBits"`
	OwnerText  auditOwnerText `json:"ownerText"`
	NotClaimed []string       `json:"notClaimed"`
}

type (
	auditPart struct {
		Name       string `json:"ownerName"`
		Digest     string `json:"digest"`
		Rows       int    `json:"rows"`
		Features   int    `json:"features"`
		Attributes int    `json:"attributes"`
	}
	auditRun struct {
		Name       string `json:"ownerName"`
		Statement  string `json:"statement"`
		Program    string `json:"program"`
		Parameters int    `json:"parameters"`
	}
	auditModel struct {
		Name       string `json:"ownerName"`
		SHA256     string `json:"sha256"`
		Inputs     int    `json:"inputs"`
		Outputs    int    `json:"outputs"`
		Parameters int    `json:"parameters"`
	}
	auditClaim struct {
		Name     string          `json:"ownerName"`
		Kind     string          `json:"kind"`
		Says     string          `json:"says"`
		Released []auditReleased `json:"released"`
		Bits     int             `json:"releasedBits"`
	}
	auditReleased struct {
		Name   string   `json:"name"`
		Unit   string   `json:"unit,omitempty"`
		Values []string `json:"values"` // in decimal
	}
	auditOwnerText struct {
		Context string `json:"context,omitempty"`
	}
)

// Audit states which claims the audit in the file called name makes. Requires the
// report of verifying b.
func Audit(b *audit.Bundle, r *audit.Report, name string) (*Statement, error) {
	file, err := auditFile(b, r, name)
	if err != nil {
		return nil, err
	}
	p := &auditPredicate{
		Audit: r.Digest, Mode: r.Mode, Setup: setup{r.Setup, r.Insecure, b.RowBits}, Bits: r.Bits,
		Parts: []auditPart{}, Runs: []auditRun{}, Models: []auditModel{},
		OwnerText: auditOwnerText{quoted(r.Context)},
		NotClaimed: append([]string{
			"that the claims hold: take the audit with this SHA-256 and run zkaudit audit verify",
		}, lines(r.NotProven)...),
	}
	for _, part := range r.Parts {
		p.Parts = append(p.Parts, auditPart{foreign.Line(part.Name), part.Digest, part.Rows, part.Features, len(part.Attributes)})
	}
	for _, run := range r.Runs {
		p.Runs = append(p.Runs, auditRun{foreign.Line(run.Name), run.Digest, run.Program, run.Parameters})
	}
	for _, m := range r.Models {
		p.Models = append(p.Models, auditModel{foreign.Line(m.Name), m.SHA256, m.Inputs, m.Outputs, m.Parameters})
	}
	p.Claims = claimsOf(r)
	for _, c := range r.Claims {
		p.NotClaimed = append(p.NotClaimed, lines(c.NotProven)...)
	}
	return newStatement(AuditType, p, file)
}

func claimsOf(r *audit.Report) []auditClaim {
	list := []auditClaim{}
	for _, c := range r.Claims {
		claim := auditClaim{foreign.Line(c.Name), c.Kind, foreign.Line(c.Says), []auditReleased{}, c.Bits}
		for _, released := range c.Released {
			claim.Released = append(claim.Released, auditReleased{foreign.Line(released.Name), foreign.Line(released.Unit), decimals(released.Values)})
		}
		list = append(list, claim)
	}
	return list
}

// auditFile is the file that an audit was read from: there is one form of it. It
// refuses the report of another audit.
func auditFile(b *audit.Bundle, r *audit.Report, name string) (File, error) {
	text, err := b.Marshal()
	if err != nil {
		return File{}, err
	}
	h, err := artefact.DecodeHeader(text)
	if err != nil {
		return File{}, err
	}
	if hex.EncodeToString(h.Statement[:]) != r.Digest {
		return File{}, fmt.Errorf("the report is about another audit: %w", fault.ErrUsage)
	}
	return File{name, sha256.Sum256(text)}, nil
}

// decimals are numbers that JSON readers would round.
func decimals(values []int64) []string {
	list := []string{}
	for _, v := range values {
		list = append(list, strconv.FormatInt(v, 10))
	}
	return list
}
