package proof

import "github.com/zkaudit/zkaudit/relation"

// Coord names a coordinate of a point: a challenge, by the order in which it
// was drawn. Claims at the same coordinates are the same claim, for field
// elements and for circuit variables alike.
type Coord int

// Zero is the coordinate 0.
const Zero Coord = 0

// Instance is a claim on one term of a sum that a batched sumcheck reduces:
//
//	Value = Scale · Σ_bound Π weights · Π data factors
type Instance[E any] struct {
	Sum    *relation.Sum
	Term   *relation.Term
	Plan   *relation.Plan
	Labels map[relation.Label][]Coord // coordinates of the output labels
	Scale  E                          // public factors without bound labels
	Value  E
	Name   string
}

// Group collects the claims on committed tensors that share the last ℓ
// coordinates: one row-sized polynomial.
type Group[E any] struct {
	Low     []Coord
	Claims  []Claim[E]
	Weights []E // random weight of each claim
}

// Claim says that a tensor's extension has a value at a point.
type Claim[E any] struct {
	Tensor relation.ID
	Point  []Coord
	Value  E
}

// Peer is the prover's side of the conversation, as the verifier's script
// sees it: it is told what the script has drawn and answers with messages.
// The honest prover computes them; a recorded proof replays them and ignores
// what it is told.
type Peer[E any] interface {
	// Lookups starts the lookup tree with the challenges of fingerprints.
	Lookups(alpha, beta E)
	// Fractions returns p0, p1, q0, q1 of the given layer at the point
	// bound so far.
	Fractions(layer int) [4]E
	// Layer starts the sumcheck from the given layer to the next, whose
	// claim at the point is P + lambda·Q.
	Layer(layer int, point []Coord, lambda E)
	// LayerRound returns the two upper coefficients of h in the current
	// round polynomial eq·h.
	LayerRound() [2]E
	// LayerBind fixes the current variable of the layer's sumcheck.
	LayerBind(r E)

	// Evaluate returns the tensor's extension at the point.
	Evaluate(t relation.ID, point []Coord) E
	// TermValue returns the value of an instance.
	TermValue(i *Instance[E]) E

	// Sum starts a batched sumcheck over the instances, weighted.
	Sum(instances []*Instance[E], weights []E)
	// SumRound returns the coefficients of the current round polynomial
	// but for that of degree 1: degree elements.
	SumRound(degree int) []E
	// SumBind fixes the current variable of the batched sumcheck.
	SumBind(r E)

	// Reduction starts the reduction of all groups to one point.
	Reduction(groups []*Group[E], weights []E)
	// ReductionRound returns coefficients 0 and 2 of the round polynomial.
	ReductionRound() [2]E
	// ReductionBind fixes the current variable of the reduction.
	ReductionBind(r E)
	// RowValues returns the value of each group's polynomial at the common
	// point, then that of the mask row if there is one.
	RowValues(n int) []E
	// Drawn tells the value of a new coordinate.
	Drawn(c Coord, value E)
}
