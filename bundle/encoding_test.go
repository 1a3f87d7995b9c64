package bundle_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
)

// written is an encoding, field by field: by its definition, and with one of
// its fields as somebody else would have it.
type written []writtenField

type writtenField struct {
	name  string
	bytes []byte
}

func (w *written) add(name string, e *encoding) { *w = append(*w, writtenField{name, e.Bytes()}) }

func (w written) bytes() []byte {
	var b []byte
	for _, f := range w {
		b = append(b, f.bytes...)
	}
	return b
}

// with returns the bytes with others for one field; nil ends them before it.
func (w written) with(t *testing.T, name string, instead []byte) []byte {
	t.Helper()
	at := slices.IndexFunc(w, func(f writtenField) bool { return f.name == name })
	if at < 0 {
		t.Fatalf("no field %q", name)
	}
	if instead == nil {
		return w[:at].bytes()
	}
	return slices.Concat(w[:at].bytes(), instead, w[at+1:].bytes())
}

func numbers(n ...int) []byte  { return (&encoding{}).number(n...).Bytes() }
func field(text string) []byte { return (&encoding{}).field([]byte(text)).Bytes() }

// writtenStatement encodes a statement as it is defined.
func writtenStatement(t *testing.T, s *bundle.Statement) written {
	t.Helper()
	spec, err := s.Schedule.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	var w written
	w.add("domain", (&encoding{}).field([]byte("zkaudit/run/v2")))
	w.add("mode", (&encoding{}).field([]byte(s.Mode)))
	w.add("run id", (&encoding{}).fixed(s.RunID[:]))
	w.add("context", (&encoding{}).field([]byte(s.Context)))
	w.add("network", (&encoding{}).field(s.Network.Encode()))
	w.add("setup", (&encoding{}).fixed(s.Setup[:]))
	w.add("row size", (&encoding{}).number(s.RowBits))
	w.add("segment", (&encoding{}).number(s.Segment))
	rates := (&encoding{}).number(len(s.Rates))
	for _, n := range s.Rates {
		rates.number(int(n))
	}
	w.add("rates", rates)
	w.add("schedule", (&encoding{}).field(spec))
	w = append(w, writtenOrigin(&s.Origin)...)
	for i, part := range s.Parts {
		w.add(fmt.Sprintf("part %d, columns", i), (&encoding{}).number(part.Columns))
		w.add(fmt.Sprintf("part %d, meaning", i), (&encoding{}).fixed(part.Meaning[:]))
		for k, rows := range part.Tensors() {
			w.add(fmt.Sprintf("part %d, tensor %d", i, k), (&encoding{}).fixed(pointsOf(rows)))
		}
	}
	for i, rows := range s.Initial {
		w.add(fmt.Sprintf("initial weight %d", i), (&encoding{}).fixed(pointsOf(rows)))
	}
	return w
}

func writtenOrigin(o *bundle.Origin) written {
	var w written
	w.add("origin", (&encoding{}).number(int(o.Kind)))
	w.add("bits", (&encoding{}).number(o.Bits))
	w.add("seed", (&encoding{}).field([]byte(o.Seed)))
	w.add("scheme", (&encoding{}).field([]byte(o.Scheme)))
	w.add("published", (&encoding{}).number(len(o.Cells)))
	for i, cells := range o.Cells {
		e := (&encoding{}).number(len(cells))
		for _, cell := range cells {
			e.number(int(cell))
		}
		w.add(fmt.Sprintf("published %d", i), e)
	}
	if o.Kind == bundle.Continued {
		w.add("predecessor", (&encoding{}).fixed(o.Predecessor[:]))
	}
	return w
}

// partDigest is Statement.PartDigest by its definition.
func partDigest(s *bundle.Statement, i int) [32]byte {
	shape := s.PartShape(i)
	e := (&encoding{}).field([]byte("zkaudit/dataset-part/v1")).number(shape.Rows, shape.Features, shape.Labels, shape.Attributes).field([]byte(shape.Kind))
	e.fixed(s.Setup[:]).number(s.RowBits).fixed(s.Parts[i].Meaning[:])
	for _, rows := range s.Parts[i].Tensors() {
		e.field(pointsOf(rows))
	}
	return sha256.Sum256(e.Bytes())
}

