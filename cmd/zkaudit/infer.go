package main

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/run"
)

// inferring holds the flags of zkaudit infer.
type inferring struct {
	charging
	dir, input, model, out, release, context string
	formats                                  modelFormats
	row                                      int
	private                                  bool
}

// privateInput is what the committed row of a private input is called.
const privateInput = "input"

func inferCommand(a *app) *cobra.Command {
	var o inferring
	c := &cobra.Command{
		Use:   "infer FILE [--row N] [--private] [--model MODEL.tflite] [--dir DIR]",
		Short: "Prove what a model answers to a row",
		Long: `Proves that the model whose training is proven in DIR answers a row of FILE as it
does: the class, or with --release outputs all outputs. The weights stay hidden;
with --private the row does, too: it is committed, and its digest is in the proof.

With --model the answer is that of a public model, to a row that --private hides:
the verifier has the model's file and learns the answer, not the row. Where model
and row are both public there is nothing to prove: run it. DIR then says how rows
become integers; its own training need not be proven.

Answers of the trained model tell about the rows it has learnt from: each is charged to
the parts it was trained on, in DIR/ledger.jsonl, and refused beyond a budget. The same
question about a public row is charged once.

Writes DIR/inference.zka, which zkaudit audit verify checks, with the claim, a public
row's integers included, in inference-claims.toml, and inference-expect.toml, which names
it: what it is about, to be compared with other sources.`,
		Args: arguments(1, 1, "a file with the row"),
		RunE: func(c *cobra.Command, args []string) error {
			o.input = args[0]
			d, err := a.open([]string{o.dir})
			if err != nil {
				return err
			}
			defer d.Close()
			out := firstOf(o.out, filepath.Join(o.dir, "inference.zka"))
			if err := foldersOf(out); err != nil {
				return err
			}
			claims, in, err := o.claim(d)
			if err != nil {
				return err
			}
			report, err := a.proveAudit(c, claims, in, out)
			if err != nil {
				return err
			}
			text, err := claims.Marshal()
			if err != nil {
				return err
			}
			if err := artefact.WriteFile(beside(out, claimsSuffix), text, artefact.PublicMode); err != nil {
				return err
			}
			expect, err := writeExpectation(out, beside(out, claimsSuffix), in.Mode, report)
			if err != nil {
				return err
			}
			return a.proven(report, out, expect)
		},
	}
	f := c.Flags()
	f.StringVar(&o.dir, "dir", ".", "the run directory")
	f.IntVar(&o.row, "row", 0, "which row of FILE, from 0")
	f.BoolVar(&o.private, "private", false, "hide the row")
	f.StringVar(&o.model, "model", "", "a public model (.tflite) in place of the trained one")
	o.formats.add(f)
	f.StringVar(&o.release, "release", "class", "what the proof tells of the answer: class or outputs")
	f.StringVar(&o.context, "context", "", "what the verifier asks to be bound: a nonce, an order number")
	f.StringVar(&o.out, "out", "", "the proof to write (default DIR/inference.zka)")
	o.flags(f)
	return c
}

// claim states the prediction.
func (o *inferring) claim(d *run.Directory) (*audit.Audit, *audit.Inputs, error) {
	in, err := o.inputs(d)
	if err != nil {
		return nil, nil, err
	}
	row, err := d.ReadInputs(o.input, o.row)
	if err != nil {
		return nil, nil, err
	}
	if err := in.Mode.Check(); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", fault.ErrUsage, err)
	}
	prediction := &audit.Prediction{Model: run.AuditedRun, What: o.release}
	if o.model != "" {
		m, err := o.formats.read(o.model, row.FractionBits)
		if err != nil {
			return nil, nil, err
		}
		prediction.Model = strings.TrimSuffix(filepath.Base(o.model), filepath.Ext(o.model))
		if !foreign.IsName(prediction.Model) {
			prediction.Model = "model"
		}
		in.Models = map[string]*audit.Model{prediction.Model: m}
	}
	for _, part := range in.Parts {
		prediction.Classes = part.Public().Classes
	}
	in.Parts, in.Certificates = map[string]audit.OwnedPart{}, nil // the claim names none of them
	if o.private {
		// The row has no label: a constant one is committed with it, hidden and
		// read by nobody.
		row.Labels = data.Labels{Kind: data.OneHot, Classes: []string{"none"}, Class: []int32{0}}
		part, err := owner.CommitPart(in.By.CommittedWith(), row, graph.OneHot, in.Mode, rand.Reader)
		if err != nil {
			return nil, nil, err
		}
		integers := row.Digest()
		part.Origins = []string{hex.EncodeToString(integers[:])}
		in.Parts[privateInput] = part
		prediction.Part = privateInput
	} else {
		for _, cell := range row.Features {
			prediction.Input = append(prediction.Input, int64(cell))
		}
	}
	if err := o.open(in, d); err != nil {
		return nil, nil, err
	}
	item := &audit.Item{Name: "prediction", Kind: "prediction", Claim: prediction}
	return &audit.Audit{Context: o.context, Items: []*audit.Item{item}}, in, nil
}

// inputs opens what the directory has of its own model: nothing where a public
// one is asked.
func (o *inferring) inputs(d *run.Directory) (*audit.Inputs, error) {
	if o.model != "" {
		if !o.private {
			return nil, fmt.Errorf("model and row are both public, so that anyone can run the one on the other: there is nothing to prove; --private hides the row: %w", fault.ErrUsage)
		}
		return d.NoInputs()
	}
	in, err := d.Inputs()
	if err != nil {
		return nil, err
	}
	if in.Runs[run.AuditedRun] == nil {
		return nil, fmt.Errorf("no training is proven in %s: run zkaudit prove first: %w", o.dir, fault.ErrUsage)
	}
	return in, nil
}
