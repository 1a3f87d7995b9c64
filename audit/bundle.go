package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/relation"
)

// Version is the format version of audit bundles.
const Version = 9

// MaxBytes bounds an audit bundle.
const MaxBytes = 1 << 30

// Kind is the artefact kind of an audit bundle.
func Kind() artefact.Kind { return artefact.Kind{'a', 'u', 'd', 't'} }

// Bundle is what a verifier of an audit gets: the claims, the public side of
// the parts they are about with certificates, the digests of the runs and of
// public models, and the proofs. A run's own bundle is not in it, nor is the
// file of a model.
type Bundle struct {
	Frame
	Parts        map[string]*bundle.PublicPart
	Certificates map[string][]byte
	Runs         map[string][32]byte // digests of statements, by name
	Models       map[string]ModelID  // public ones, by name
	Claims       []Proven
}

// Proven is a claim with what it releases and its proof, which is empty where
// the claim follows from public values.
type Proven struct {
	Item
	Released []Released // names and values
	Proof    []byte
}

// The encoding of a bundle is a frame of package artefact around JSON in one
// canonical form: what encodes to other bytes than those read is refused.
type (
	encodedBundle struct {
		Mode    mode.Name      `json:"mode"`
		Setup   string         `json:"setup"`
		RowBits int            `json:"row_bits"`
		Context string         `json:"context"`
		Parts   []encodedPart  `json:"parts"`
		Runs    []encodedRun   `json:"runs"`
		Models  []encodedModel `json:"models,omitempty"`
		Claims  []encodedClaim `json:"claims"`
	}
	encodedPart struct {
		Name string `json:"name"`
		bundle.PublicPart
		Commitments [][]byte `json:"commitments"`
		Certificate []byte   `json:"certificate,omitempty"`
	}
	encodedRun struct {
		Name   string `json:"name"`
		Digest string `json:"digest"`
	}
	encodedModel struct {
		Name      string    `json:"name"`
		SHA256    string    `json:"sha256"`
		Fractions Fractions `json:"fractions"`
	}
	encodedClaim struct {
		Name       string           `json:"name"`
		Kind       string           `json:"kind"`
		Parameters string           `json:"parameters"`
		Released   []encodedRelease `json:"released"`
		Proof      []byte           `json:"proof,omitempty"`
	}
	encodedRelease struct {
		Name   string  `json:"name"`
		Values []int64 `json:"values"`
	}
)

func (b *Bundle) encode() (*encodedBundle, error) {
	e := &encodedBundle{
		Mode: b.Mode, Setup: hex.EncodeToString(b.Setup[:]), RowBits: b.RowBits, Context: b.Context,
		Parts: []encodedPart{}, Runs: []encodedRun{}, Claims: []encodedClaim{},
	}
	for _, name := range sortedKeys(b.Parts) {
		p := encodedPart{Name: name, PublicPart: *b.Parts[name], Certificate: b.Certificates[name]}
		for _, rows := range b.Parts[name].Commitments {
			p.Commitments = append(p.Commitments, commitments.AppendPoints(nil, rows))
		}
		e.Parts = append(e.Parts, p)
	}
	for _, name := range sortedKeys(b.Runs) {
		digest := b.Runs[name]
		e.Runs = append(e.Runs, encodedRun{name, hex.EncodeToString(digest[:])})
	}
	for _, name := range sortedKeys(b.Models) {
		m := b.Models[name]
		e.Models = append(e.Models, encodedModel{name, hex.EncodeToString(m.SHA256[:]), m.Fractions})
	}
	for i := range b.Claims {
		c := &b.Claims[i]
		parameters, err := encodeParameters(c.Claim)
		if err != nil {
			return nil, err
		}
		claim := encodedClaim{Name: c.Name, Kind: c.Kind, Parameters: string(parameters), Released: []encodedRelease{}, Proof: c.Proof}
		for _, r := range c.Released {
			claim.Released = append(claim.Released, encodedRelease{r.Name, r.Values})
		}
		e.Claims = append(e.Claims, claim)
	}
	return e, nil
}

