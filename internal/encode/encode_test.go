package encode

import (
	"bytes"
	"crypto/sha256"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// field is a value of one of the types, with how it is written and read.
type field struct {
	kind    int
	n       int64
	b       []byte
	numbers []int64
	texts   []string
	cells   []int32
}

const kinds = 7

func draw(rng *rand.Rand) field {
	f := field{kind: rng.IntN(kinds), n: []int64{0, 1, -1, 2, math.MinInt64, math.MaxInt64}[rng.IntN(6)]}
	for range rng.IntN(3) {
		f.b = append(f.b, byte(rng.IntN(2)))
		f.numbers = append(f.numbers, int64(rng.IntN(3)-1))
		f.cells = append(f.cells, int32(rng.IntN(3)-1))
		f.texts = append(f.texts, []string{"", "\x00", "\x01\x00", "a"}[rng.IntN(4)])
	}
	return f
}

func (f *field) append(b []byte) []byte {
	switch f.kind {
	case 0:
		return Int(b, f.n)
	case 1:
		return Bool(b, f.n == 1)
	case 2:
		return Bytes(b, f.b)
	case 3:
		return Text(b, string(f.b))
	case 4:
		return Ints(b, f.numbers)
	case 5:
		return Texts(b, f.texts)
	}
	return cells(b, f.cells)
}

func (f *field) hash(h *Hash) {
	switch f.kind {
	case 0:
		h.Int(int(f.n))
	case 1:
		h.Bool(f.n == 1)
	case 2:
		h.Bytes(f.b)
	case 3:
		h.Text(string(f.b))
	case 4:
		h.Ints(f.numbers)
	case 5:
		h.Texts(f.texts)
	case 6:
		h.Cells(f.cells)
	}
}

// read returns a field of the same kind from the front of an encoding.
func (f *field) read(r *Reader) field {
	g := field{kind: f.kind}
	switch f.kind {
	case 0:
		g.n = r.Int("number")
	case 1:
		if r.Bool("bool") {
			g.n = 1
		}
	case 2, 3:
		g.b = r.Bytes("bytes", 9)
	case 4:
		g.numbers = r.Ints("numbers", 9)
	case 5:
		for range r.Count("texts", 9, 8) {
			g.texts = append(g.texts, string(r.Bytes("text", 9)))
		}
	case 6:
		for range r.Count("cells", 9, 4) {
			c := r.Fixed("cell", 4)
			g.cells = append(g.cells, int32(uint32(c[0])|uint32(c[1])<<8|uint32(c[2])<<16|uint32(c[3])<<24))
		}
	}
	return g
}

// equal reports whether two fields of one kind say the same.
func (f *field) equal(g *field) bool {
	switch f.kind {
	case 0:
		return f.n == g.n
	case 1:
		return (f.n == 1) == (g.n == 1)
	case 2, 3:
		return bytes.Equal(f.b, g.b)
	case 4:
		return slices.Equal(f.numbers, g.numbers)
	case 5:
		return slices.Equal(f.texts, g.texts)
	}
	return slices.Equal(f.cells, g.cells)
}

// TestInjective: of one sequence of types, different values have different
// encodings, of which none begins another; values are read back as they were,
// and an encoding with an end cut off is refused.
func TestInjective(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		var one, other []byte
		same := true
		var fields []field
		for range 1 + rng.IntN(4) {
			f, g := draw(rng), draw(rng)
			g.kind = f.kind
			if rng.IntN(2) == 0 {
				g = f
			}
			fields = append(fields, f)
			same = same && f.equal(&g)
			one, other = f.append(one), g.append(other)
		}
		if bytes.Equal(one, other) != same {
			t.Fatalf("the same values: %v, encodings %x and %x", same, one, other)
		}
		if !same && (bytes.HasPrefix(one, other) || bytes.HasPrefix(other, one)) {
			t.Fatalf("%x and %x: one begins the other", one, other)
		}
		r := NewReader(one)
		for i := range fields {
			if g := fields[i].read(r); !g.equal(&fields[i]) {
				t.Fatalf("%+v is read as %+v", fields[i], g)
			}
		}
		if err := r.End("end"); err != nil {
			t.Fatal(err)
		}
		r = NewReader(one[:rng.IntN(len(one))])
		for i := range fields {
			fields[i].read(r)
		}
		if r.End("end") == nil {
			t.Fatalf("%x, cut short, is read", one)
		}
	}
}

// TestHashIsOfTheEncoding: however long it is, and however it is cut up.
func TestHashIsOfTheEncoding(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 50 {
		h, b := NewHash("domain"), Domain("domain")
		for range rng.IntN(300) {
			f := draw(rng)
			switch rng.IntN(20) {
			case 0:
				f.cells, f.kind = make([]int32, rng.IntN(3*chunk)), 6
			case 1:
				f.numbers, f.kind = make([]int64, rng.IntN(chunk)), 4
			case 2:
				f.b, f.kind = make([]byte, rng.IntN(3*chunk)), 2
			}
			f.hash(h)
			b = f.append(b)
		}
		h.Fixed([]byte{1, 2})
		if b = append(b, 1, 2); h.Sum() != sha256.Sum256(b) {
			t.Fatal("another digest than that of the encoding")
		}
	}
}

// TestEncoding pins the bytes.
func TestEncoding(t *testing.T) {
	b := Domain("d")
	b = Bool(Int(b, -2), true)
	b = cells(Ints(Texts(b, []string{"x"}), []int{3}), []int32{-1})
	want := "\x01\x00\x00\x00\x00\x00\x00\x00d" + "\xfe\xff\xff\xff\xff\xff\xff\xff" + "\x01\x00\x00\x00\x00\x00\x00\x00" +
		"\x01\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00x" +
		"\x01\x00\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x00\x00\x00\x00" +
		"\x01\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff"
	if string(b) != want {
		t.Errorf("%x, want %x", b, want)
	}
}
