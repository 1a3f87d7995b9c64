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
	version             = 1
	maxLog              = 24
	maxPoints           = 1 << 26
	maxNameBytes        = 64
	maxCircuits         = 1 << 8
	maxDescriptionBytes = 1 << 26

	proofBytes = bn254.SizeOfG1AffineCompressed + bn254.SizeOfG2AffineCompressed
	// factorBytes are those of a contribution to one circuit, without its name.
	factorBytes = bn254.SizeOfG1AffineCompressed + bn254.SizeOfG2AffineCompressed + proofBytes

	// MaxBytes bounds the files of ceremonies, BytesPerByte what decoding one takes
	// for each of its bytes.
	MaxBytes     = 4 << 30
	BytesPerByte = 4
)

// Kind is that of the files of ceremonies.
func Kind() artefact.Kind { return artefact.Kind{'c', 'e', 'r', 'e'} }

// append encodes a contribution, as challenges are about it.
func (c *Contribution) append(b []byte) []byte { return c.appendFactor(encode.Text(b, c.Name)) }

func (c *Contribution) appendFactor(b []byte) []byte {
	b = commitments.AppendPoints(b, []bn254.G1Affine{c.Delta})
	second := c.DeltaG2.Bytes()
	var proof bytes.Buffer
	if _, err := c.Proof.WriteTo(&proof); err != nil {
		panic(err) // a buffer takes everything
	}
	return append(append(b, second[:]...), proof.Bytes()...)
}

// MarshalBinary encodes a ceremony: the first phase, names, beacon and how often it is
// hashed, then of each circuit its class and description, the initial parameters'
// digest, contributions, Z and K. The digest in the frame is ID.
func (c *Ceremony) MarshalBinary() ([]byte, error) {
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("ceremony: %w", err)
	}
	first := c.Circuits[0].Transcript
	b := append([]byte{}, first.Phase1[:]...)
	b = encode.Int(b, len(first.Contributions))
	for i := range first.Contributions {
		b = encode.Text(b, first.Contributions[i].Name)
	}
	b = encode.Int(encode.Bytes(b, first.Beacon), first.Iterations)
	b = encode.Int(b, len(c.Circuits))
	for _, circuit := range c.Circuits {
		t := circuit.Transcript
		b = encode.Bytes(append(b, t.Class[:]...), circuit.Description)
		b = encode.Int(append(b, t.Initial[:]...), t.Log)
		for i := range t.Contributions {
			b = t.Contributions[i].appendFactor(b)
		}
		for _, points := range [][]bn254.G1Affine{t.Quotient, t.Private} {
			b = commitments.AppendPoints(encode.Int(b, len(points)), points)
		}
	}
	return artefact.Encode(artefact.Header{Kind: Kind(), Version: version, Statement: c.ID()}, b), nil
}

// Unmarshal decodes a ceremony. Points are in their groups, δ is nowhere infinity; what
// they say Verify checks. Errors wrap fault.ErrMalformed, naming what was to be read,
// or fault.ErrVersion.
func Unmarshal(data []byte) (_ *Ceremony, err error) {
	defer fault.Catch(&err, "ceremony", fault.ErrMalformed)
	h, payload, err := artefact.Decode(data, Kind(), version)
	if err != nil {
		return nil, fmt.Errorf("ceremony: %w", err)
	}
	c, err := decode(payload)
	if err != nil {
		return nil, fmt.Errorf("ceremony: %w", err)
	}
	if h.Statement != c.ID() {
		return nil, fmt.Errorf("ceremony: the header names another one: %w", fault.ErrMalformed)
	}
	return c, nil
}

