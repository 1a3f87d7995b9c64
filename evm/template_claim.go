package evm

import (
	"context"
	"fmt"
	"slices"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// Claim is a claim about the model that comes of a run, as an order pins it.
type Claim struct {
	Sources  []Source // of its data pool
	Template Template
}

// Source is a tensor of a part, and the certificate that the part must have.
type Source struct {
	Part        [32]byte // digest
	Certificate [32]byte
	Tensor      int
}

// NewClaim derives a claim of an order: about the run of a plan's statement, which it
// calls by a name, and about parts by their names. What is not known before there is a run
// is not read of the statement (see NewPlan). Errors wrap fault.ErrUnsupported for a
// claim that an order cannot have: one that releases values, or is about no run, or
// several.
func NewClaim(ctx context.Context, s *bundle.Statement, run string, parts map[string]*bundle.PublicPart, item *audit.Item, classes Classes) (*Claim, error) {
	if err := checkMode(s.Mode); err != nil {
		return nil, err
	}
	s = unknown(s)
	about, err := audit.RunOf(&bundle.Bundle{Statement: s, Segments: []bundle.Segment{{After: s.Trained()}}})
	if err != nil {
		return nil, err
	}
	frame := &audit.Frame{Mode: s.Mode, Setup: s.Setup, RowBits: s.RowBits, Context: s.Context}
	d, err := audit.Derive(frame, item, &audit.Subjects{Parts: parts, Runs: map[string]*audit.PublicRun{run: about}})
	if err != nil {
		return nil, err
	}
	if d.Releases > 0 {
		return nil, fmt.Errorf("claim %q releases values, which are not known when it is ordered: %w", item.Name, fault.ErrUnsupported)
	}
	if !slices.Equal(d.Runs, []string{run}) {
		return nil, fmt.Errorf("claim %q is not about the model that comes of the order: %w", item.Name, fault.ErrUnsupported)
	}
	c := &Claim{}
	spans, err := c.spans(ctx, s, d, parts, classes)
	if err != nil {
		return nil, err
	}
	pieces, err := claimPieces(d.Statement.Head(), s.Initial)
	if err != nil {
		return nil, err
	}
	t, err := classes.template(ctx, d.Statement, spans, pieces)
	if err != nil {
		return nil, fmt.Errorf("claim %q: %w", item.Name, err)
	}
	c.Template = *t
	return c, nil
}

// spans are where the commitments of a claim come from; those of parts are added to
// the claim's sources.
func (c *Claim) spans(ctx context.Context, s *bundle.Statement, d *audit.Derivation, parts map[string]*bundle.PublicPart, classes Classes) ([]Span, error) {
	certificates := map[string][32]byte{}
	var spans []Span
	for i, source := range d.Sources {
		rows := len(d.Statement.External[i])
		if source.Initial {
			return nil, fmt.Errorf("a claim about the weights that a run starts from: a contract that settles it knows those it ends with: %w", fault.ErrUnsupported)
		}
		if source.Run != "" {
			spans = append(spans, Span{Pool: WeightsPool, Tensor: source.Tensor, Rows: rows})
			continue
		}
		p := parts[source.Part]
		if _, known := certificates[source.Part]; !known {
			templates, err := PartTemplates(ctx, s.Mode, &Part{p.Shape(), s.Setup, s.RowBits, p.Commitment()}, classes)
			if err != nil {
				return nil, fmt.Errorf("part %q: %w", source.Part, err)
			}
			certificates[source.Part] = CertificateName(templates)
		}
		spans = append(spans, Span{Pool: DataPool, Tensor: len(c.Sources), Rows: rows})
		c.Sources = append(c.Sources, Source{p.Digest(s.Setup, s.RowBits), certificates[source.Part], source.Tensor})
	}
	return spans, nil
}

// claimPieces cuts the head of a claim's statement: its context, the digest of the
// run and the weights are not known.
func claimPieces(head []byte, weights bundle.WeightCommitments) ([]Piece, error) {
	first, err := publicAt(head)
	if err != nil {
		return nil, err
	}
	r := encode.NewReader(head[first:])
	at := func() int { return len(head) - r.Left() }
	for _, field := range []string{"name", "kind", "parameters", "mode"} {
		r.Bytes(field, len(head))
	}
	c := cutting{encoding: head}
	text := r.Bytes("context", len(head))
	c.hole(at()-len(text), len(text), Piece{Hole: OrderText})
	r.Bounded("released values", 0, 0)
	for range r.Count("parts", len(head), 1) {
		r.Bytes("name of a part", len(head))
		r.Digest("digest of a part")
	}
	r.Bounded("runs", 1, 1)
	r.Bytes("name of the run", len(head))
	c.hole(at(), len(r.Fixed("digest of the run", 32)), Piece{Hole: RunDigest})
	r.Digest("digest of the program")
	for k, rows := range weights {
		points := r.Bytes("weights", len(head))
		if len(points) != len(rows)*commitments.PointBytes {
			r.Fail("weights", "tensor %d has %d bytes", k, len(points))
		}
		c.hole(at()-len(points), len(points), Piece{Hole: Weights, Argument: k})
	}
	if err := r.Err(); err != nil {
		return nil, fmt.Errorf("statement of a claim: %w", err)
	}
	return c.end(), nil
}

// Hash is the hash by which an order pins the claim:
//
//	keccak256(abi.encode(hash of its template, sources))
func (c *Claim) Hash() [32]byte {
	return Keccak256(abiEncode(fixed(c.Template.Hash()), sources(c.Sources)))
}

// sources is an array of TrainingVerifier.Source.
func sources(list []Source) value {
	return array(func(s Source) value { return tuple(fixed(s.Part), fixed(s.Certificate), count(s.Tensor)) }, list)
}
