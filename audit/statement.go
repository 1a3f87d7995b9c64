package audit

import (
	"bytes"
	"crypto/sha256"
	"fmt"

	"github.com/BurntSushi/toml"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/statement"
)

// statementKind is the kind of the statements that audits prove.
const statementKind = "zkaudit/audit/v1"

// Frame is what all claims of an audit share.
type Frame struct {
	Mode    mode.Name
	Setup   [32]byte
	RowBits int
	Context string // what the verifier asked to be bound: a nonce, an order
}

// stated is a claim as a scope has stated it, and what a proof of it is about. A
// claim that follows from public values alone has no statement.
type stated struct {
	item      *Item
	scope     *Scope
	statement *statement.Statement
}

// releasing states the claim again, with the values that it releases.
func (st *stated) releasing(values []Released) (*stated, error) {
	s := st.scope
	return state(s.frame, st.item, s.subjects, values, s.tables)
}

// state derives what a proof of a claim is about, from public values alone:
// prover and verifier use the same. released is nil where a prover has yet to
// compute it.
func state(f *Frame, item *Item, subjects *Subjects, released []Released, tables *ops.Tables) (*stated, error) {
	if err := subjects.check(); err != nil {
		return nil, err
	}
	s := newScope("claim "+item.Kind, f, tables, subjects, &release{given: released})
	item.State(s)
	if s.err != nil {
		return nil, fmt.Errorf("claim %q: %w", item.Name, s.err)
	}
	if released != nil && len(released) != len(s.release.asked) {
		return nil, fmt.Errorf("claim %q: %d released values, it has %d: %w", item.Name, len(released), len(s.release.asked), fault.ErrMalformed)
	}
	if len(s.b.System().Equations)+len(s.b.System().Lookups) == 0 {
		return &stated{item: item, scope: s}, nil
	}
	sys, err := s.b.Build()
	if err != nil {
		return nil, fmt.Errorf("claim %q: %w", item.Name, err)
	}
	layout, err := proof.NewLayout(sys, f.RowBits, f.Mode.ZeroKnowledge())
	if err != nil {
		return nil, fmt.Errorf("claim %q: %w", item.Name, err)
	}
	public, err := publicBytes(f, item, s)
	if err != nil {
		return nil, err
	}
	st := &statement.Statement{Kind: statementKind, Public: public, Layout: layout, Setup: f.Setup}
	for _, e := range s.external {
		st.External = append(st.External, e.rows)
	}
	return &stated{item: item, scope: s, statement: st}, nil
}

// Source says whose commitment an external tensor of a claim is: tensor number
// Tensor of a part, or weight number Tensor of the model that came of a run, or of
// what the run started from.
type Source struct {
	Part, Run string // names; one is empty
	Tensor    int
	Initial   bool // of a run: before its first step
}

// Derivation is what the proof of a claim is about, derived from public values
// alone.
type Derivation struct {
	Statement *statement.Statement
	Sources   []Source // of the statement's external tensors, in order
	Runs      []string // that the claim is about
	Releases  int      // how many lists of values it publishes
}

// Derive derives what the proof of a claim must be about. It fails with
// fault.ErrUsage for a claim that makes no sense, or that follows from public
// values and has no proof. Of a claim that releases values it says what the proof is
// about if all of them are 0.
func Derive(f *Frame, item *Item, subjects *Subjects) (_ *Derivation, err error) {
	defer fault.Catch(&err, "claim", fault.ErrUsage)
	st, err := state(f, item, subjects, nil, ops.NewTables())
	if err != nil {
		return nil, err
	}
	if st.statement == nil {
		return nil, fmt.Errorf("claim %q follows from public values, there is no proof of it: %w", item.Name, fault.ErrUsage)
	}
	d := &Derivation{Statement: st.statement, Runs: sortedKeys(st.scope.runs), Releases: len(st.scope.release.asked)}
	for _, e := range st.scope.external {
		d.Sources = append(d.Sources, e.source)
	}
	return d, nil
}

// publicBytes is the injective encoding of everything public about a claim:
// name, kind, parameters, mode, context, what it releases, what it is about.
func publicBytes(f *Frame, item *Item, s *Scope) ([]byte, error) {
	parameters, err := encodeParameters(item.Claim)
	if err != nil {
		return nil, err
	}
	b := encode.Text(nil, item.Name)
	b = encode.Text(b, item.Kind)
	b = encode.Bytes(b, parameters)
	b = encode.Text(b, f.Mode)
	b = encode.Text(b, f.Context)
	b = encode.Int(b, len(s.release.asked))
	for _, r := range s.release.asked {
		b = encode.Text(b, r.Name)
		b = encode.Int(b, len(r.Values))
		for _, x := range r.Values {
			b = encode.Int(b, x)
		}
	}
	b = encode.Int(b, len(s.parts))
	for _, name := range sortedKeys(s.parts) {
		digest := s.subjects.digest(s.parts[name].PublicPart, f)
		b = append(encode.Text(b, name), digest[:]...)
	}
	b = encode.Int(b, len(s.runs))
	for _, name := range sortedKeys(s.runs) {
		r := s.runs[name]
		program := r.ProgramDigest
		b = append(encode.Text(b, name), r.Digest[:]...)
		b = append(b, program[:]...)
		for _, rows := range r.Weights {
			b = encode.Bytes(b, commitments.AppendPoints(nil, rows))
		}
	}
	return appendModels(b, s.publicModels()), nil
}

// appendModels ends the encoding, and adds nothing where there are no public
// models. Their weights are part of the system's digest.
func appendModels(b []byte, models map[string]*Model) []byte {
	if len(models) == 0 {
		return b
	}
	b = encode.Int(b, len(models))
	for _, name := range sortedKeys(models) {
		m := models[name]
		program := m.ProgramDigest
		b = append(encode.Text(b, name), m.SHA256[:]...)
		for _, bits := range m.Fractions.list() {
			b = encode.Int(b, bits)
		}
		b = append(b, program[:]...)
	}
	return b
}

// identity is the digest of what a claim says, whatever its name and whoever asks
// for it: kind, parameters, subjects and mode, but neither name nor context, before
// anything is released.
func (s *Scope) identity(f *Frame, item *Item) ([32]byte, error) {
	public, err := publicBytes(&Frame{Mode: f.Mode, Setup: f.Setup, RowBits: f.RowBits}, &Item{Kind: item.Kind, Claim: item.Claim}, s)
	return sha256.Sum256(public), err
}

// encodeParameters writes the parameters of a claim as the table of a claims
// file: every field except optional ones that are empty, in the order of the
// struct.
func encodeParameters(c Claim) ([]byte, error) {
	var b bytes.Buffer
	if err := toml.NewEncoder(&b).Encode(c); err != nil {
		return nil, fmt.Errorf("parameters: %v: %w", fault.Text(err, nil), fault.ErrUsage)
	}
	return b.Bytes(), nil
}
