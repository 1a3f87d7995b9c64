package bundle

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	"github.com/zkaudit/zkaudit/data/encoding"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/segment"
)

// Meaning says what the numbers and codes of a part stand for. It is the
// owner's word, and for all who get the part; the digest of the part binds it.
type Meaning struct {
	// Nonce keeps those who know the digest alone, such as who verifies a
	// training run, from testing guesses of the rest. It is drawn when the part
	// is committed.
	Nonce             Nonce    `json:"nonce"`
	FractionBits      int      `json:"fraction_bits"`
	LabelFractionBits int      `json:"label_fraction_bits,omitempty"`
	Features          []string `json:"features,omitempty"` // a name for each, or none
	Classes           []string `json:"classes,omitempty"`  // of labels that are classes
	// Attributes are the attribute columns in order.
	Attributes []Vocabulary `json:"attributes,omitempty"`
	// Filled are the columns whose missing cells were filled in.
	Filled []Filled `json:"filled,omitempty"`
	// Encoding is the exact recipe by which the cells of a table became these
	// integers. Fitted offsets and scales tell of the rows they were fitted
	// on: nil unless the owner publishes them.
	Encoding *encoding.Encoding `json:"encoding,omitempty"`
}

// Nonce is 32 random bytes, in hexadecimal where it is text. A part that is
// committed has one that is not zero.
type Nonce [32]byte

// NewNonce draws a nonce. Errors wrap fault.ErrUsage without a source of
// randomness, fault.ErrInput if the source fails.
func NewNonce(rng io.Reader) (n Nonce, err error) {
	if rng == nil {
		return n, fmt.Errorf("random nonce without a source of randomness: %w", fault.ErrUsage)
	}
	if _, err = io.ReadFull(rng, n[:]); err != nil {
		err = fmt.Errorf("random nonce: %w: %w", fault.ErrInput, err)
	}
	return n, err
}

// MarshalText implements encoding.TextMarshaler.
func (n Nonce) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, n[:]), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (n *Nonce) UnmarshalText(text []byte) error {
	b, err := hex.DecodeString(string(text))
	if err != nil || len(b) != len(n) {
		return fmt.Errorf("nonce %s: %w", fault.Quote(string(text)), fault.ErrMalformed)
	}
	copy(n[:], b)
	return nil
}

// Filled says how many missing cells of a column were filled in.
type Filled = encoding.Filled

// Vocabulary says what the codes of an attribute stand for.
type Vocabulary struct {
	Name    string   `json:"name"`
	Entries []string `json:"entries"`
}

// maxMeaning bounds an encoded meaning.
const maxMeaning = 64 << 20

// Encode returns the meaning as JSON; equal meanings have equal encodings. It
// fails with fault.ErrInput for text that is not UTF-8.
func (m *Meaning) Encode() ([]byte, error) {
	for _, text := range m.texts() {
		if !utf8.ValidString(text) {
			return nil, fmt.Errorf("%s is not UTF-8: %w", fault.Quote(text), fault.ErrInput)
		}
	}
	b, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("meaning of a part: %w: %v", fault.ErrInput, err)
	}
	return b, nil
}

// texts returns every text of the meaning.
func (m *Meaning) texts() []string {
	all := append(append([]string(nil), m.Features...), m.Classes...)
	for _, v := range m.Attributes {
		all = append(append(all, v.Name), v.Entries...)
	}
	for _, f := range m.Filled {
		all = append(all, f.Column, string(f.Rule))
	}
	if m.Encoding == nil {
		return all
	}
	all = append(all, string(m.Encoding.Imputation))
	for _, columns := range [][]encoding.Column{m.Encoding.Features, m.Encoding.Targets, m.Encoding.Attributes} {
		for _, c := range columns {
			all = append(append(all, c.Name, c.Offset, c.Scale, c.Fill), c.Categories...)
		}
	}
	return all
}