// digest identifies what the audit says: everything but proofs.
func (b *Bundle) digest() ([32]byte, error) {
	e, err := b.encode()
	if err != nil {
		return [32]byte{}, err
	}
	return e.digest(), nil
}

// digest is SHA-256 of the audit without certificates and proofs.
func (e *encodedBundle) digest() [32]byte {
	bare := *e
	bare.Parts, bare.Claims = slices.Clone(e.Parts), slices.Clone(e.Claims)
	for i := range bare.Parts {
		bare.Parts[i].Certificate = nil
	}
	for i := range bare.Claims {
		bare.Claims[i].Proof = nil
	}
	return sha256.Sum256(encode.Bytes(encode.Domain("zkaudit/audit-bundle/v1"), bare.json()))
}

func (e *encodedBundle) json() []byte {
	text, err := json.Marshal(e)
	if err != nil {
		panic(err) // it has texts, numbers and bytes, and no others
	}
	return text
}

// Marshal encodes the bundle.
func (b *Bundle) Marshal() ([]byte, error) {
	e, err := b.encode()
	if err != nil {
		return nil, err
	}
	return artefact.Encode(artefact.Header{Kind: Kind(), Version: Version, Statement: e.digest()}, e.json()), nil
}

// Unmarshal decodes an audit bundle; it checks no proof. Errors wrap
// fault.ErrMalformed or fault.ErrVersion.
func Unmarshal(file []byte) (_ *Bundle, err error) {
	defer fault.Catch(&err, "audit", fault.ErrMalformed)
	_, payload, err := artefact.Decode(file, Kind(), Version)
	if err != nil {
		return nil, err
	}
	malformed := func(err error) error {
		return fmt.Errorf("audit bundle: %v: %w", fault.Text(err, nil), fault.ErrMalformed)
	}
	if err := artefact.CheckJSON(payload); err != nil {
		return nil, fmt.Errorf("audit bundle: %w", err)
	}
	var e encodedBundle
	if err := json.Unmarshal(payload, &e); err != nil {
		return nil, malformed(err)
	}
	b, err := e.decode()
	if err != nil {
		return nil, err
	}
	if again, _ := b.Marshal(); !bytes.Equal(again, file) { // the digest in the header, too
		return nil, malformed(fmt.Errorf("not in its canonical form"))
	}
	return b, nil
}

func (e *encodedBundle) decode() (*Bundle, error) {
	malformed := func(format string, args ...any) error {
		return fmt.Errorf("audit bundle: %s: %w", fmt.Sprintf(format, args...), fault.ErrMalformed)
	}
	if err := e.Mode.Check(); err != nil {
		return nil, err
	}
	b := &Bundle{Frame: Frame{Mode: e.Mode, RowBits: e.RowBits, Context: e.Context}, Parts: map[string]*bundle.PublicPart{}, Certificates: map[string][]byte{}, Runs: map[string][32]byte{}, Models: map[string]ModelID{}}
	if b.RowBits < commitments.MinRowBits || b.RowBits > commitments.MaxRowBits || len(b.Context) > maxContext {
		return nil, malformed("rows of 2^%d cells, context of %d bytes", b.RowBits, len(b.Context))
	}
	if len(e.Parts) > maxParts || len(e.Runs) > maxRuns {
		return nil, malformed("%d parts and %d runs, at most %d and %d", len(e.Parts), len(e.Runs), maxParts, maxRuns)
	}
	var err error
	if b.Setup, err = decodeDigest(e.Setup); err != nil {
		return nil, malformed("setup: %v", err)
	}
	for i := range e.Parts {
		p := &e.Parts[i]
		if b.Parts[p.Name] != nil {
			return nil, malformed("part %s twice", foreign.Quote(p.Name))
		}
		if err := p.decode(b.RowBits); err != nil {
			return nil, malformed("part %s: %v", foreign.Quote(p.Name), err)
		}
		b.Parts[p.Name] = &p.PublicPart
		b.Certificates[p.Name] = p.Certificate
	}
	for _, r := range e.Runs {
		if _, twice := b.Runs[r.Name]; twice {
			return nil, malformed("run %s twice", foreign.Quote(r.Name))
		}
		if b.Runs[r.Name], err = decodeDigest(r.Digest); err != nil {
			return nil, malformed("run %s: %v", foreign.Quote(r.Name), err)
		}
	}
	if err := e.decodeModels(b); err != nil {
		return nil, malformed("%v", err)
	}
	if err := distinct(b.Parts, b.Runs, b.Models); err != nil {
		return nil, malformed("%v", err)
	}
	if err := e.decodeClaims(b); err != nil {
		return nil, malformed("%v", err)
	}
	return b, nil
}

