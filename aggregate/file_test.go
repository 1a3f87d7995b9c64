package aggregate_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
)

func TestFileSurvivesItsEncoding(t *testing.T) {
	f, _ := average(t, three(t), 1)
	data, err := f.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	g, err := aggregate.Unmarshal(data)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := g.Marshal(); err != nil || !bytes.Equal(again, data) {
		t.Errorf("another encoding came back: %v", err)
	}
	for n := range data {
		if _, err := aggregate.Unmarshal(data[:n]); !errors.Is(err, fault.ErrMalformed) {
			t.Fatalf("cut at %d: %v", n, err)
		}
	}
	h, payload, err := artefact.Decode(data, aggregate.Kind(), aggregate.Version)
	if err != nil {
		t.Fatal(err)
	}
	// What stands where nothing may, with a header that is right.
	statement := encode.NewReader(payload).Bytes("statement", aggregate.MaxBytes)
	for name, changed := range map[string][]byte{
		"a byte after the proof":      append(slices.Clone(payload), 0),
		"a byte after the statement":  sealed(append(slices.Clone(statement), 0), f.Proof),
		"a statement of another kind": sealed(bytes.Replace(statement, []byte("aggregate/v1"), []byte("aggregate/v2"), 1), f.Proof),
		"half a statement":            sealed(statement[:len(statement)/2], f.Proof),
		"no statement":                sealed(nil, f.Proof),
	} {
		under := h
		under.Statement = sha256.Sum256(encode.NewReader(changed).Bytes("statement", aggregate.MaxBytes))
		if _, err := aggregate.Unmarshal(artefact.Encode(under, changed)); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	h.Statement[0]++
	if _, err := aggregate.Unmarshal(artefact.Encode(h, payload)); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("a header of another statement: %v", err)
	}
	h.Version++
	if _, err := aggregate.Unmarshal(artefact.Encode(h, payload)); !errors.Is(err, fault.ErrVersion) {
		t.Errorf("another version: %v", err)
	}
}

// sealed is the payload of a file.
func sealed(statement, proof []byte) []byte {
	return encode.Bytes(encode.Bytes(nil, statement), proof)
}

// TestStatementIsInjective: every value of a statement changes its digest.
func TestStatementIsInjective(t *testing.T) {
	f, _ := average(t, three(t), 1)
	seen := map[[32]byte]string{}
	for name, change := range map[string]func(s *aggregate.Statement){
		"none":        func(*aggregate.Statement) {},
		"mode":        func(s *aggregate.Statement) { s.Mode = "zk" },
		"context":     func(s *aggregate.Statement) { s.Context += "x" },
		"round":       func(s *aggregate.Statement) { s.Round++ },
		"setup":       func(s *aggregate.Statement) { s.Setup[31]++ },
		"row bits":    func(s *aggregate.Statement) { s.RowBits++ },
		"bits":        func(s *aggregate.Statement) { s.Bits-- },
		"participant": func(s *aggregate.Statement) { s.Participants[1].Result[0]++ },
		"samples":     func(s *aggregate.Statement) { s.Participants[1].Samples++ },
		"order": func(s *aggregate.Statement) {
			s.Participants[0], s.Participants[1] = s.Participants[1], s.Participants[0]
		},
		"one less":     func(s *aggregate.Statement) { s.Participants = s.Participants[:2] },
		"a commitment": func(s *aggregate.Statement) { s.Global[2][0].Neg(&s.Global[2][0]) },
		"cut apart": func(s *aggregate.Statement) {
			s.Global[0] = append(s.Global[0], s.Global[1]...)
			s.Global = append(s.Global[:1], s.Global[2:]...)
		},
	} {
		s := clone(f.Statement)
		change(s)
		d, err := s.Digest()
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if other, ok := seen[d]; ok {
			t.Errorf("%s has the digest of %s", name, other)
		}
		seen[d] = name
		encoded, err := s.Encode()
		if err != nil {
			t.Fatal(err)
		}
		back, err := aggregate.DecodeStatement(encoded)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if again, err := back.Encode(); err != nil || !bytes.Equal(again, encoded) {
			t.Errorf("%s: another statement came back: %v", name, err)
		}
	}
}

