package bundle

import (
	"crypto/sha256"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/segment"
)

// Kinds of the statements that proofs of a run are about.
const (
	datasetKind = "zkaudit/dataset-certificate/v2"
	weightsKind = "zkaudit/weights-certificate/v1"
	segmentKind = "zkaudit/segment/v1"
)

// Claims derives, from the public values of a run alone, what each of its
// proofs must be about. Prover and verifier use the same.
type Claims struct {
	Run      *Statement
	Digest   [32]byte // of Run
	tables   *ops.Tables
	schedule *schedule.Schedule
}

// NewClaims prepares the claims of a run. Errors are those of Statement.Check.
// Protocol, section 16.
func NewClaims(s *Statement, tables *ops.Tables) (*Claims, error) {
	digest, err := s.Digest()
	if err != nil {
		return nil, err
	}
	sched, err := schedule.New(s.Schedule)
	if err != nil {
		return nil, err
	}
	return &Claims{Run: s, Digest: digest, tables: tables, schedule: sched}, nil
}

// Dataset returns the claims of the certificate of a part.
func (c *Claims) Dataset(i int) ([]DatasetClaim, error) {
	return DatasetClaims(c.Run.Mode, c.Run.PartShape(i), c.Run.Setup, c.Run.RowBits, c.Run.Parts[i])
}

// DatasetDigest identifies the certificate of a part.
func (c *Claims) DatasetDigest(i int, encoded []byte) ([32]byte, error) {
	claims, err := c.Dataset(i)
	if err != nil {
		return [32]byte{}, err
	}
	return DatasetDigest(claims, encoded), nil
}

// WeightsClaim is what the certificate of initial weights is about. It depends
// on the network and the origin, not on a run.
func WeightsClaim(m mode.Name, n *network.Network, o Origin, setup [32]byte, rowBits int, initial WeightCommitments) (*segment.WeightsCertificate, *statement.Statement, error) {
	p := n.Program()
	public, err := o.Public(p)
	if err != nil {
		return nil, nil, err
	}
	cert, err := segment.NewWeightsCertificate(p, o.Bits, public)
	if err != nil {
		return nil, nil, err
	}
	digest := n.Digest()
	st, err := claim(m, weightsKind, encode.Bytes(digest[:], o.Encode()), cert.Relation, setup, rowBits)
	if err != nil {
		return nil, nil, err
	}
	st.External = initial
	return cert, st, nil
}

// Weights returns the claim of the certificate of the initial weights.
func (c *Claims) Weights() (*segment.WeightsCertificate, *statement.Statement, error) {
	return WeightsClaim(c.Run.Mode, c.Run.Network, c.Run.Origin, c.Run.Setup, c.Run.RowBits, c.Run.Initial)
}

// Segment returns the claim of a segment's proof: that the weights committed
// in after, one per trainable weight, are what the segment's steps compute
// from those committed in before, one per weight. certificates are the digests
// of all certificates of the run (protocol, section 16).
func (c *Claims) Segment(i int, certificates [][32]byte, before, after WeightCommitments) (*segment.Relations, *statement.Statement, error) {
	first, count := c.Run.Range(i)
	rows, err := c.schedule.Segment(first, count)
	if err != nil {
		return nil, nil, err
	}
	rates := c.Run.RatesOf(first, count)
	sys, err := segment.Build(c.Run.Program(),
		segment.Shape{Steps: count, PartRows: c.Run.Schedule.Parts},
		segment.PublicInputs{Rates: rates, Rows: rows}, c.tables)
	if err != nil {
		return nil, nil, err
	}
	st, err := claim(c.Run.Mode, segmentKind, c.segmentPublic(i, rates, certificates), sys.Relation, c.Run.Setup, c.Run.RowBits)
	if err != nil {
		return nil, nil, err
	}
	for _, part := range c.Run.Parts {
		st.External = append(st.External, part.Features, part.Labels)
		if c.Run.Program().Attributes() != graph.None {
			st.External = append(st.External, part.Attributes)
		}
	}
	st.External = append(append(st.External, before...), after...)
	return sys, st, nil
}

// segmentPublic encodes the public values of a segment.
func (c *Claims) segmentPublic(i int, rates []int64, certificates [][32]byte) []byte {
	first, count := c.Run.Range(i)
	program := c.Run.Network.Digest()
	b := append(c.Digest[:len(c.Digest):len(c.Digest)], program[:]...)
	for _, n := range []int{i, first, count, c.Run.Steps()} {
		b = encode.Int(b, n)
	}
	b = encode.Ints(b, rates)
	b = encode.Int(b, len(certificates))
	for _, d := range certificates {
		b = append(b, d[:]...)
	}
	return b
}

// claim is the statement about a system in a mode.
func claim(m mode.Name, kind string, public []byte, sys *relation.System, setup [32]byte, rowBits int) (*statement.Statement, error) {
	layout, err := proof.NewLayout(sys, rowBits, m.ZeroKnowledge())
	if err != nil {
		return nil, err
	}
	return &statement.Statement{Kind: kind, Public: public, Layout: layout, Setup: setup}, nil
}

// ClaimDigest identifies what a proof is about: kind, public values, relation
// system, setup, row size, whether it is masked and the commitments in the
// statement (protocol, section 16).
func ClaimDigest(st *statement.Statement) [32]byte {
	system := st.Layout.System.Digest()
	b := encode.Domain("zkaudit/claim/v1")
	b = encode.Text(b, st.Kind)
	b = encode.Bytes(b, st.Public)
	b = append(b, system[:]...)
	b = append(b, st.Setup[:]...)
	b = encode.Int(b, st.Layout.RowLog)
	b = encode.Bool(b, st.Layout.Masked)
	for _, rows := range st.External {
		b = encode.Bytes(b, commitments.AppendPoints(nil, rows))
	}
	return sha256.Sum256(b)
}

// CertificateDigest identifies a certificate: its claims and their proofs, as
// they are encoded (protocol, section 16).
func CertificateDigest(encoded []byte, claims ...*statement.Statement) [32]byte {
	b := encode.Int(encode.Domain("zkaudit/certificate/v2"), len(claims))
	for _, st := range claims {
		claim := ClaimDigest(st)
		b = append(b, claim[:]...)
	}
	return sha256.Sum256(encode.Bytes(b, encoded))
}

// Before merges the trainable weights at a border with the frozen ones of the
// beginning: what Claims.Segment takes as before.
func (s *Statement) Before(trained WeightCommitments) WeightCommitments {
	var w WeightCommitments
	next := 0
	for i, id := range network.WeightTensors(s.Program()) {
		if s.Program().Tensor(id).Role == graph.Weight {
			w = append(w, trained[next])
			next++
			continue
		}
		w = append(w, s.Initial[i])
	}
	return w
}

// Trained returns the trainable ones of the initial weights.
func (s *Statement) Trained() WeightCommitments {
	var w WeightCommitments
	for i, id := range network.WeightTensors(s.Program()) {
		if s.Program().Tensor(id).Role == graph.Weight {
			w = append(w, s.Initial[i])
		}
	}
	return w
}
