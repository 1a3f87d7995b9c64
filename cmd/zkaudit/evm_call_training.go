package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/evm"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// handing holds the flags of calls that hand in something of a run.
type handing struct {
	calling
	order string // its file, if the run is to be compared with one
}

func (h *handing) flags(c *cobra.Command) {
	h.proofFlags(c.Flags())
	c.Flags().StringVar(&h.order, "order", "", "the file of an order, as evm call open writes it: refuse a run of another")
}

// verifiedRun verifies a bundle and returns it as a chain takes it.
func (a *app) verifiedRun(ctx context.Context, path string, h *handing) (*evm.Run, error) {
	b, err := a.readBundle(path)
	if err != nil {
		return nil, err
	}
	if err := onChain(b.Statement.Mode); err != nil {
		return nil, err
	}
	if _, err := a.verifyBundle(ctx, b, bundle.Expectation{}, nil, h.setup, h.insecure); err != nil {
		return nil, err
	}
	r, _, err := a.chainRun(ctx, path, b, h)
	return r, err
}

// chainRun returns a bundle that has been verified as a chain takes it, with the maker of
// its classes.
func (a *app) chainRun(ctx context.Context, path string, b *bundle.Bundle, h *handing) (*evm.Run, *evm.Maker, error) {
	maker, err := a.chainMaker(h.setup, h.insecure, b.Statement)
	if err != nil {
		return nil, nil, err
	}
	plan, err := evm.NewPlan(ctx, b.Statement, maker.ID)
	if err != nil {
		return nil, nil, err
	}
	r, err := evm.NewRun(plan, b, maker.Proof)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return r, maker, h.compare(r)
}

// compare refuses a run of another order.
func (h *handing) compare(r *evm.Run) error {
	if h.order == "" {
		return nil
	}
	o, err := readOrder(h.order)
	switch {
	case err != nil:
		return err
	case o.terms.Plan != r.Name.Plan:
		return fmt.Errorf("the run is of plan %s, %s pins %s: %w", hexOf(r.Name.Plan), h.order, hexOf(o.terms.Plan), fault.ErrRejected)
	case o.context() != r.Name.Context:
		return fmt.Errorf("the run has the context %s, that of %s is %s: %w", r.Name.Context, h.order, o.context(), fault.ErrRejected)
	}
	return nil
}

func callStartCommand(a *app) *cobra.Command {
	var h handing
	c := &cobra.Command{
		Use:   "start BUNDLE [--order ORDER]",
		Short: "Start a run: its statement, and the certificate of its initial weights",
		Long: `Verifies a bundle, and writes the call of TrainingVerifier that starts its run. From then
on nobody can revoke a part under it. The plan is derived from the bundle's statement;
with --order it must be the one that the order pins, and the context the order's.`,
		Args: arguments(1, 1, "one bundle"),
		RunE: func(c *cobra.Command, args []string) error {
			r, err := a.verifiedRun(c.Context(), args[0], &h)
			if err != nil {
				return err
			}
			b, err := r.Beginning(c.Context())
			if err != nil {
				return err
			}
			return a.handOut(&h.calling, &chainData{
				Contract: trainingContract, Does: fmt.Sprintf("starts the run of plan %s with digest %s", hexOf(r.Name.Plan), hexOf(r.Name.Digest)), Data: hexBytes(r.StartData(b)),
			})
		},
	}
	h.flags(c)
	return c
}

func callAdvanceCommand(a *app) *cobra.Command {
	var h handing
	var segments string
	c := &cobra.Command{
		Use:   "advance BUNDLE [--segments N-M] [--order ORDER]",
		Short: "Hand in segments of a run that has started, in order",
		Long: `Verifies a bundle, and writes the call of TrainingVerifier that hands in its segments,
counted from 1. They go to the chain in order, one or several in a call: a transaction
has at most 2^24 gas, which ten segments may well take.`,
		Args: arguments(1, 1, "one bundle"),
		RunE: func(c *cobra.Command, args []string) error {
			r, err := a.verifiedRun(c.Context(), args[0], &h)
			if err != nil {
				return err
			}
			all := len(r.Bundle.Segments)
			from, to, err := rangeOf("--segments", segments, all)
			if err != nil {
				return err
			}
			var list []*evm.SegmentProof
			for i := from; i < to; i++ {
				s, err := r.Segment(c.Context(), i)
				if err != nil {
					return err
				}
				list = append(list, s)
			}
			return a.handOut(&h.calling, &chainData{
				Contract: trainingContract, Does: fmt.Sprintf("proves segments %d to %d of %d of the run with digest %s", from+1, to, all, hexOf(r.Name.Digest)), Data: hexBytes(r.AdvanceData(from, list...)),
			})
		},
	}
	h.flags(c)
	c.Flags().StringVar(&segments, "segments", "", "which segments, N or N-M (default: all)")
	return c
}