// openStatements are statements with all that a statement may have: as it is
// made, and published weights on parts with attributes, in many rows, with a
// rate for each step.
func openStatements(t *testing.T) map[string]*bundle.Statement {
	t.Helper()
	s := decode(t, first(t)).Statement
	altered(s, func(_ *network.Architecture, c *network.Choices) { c.Scheduled = true })
	s.Rates = nil
	for i := range s.Steps() {
		s.Rates = append(s.Rates, int64(20+i))
	}
	s.RowBits = 3
	s.Origin = bundle.Origin{Kind: bundle.Published, Bits: 40}
	for i, id := range network.WeightTensors(s.Program()) {
		cells := make([]int64, s.Program().Tensor(id).Size())
		for j := range cells {
			cells[j] = int64(10*i - j)
		}
		s.Origin.Cells = append(s.Origin.Cells, cells)
	}
	s.Parts[0].Columns, s.Parts[1].Columns = 2, 1
	s.Parts[0].Meaning, s.Parts[1].Meaning = [32]byte{5, 31: 6}, [32]byte{7, 31: 8}
	b := &bundle.Bundle{Statement: s}
	repair(b)
	distinct(s)
	rebind(s)
	continued := decode(t, first(t)).Statement
	continued.Origin = bundle.Origin{Kind: bundle.Continued, Bits: 47, Predecessor: [32]byte{9, 31: 10}}
	return map[string]*bundle.Statement{"as it is made": decode(t, first(t)).Statement, "with all there may be": s, "continued": continued}
}

// distinct gives a statement commitments of which no two are the same.
func distinct(s *bundle.Statement) {
	_, _, g, _ := bn254.Generators()
	point := g
	tensors := [][]bn254.G1Affine(s.Initial)
	for i := range s.Parts {
		tensors = append(tensors, s.Parts[i].Tensors()...)
	}
	for _, rows := range tensors {
		for k := range rows {
			point.Add(&point, &g)
			rows[k] = point
		}
	}
}

// TestStatementByItsDefinition: encodings and digests are what they are defined
// to be, so that nothing in a statement can be changed without them.
func TestStatementByItsDefinition(t *testing.T) {
	for name, s := range openStatements(t) {
		want := writtenStatement(t, s).bytes()
		got, err := s.Encode()
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%s: another encoding than its definition's: %v", name, err)
		}
		if digest, err := s.Digest(); err != nil || digest != sha256.Sum256(want) {
			t.Errorf("%s: another digest: %v", name, err)
		}
		back, err := bundle.DecodeStatement(want)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if again, err := back.Encode(); err != nil || !bytes.Equal(again, want) {
			t.Errorf("%s: read as another statement: %v", name, err)
		}
		for i := range s.Parts {
			if s.PartDigest(i) != partDigest(s, i) {
				t.Errorf("%s: another digest of part %d", name, i)
			}
		}
		weights := (&encoding{}).field([]byte("zkaudit/weight-commitments/v1"))
		for _, rows := range s.Initial {
			weights.field(pointsOf(rows))
		}
		if s.Initial.Digest() != sha256.Sum256(weights.Bytes()) {
			t.Errorf("%s: another digest of the initial weights", name)
		}
		origin := (&encoding{}).field([]byte("zkaudit/origin/v1")).field(writtenOrigin(&s.Origin).bytes())
		if s.Origin.Digest() != sha256.Sum256(origin.Bytes()) {
			t.Errorf("%s: another digest of the origin", name)
		}
	}
}