// Digest identifies the meaning: SHA-256 of an injective encoding of all of it.
func (m *Meaning) Digest() [32]byte {
	b := append(encode.Domain("zkaudit/part-meaning/v6"), m.Nonce[:]...)
	b = encode.Int(encode.Int(b, m.FractionBits), m.LabelFractionBits)
	b = encode.Texts(encode.Texts(b, m.Features), m.Classes)
	b = encode.Int(b, len(m.Attributes))
	for _, v := range m.Attributes {
		b = encode.Texts(encode.Text(b, v.Name), v.Entries)
	}
	b = encode.Int(b, len(m.Filled))
	for _, f := range m.Filled {
		b = encode.Int(encode.Text(encode.Text(b, f.Column), string(f.Rule)), f.Cells)
	}
	e := m.Encoding
	if b = encode.Bool(b, e != nil); e == nil {
		return sha256.Sum256(b)
	}
	b = encode.Text(encode.Bool(encode.Text(b, e.Separator), e.DecimalComma), e.Thousands)
	b = encode.Text(b, string(e.Imputation))
	b = encode.Int(encode.Int(b, e.FractionBits), e.TargetFractionBits)
	for _, columns := range [][]encoding.Column{e.Features, e.Targets, e.Attributes} {
		b = encode.Int(b, len(columns))
		for _, c := range columns {
			b = encode.Bool(encode.Int(encode.Text(b, c.Name), c.Index), c.Numeric)
			b = encode.Int(encode.Text(encode.Text(b, c.Offset), c.Scale), c.Rows)
			b = encode.Text(encode.Texts(b, c.Categories), c.Fill)
		}
	}
	return sha256.Sum256(encode.Int(b, e.FittedRows))
}

// decodeMeaning reads what Encode wrote, and nothing else.
func decodeMeaning(text []byte) (Meaning, error) {
	var m Meaning
	if err := artefact.CheckJSON(text); err != nil {
		return m, fmt.Errorf("meaning: %w", err)
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("meaning: %w: %v", fault.ErrMalformed, err)
	}
	if again, err := m.Encode(); err != nil || !bytes.Equal(again, text) {
		return m, fmt.Errorf("meaning: not in its canonical form: %w", fault.ErrMalformed)
	}
	return m, nil
}

// Check returns fault.ErrMalformed unless the meaning fits the shape.
func (m *Meaning) Check(shape segment.PartShape) error {
	malformed := func(format string, args ...any) error {
		return fmt.Errorf("meaning: %s: %w", fmt.Sprintf(format, args...), fault.ErrMalformed)
	}
	if m.Nonce == (Nonce{}) {
		return malformed("no nonce")
	}
	for _, bits := range []int{m.FractionBits, m.LabelFractionBits} {
		if bits < 0 || bits > encoding.MaxFractionBits {
			return malformed("%d fraction bits", bits)
		}
	}
	if n := len(m.Features); n != 0 && n != shape.Features {
		return malformed("%d names for %d features", n, shape.Features)
	}
	if n := len(m.Classes); n != 0 && n != shape.Labels && shape.Kind == graph.OneHot {
		return malformed("%d classes for %d labels", n, shape.Labels)
	}
	if len(m.Attributes) != shape.Attributes {
		return malformed("%d vocabularies for %d attributes", len(m.Attributes), shape.Attributes)
	}
	for i, f := range m.Filled {
		again := slices.ContainsFunc(m.Filled[:i], func(g Filled) bool { return g.Column == f.Column })
		if f.Column == "" || again || f.Cells < 1 || f.Cells > shape.Rows || f.Rule == encoding.NoRule || !f.Rule.Known() {
			return malformed("%d of %d cells of column %s filled in by %s", f.Cells, shape.Rows, fault.Quote(f.Column), fault.Quote(string(f.Rule)))
		}
	}
	names := map[string]bool{}
	for _, v := range m.Attributes {
		if v.Name == "" || names[v.Name] {
			return malformed("attribute %s is there twice or has no name", fault.Quote(v.Name))
		}
		names[v.Name] = true
		if len(v.Entries) < 1 || len(v.Entries) > encoding.MaxVocabulary {
			return malformed("attribute %s: vocabulary of %d entries", fault.Quote(v.Name), len(v.Entries))
		}
		seen := map[string]bool{}
		for _, entry := range v.Entries {
			if entry == "" || seen[entry] {
				return malformed("attribute %s: empty or repeated entry %s", fault.Quote(v.Name), fault.Quote(entry))
			}
			seen[entry] = true
		}
	}
	return nil
}
