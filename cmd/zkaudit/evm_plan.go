package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/evm"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/wrap"
	"github.com/zkaudit/zkaudit/run"
)

// evmPlanning holds the flags of zkaudit evm plan.
type evmPlanning struct {
	model, with string
	parts       []string
	tests       map[string]string
	claims      string
	setup       string
	insecure    bool
}

// evmPlan is what an order pins of a training.
type evmPlan struct {
	Plan     string         `json:"plan"` // hash
	Run      string         `json:"run"`  // hash of its template; likewise
	Weights  string         `json:"weights"`
	Segments string         `json:"segments"`
	Tensors  int            `json:"tensors"`
	Parts    []evmPlanPart  `json:"parts"`
	Claims   []evmPlanClaim `json:"claims,omitempty"`
}

type evmPlanPart struct {
	Digest      string `json:"digest"`
	Certificate string `json:"certificate"`
	Reads       int64  `json:"reads"`
}

type evmPlanClaim struct {
	Name string `json:"name"`
	Hash string `json:"hash"`
}

func evmPlanCommand(a *app) *cobra.Command {
	var o evmPlanning
	c := &cobra.Command{
		Use:   "plan --model M.tflite --with run.toml --part FILE... [--claims FILE --test NAME=FILE...]",
		Short: "Derive what an order for a training pins, before anything is trained",
		Long: `Derives, from a model's file, the choices in a run.toml and committed parts in the
order in which they are trained on, the plan of a training as contracts pin it: hashes
of templates of all that its proofs will be about, the certificate that each part must
have and how many slots of the schedule read it. Buyer and trainer get the same from the
same; that of the trainer's own run directory takes the parts in its folder commit.

With --claims, the claims of a file about the model that comes of the training, which
it calls "run", are derived, too; --test names the parts that they are about.

The mode is that of run.toml: zk-groth16, whose keys both sides must share (--cache),
or zk-plonk.
No part is verified here: a contract does that, and zkaudit verify.`,
		Args: arguments(0, 0, "nothing but flags"),
		RunE: func(c *cobra.Command, _ []string) error {
			plan, claims, err := a.planEVM(c.Context(), &o)
			if err != nil {
				return err
			}
			r := describePlan(plan, claims)
			return a.result(r, r.writeText)
		},
	}
	o.flags(c.Flags())
	return c
}

func (o *evmPlanning) flags(f *pflag.FlagSet) {
	f.StringVar(&o.model, "model", "", "the model's file")
	f.StringVar(&o.with, "with", "", "a run.toml with the choices of its training")
	f.StringArrayVar(&o.parts, "part", nil, "a part that is trained on, in order; repeat for more")
	f.StringToStringVar(&o.tests, "test", nil, "another part that claims are about, by the name they call it")
	f.StringVar(&o.claims, "claims", "", "a file of claims about the model")
	f.StringVar(&o.setup, "setup", "", "powers of tau that the parts are committed with; none for the development setup")
	f.BoolVar(&o.insecure, "allow-insecure-setup", false, "take the INSECURE development setup, with which anybody can forge")
}

// orderedClaim is a claim of an order, as its file calls it.
type orderedClaim struct {
	name string
	*evm.Claim
}

// planEVM derives the plan and the claims that the flags describe.
func (a *app) planEVM(ctx context.Context, o *evmPlanning) (*evm.Plan, []orderedClaim, error) {
	if o.model == "" || o.with == "" || len(o.parts) == 0 {
		return nil, nil, fmt.Errorf("a plan needs --model, --with and at least one --part: %w", fault.ErrUsage)
	}
	c, err := run.ReadConfig(o.with)
	if err != nil {
		return nil, nil, err
	}
	var parts []*bundle.PartFile
	for _, path := range o.parts {
		p, err := bundle.ReadPart(path)
		if err != nil {
			return nil, nil, err
		}
		parts = append(parts, p)
	}
	s, err := run.Ordered(o.model, c, parts)
	if err != nil {
		return nil, nil, err
	}
	maker, err := a.chainMaker(o.setup, o.insecure, s)
	if err != nil {
		return nil, nil, err
	}
	plan, err := evm.NewPlan(ctx, s, maker.ID)
	if err != nil {
		return nil, nil, err
	}
	claims, err := planClaims(ctx, o, s, parts, maker.ID)
	return plan, claims, err
}