func callClaimCommand(a *app) *cobra.Command {
	var h handing
	var path string
	var names []string
	c := &cobra.Command{
		Use:   "claim AUDIT --bundle BUNDLE [--claim NAME...] [--order ORDER]",
		Short: "Hand in claims about the model of a run that is finished",
		Long: `Verifies an audit and the bundle of the run that it is about, and writes the call of
TrainingVerifier that hands in its claims about the model. Claims are all of the audit's,
or those that --claim names; with --order, each must be one that the order pins.`,
		Args: arguments(1, 1, "one audit"),
		RunE: func(c *cobra.Command, args []string) error {
			if path == "" {
				return fmt.Errorf("evm call claim needs --bundle: %w", fault.ErrUsage)
			}
			v := auditVerifying{}
			v.Accepts, v.Bundles, v.Setup, v.Insecure = onChain, []string{path}, h.setup, h.insecure
			made, _, err := a.verifyAudit(c.Context(), args[0], &v) // the bundle, too
			if err != nil {
				return err
			}
			b, err := a.readBundle(path)
			if err != nil {
				return err
			}
			r, maker, err := a.chainRun(c.Context(), path, b, &h)
			if err != nil {
				return err
			}
			claims, err := h.claims(c.Context(), r, maker, made, names)
			if err != nil {
				return err
			}
			return a.handOut(&h.calling, &chainData{
				Contract: trainingContract, Does: fmt.Sprintf("proves %s about the run with digest %s", counted(len(claims), "claim"), hexOf(r.Name.Digest)), Data: hexBytes(r.ClaimData(claims...)),
			})
		},
	}
	h.flags(c)
	c.Flags().StringVar(&path, "bundle", "", "the bundle of the run")
	c.Flags().StringArrayVar(&names, "claim", nil, "a claim, by its name in the audit; repeat for more (default: all)")
	return c
}

// claims are the proofs of an audit's claims by name, or of all for no name.
func (h *handing) claims(ctx context.Context, r *evm.Run, maker *evm.Maker, made *audit.Bundle, names []string) ([]*evm.ClaimProof, error) {
	about := ""
	for name, digest := range made.Runs {
		if digest == r.Name.Digest {
			about = name
		}
	}
	for _, name := range names {
		if !slices.ContainsFunc(made.Claims, func(p audit.Proven) bool { return p.Name == name }) {
			return nil, fmt.Errorf("--claim %q: the audit has none of that name: %w", name, fault.ErrUsage)
		}
	}
	var list []*evm.ClaimProof
	for i := range made.Claims {
		p := &made.Claims[i]
		if len(names) > 0 && !slices.Contains(names, p.Name) {
			continue
		}
		claim, err := evm.NewClaim(ctx, r.Bundle.Statement, about, made.Parts, &p.Item, maker.ID)
		if err != nil {
			return nil, err
		}
		if err := h.pins(claim, p.Name); err != nil {
			return nil, err
		}
		proof, err := r.Claim(ctx, claim, &p.Item, about, made.Parts, p.Proof)
		if err != nil {
			return nil, err
		}
		list = append(list, proof)
	}
	return list, nil
}

// pins refuses a claim that the order does not pin.
func (h *handing) pins(c *evm.Claim, name string) error {
	if h.order == "" {
		return nil
	}
	o, err := readOrder(h.order)
	if err != nil {
		return err
	}
	if !slices.Contains(o.terms.Claims, c.Hash()) {
		return fmt.Errorf("claim %q is none of %s; --claim leaves others out: %w", name, h.order, fault.ErrRejected)
	}
	return nil
}
