package aggregate

import (
	"fmt"
	"slices"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/segment"
)

// claimKind is the kind of the statement that the proof of a round is about.
const claimKind = "zkaudit/average/v1"

// Kept returns which weights of a program a round leaves as they are: frozen ones
// to which all participants have the same commitments. All others are averaged, so
// frozen weights that each has committed anew, from one public origin, become
// their average, which is what they are. Requires contributions that agree.
func Kept(list []*Contribution) []bool {
	p := list[0].Run.Program()
	ids := network.WeightTensors(p)
	kept := make([]bool, len(ids))
	for i, id := range ids {
		kept[i] = p.Tensor(id).Role == graph.Frozen
		for _, c := range list {
			kept[i] = kept[i] && slices.Equal(c.Result.Weights[i].Rows, list[0].Result.Weights[i].Rows)
		}
	}
	return kept
}

// Claim derives what the proof of a round is about: the relation, and the
// statement with the commitments to averages and to rests, which are computed from
// those of the participants. Prover and verifier use the same. Requires
// contributions that agree, in the order of the statement's participants.
//
// Errors wrap fault.ErrMalformed for commitments of another shape, fault.ErrRejected
// for a frozen weight that has changed, fault.ErrUnsupported where sums could wrap.
// Protocol, section 22.
func (s *Statement) Claim(list []*Contribution) (*segment.AverageCertificate, *statement.Statement, error) {
	if len(list) != len(s.Participants) {
		return nil, nil, fmt.Errorf("round: %d contributions of %d participants: %w", len(list), len(s.Participants), fault.ErrMalformed)
	}
	p := list[0].Run.Program()
	if err := s.fits(p); err != nil {
		return nil, nil, err
	}
	var averages, rests [][]bn254.G1Affine
	for i, kept := range Kept(list) {
		id := network.WeightTensors(p)[i]
		if kept {
			if !slices.Equal(s.Global[i], list[0].Result.Weights[i].Rows) {
				return nil, nil, fmt.Errorf("frozen weight %q has other commitments after the round: %w", p.Tensor(id).Name, fault.ErrRejected)
			}
			continue
		}
		rest, err := s.rest(i, list)
		if err != nil {
			return nil, nil, err
		}
		averages, rests = append(averages, s.Global[i]), append(rests, rest)
	}
	cert, layout, err := s.Certificate(list)
	if err != nil {
		return nil, nil, err
	}
	digest, err := s.Digest()
	if err != nil {
		return nil, nil, err
	}
	st := &statement.Statement{Kind: claimKind, Public: digest[:], Layout: layout, Setup: s.Setup, External: append(averages, rests...)}
	return cert, st, nil
}

// Certificate derives the relation of a round and its layout, which depend on no
// commitment to averages. Requires contributions that agree; errors wrap
// fault.ErrUnsupported where sums could wrap, or the relation is too large.
func (s *Statement) Certificate(list []*Contribution) (*segment.AverageCertificate, *proof.Layout, error) {
	p := list[0].Run.Program()
	var averaged []graph.TensorID
	for i, kept := range Kept(list) {
		if !kept {
			averaged = append(averaged, network.WeightTensors(p)[i])
		}
	}
	cert, err := segment.NewAverageCertificate(p, averaged, s.Samples(), s.Bits)
	if err != nil {
		return nil, nil, err
	}
	if err := cert.CheckBounds(weightBits(list)); err != nil {
		return nil, nil, err
	}
	layout, err := proof.NewLayout(cert.Relation, s.RowBits, s.Mode.ZeroKnowledge())
	return cert, layout, err
}

// fits returns fault.ErrMalformed unless there are as many committed rows as the
// program's weights have.
func (s *Statement) fits(p *graph.Program) error {
	ids := network.WeightTensors(p)
	if len(s.Global) != len(ids) {
		return fmt.Errorf("round: commitments to %d weights, the participants' program has %d: %w", len(s.Global), len(ids), fault.ErrMalformed)
	}
	for i, id := range ids {
		if want := bundle.CommittedRows(s.RowBits, p.Tensor(id).Axes...); len(s.Global[i]) != want {
			return fmt.Errorf("round: weight %d has %d committed rows, needs %d: %w", i, len(s.Global[i]), want, fault.ErrMalformed)
		}
	}
	return nil
}

// rest returns the commitments Σ_k n_k·C_k − N·C_g to the rests of weight i.
func (s *Statement) rest(i int, list []*Contribution) ([]bn254.G1Affine, error) {
	weights := append(Weights(s.Participants), fr.NewElement(uint64(s.Samples())))
	last := &weights[len(weights)-1]
	last.Neg(last)
	rest := make([]bn254.G1Affine, len(s.Global[i]))
	for row := range rest {
		var points []bn254.G1Affine
		for _, c := range list {
			points = append(points, c.Result.Weights[i].Rows[row])
		}
		sum, err := commitments.FoldCommitments(append(points, s.Global[i][row]), weights)
		if err != nil {
			return nil, err
		}
		rest[row].FromJacobian(&sum)
	}
	return rest, nil
}

// Weights are the samples of participants as field elements.
func Weights(participants []Participant) []fr.Element {
	weights := make([]fr.Element, len(participants))
	for k, p := range participants {
		weights[k].SetInt64(p.Samples)
	}
	return weights
}

// weightBits bounds the bits of all weights of all participants.
func weightBits(list []*Contribution) int {
	most := 0
	for _, c := range list {
		most = max(most, ops.AccumulatorBits(c.Run.Program(), c.Run.Origin.Bits, int64(c.Run.Steps())))
	}
	return most
}
