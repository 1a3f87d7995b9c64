package run

import (
	"fmt"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/train"
)

// shippedSegment is what the proof of one segment needs beside the shipment of its run.
type shippedSegment struct {
	segment       int
	weights       train.Weights           // trainable ones before it
	before, after *owner.CommittedWeights // trainable ones
	end           [32]byte                // digest of all weights after it
}

const segmentInputDomain = "zkaudit/run/shipped-segment/v1"

// encode writes what a segment of a program needs, private.
func (s *shippedSegment) encode(p *graph.Program) []byte {
	b := encode.Int(encode.Domain(segmentInputDomain), s.segment)
	b = append(b, s.end[:]...)
	for _, id := range p.OfRole(graph.Weight) {
		b = encode.Ints(b, s.weights[id])
	}
	return encode.Bytes(encode.Bytes(b, encodeWeights(s.before)), encodeWeights(s.after))
}

// decodeSegment reads what encode wrote, given the shipment of the run, from which it
// takes frozen weights. Errors wrap fault.ErrMalformed or fault.ErrVersion.
func (s *shipment) decodeSegment(encoded []byte) (_ *shippedSegment, err error) {
	defer fault.Catch(&err, "segment", fault.ErrMalformed)
	r := encode.NewReader(encoded)
	if domain := r.Bytes("segment", len(segmentInputDomain)); r.Err() == nil && string(domain) != segmentInputDomain {
		return nil, fmt.Errorf("segment of kind %q: %w", domain, fault.ErrVersion)
	}
	p := s.statement.Program()
	g := &shippedSegment{segment: r.Bounded("segment", 0, int64(s.statement.Segments())-1), end: r.Digest("weights after it"), weights: train.Weights{}}
	trained := p.OfRole(graph.Weight)
	for _, id := range trained {
		g.weights[id] = r.Ints("weights", p.Tensor(id).Size())
	}
	for _, id := range p.OfRole(graph.Frozen) {
		g.weights[id] = s.initial[id]
	}
	before, after := r.Bytes("committed weights", len(encoded)), r.Bytes("committed weights", len(encoded))
	if err := r.End("segment"); err != nil {
		return nil, err
	}
	if g.before, err = decodeWeights(before, p, trained, s.statement.RowBits); err != nil {
		return nil, err
	}
	if g.after, err = decodeWeights(after, p, trained, s.statement.RowBits); err != nil {
		return nil, err
	}
	return g, g.weights.Check(p)
}
