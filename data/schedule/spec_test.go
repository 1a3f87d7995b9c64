package schedule

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

func shuffledSpec() Spec {
	return Spec{Parts: Parts{7, 1, 5}, Batch: 4, Steps: 6, Order: Shuffled, Tail: Wrap, Seed: "seed", Commitments: commitments(3)}
}

func TestSpecErrors(t *testing.T) {
	for name, change := range map[string]func(*Spec){
		"no part":                    func(s *Spec) { s.Parts, s.Commitments = nil, nil },
		"too many parts":             func(s *Spec) { s.Parts = make(Parts, maxParts+1) },
		"empty part":                 func(s *Spec) { s.Parts[1] = 0 },
		"negative part":              func(s *Spec) { s.Parts[1] = -1 },
		"part of 2^31":               func(s *Spec) { s.Parts[1] = math.MaxInt32 + 1 },
		"2^31 together":              func(s *Spec) { s.Parts[1] = math.MaxInt32 - 5 },
		"fewer rows than a batch":    func(s *Spec) { s.Batch = 14 },
		"fewer rows, drop":           func(s *Spec) { s.Batch, s.Tail = 14, Drop },
		"batch 0":                    func(s *Spec) { s.Batch = 0 },
		"batch negative":             func(s *Spec) { s.Batch = -1 },
		"no step":                    func(s *Spec) { s.Steps = 0 },
		"too many steps":             func(s *Spec) { s.Steps = MaxSteps + 1 },
		"unknown order":              func(s *Spec) { s.Order = 2 },
		"unknown tail":               func(s *Spec) { s.Tail = 2 },
		"no seed":                    func(s *Spec) { s.Seed = "" },
		"long seed":                  func(s *Spec) { s.Seed = string(make([]byte, MaxSeed+1)) },
		"missing commitment":         func(s *Spec) { s.Commitments = s.Commitments[:2] },
		"seed in committed order":    func(s *Spec) { s.Order, s.Commitments = Committed, nil },
		"digests in committed order": func(s *Spec) { s.Order, s.Seed = Committed, "" },

		"without a part that is not there": func(s *Spec) { s.Without = []Range{{3, 0, 1}} },
		"without a part before the first":  func(s *Spec) { s.Without = []Range{{-1, 0, 1}} },
		"without no row":                   func(s *Spec) { s.Without = []Range{{0, 2, 2}} },
		"without rows backwards":           func(s *Spec) { s.Without = []Range{{0, 3, 2}} },
		"without a row before the first":   func(s *Spec) { s.Without = []Range{{0, -1, 1}} },
		"without a row after the last":     func(s *Spec) { s.Without = []Range{{0, 6, 8}} },
		"without parts out of order":       func(s *Spec) { s.Without = []Range{{1, 0, 1}, {0, 0, 1}} },
		"without rows out of order":        func(s *Spec) { s.Without = []Range{{0, 4, 5}, {0, 0, 1}} },
		"without a row twice":              func(s *Spec) { s.Without = []Range{{0, 0, 3}, {0, 2, 4}} },
		"without ranges that touch":        func(s *Spec) { s.Without = []Range{{0, 0, 2}, {0, 2, 4}} },
		"without too many ranges":          func(s *Spec) { s.Without = make([]Range, maxRanges+1) },
		"fewer rows left than a batch":     func(s *Spec) { s.Without = []Range{{0, 0, 7}, {2, 0, 3}} },
		"no row left":                      func(s *Spec) { s.Without = []Range{{0, 0, 7}, {1, 0, 1}, {2, 0, 5}} },
	} {
		spec := shuffledSpec()
		change(&spec)
		if _, err := New(spec); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := spec.MarshalBinary(); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("%s: encoded, %v", name, err)
		}
	}
	spec := shuffledSpec()
	spec.Batch = 13
	if err := spec.Check(); err != nil {
		t.Errorf("a batch of all rows: %v", err)
	}
	spec = shuffledSpec()
	spec.Without = []Range{{0, 0, 7}, {2, 0, 1}, {2, 2, 3}}
	if err := spec.Check(); err != nil || spec.EpochRows() != 4 {
		t.Errorf("a batch of all rows that are left: %v, %d", err, spec.EpochRows())
	}
}

