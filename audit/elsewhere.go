package audit

import (
	"context"
	"fmt"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/proof/statement"
)

// Elsewhere has the proofs of an audit made by others, such as other machines of the
// owner's. Certificates that are missing are made here all the same.
type Elsewhere interface {
	// Check refuses what cannot be sent, or does not fit, before anything is charged. What
	// claims release is not known yet: statements are as if all of it were 0.
	Check(e *Errand) error
	// Prove has all jobs done, each proof of which it has verified, and calls Keep for it.
	Prove(ctx context.Context, e *Errand) error
}

// Errand is an audit whose proofs others make.
type Errand struct {
	Audit  *Bundle // without certificates and proofs; whole once the claims are known to hold
	Inputs *Inputs
	Jobs   []*Job // claims that need a proof
	kept   func(j *Job)
}

// Job is the proof of a claim.
type Job struct {
	Claim     int // of the audit's, from 0
	Name      string
	Statement *statement.Statement // what the proof must be about
	Sources   []Source             // what it opens: the statement's external tensors, in order
	Need      *memory.Need         // what proving it takes, but for cells that others need, too
	proof     []byte
}

// Keep keeps a proof.
//
// Soundness: nothing is verified here. The caller has verified that it is a proof of the
// job's statement.
func (e *Errand) Keep(j *Job, proof []byte) {
	j.proof = proof
	if e.kept != nil {
		e.kept(j)
	}
}

// errand is what others are asked for: all claims, which are stated.
func (in *Inputs) errand(b *Bundle, claims []*pending) *Errand {
	e := &Errand{Audit: &Bundle{Frame: b.Frame, Parts: b.Parts, Runs: b.Runs, Models: b.Models}, Inputs: in}
	for i, c := range claims {
		if c.stated == nil { // public values show that it is false: nothing will be proven
			continue
		}
		e.Audit.Claims = append(e.Audit.Claims, Proven{Item: *c.item, Released: append([]Released{}, c.stated.released()...)})
		if c.stated.statement == nil {
			continue
		}
		j := &Job{Claim: i, Name: c.item.Name, Statement: c.stated.statement, Need: c.stated.need(in.By)}
		for _, x := range c.stated.scope.external {
			j.Sources = append(j.Sources, x.source)
		}
		e.Jobs = append(e.Jobs, j)
	}
	return e
}

// proveElsewhere is what becomes of the claims where others prove them.
func (in *Inputs) proveElsewhere(ctx context.Context, b *Bundle, claims []*pending, progress func(what string)) ([]*Finding, error) {
	e := in.errand(b, claims)
	e.kept = func(j *Job) { progress("claim " + j.Name + " is proven") }
	for _, c := range claims {
		if c.stated.statement == nil {
			progress("claim " + c.item.Name + " follows from public values")
		}
	}
	if err := in.Elsewhere.Prove(ctx, e); err != nil {
		return nil, err
	}
	proofs := make([][]byte, len(claims))
	for _, j := range e.Jobs {
		if proofs[j.Claim] = j.proof; j.proof == nil {
			return nil, fmt.Errorf("claim %q: nobody has proven it: %w", j.Name, fault.ErrInput)
		}
	}
	var findings []*Finding
	for i, c := range claims {
		f, err := c.add(b, e.Audit.Claims[i].Released, proofs[i])
		if err != nil {
			return nil, err
		}
		findings = append(findings, f)
	}
	return findings, nil
}
