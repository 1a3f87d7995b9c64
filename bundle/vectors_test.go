package bundle_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"math/big"
	"os"
	"path/filepath"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/prg"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/transcript"
	"github.com/zkaudit/zkaudit/transpile"
)

var update = flag.Bool("update", false, "write testdata/vectors/values.json")

const vectors = "../testdata/vectors"

// value is something that the protocol computes, step by step.
type value struct {
	Name    string `json:"name"`
	Section string `json:"section"` // of docs/protocol.md, or the package that defines it
	Steps   []step `json:"steps"`
}

// step is what is given, and what follows from it and the steps before. Bytes are hex.
type step struct {
	What   string `json:"what"`
	Given  any    `json:"given,omitempty"`
	Result any    `json:"result,omitempty"`
}

// TestValues: testdata/vectors/values.json has what the code computes today.
func TestValues(t *testing.T) {
	path := filepath.Join(vectors, "values.json")
	got := encoded(t, []value{
		encodings(), generator(), shuffle(t), initialWeights(t), generators(t), points(t), committedRows(t), sponge(), chain(),
		digests(t), proofDigests(t), conversation(t), hiddenConversation(t),
	})
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(got, want) {
		return
	}
	was, is := bytes.Split(want, []byte("\n")), bytes.Split(got, []byte("\n"))
	for i := range min(len(was), len(is)) {
		if !bytes.Equal(was[i], is[i]) {
			t.Fatalf("line %d: %s, want %s", i+1, is[i], was[i])
		}
	}
	t.Fatalf("%d lines, want %d", len(is), len(was))
}

// encoded has a line for each step.
func encoded(t *testing.T, list []value) []byte {
	t.Helper()
	var b bytes.Buffer
	line := func(v any, end string) {
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		if err := e.Encode(v); err != nil {
			t.Fatal(err)
		}
		b.Truncate(b.Len() - 1)
		b.WriteString(end)
	}
	b.WriteString("[")
	for i, v := range list {
		b.WriteString([]string{"\n", ",\n"}[min(i, 1)] + `{"name": `)
		line(v.Name, `, "section": `)
		line(v.Section, `, "steps": [`)
		for j, s := range v.Steps {
			b.WriteString([]string{"\n  ", ",\n  "}[min(j, 1)])
			line(s, "")
		}
		b.WriteString("]}")
	}
	b.WriteString("\n]\n")
	return b.Bytes()
}

func encodings() value {
	return value{"injective encoding", "13, package internal/encode", []step{
		{"integer", -2, hexOf(encode.Int(nil, -2))},
		{"truth", true, hexOf(encode.Bool(nil, true))},
		{"bytes", "00ff", hexOf(encode.Bytes(nil, []byte{0, 255}))},
		{"text, UTF-8", "né", hexOf(encode.Text(nil, "né"))},
		{"integers", []int{1, -1}, hexOf(encode.Ints(nil, []int{1, -1}))},
		{"texts", []string{"a", ""}, hexOf(encode.Texts(nil, []string{"a", ""}))},
		{"domain", "zkaudit/run/v2", hexOf(encode.Domain("zkaudit/run/v2"))},
	}}
}

func generator() value {
	s := prg.New("zkaudit/example", []byte("vectors"), nil)
	v := value{"public generator of integers", "7, package internal/prg", []step{
		{What: "domain and parts", Given: []string{"zkaudit/example", hex.EncodeToString([]byte("vectors")), ""}},
	}}
	for range 5 {
		v.Steps = append(v.Steps, step{What: "the next word", Result: new(big.Int).SetUint64(s.Uint64()).String()})
	}
	for _, n := range []uint64{10, 3 << 62} {
		v.Steps = append(v.Steps, step{"the next below n", new(big.Int).SetUint64(n).String(), new(big.Int).SetUint64(s.Uint64n(n)).String()})
	}
	v.Steps = append(v.Steps, step{"the next in [−L, L]", 1000, s.Symmetric(1000)})
	return v
}

