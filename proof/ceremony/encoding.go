package ceremony

import (
	"bytes"
	"fmt"

	"github.com/consensys/gnark-crypto/ecc/bn254"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
)

const (
	transcriptVersion = 1
	maxLog            = 24
	maxPoints         = 1 << 26
	maxNameBytes      = 64

	proofBytes        = bn254.SizeOfG1AffineCompressed + bn254.SizeOfG2AffineCompressed
	contributionBytes = 8 + bn254.SizeOfG1AffineCompressed + bn254.SizeOfG2AffineCompressed + proofBytes

	// MaxBytes bounds the files of transcripts.
	MaxBytes = 2 << 30
)

// Kind is that of the files of transcripts.
func Kind() artefact.Kind { return artefact.Kind{'c', 'e', 'r', 'e'} }

func (c *Contribution) append(b []byte) []byte {
	b = encode.Text(b, c.Name)
	b = commitments.AppendPoints(b, []bn254.G1Affine{c.Delta})
	second := c.DeltaG2.Bytes()
	var proof bytes.Buffer
	if _, err := c.Proof.WriteTo(&proof); err != nil {
		panic(err) // a buffer takes everything
	}
	return append(append(b, second[:]...), proof.Bytes()...)
}

// MarshalBinary encodes a transcript.
func (t *Transcript) MarshalBinary() ([]byte, error) {
	b := append(append([]byte{}, t.Phase1[:]...), t.Initial[:]...)
	b = encode.Int(b, t.Log)
	b = encode.Int(b, len(t.Contributions))
	for i := range t.Contributions {
		b = t.Contributions[i].append(b)
	}
	b = encode.Bytes(b, t.Beacon)
	for _, points := range [][]bn254.G1Affine{t.Quotient, t.Private} {
		b = commitments.AppendPoints(encode.Int(b, len(points)), points)
	}
	return artefact.Encode(artefact.Header{Kind: Kind(), Version: transcriptVersion, Statement: t.Class}, b), nil
}

// Unmarshal decodes a transcript. Points are in their groups, δ is nowhere infinity;
// what they say Verify checks. Errors wrap fault.ErrMalformed or fault.ErrVersion.
func Unmarshal(data []byte) (t *Transcript, err error) {
	defer fault.Catch(&err, "ceremony", fault.ErrMalformed)
	h, payload, err := artefact.Decode(data, Kind(), transcriptVersion)
	if err != nil {
		return nil, err
	}
	r := encode.NewReader(payload)
	t = &Transcript{Class: h.Statement, Phase1: r.Digest("first phase"), Initial: r.Digest("initial parameters")}
	t.Log = r.Bounded("size of the circuit", 1, maxLog)
	t.Contributions = make([]Contribution, r.Count("contributions", maxContributions, contributionBytes))
	for i := range t.Contributions {
		if t.Contributions[i], err = decodeContribution(r); err != nil {
			return nil, fmt.Errorf("ceremony: contribution %d: %w", i+1, err)
		}
	}
	if beacon := r.Bytes("beacon", maxBeaconBytes); len(beacon) > 0 {
		t.Beacon = append([]byte{}, beacon...)
		if len(beacon) < minBeaconBytes {
			r.Fail("beacon", "%d bytes, want %d to %d", len(beacon), minBeaconBytes, maxBeaconBytes)
		}
	}
	for _, to := range []*[]bn254.G1Affine{&t.Quotient, &t.Private} {
		n := r.Count("parameters", maxPoints, commitments.PointBytes)
		encoded := r.Fixed("parameters", n*commitments.PointBytes)
		if r.Err() != nil {
			break
		}
		if *to, err = commitments.DecodePoints(encoded, n, commitments.AllowInfinity); err != nil {
			return nil, fmt.Errorf("ceremony: parameters: %w", err)
		}
	}
	if err := r.End("ceremony"); err != nil {
		return nil, err
	}
	return t, nil
}

func decodeContribution(r *encode.Reader) (c Contribution, err error) {
	c.Name = string(r.Bytes("name", maxNameBytes))
	delta := r.Fixed("δ", commitments.PointBytes)
	deltaG2 := r.Fixed("δ", bn254.SizeOfG2AffineCompressed)
	proof := r.Fixed("proof", proofBytes)
	if err := r.Err(); err != nil {
		return c, err
	}
	if err := foreign.CheckName("a contribution", c.Name); err != nil {
		return c, fmt.Errorf("%w: %w", err, fault.ErrMalformed)
	}
	if c.Delta, err = commitments.DecodePoint(delta, commitments.RefuseInfinity); err != nil {
		return c, err
	}
	if n, err := c.DeltaG2.SetBytes(deltaG2); err != nil || n != len(deltaG2) || c.DeltaG2.IsInfinity() {
		return c, fmt.Errorf("point of G2: %w", fault.ErrMalformed)
	}
	if n, err := c.Proof.ReadFrom(bytes.NewReader(proof)); err != nil || n != int64(len(proof)) {
		return c, fmt.Errorf("proof of knowledge: %w", fault.ErrMalformed)
	}
	return c, nil
}