func TestStatementRefuses(t *testing.T) {
	f, _ := average(t, three(t), 1)
	for name, change := range map[string]func(s *aggregate.Statement){
		"a long context":  func(s *aggregate.Statement) { s.Context = string(make([]byte, bundle.MaxContext+1)) },
		"round 0":         func(s *aggregate.Statement) { s.Round = 0 },
		"a round beyond":  func(s *aggregate.Statement) { s.Round = aggregate.MaxRound + 1 },
		"short rows":      func(s *aggregate.Statement) { s.RowBits = 0 },
		"long rows":       func(s *aggregate.Statement) { s.RowBits = 40 },
		"no bits":         func(s *aggregate.Statement) { s.Bits = 0 },
		"many bits":       func(s *aggregate.Statement) { s.Bits = 62 },
		"one participant": func(s *aggregate.Statement) { s.Participants = s.Participants[:1] },
		"too many": func(s *aggregate.Statement) {
			s.Participants = make([]aggregate.Participant, aggregate.MaxParticipants+1)
		},
		"no samples":             func(s *aggregate.Statement) { s.Participants[0].Samples = 0 },
		"less than no samples":   func(s *aggregate.Statement) { s.Participants[0].Samples = -3 },
		"too many samples":       func(s *aggregate.Statement) { s.Participants[0].Samples = bundle.MaxRows + 1 },
		"no samples of the last": func(s *aggregate.Statement) { s.Participants[2].Samples = 0 },
		"the last twice":         func(s *aggregate.Statement) { s.Participants[2].Result = s.Participants[0].Result },
		"one twice":              func(s *aggregate.Statement) { s.Participants[0].Result = s.Participants[1].Result },
		"no weights":             func(s *aggregate.Statement) { s.Global = nil },
	} {
		s := clone(f.Statement)
		change(s)
		if _, err := s.Encode(); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	s := clone(f.Statement)
	s.Mode = "unknown"
	if _, err := s.Encode(); !errors.Is(err, fault.ErrVersion) {
		t.Errorf("another mode: %v", err)
	}
	if d, err := s.Digest(); !errors.Is(err, fault.ErrVersion) || d != [32]byte{} {
		t.Errorf("the digest of another mode: %v", err)
	}
	unknown := &aggregate.File{Statement: s}
	if data, err := unknown.Marshal(); !errors.Is(err, fault.ErrVersion) || data != nil {
		t.Errorf("a file of another mode: %v", err)
	}
	if r, err := unknown.Result(three(t)[0].bundle.Statement.Network); !errors.Is(err, fault.ErrVersion) || r != nil {
		t.Errorf("the result of another mode: %v", err)
	}
}

// TestStatementHoldsPoints: rows are whole points of the curve, none of them infinity,
// and every weight has some.
func TestStatementHoldsPoints(t *testing.T) {
	f, _ := average(t, three(t), 1)
	for i := range f.Statement.Global {
		for name, c := range map[string]struct {
			rows []bn254.G1Affine
			says string
		}{
			"no rows":                {nil, "0 bytes of committed rows"},
			"infinity":               {[]bn254.G1Affine{{}}, "point 0"},
			"infinity after a point": {append(slices.Clone(f.Statement.Global[i]), bn254.G1Affine{}), "point 1"},
		} {
			s := clone(f.Statement)
			s.Global[i] = c.rows
			encoded, err := s.Encode()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := aggregate.DecodeStatement(encoded); !errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), fmt.Sprintf("weight %d", i)) {
				t.Errorf("%s of weight %d: %v", name, i, err)
			}
		}
	}
	encoded, err := f.Statement.Encode()
	if err != nil {
		t.Fatal(err)
	}
	// The last weight is a field of its length and its only point: half a point more.
	last := len(encoded) - commitments.PointBytes
	field := append(slices.Clone(encoded[last:]), make([]byte, commitments.PointBytes/2)...)
	encoded = encode.Bytes(encoded[:last-8], field)
	if _, err := aggregate.DecodeStatement(encoded); !errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), "bytes of committed rows") {
		t.Errorf("half a point after the last: %v", err)
	}
}

func FuzzUnmarshal(fz *testing.F) {
	f, _ := average(fz, three(fz), 1)
	data, err := f.Marshal()
	if err != nil {
		fz.Fatal(err)
	}
	fz.Add(data)
	fz.Add(data[:len(data)/2])
	fz.Fuzz(func(t *testing.T, data []byte) {
		g, err := aggregate.Unmarshal(data)
		if err != nil {
			if !errors.Is(err, fault.ErrMalformed) && !errors.Is(err, fault.ErrVersion) {
				t.Fatal(err)
			}
			return
		}
		if again, err := g.Marshal(); err != nil || !bytes.Equal(again, data) {
			t.Fatalf("another encoding: %v", err)
		}
	})
}