func shuffle(t *testing.T) value {
	v := value{Name: "schedule: part and row of each slot, step by step", Section: "7, package data/schedule"}
	for _, c := range []struct {
		what    string
		tail    schedule.Tail
		without []schedule.Range
	}{{"tail dropped", schedule.Drop, nil}, {"tail wrapped", schedule.Wrap, nil}, {"without rows 1 and 2 of part 0", schedule.Drop, []schedule.Range{{Part: 0, From: 1, To: 3}}}} {
		spec := schedule.Spec{
			Parts: schedule.Parts{5, 3}, Batch: 3, Steps: 4, Order: schedule.Shuffled, Tail: c.tail, Seed: "vectors",
			Commitments: [][32]byte{{31: 1}, {31: 2}}, Without: c.without,
		}
		s, err := schedule.New(spec)
		if err != nil {
			t.Fatal(err)
		}
		bin, err := spec.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		refs, err := s.Segment(0, spec.Steps)
		if err != nil {
			t.Fatal(err)
		}
		rows := make([][2]int32, len(refs))
		for i, r := range refs {
			rows[i] = [2]int32{r.Part, r.Row}
		}
		v.Steps = append(v.Steps, step{c.what, "parts of 5 and 3 rows, batch 3, 4 steps, seed \"vectors\", digests of parts 00…01 and 00…02: " + hex.EncodeToString(bin), rows})
	}
	return v
}

func initialWeights(t *testing.T) value {
	v := value{Name: "initial weights from a seed", Section: "7, package network"}
	b := readBundle(t, "zk/bundle.zka")
	for _, scheme := range []network.Scheme{network.He, network.Glorot} {
		weights, err := network.Random(b.Statement.Program(), []byte("vectors"), scheme)
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range network.WeightTensors(b.Statement.Program()) {
			tensor := b.Statement.Program().Tensor(id)
			var axes []int
			for _, a := range tensor.Axes {
				axes = append(axes, a.Size)
			}
			v.Steps = append(v.Steps, step{string(scheme) + ", seed \"vectors\", " + tensor.Name, map[string]any{"axes": axes, "fraction_bits": tensor.Format.Fraction}, weights[id]})
		}
	}
	return v
}

func generators(t *testing.T) value {
	v := value{Name: "transparent setup", Section: "12"}
	for _, bits := range []int{1, 12} {
		s, err := commitments.NewTransparent(bits, new(commitments.Generators))
		if err != nil {
			t.Fatal(err)
		}
		if bits == 1 {
			for j, g := range s.Hashed.First(4) {
				v.Steps = append(v.Steps, step{"generator G_j: x, y", j, []string{scalarHex(g.X.Bytes()), scalarHex(g.Y.Bytes())}})
			}
			v.Steps = append(v.Steps, step{"generator of blinding H, compressed", nil, pointHex(s.H)}, step{"generator of scalars U, compressed", nil, pointHex(s.U)})
		}
		v.Steps = append(v.Steps, step{"ID of the setup, by row bits ℓ", bits, hex.EncodeToString(s.ID[:])})
	}
	return v
}

func points(t *testing.T) value {
	g := new(commitments.Generators).First(1)[0]
	negative := *new(bn254.G1Affine).Neg(&g)
	last := *new(fr.Element).SetInt64(-1)
	return value{"encoding of points and scalars", "12", []step{
		{"G_0", nil, pointHex(g)}, {"−G_0", nil, pointHex(negative)}, {"infinity", nil, pointHex(bn254.G1Affine{})},
		{"scalar 1", nil, elements(fr.One())}, {"scalar −1", nil, elements(last)},
	}}
}