// TestMalformedStatements: each field beyond what it may hold, and with what
// does not go with the others.
func TestMalformedStatements(t *testing.T) {
	s := openStatements(t)["with all there may be"]
	w := writtenStatement(t, s)
	spec := func(change func(spec *schedule.Spec)) []byte {
		other := s.Schedule
		other.Parts, other.Commitments = slices.Clone(other.Parts), slices.Clone(other.Commitments)
		change(&other)
		encoded, err := other.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		return field(string(encoded))
	}
	infinity := func(n int) []byte { return slices.Repeat(append([]byte{0x40}, make([]byte, 31)...), n) }
	const malformedWeight = `initial weight "`
	for _, c := range []struct {
		field   string
		instead []byte
		is      error
		says    string
	}{
		{"domain", nil, fault.ErrMalformed, "statement: 0 bytes left, needs 8"},
		{"domain", field("zkaudit/run/v1"), fault.ErrMalformed, `statement of kind "zkaudit/run/v1"`},
		{"domain", field("zkaudit/run/v2x"), fault.ErrMalformed, "statement: 15, want 0 to 14"},
		{"mode", field(strings.Repeat("x", 65)), fault.ErrMalformed, "mode: 65, want 0 to 64"},
		{"mode", field("loud"), fault.ErrVersion, "statement: "},
		{"run id", nil, fault.ErrMalformed, "run id: 0 bytes left, needs 32"},
		{"context", field(strings.Repeat("x", bundle.MaxContext+1)), fault.ErrMalformed, "context: 4097, want 0 to 4096"},
		{"network", field("none"), fault.ErrMalformed, "network: "},
		{"network", numbers(-1), fault.ErrMalformed, "network: -1, want 0 to "},
		{"setup", nil, fault.ErrMalformed, "setup: 0 bytes left, needs 32"},
		{"row size", numbers(0), fault.ErrMalformed, "row size: 0, want 1 to 22"},
		{"row size", numbers(23), fault.ErrMalformed, "row size: 23, want 1 to 22"},
		{"segment", numbers(0), fault.ErrMalformed, "steps of a segment: 0, want 1 to 4294967296"},
		{"segment", numbers(1<<32 + 1), fault.ErrMalformed, "steps of a segment: 4294967297, want 1 to 4294967296"},
		{"segment", numbers(1<<16 + 1), fault.ErrMalformed, "statement: segments of 65537 steps with batches of 4"},
		{"rates", numbers(-1), fault.ErrMalformed, "rates: -1, want 0 to "},
		{"rates", numbers(1 << 40), fault.ErrMalformed, "rates: 1099511627776, want 0 to "},
		{"rates", numbers(1, 20), fault.ErrMalformed, "statement: 1 rates"},
		{"schedule", field("\x01"), fault.ErrMalformed, "schedule: version, order and tail: 1 bytes left, needs 3"},
		{"schedule", nil, fault.ErrMalformed, "schedule: 0 bytes left, needs 8"},
		{"schedule", spec(func(spec *schedule.Spec) { spec.Batch++ }), fault.ErrMalformed, "statement: schedule with batches of 5"},
		{"schedule", spec(func(spec *schedule.Spec) { spec.Seed += "x"; spec.Commitments[1][0] ^= 1 }), fault.ErrRejected, "statement: the schedule is bound to another dataset than part 1"},
		{"origin", numbers(4), fault.ErrMalformed, "origin of initial weights: 4, want 0 to 3"},
		{"origin", numbers(1), fault.ErrMalformed, "statement: origin seed with a seed of 0 bytes and 4 public weights"},
		{"bits", numbers(0), fault.ErrMalformed, "origin of initial weights: 0, want 1 to 61"},
		{"bits", numbers(62), fault.ErrMalformed, "origin of initial weights: 62, want 1 to 61"},
		{"seed", field(strings.Repeat("x", schedule.MaxSeed+1)), fault.ErrMalformed, "origin of initial weights: 257, want 0 to 256"},
		{"scheme", field("of seventeen byte"), fault.ErrMalformed, "origin of initial weights: 17, want 0 to 16"},
		{"published", numbers(-1), fault.ErrMalformed, "origin of initial weights: -1, want 0 to "},
		{"published", numbers(1000), fault.ErrMalformed, "origin of initial weights: 1000, want 0 to "},
		{"published 2", nil, fault.ErrMalformed, "origin of initial weights: 0 bytes left, needs 8"},
		{"published 2", numbers(1, 0), fault.ErrMalformed, "statement: published weight "},
		{"part 0, columns", numbers(-1), fault.ErrMalformed, "attributes of a part: -1, want 0 to 1024"},
		{"part 1, columns", numbers(bundle.MaxAttributes + 1), fault.ErrMalformed, "attributes of a part: 1025, want 0 to 1024"},
		{"part 0, meaning", nil, fault.ErrMalformed, "part 0: 0 bytes left, needs 32"},
		{"part 0, tensor 0", infinity(len(s.Parts[0].Features)), fault.ErrMalformed, "part 0, tensor 0: point 0: point: infinity"},
		{"part 1, tensor 1", infinity(len(s.Parts[1].Labels)), fault.ErrMalformed, "part 1, tensor 1: point 0: point: infinity"},
		{"part 1, tensor 2", infinity(len(s.Parts[1].Attributes)), fault.ErrMalformed, "part 1, tensor 2: point 0: point: infinity"},
		{"part 1, tensor 2", nil, fault.ErrMalformed, fmt.Sprintf("part 1, tensor 2: 0 bytes left, needs %d", 32*len(s.Parts[1].Attributes))},
		{"initial weight 0", infinity(len(s.Initial[0])), fault.ErrMalformed, malformedWeight},
		{"initial weight 3", infinity(len(s.Initial[3])), fault.ErrMalformed, malformedWeight},
		{"initial weight 3", slices.Repeat([]byte{0xff}, 32*len(s.Initial[3])), fault.ErrMalformed, malformedWeight},
		{"initial weight 3", append(pointsOf(s.Initial[3]), 0), fault.ErrMalformed, "statement: 1 bytes too many"},
	} {
		_, err := bundle.DecodeStatement(w.with(t, c.field, c.instead))
		if !errors.Is(err, c.is) || errors.Is(err, fault.ErrPanic) || !strings.HasPrefix(err.Error(), c.says) {
			t.Errorf("%s of %d bytes: %v, want %q", c.field, len(c.instead), err, c.says)
		}
	}
}