func (e *encodedBundle) decodeClaims(b *Bundle) error {
	if len(e.Claims) == 0 || len(e.Claims) > maxClaims {
		return fmt.Errorf("%d claims", len(e.Claims))
	}
	named := map[string]bool{}
	for _, c := range e.Claims {
		if err := foreign.CheckName("a claim", c.Name); err != nil || named[c.Name] {
			return fmt.Errorf("claim %s twice, or not in the form of a name", foreign.Quote(c.Name))
		}
		named[c.Name] = true
		claim, err := decodeParameters(c.Kind, []byte(c.Parameters))
		if err != nil {
			return fmt.Errorf("claim %s: %v", foreign.Quote(c.Name), err)
		}
		proven := Proven{Item: Item{Name: c.Name, Kind: c.Kind, Claim: claim}, Released: []Released{}, Proof: c.Proof}
		for _, r := range c.Released {
			proven.Released = append(proven.Released, Released{Name: r.Name, Values: r.Values})
		}
		b.Claims = append(b.Claims, proven)
	}
	return nil
}

func (e *encodedBundle) decodeModels(b *Bundle) error {
	if len(e.Models) > maxModels {
		return fmt.Errorf("%d models", len(e.Models))
	}
	for _, m := range e.Models {
		_, twice := b.Models[m.Name]
		if twice {
			return fmt.Errorf("model %s twice", foreign.Quote(m.Name))
		}
		digest, err := decodeDigest(m.SHA256)
		if err == nil {
			err = m.Fractions.check()
		}
		if err != nil {
			return fmt.Errorf("model %s: %v", foreign.Quote(m.Name), fault.Text(err, nil))
		}
		b.Models[m.Name] = ModelID{SHA256: digest, Fractions: m.Fractions}
	}
	return nil
}

func decodeDigest(text string) (d [32]byte, err error) {
	b, err := hex.DecodeString(text)
	if err == nil && len(b) != len(d) {
		err = fmt.Errorf("digest of %d bytes", len(b))
	}
	copy(d[:], b)
	return d, err
}

// decode checks the shape of a part and reads its commitments.
func (p *encodedPart) decode(rowBits int) error {
	if p.Rows < 1 || p.Rows > bundle.MaxRows || p.Features < 1 || p.Features > maxWidth || p.Labels < 1 || p.Labels > maxWidth || len(p.Attributes) > bundle.MaxAttributes {
		return fmt.Errorf("%d rows of %d features, %d labels, %d attributes", p.Rows, p.Features, p.Labels, len(p.Attributes))
	}
	if err := p.Meaning.Check(p.Shape()); err != nil {
		return err
	}
	widths := []int{p.Features, p.Labels}
	if len(p.Attributes) > 0 {
		widths = append(widths, len(p.Attributes))
	}
	if len(p.Commitments) != len(widths) {
		return fmt.Errorf("%d commitments of %d tensors", len(p.Commitments), len(widths))
	}
	for k, width := range widths {
		n := bundle.CommittedRows(rowBits, relation.Axis{Size: p.Rows}, relation.Axis{Size: width})
		if len(p.Commitments[k]) != n*commitments.PointBytes {
			return fmt.Errorf("commitment %d has %d bytes for %d rows", k, len(p.Commitments[k]), n)
		}
		points, err := commitments.DecodePoints(p.Commitments[k], n, commitments.RefuseInfinity)
		if err != nil {
			return err
		}
		p.PublicPart.Commitments = append(p.PublicPart.Commitments, points)
	}
	return nil
}