func committedRows(t *testing.T) value {
	s, err := commitments.NewTransparent(1, new(commitments.Generators))
	if err != nil {
		t.Fatal(err)
	}
	cells, blind := []int64{1, -2, 32767}, []fr.Element{fr.NewElement(5), fr.NewElement(6)}
	rows, err := s.CommitInt64(cells, blind)
	if err != nil {
		t.Fatal(err)
	}
	hashed, err := s.CommitHashed(1, blind, &blind[0])
	if err != nil {
		t.Fatal(err)
	}
	return value{"commitments with known blinding, ℓ = 1", "12", []step{
		{"cells; ρ_0, ρ_1; rows", []any{cells, []int{5, 6}}, []string{pointHex(rows[0]), pointHex(rows[1])}},
		{"scalar t = 5, ρ = 6", nil, pointHex(s.CommitScalar(&blind[0], &blind[1]))},
		{"hashed generators from place 1: values 5, 6, ρ = 5", nil, pointHex(hashed)},
	}}
}

func sponge() value {
	r := &recorder{sponge: transcript.NewNative("zkaudit/example")}
	r.steps = append(r.steps, step{What: "domain", Given: "zkaudit/example"})
	r.Absorb(transcript.Statement, fr.NewElement(1))
	for range 4 {
		r.Challenge()
	}
	r.Absorb(transcript.Evaluations, fr.NewElement(1), fr.NewElement(2), fr.NewElement(3), fr.NewElement(4))
	r.Challenge()
	r.Absorb(transcript.SumRound)
	r.Challenge()
	return value{"Poseidon2 transcript", "13, package proof/transcript", r.steps}
}

func chain() value {
	c := commitments.NewTranscript("zkaudit/example")
	v := value{"SHA-256 transcript", "13, commitments.Transcript", []step{{What: "domain", Given: "zkaudit/example"}}}
	for _, message := range []string{"00ff", ""} {
		data, _ := hex.DecodeString(message)
		c.Absorb("label", data)
		v.Steps = append(v.Steps, step{What: "absorb", Given: []string{"label", message}})
		for range 2 {
			v.Steps = append(v.Steps, step{"challenge", "challenge", elements(c.Challenge("challenge"))})
		}
	}
	return v
}

func digests(t *testing.T) value {
	v := value{Name: "digests of what a bundle states", Section: "1 and 16"}
	for _, file := range []string{"zk/bundle.zka", "run/bundle.zka", "next/bundle.zka"} {
		b := readBundle(t, file)
		s := b.Statement
		run, err := s.Digest()
		if err != nil {
			t.Fatal(err)
		}
		architecture, program := s.Network.Architecture(), s.Network.Digest()
		arch, part, origin := architecture.Digest(), s.PartDigest(0), s.Origin.Digest()
		initial, result := s.Initial.Digest(), resultOf(t, b).Digest()
		for _, d := range []struct {
			what   string
			digest [32]byte
		}{{"statement of the run", run}, {"architecture", arch}, {"program", program}, {"part 0", part}, {"origin of the initial weights", origin}, {"commitments to the initial weights", initial}, {"result", result}} {
			v.Steps = append(v.Steps, step{d.what, file, hex.EncodeToString(d.digest[:])})
		}
		if file == "zk/bundle.zka" {
			v.Steps = append(v.Steps, step{"encoding of the program, whose SHA-256 is its digest", file, hex.EncodeToString(s.Network.Encode())})
		}
	}
	for _, path := range []string{"flowers.tflite", "../strokes.tflite", "../strides.tflite"} {
		file, err := os.ReadFile(filepath.Join(vectors, path))
		if err != nil {
			t.Fatal(err)
		}
		n, _, err := transpile.ReadModel(file, network.DefaultFormats())
		if err != nil {
			t.Fatal(err)
		}
		architecture := n.Architecture()
		digest := architecture.Digest()
		v.Steps = append(v.Steps, step{"architecture", path, hex.EncodeToString(digest[:])})
	}
	return v
}