func TestStepsFor(t *testing.T) {
	for _, tt := range []struct {
		batch, epochs, drop, wrap int
	}{{4, 1, 3, 4}, {4, 4, 12, 13}, {13, 2, 2, 2}, {1, 3, 39, 39}} {
		spec := shuffledSpec()
		spec.Batch, spec.Tail = tt.batch, Drop
		if got := spec.StepsFor(tt.epochs); got != tt.drop {
			t.Errorf("%d epochs of batch %d, drop: %d steps, want %d", tt.epochs, tt.batch, got, tt.drop)
		}
		spec.Tail = Wrap
		if got := spec.StepsFor(tt.epochs); got != tt.wrap {
			t.Errorf("%d epochs of batch %d, wrap: %d steps, want %d", tt.epochs, tt.batch, got, tt.wrap)
		}
	}
}

func TestEncodingGolden(t *testing.T) {
	got, err := Spec{Parts: Parts{5, 258}, Batch: 4, Steps: 6, Tail: Wrap}.MarshalBinary()
	want := "010001" + "0400000000000000" + "0600000000000000" + "0200000000000000" + "0500000000000000" + "0201000000000000"
	if err != nil || hex.EncodeToString(got) != want {
		t.Errorf("committed: %x, %v, want %s", got, err, want)
	}
	spec := Spec{Parts: Parts{5}, Batch: 4, Steps: 6, Order: Shuffled, Seed: "ab", Commitments: commitments(1)}
	got, err = spec.MarshalBinary()
	want = "010100" + "0400000000000000" + "0600000000000000" + "0100000000000000" + "0500000000000000" +
		"0200000000000000" + "6162" + "0101010101010101010101010101010101010101010101010101010101010101"
	if err != nil || hex.EncodeToString(got) != want {
		t.Errorf("shuffled: %x, %v, want %s", got, err, want)
	}
}

// Rows left out stand after everything else, in an encoding of their own
// version: that of a schedule that reads every row is as it was.
func TestEncodingGoldenWithout(t *testing.T) {
	spec := Spec{Parts: Parts{5, 258}, Batch: 4, Steps: 6, Tail: Wrap, Without: []Range{{0, 1, 2}, {1, 0, 257}}}
	got, err := spec.MarshalBinary()
	want := "020001" + "0400000000000000" + "0600000000000000" + "0200000000000000" + "0500000000000000" + "0201000000000000" +
		"0200000000000000" + "0000000000000000" + "0100000000000000" + "0200000000000000" + "0100000000000000" + "0000000000000000" + "0101000000000000"
	if err != nil || hex.EncodeToString(got) != want {
		t.Errorf("%x, %v, want %s", got, err, want)
	}
	none := "020001" + "0400000000000000" + "0600000000000000" + "0200000000000000" + "0500000000000000" + "0201000000000000" + "0000000000000000"
	encoded, err := hex.DecodeString(none)
	if err != nil {
		t.Fatal(err)
	}
	if err := new(Spec).UnmarshalBinary(encoded); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("a second encoding of a schedule that leaves nothing out: %v", err)
	}
	most := Spec{Parts: make(Parts, maxParts), Batch: 1, Steps: 1, Order: Shuffled, Seed: string(make([]byte, MaxSeed)), Commitments: commitments(maxParts)}
	for i := range most.Parts {
		most.Parts[i] = 40
		for k := range maxRanges / maxParts {
			most.Without = append(most.Without, Range{i, 2 * k, 2*k + 1})
		}
	}
	if encoded, err = most.MarshalBinary(); err != nil || len(encoded) > MaxEncoded || len(encoded) < MaxEncoded-64 {
		t.Errorf("the longest encoding has %d bytes, at most %d, %v", len(encoded), MaxEncoded, err)
	}
	var back Spec
	if err := back.UnmarshalBinary(encoded); err != nil || !reflect.DeepEqual(back, most) {
		t.Errorf("the longest encoding: %v", err)
	}
}

