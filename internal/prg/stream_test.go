package prg

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"testing"
)

// TestDefinition computes the stream from the words of the package comment.
func TestDefinition(t *testing.T) {
	le := binary.LittleEndian
	var text []byte
	text = le.AppendUint64(text, 6)
	text = append(text, "domain"...)
	text = le.AppendUint64(text, 2)
	text = le.AppendUint64(text, 4)
	text = append(text, "seed"...)
	text = le.AppendUint64(text, 0)
	key := sha256.Sum256(text)
	s := New("domain", []byte("seed"), nil)
	for block := range uint64(5) {
		bytes := sha256.Sum256(le.AppendUint64(key[:], block))
		for i := 0; i < 32; i += 8 {
			if got, want := s.Uint64(), le.Uint64(bytes[i:]); got != want {
				t.Fatalf("block %d byte %d: %#x, want %#x", block, i, got, want)
			}
		}
	}
}

// Golden values were computed with Python's hashlib from the definition.
func TestGolden(t *testing.T) {
	s := New("zkaudit/test/v1", []byte("seed"), []byte{1, 2, 3})
	got := fmt.Sprintf("%#x %d %d %d", s.Uint64(), s.Uint64n(1000), s.Symmetric(50), s.Uint64n(3<<62))
	if want := "0xb988e6136320fabd 863 26 5583662592847388797"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestStreamsDiffer(t *testing.T) {
	seen := map[uint64]string{}
	for name, s := range map[string]*Stream{
		"ab c":  New("d", []byte("ab"), []byte("c")),
		"a bc":  New("d", []byte("a"), []byte("bc")),
		"abc":   New("d", []byte("abc")),
		"abc ":  New("d", []byte("abc"), nil),
		"none":  New("d"),
		"empty": New("d", nil),
		"e":     New("e"),
		"":      New(""),
	} {
		word := s.Uint64()
		if other, ok := seen[word]; ok {
			t.Errorf("%q and %q give the same stream", name, other)
		}
		seen[word] = name
	}
}

// TestRejection: with n just above 2^63 about half of the words are rejected;
// the others are returned unchanged.
func TestRejection(t *testing.T) {
	const n = 1<<63 + 1
	words, numbers := New("d"), New("d")
	rejected := 0
	for range 1000 {
		got := numbers.Uint64n(n)
		word := words.Uint64()
		for word >= n {
			rejected++
			word = words.Uint64()
		}
		if got != word {
			t.Fatalf("%d, want %d", got, word)
		}
	}
	if rejected < 800 || rejected > 1200 {
		t.Errorf("%d words rejected for 1000 numbers", rejected)
	}
}

func TestPowersOfTwoRejectNothing(t *testing.T) {
	words, numbers := New("d"), New("d")
	for shift := range 64 {
		if got, want := numbers.Uint64n(1<<shift), words.Uint64()&(1<<shift-1); got != want {
			t.Fatalf("below 2^%d: %d, want %d", shift, got, want)
		}
	}
}

// TestUniform: χ² of 100,000 draws below 101 stays within five standard
// deviations of its mean; the stream is fixed, so this does not flicker.
func TestUniform(t *testing.T) {
	const cells, draws = 101, 100000
	var count [cells]float64
	s := New("uniform")
	for range draws {
		x := s.Symmetric(50)
		if x < -50 || x > 50 {
			t.Fatalf("%d outside [-50, 50]", x)
		}
		count[x+50]++
	}
	chi2 := 0.0
	for _, c := range count {
		const expected = float64(draws) / cells
		chi2 += (c - expected) * (c - expected) / expected
	}
	if deviation := math.Abs(chi2-(cells-1)) / math.Sqrt(2*(cells-1)); deviation > 5 {
		t.Errorf("χ² = %.1f with %d degrees of freedom", chi2, cells-1)
	}
}

func TestLimits(t *testing.T) {
	s := New("d")
	if got := s.Uint64n(1); got != 0 {
		t.Errorf("below 1: %d", got)
	}
	if got := s.Symmetric(0); got != 0 {
		t.Errorf("[0, 0]: %d", got)
	}
	for range 100 {
		if x := s.Symmetric(1 << 62); x < -1<<62 || x > 1<<62 {
			t.Fatalf("%d outside [-2^62, 2^62]", x)
		}
	}
	for name, call := range map[string]func(){
		"below 0":  func() { s.Uint64n(0) },
		"negative": func() { s.Symmetric(-1) },
		"too wide": func() { s.Symmetric(1<<62 + 1) },
	} {
		if !panics(call) {
			t.Errorf("%s: no panic", name)
		}
	}
}

func panics(call func()) (panicked bool) {
	defer func() { panicked = recover() != nil }()
	call()
	return false
}

func BenchmarkUint64n(b *testing.B) {
	s := New("benchmark")
	for b.Loop() {
		s.Uint64n(60000)
	}
}

func ExampleStream_Symmetric() {
	s := New("example/weights/v1", []byte("public seed"))
	fmt.Println(s.Symmetric(100), s.Symmetric(100), s.Symmetric(100))
	// Output: 65 -13 -9
}