// claimsOf are the claims of the certificates of a run.
func claimsOf(t *testing.T, b *bundle.Bundle) (part, weights *statement.Statement) {
	t.Helper()
	tables := new(ops.Tables)
	claims, err := bundle.NewClaims(b.Statement, tables)
	if err != nil {
		t.Fatal(err)
	}
	of, err := claims.Dataset(0)
	if err != nil {
		t.Fatal(err)
	}
	if _, weights, err = claims.Weights(); err != nil {
		t.Fatal(err)
	}
	return of[0].Statement, weights
}

func proofDigests(t *testing.T) value {
	v := value{Name: "what the certificates of a run are about", Section: "13 and 16"}
	b := readBundle(t, "run/bundle.zka")
	part, weights := claimsOf(t, b)
	for _, st := range []*statement.Statement{part, weights} {
		system, claim := st.Layout.System.Digest(), bundle.ClaimDigest(st)
		v.Steps = append(v.Steps,
			step{"relation system", st.Kind, hex.EncodeToString(system[:])},
			step{"encoding of the statement, before its commitments", st.Kind, hex.EncodeToString(st.Head())},
			step{"claim", st.Kind, hex.EncodeToString(claim[:])},
			step{"field elements of a conversation", st.Kind, proof.Length(st.Layout)})
	}
	certificate := bundle.CertificateDigest(b.Weights, weights)
	v.Steps = append(v.Steps, step{"certificate of the initial weights", "run/bundle.zka", hex.EncodeToString(certificate[:])})
	return v
}

// conversation is the whole transcript of a proof of mode validity, the certificate of the
// initial weights.
func conversation(t *testing.T) value {
	b := readBundle(t, "run/bundle.zka")
	_, st := claimsOf(t, b)
	p, err := statement.Unmarshal(st.Layout, commitments.Transparent, b.Weights)
	if err != nil {
		t.Fatal(err)
	}
	c0 := st.Digest(p.Witness)
	r := &recorder{sponge: transcript.NewNative(statement.Domain)}
	r.steps = append(r.steps, step{"domain", statement.Domain, nil}, step{"c0, of the statement and the commitments of the proof", nil, elements(c0)})
	proof.Begin(st.Layout, r, c0, fr.Element{})
	out, err := proof.Verify(st.Layout, r, p.Messages)
	if err != nil {
		t.Fatal(err)
	}
	point := make([]fr.Element, len(out.Point))
	for i, c := range out.Point {
		point[i] = out.Coords[c]
	}
	r.steps = append(r.steps, step{"point r* of the committed row", nil, elements(point...)}, step{"claimed value y", nil, elements(out.Value)})
	return value{"transcript of the certificate of initial weights in run/bundle.zka", "8 to 13", r.steps}
}

// recorder is a transcript that keeps what it absorbs and draws.
type recorder struct {
	sponge *transcript.Sponge[fr.Element]
	steps  []step
}

func (r *recorder) Absorb(kind transcript.Kind, message ...fr.Element) {
	r.sponge.Absorb(kind, message...)
	r.steps = append(r.steps, step{What: "absorb: kind, message", Given: []any{kind, elements(message...)}})
}

func (r *recorder) Challenge() fr.Element {
	c := r.sponge.Challenge()
	r.steps = append(r.steps, step{What: "challenge", Result: elements(c)})
	return c
}

func readBundle(t *testing.T, name string) *bundle.Bundle {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(vectors, name))
	if err != nil {
		t.Fatal(err)
	}
	b, err := bundle.Unmarshal(data)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// elements are scalars in 32 bytes each, big endian.
func elements(list ...fr.Element) []string {
	texts := []string{}
	for _, e := range list {
		texts = append(texts, scalarHex(e.Bytes()))
	}
	return texts
}

func scalarHex(b [32]byte) string { return hexOf(b[:]) }

func hexOf(b []byte) string { return hex.EncodeToString(b) }

// pointHex is the encoding of a point in files.
func pointHex(p bn254.G1Affine) string { return scalarHex(commitments.EncodePoint(&p)) }