// TestRowsBeyondMemory: a tensor of more committed rows than a statement may
// have is refused as such, before anybody looks for them; after an error,
// nobody looks.
func TestRowsBeyondMemory(t *testing.T) {
	s := decode(t, first(t)).Statement
	s.RowBits, s.Schedule.Parts = 1, schedule.Parts{bundle.MaxRows / 2, bundle.MaxRows / 2}
	w := writtenStatement(t, s)
	for columns, says := range map[int]string{
		0:                        "part 0, tensor 0: 67108864 committed rows, at most 4194304",
		bundle.MaxAttributes + 1: "attributes of a part: 1025, want 0 to 1024",
	} {
		if _, err := bundle.DecodeStatement(w.with(t, "part 0, columns", numbers(columns))); !errors.Is(err, fault.ErrMalformed) || !strings.HasPrefix(err.Error(), says) {
			t.Errorf("%d columns: %v, want %q", columns, err, says)
		}
	}
}

// TestMalformedBundles: what stands around a statement, and what it says of
// the rest.
func TestMalformedBundles(t *testing.T) {
	m := first(t)
	head, payload, err := artefact.Decode(m.bytes, bundle.Kind(), bundle.Version)
	if err != nil {
		t.Fatal(err)
	}
	b := decode(t, m)
	s := writtenStatement(t, b.Statement)
	var w written
	w.add("statement", (&encoding{}).field(s.bytes()))
	for i, certificate := range b.Datasets {
		w.add(fmt.Sprintf("certificate %d", i), (&encoding{}).field(certificate))
	}
	w.add("weights", (&encoding{}).field(b.Weights))
	for i, seg := range b.Segments {
		for k, rows := range seg.After {
			w.add(fmt.Sprintf("segment %d, weight %d", i, k), (&encoding{}).fixed(pointsOf(rows)))
		}
		w.add(fmt.Sprintf("segment %d, proof", i), (&encoding{}).field(seg.Proof))
	}
	if !bytes.Equal(w.bytes(), payload) {
		t.Fatal("another encoding than its definition's")
	}
	for _, c := range []struct {
		field   string
		instead []byte
		is      error
		says    string
	}{
		{"statement", nil, fault.ErrMalformed, "bundle: statement: 0 bytes left, needs 8"},
		{"statement", field(""), fault.ErrMalformed, "bundle: statement: 0 bytes left, needs 8"},
		{"statement", numbers(-1), fault.ErrMalformed, "bundle: statement: -1, want 0 to "},
		{"statement", field(string(s.with(t, "mode", field("loud")))), fault.ErrVersion, "bundle: statement: "},
		{"statement", field(string(s.with(t, "context", field("nonce 8")))), fault.ErrMalformed, "bundle: the header names another statement"},
		{"certificate 0", numbers(-1), fault.ErrMalformed, "bundle: certificate of part 0: -1, want 0 to "},
		{"certificate 1", nil, fault.ErrMalformed, "bundle: certificate of part 1: 0 bytes left, needs 8"},
		{"weights", numbers(1 << 40), fault.ErrMalformed, "bundle: certificate of the initial weights: 1099511627776, want 0 to "},
		{"segment 1, weight 0", nil, fault.ErrMalformed, `bundle: after segment 1: weight "`},
		{"segment 2, proof", nil, fault.ErrMalformed, "bundle: proof of segment 2: 0 bytes left, needs 8"},
		{"segment 2, proof", append(field("proof"), 0), fault.ErrMalformed, "bundle: end: 1 bytes too many"},
	} {
		_, err := bundle.Unmarshal(artefact.Encode(head, w.with(t, c.field, c.instead)))
		if !errors.Is(err, c.is) || errors.Is(err, fault.ErrPanic) || !strings.HasPrefix(err.Error(), c.says) {
			t.Errorf("%s of %d bytes: %v, want %q", c.field, len(c.instead), err, c.says)
		}
	}
	for _, kind := range []artefact.Kind{bundle.PartKind(), {'a', 'u', 'd', 't'}} {
		other := head
		other.Kind = kind
		file := artefact.Encode(other, payload)
		if _, err := bundle.Unmarshal(file); !errors.Is(err, fault.ErrMalformed) || bundle.Recognised(file) {
			t.Errorf("an artefact of kind %q: %v", kind[:], err)
		}
	}
}

