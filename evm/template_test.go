package evm

import (
	"bytes"
	"errors"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// TestTemplateLimits: what the encoding has no room for is refused, and what it has just
// room for is not.
func TestTemplateLimits(t *testing.T) {
	for name, c := range map[string]struct {
		template Template
		fits     bool
	}{
		"so many tensors":     {Template{Spans: make([]Span, maxTensors)}, true},
		"a tensor more":       {Template{Spans: make([]Span, maxTensors+1)}, false},
		"so many rows":        {Template{Spans: []Span{{First: maxRows, Rows: maxRows}}}, true},
		"a row more":          {Template{Spans: []Span{{Rows: maxRows + 1}}}, false},
		"from a row later on": {Template{Spans: []Span{{First: maxRows + 1}}}, false},
		"so long a literal":   {Template{Pieces: []Piece{{Bytes: make([]byte, maxArgument)}}}, true},
		"a byte more":         {Template{Pieces: []Piece{{Bytes: make([]byte, maxArgument+1)}}}, false},
	} {
		if err := c.template.check(); (err == nil) != c.fits || err != nil && !errors.Is(err, fault.ErrUnsupported) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestTemplateEncoding pins the bytes that contracts read.
func TestTemplateEncoding(t *testing.T) {
	template := Template{
		Class:  [32]byte{31: 9},
		Spans:  []Span{{DataPool, 1, 2, 3}, {NextPool, 258, 0, 1 << 16}},
		Pieces: []Piece{{Hole: Literal, Bytes: []byte("ab")}, {Hole: RunDigest}, {Hole: Certificates, Argument: 300}},
	}
	want := append(make([]byte, 31), 9,
		0, 2,
		0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3,
		2, 1, 2, 0, 0, 0, 0, 0, 1, 0, 0,
		0, 0, 0, 2, 'a', 'b',
		3, 0, 0, 0,
		4, 0, 1, 44)
	if got := template.Encode(); !bytes.Equal(got, want) {
		t.Errorf("%x, want %x", got, want)
	}
}