// TestDecodeMutations: every truncation and extension is refused, and every
// changed byte is refused or gives another Spec.
func TestDecodeMutations(t *testing.T) {
	all, some := shuffledSpec(), shuffledSpec()
	some.Without = []Range{{0, 0, 2}, {0, 4, 6}, {2, 1, 2}}
	for name, spec := range map[string]Spec{"all rows": all, "some left out": some} {
		t.Run(name, func(t *testing.T) { decodeMutations(t, spec) })
	}
}

func decodeMutations(t *testing.T, spec Spec) {
	encoded, err := spec.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	var back Spec
	if err := back.UnmarshalBinary(encoded); err != nil || !reflect.DeepEqual(back, spec) {
		t.Fatalf("%+v, %v", back, err)
	}
	for n := range encoded {
		if err := new(Spec).UnmarshalBinary(encoded[:n]); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("first %d bytes: %v", n, err)
		}
	}
	if err := new(Spec).UnmarshalBinary(append(bytes.Clone(encoded), 0)); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("one byte more: %v", err)
	}
	for i := range encoded {
		for _, bit := range []byte{1, 0x80} {
			changed := bytes.Clone(encoded)
			changed[i] ^= bit
			var other Spec
			err := other.UnmarshalBinary(changed)
			switch {
			case err == nil && reflect.DeepEqual(other, spec):
				t.Errorf("byte %d: not noticed", i)
			case i == 0 && !errors.Is(err, fault.ErrVersion):
				t.Errorf("version changed: %v", err)
			case err != nil && i != 0 && !errors.Is(err, fault.ErrMalformed):
				t.Errorf("byte %d: %v", i, err)
			}
		}
	}
}

func FuzzUnmarshal(f *testing.F) {
	for _, spec := range []Spec{shuffledSpec(), {Parts: Parts{5, 258}, Batch: 4, Steps: 6},
		{Parts: Parts{5, 258}, Batch: 4, Steps: 6, Without: []Range{{0, 0, 5}, {1, 7, 9}, {1, 200, 201}}}} {
		encoded, err := spec.MarshalBinary()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(encoded)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var spec Spec
		if spec.UnmarshalBinary(b) != nil {
			return
		}
		again, err := spec.MarshalBinary()
		if err != nil || !bytes.Equal(again, b) {
			t.Errorf("%x decodes to %+v, which encodes to %x, %v", b, spec, again, err)
		}
	})
}

// TestUnreadRowsAreFew: the order of a shuffled epoch is drawn for all rows, so
// that few that are read must not ask for the work of many, again and again.
func TestUnreadRowsAreFew(t *testing.T) {
	s := Spec{Parts: Parts{1 << 20}, Batch: 1, Steps: 1 << 16, Order: Shuffled, Seed: "x", Commitments: make([][32]byte, 1)}
	for _, read := range []int{1, 2, 1<<16 - 1, 1 << 16, 1 << 19} {
		s.Without = []Range{{Part: 0, From: read, To: 1 << 20}}
		if err := s.Check(); (err == nil) != (read >= 1<<16) || err != nil && (!errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), "commit those")) {
			t.Errorf("%d of 2^20 rows: %v", read, err)
		}
	}
	s.Order, s.Seed, s.Commitments = Committed, "", nil
	s.Without = []Range{{Part: 0, From: 1, To: 1 << 20}}
	if err := s.Check(); err != nil {
		t.Errorf("one row in committed order: %v", err)
	}
}