// chainMaker returns what makes the classes of a run's statements.
func (a *app) chainMaker(setupFile string, insecure bool, s *bundle.Statement) (*evm.Maker, error) {
	if !s.Mode.Wrapped() {
		return nil, fmt.Errorf("the training is of mode %q: want %q or %q: %w", s.Mode, mode.ZKGroth16, mode.ZKPLONK, fault.ErrUnsupported)
	}
	powers, err := a.committingSetup(setupFile, s.RowBits, s.Setup)
	switch {
	case err != nil:
		return nil, err
	case powers.ID != s.Setup:
		return nil, fmt.Errorf("the parts are committed with setup %x, --setup is %x: %w", s.Setup[:8], powers.ID[:8], fault.ErrVersion)
	case powers.Kind == commitments.Transparent:
		return nil, fmt.Errorf("a chain verifies over powers of tau alone: commit the parts with some: %w", fault.ErrUnsupported)
	case powers.Verifier().Insecure && !insecure:
		return nil, fmt.Errorf("the parts are committed with the INSECURE development setup; --allow-insecure-setup takes it all the same: %w", fault.ErrVersion)
	}
	return &evm.Maker{Mode: s.Mode, Setup: powers, Keys: wrap.Verifier{Powers: powers, Cache: a.keys()}}, nil
}

// planClaims derives the claims of a file.
func planClaims(ctx context.Context, o *evmPlanning, s *bundle.Statement, trained []*bundle.PartFile, classes evm.Classes) ([]orderedClaim, error) {
	if o.claims == "" {
		return nil, nil
	}
	claims, err := audit.Load(o.claims)
	if err != nil {
		return nil, err
	}
	parts := map[string]*bundle.PublicPart{}
	for i, p := range trained {
		parts[fmt.Sprintf("part-%03d", i)] = p.Public()
	}
	for name, path := range o.tests {
		p, err := bundle.ReadPart(path)
		if err != nil {
			return nil, err
		}
		parts[name] = p.Public()
	}
	var list []orderedClaim
	for _, item := range claims.Items {
		c, err := evm.NewClaim(ctx, s, run.AuditedRun, parts, item, classes)
		if err != nil {
			return nil, err
		}
		list = append(list, orderedClaim{item.Name, c})
	}
	return list, nil
}

func describePlan(p *evm.Plan, claims []orderedClaim) *evmPlan {
	r := &evmPlan{Plan: hexOf(p.Hash()), Run: hexOf(p.Run.Hash()), Weights: hexOf(p.Weights.Hash()), Segments: hexOf(p.Rest(0)), Tensors: p.Tensors}
	for _, part := range p.Parts {
		r.Parts = append(r.Parts, evmPlanPart{hexOf(part.Digest), hexOf(part.Certificate), part.Reads})
	}
	for _, c := range claims {
		r.Claims = append(r.Claims, evmPlanClaim{c.name, hexOf(c.Hash())})
	}
	return r
}

func hexOf(h [32]byte) string { return "0x" + hex.EncodeToString(h[:]) }

func (r *evmPlan) writeText(w io.Writer) error {
	lines := fmt.Sprintf("plan %s\n  template of the run       %s\n  template of its weights   %s\n  chain of its segments     %s\n  tensors read of each part %d\n", r.Plan, r.Run, r.Weights, r.Segments, r.Tensors)
	for i, p := range r.Parts {
		lines += fmt.Sprintf("part %d %s\n  certificate %s\n  read %s\n", i, p.Digest, p.Certificate, counted(int(p.Reads), "time"))
	}
	for _, c := range r.Claims {
		lines += fmt.Sprintf("claim %q %s\n", c.Name, c.Hash)
	}
	_, err := io.WriteString(w, lines)
	return err
}
