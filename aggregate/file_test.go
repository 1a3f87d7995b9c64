package aggregate_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/artefact"
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
	h.Statement[0]++
	if _, err := aggregate.Unmarshal(artefact.Encode(h, payload)); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("a header of another statement: %v", err)
	}
	h.Version++
	if _, err := aggregate.Unmarshal(artefact.Encode(h, payload)); !errors.Is(err, fault.ErrVersion) {
		t.Errorf("another version: %v", err)
	}
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
		"no samples":           func(s *aggregate.Statement) { s.Participants[0].Samples = 0 },
		"less than no samples": func(s *aggregate.Statement) { s.Participants[0].Samples = -3 },
		"too many samples":     func(s *aggregate.Statement) { s.Participants[0].Samples = bundle.MaxRows + 1 },
		"one twice":            func(s *aggregate.Statement) { s.Participants[0].Result = s.Participants[1].Result },
		"no weights":           func(s *aggregate.Statement) { s.Global = nil },
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