// writtenPart encodes a part file's payload as it is defined.
func writtenPart(t *testing.T, f *bundle.PartFile) written {
	t.Helper()
	meaning, err := f.Meaning.Encode()
	if err != nil {
		t.Fatal(err)
	}
	var w written
	for _, n := range []struct {
		name string
		n    int
	}{{"rows", f.Shape.Rows}, {"features", f.Shape.Features}, {"labels", f.Shape.Labels}, {"attributes", f.Shape.Attributes}} {
		w.add(n.name, (&encoding{}).number(n.n))
	}
	w.add("kind", (&encoding{}).field([]byte(f.Shape.Kind)))
	w.add("mode", (&encoding{}).field([]byte(f.Mode)))
	w.add("row size", (&encoding{}).number(f.RowBits))
	w.add("setup", (&encoding{}).fixed(f.Setup[:]))
	w.add("meaning", (&encoding{}).field(meaning))
	for k, rows := range f.Commitment.Tensors() {
		w.add(fmt.Sprintf("tensor %d", k), (&encoding{}).fixed(pointsOf(rows)))
	}
	w.add("certificate", (&encoding{}).field(f.Certificate))
	return w
}

// TestMalformedPartFiles: each field of a part file beyond what it may hold.
func TestMalformedPartFiles(t *testing.T) {
	f, _ := commitPart(t, people())
	file, err := f.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	head, payload, err := artefact.Decode(file, bundle.PartKind(), bundle.PartVersion)
	if err != nil {
		t.Fatal(err)
	}
	w := writtenPart(t, f)
	if !bytes.Equal(w.bytes(), payload) || head.Statement != f.Digest() {
		t.Fatal("another encoding than its definition's")
	}
	meaning := func(old, new string) []byte {
		encoded, err := f.Meaning.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(encoded, []byte(old)) {
			t.Fatalf("no %s in %s", old, encoded)
		}
		return field(strings.Replace(string(encoded), old, new, 1))
	}
	for _, c := range []struct {
		field   string
		instead []byte
		is      error
		says    string
	}{
		{"rows", numbers(0), fault.ErrMalformed, "part: rows: 0, want 1 to "},
		{"rows", numbers(bundle.MaxRows + 1), fault.ErrMalformed, "part: rows: 67108865, want 1 to "},
		{"features", numbers(0), fault.ErrMalformed, "part: features: 0, want 1 to "},
		{"features", numbers(graph.MaxSize + 1), fault.ErrMalformed, "part: features: "},
		{"labels", numbers(0), fault.ErrMalformed, "part: labels: 0, want 1 to "},
		{"labels", numbers(graph.MaxSize + 1), fault.ErrMalformed, "part: labels: "},
		{"attributes", numbers(-1), fault.ErrMalformed, "part: attributes: -1, want 0 to 1024"},
		{"attributes", numbers(bundle.MaxAttributes + 1), fault.ErrMalformed, "part: attributes: 1025, want 0 to 1024"},
		{"kind", field(strings.Repeat("x", 65)), fault.ErrMalformed, "part: kind of labels: 65, want 0 to 64"},
		{"kind", field("stars"), fault.ErrMalformed, `part: labels "stars"`},
		{"mode", field(strings.Repeat("x", 65)), fault.ErrMalformed, "part: mode: 65, want 0 to 64"},
		{"mode", field("loud"), fault.ErrVersion, "part: "},
		{"row size", numbers(0), fault.ErrMalformed, "part: row size: 0, want 1 to 22"},
		{"row size", numbers(23), fault.ErrMalformed, "part: row size: 23, want 1 to 22"},
		{"setup", nil, fault.ErrMalformed, "part: setup: 0 bytes left, needs 32"},
		{"meaning", numbers(-1), fault.ErrMalformed, "part: meaning: -1, want 0 to "},
		{"meaning", field("{}"), fault.ErrMalformed, "part: meaning: not in its canonical form"},
		{"meaning", field("{"), fault.ErrMalformed, "part: meaning: malformed: unexpected end of JSON input"},
		{"meaning", field(strings.Repeat("[", artefact.MaxDepth+1)), fault.ErrMalformed, "part: meaning: JSON of more than "},
		{"meaning", meaning(`"a"`, ` "a"`), fault.ErrMalformed, "part: meaning: not in its canonical form"},
		{"meaning", meaning(`"a"`, "\"\xff\""), fault.ErrMalformed, "part: meaning: not in its canonical form"},
		{"meaning", meaning(`"a"`, `"c"`), fault.ErrMalformed, "part: the header names another part"},
		{"meaning", meaning(`"sex"`, `"owner"`), fault.ErrMalformed, `part: meaning: attribute "owner" is there twice`},
		{"tensor 2", nil, fault.ErrMalformed, "part: commitments, tensor 2: 0 bytes left, needs 32"},
		{"tensor 0", append([]byte{0x40}, make([]byte, 31)...), fault.ErrMalformed, "part: commitments, tensor 0: point 0: point: infinity"},
		{"certificate", numbers(-1), fault.ErrMalformed, "part: certificate: -1, want 0 to "},
		{"certificate", append(field("proof"), 0), fault.ErrMalformed, "part: end: 1 bytes too many"},
	} {
		_, err := bundle.UnmarshalPart(artefact.Encode(head, w.with(t, c.field, c.instead)))
		if !errors.Is(err, c.is) || errors.Is(err, fault.ErrPanic) || !strings.HasPrefix(err.Error(), c.says) {
			t.Errorf("%s of %d bytes: %v, want %q", c.field, len(c.instead), err, c.says)
		}
	}
	kind := head
	kind.Kind = bundle.Kind()
	if _, err := bundle.UnmarshalPart(artefact.Encode(kind, payload)); !errors.Is(err, fault.ErrMalformed) || !strings.HasPrefix(err.Error(), `artefact is of kind "bndl", want "part"`) {
		t.Errorf("a part file that calls itself a bundle: %v", err)
	}
	for _, version := range []uint32{bundle.PartVersion - 1, bundle.PartVersion + 1} {
		head.Version = version
		if _, err := bundle.UnmarshalPart(artefact.Encode(head, payload)); fault.ExitCode(err) != fault.ExitVersion {
			t.Errorf("a part file of version %d: %v", version, err)
		}
	}
}