func decode(payload []byte) (*Ceremony, error) {
	r := encode.NewReader(payload)
	head := Transcript{Phase1: r.Digest("first phase")}
	names := make([]string, r.Count("contributions", MaxContributions, 8))
	for i := range names {
		names[i] = string(r.Bytes("name of a contribution", maxNameBytes))
		if err := foreign.CheckName("a contribution", names[i]); err != nil && r.Err() == nil {
			r.Keep(fmt.Errorf("contribution %d: %w: %w", i+1, err, fault.ErrMalformed))
		}
	}
	decodeBeacon(r, &head)
	c := &Ceremony{Circuits: make([]Circuit, r.Count("circuits", maxCircuits, 32))}
	if err := r.Err(); err != nil {
		return nil, err
	}
	for i := range c.Circuits {
		t := head
		c.Circuits[i].Transcript = &t
		if err := decodeCircuit(r, &c.Circuits[i], names); err != nil {
			return nil, fmt.Errorf("circuit %d: %w", i+1, err)
		}
	}
	if err := r.End("end"); err != nil {
		return nil, err
	}
	return c, c.check()
}

func decodeBeacon(r *encode.Reader, t *Transcript) {
	if beacon := r.Bytes("beacon", maxBeaconBytes); len(beacon) > 0 {
		t.Beacon = append([]byte{}, beacon...)
		if len(beacon) < minBeaconBytes {
			r.Fail("beacon", "%d bytes, want %d to %d", len(beacon), minBeaconBytes, maxBeaconBytes)
		}
	}
	if t.Iterations = r.Bounded("how often the beacon is hashed", 0, MaxIterations); t.Beacon == nil && t.Iterations != 0 {
		r.Fail("beacon", "there is none, and it is hashed")
	}
}

func decodeCircuit(r *encode.Reader, c *Circuit, names []string) (err error) {
	t := c.Transcript
	t.Class = r.Digest("class")
	c.Description = append([]byte{}, r.Bytes("description", maxDescriptionBytes)...)
	t.Initial, t.Log = r.Digest("initial parameters"), r.Bounded("size of the circuit", 1, maxLog)
	if err := r.Err(); err != nil {
		return err
	}
	if len(names) > r.Left()/factorBytes {
		r.Fail("contributions", "%d bytes left, %d contributions need %d", r.Left(), len(names), len(names)*factorBytes)
		return r.Err()
	}
	t.Contributions = make([]Contribution, len(names))
	for i := range t.Contributions {
		if t.Contributions[i], err = decodeContribution(r, names[i]); err != nil {
			return fmt.Errorf("contribution %d: %w", i+1, err)
		}
	}
	for _, to := range []struct {
		points *[]bn254.G1Affine
		name   string
	}{{&t.Quotient, "parameters Z"}, {&t.Private, "parameters K"}} {
		n := r.Count(to.name, maxPoints, commitments.PointBytes)
		encoded := r.Fixed(to.name, n*commitments.PointBytes)
		if err := r.Err(); err != nil {
			return err
		}
		if *to.points, err = commitments.DecodePoints(encoded, n, commitments.AllowInfinity); err != nil {
			return fmt.Errorf("%s: %w", to.name, err)
		}
	}
	return r.Err()
}

func decodeContribution(r *encode.Reader, name string) (c Contribution, err error) {
	c.Name = name
	delta := r.Fixed("δ", commitments.PointBytes)
	deltaG2 := r.Fixed("δ in G2", bn254.SizeOfG2AffineCompressed)
	proof := r.Fixed("proof of knowledge", proofBytes)
	if err := r.Err(); err != nil {
		return c, err
	}
	if c.Delta, err = commitments.DecodePoint(delta, commitments.RefuseInfinity); err != nil {
		return c, fmt.Errorf("δ: %w", err)
	}
	if n, err := c.DeltaG2.SetBytes(deltaG2); err != nil || n != len(deltaG2) || c.DeltaG2.IsInfinity() {
		return c, fmt.Errorf("δ in G2: %w", fault.ErrMalformed)
	}
	if n, err := c.Proof.ReadFrom(bytes.NewReader(proof)); err != nil || n != int64(len(proof)) {
		return c, fmt.Errorf("proof of knowledge: %w", fault.ErrMalformed)
	}
	return c, nil
}
