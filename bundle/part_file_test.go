package bundle_test

import (
	"bytes"
	"context"
	crand "crypto/rand"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/proving"
)

// people is a small dataset with two attributes.
func people() *data.Dataset {
	return &data.Dataset{
		Rows: 5, Width: 2, Shape: []int{2}, FractionBits: 4, Features: []int32{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, FeatureNames: []string{"a", "b"},
		Labels: data.Labels{Kind: data.OneHot, Classes: []string{"no", "yes"}, Class: []int32{0, 1, 0, 1, 1}},
		Attributes: []data.Attribute{
			{Name: "sex", Vocabulary: []string{"f", "m"}, Codes: []int32{0, 1, 1, 0, 1}},
			{Name: "owner", Vocabulary: []string{"A"}, Codes: make([]int32, 5)},
		},
	}
}

// commitPart commits to a dataset and certifies it.
func commitPart(t testing.TB, d *data.Dataset) (*bundle.PartFile, *mode.Verifier) {
	t.Helper()
	return commitRows(t, d, 8)
}

// commitRows is commitPart in rows of 2^rowBits cells.
func commitRows(t testing.TB, d *data.Dataset, rowBits int) (*bundle.PartFile, *mode.Verifier) {
	t.Helper()
	setup, err := commitments.NewDevelopment(rowBits)
	if err != nil {
		t.Fatal(err)
	}
	return commitUnder(t, setup, d)
}

// commitUnder is commitPart with a setup.
func commitUnder(t testing.TB, setup *commitments.Setup, d *data.Dataset) (*bundle.PartFile, *mode.Verifier) {
	t.Helper()
	p, err := owner.CommitPart(setup, d, graph.OneHot, mode.Validity, crand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := p.Certify(context.Background(), mode.Validity, &proving.Prover{Setup: setup, Rand: crand.Reader}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p.File(setup, certificate), &mode.Verifier{Setup: setup.Verifier()}
}

func TestPartFileRoundTrip(t *testing.T) {
	f, v := commitPart(t, people())
	encoded, err := f.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	back, err := bundle.UnmarshalPart(encoded)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := back.Marshal(); err != nil || !slices.Equal(again, encoded) || back.Digest() != f.Digest() {
		t.Errorf("read back as another part, %v", err)
	}
	if m := back.Meaning; len(m.Attributes) != 2 || m.Attributes[0].Name != "sex" || !slices.Equal(m.Classes, []string{"no", "yes"}) || back.Shape.Attributes != 2 {
		t.Errorf("meaning %+v, shape %+v", m, back.Shape)
	}
	if err := back.Verify(context.Background(), v); err != nil {
		t.Error(err)
	}
}

// TestPartsThatAreNotThose changes one thing about a part: its digest, which
// statements and auditors name it by, is another, and its certificate is false.
func TestPartsThatAreNotThose(t *testing.T) {
	original, v := commitPart(t, people())
	other, _ := commitPart(t, people())
	for name, change := range map[string]func(f *bundle.PartFile){
		"fewer rows":                func(f *bundle.PartFile) { f.Shape.Rows-- },
		"kind of labels":            func(f *bundle.PartFile) { f.Shape.Kind = graph.Bits },
		"features of another":       func(f *bundle.PartFile) { f.Commitment.Features = other.Commitment.Features },
		"labels of another":         func(f *bundle.PartFile) { f.Commitment.Labels = other.Commitment.Labels },
		"attributes of another":     func(f *bundle.PartFile) { f.Commitment.Attributes = other.Commitment.Attributes },
		"attributes are the labels": func(f *bundle.PartFile) { f.Commitment.Attributes = f.Commitment.Labels },
		"no attributes": func(f *bundle.PartFile) {
			f.Commitment.Attributes, f.Commitment.Columns, f.Shape.Attributes, f.Meaning.Attributes = nil, 0, 0, nil
		},
		"codes exchanged": func(f *bundle.PartFile) {
			f.Meaning.Attributes = slices.Clone(f.Meaning.Attributes)
			f.Meaning.Attributes[0] = bundle.Vocabulary{Name: "sex", Entries: []string{"m", "f"}}
		},
		"attribute renamed": func(f *bundle.PartFile) {
			f.Meaning.Attributes = []bundle.Vocabulary{{Name: "licence", Entries: []string{"f", "m"}}, f.Meaning.Attributes[1]}
		},
		"classes exchanged": func(f *bundle.PartFile) { f.Meaning.Classes = []string{"yes", "no"} },
		"another nonce":     func(f *bundle.PartFile) { f.Meaning.Nonce[31] ^= 1 },
		"another scale":     func(f *bundle.PartFile) { f.Meaning.FractionBits++ },
		"an encoding":       func(f *bundle.PartFile) { f.Meaning.Encoding = &data.Encoding{FractionBits: 4} },
	} {
		t.Run(name, func(t *testing.T) {
			f := *original
			change(&f)
			f.Commitment.Meaning = f.Meaning.Digest()
			if f.Digest() == original.Digest() {
				t.Error("the same digest")
			}
			encoded, err := f.Marshal()
			if err != nil {
				t.Fatal(err)
			}
			back, err := bundle.UnmarshalPart(encoded)
			if err != nil {
				t.Fatal(err)
			}
			if err := back.Verify(context.Background(), v); !refused(err) {
				t.Errorf("certificate: %v", err)
			}
		})
	}
	foreign := *original
	foreign.Certificate = other.Certificate
	if err := foreign.Verify(context.Background(), v); !errors.Is(err, fault.ErrRejected) {
		t.Errorf("certificate of the same rows committed otherwise: %v", err)
	}
	for name, change := range map[string]func(f *bundle.PartFile){
		"another setup": func(f *bundle.PartFile) { f.Setup[0] ^= 1 }, "rows of another size": func(f *bundle.PartFile) { f.RowBits++ },
	} {
		foreign := *original
		change(&foreign)
		if err := foreign.Verify(context.Background(), v); !errors.Is(err, fault.ErrVersion) || !strings.HasPrefix(err.Error(), "the part was committed with setup ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	foreign = *original
	foreign.Shape.Kind = "stars"
	if err := foreign.Verify(context.Background(), v); err == nil || errors.Is(err, fault.ErrPanic) || !strings.Contains(err.Error(), "stars") {
		t.Errorf("labels that nobody knows: %v", err)
	}
}

// TestReadPart: a file that is none is named.
func TestReadPart(t *testing.T) {
	f, _ := commitPart(t, people())
	file, err := f.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		file []byte
		is   error
	}{"whole.part": {file, nil}, "short.part": {file[:len(file)-1], fault.ErrMalformed}, "missing.part": {nil, fault.ErrInput}} {
		path := filepath.Join(t.TempDir(), name)
		if c.file != nil {
			if err := os.WriteFile(path, c.file, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		switch read, err := bundle.ReadPart(path); {
		case c.is == nil && (err != nil || read.Digest() != f.Digest()):
			t.Errorf("%s: %v", name, err)
		case c.is != nil && (!errors.Is(err, c.is) || !strings.Contains(err.Error(), path)):
			t.Errorf("%s: %v, want its path", name, err)
		}
	}
}

func TestPartsThatContradictThemselves(t *testing.T) {
	original, _ := commitPart(t, people())
	for name, change := range map[string]func(f *bundle.PartFile){
		"meaning not named": func(f *bundle.PartFile) { f.Commitment.Meaning[0] ^= 1 },
		"columns":           func(f *bundle.PartFile) { f.Commitment.Columns = 1 },
		"too few points":    func(f *bundle.PartFile) { f.Commitment.Attributes = nil },
		"too many points": func(f *bundle.PartFile) {
			f.Commitment.Features = append(f.Commitment.Features, f.Commitment.Features...)
		},
		"no nonce":            func(f *bundle.PartFile) { f.Meaning.Nonce = bundle.Nonce{} },
		"names of features":   func(f *bundle.PartFile) { f.Meaning.Features = []string{"a"} },
		"vocabulary repeated": func(f *bundle.PartFile) { f.Meaning.Attributes[0].Entries = []string{"f", "f"} },
		"attribute repeated":  func(f *bundle.PartFile) { f.Meaning.Attributes[1].Name = "sex" },
		"vocabulary empty":    func(f *bundle.PartFile) { f.Meaning.Attributes[1].Entries = nil },
		"classes":             func(f *bundle.PartFile) { f.Meaning.Classes = []string{"no", "yes", "perhaps"} },
		"kind of labels":      func(f *bundle.PartFile) { f.Shape.Kind = "stars" },
		"mode":                func(f *bundle.PartFile) { f.Mode = "loud" },
		"not text":            func(f *bundle.PartFile) { f.Meaning.Features = []string{"\xff", "b"} },
	} {
		f := *original
		f.Meaning = owner.MeaningOf(people())
		f.Meaning.Nonce = original.Meaning.Nonce
		change(&f)
		if name != "meaning not named" {
			f.Commitment.Meaning = f.Meaning.Digest()
		}
		if _, err := f.Marshal(); !errors.Is(err, fault.ErrMalformed) && !errors.Is(err, fault.ErrVersion) && !errors.Is(err, fault.ErrInput) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The digest of a meaning binds how many rows an encoding was fitted on.
func TestMeaningBindsFittedRows(t *testing.T) {
	seen := map[[32]byte]int{}
	for _, rows := range []int{0, 1, 2, 1 << 40} {
		m := bundle.Meaning{Encoding: &data.Encoding{Features: []data.Column{{Name: "a", Index: 1}}, FittedRows: rows}}
		if other, there := seen[m.Digest()]; there {
			t.Errorf("fitted on %d rows, and on %d: one digest", rows, other)
		}
		seen[m.Digest()] = rows
	}
}

// TestMeaningIsBlinded: the digest of a part, and that of its meaning, which
// training bundles hold, say nothing to those who guess names and vocabularies.
func TestMeaningIsBlinded(t *testing.T) {
	f, _ := commitPart(t, people())
	again, _ := commitPart(t, people())
	guess := owner.MeaningOf(people())
	if guess.Digest() == f.Commitment.Meaning || again.Commitment.Meaning == f.Commitment.Meaning {
		t.Error("the digest of the meaning depends on nothing that cannot be guessed")
	}
	if guess.Nonce = f.Meaning.Nonce; guess.Digest() != f.Commitment.Meaning {
		t.Error("with the nonce the guess is right")
	}
	if _, err := bundle.NewNonce(nil); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("without randomness: %v", err)
	}
	encoded, err := f.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	nonce, err := f.Meaning.Nonce.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"zeros": strings.Repeat("0", 64), "upper case": strings.Repeat("AB", 32), "not hexadecimal": strings.Repeat("g", 64),
	} {
		file := reframed(t, encoded, func(payload []byte) { copy(payload[bytes.Index(payload, nonce):], text) })
		if _, err := bundle.UnmarshalPart(file); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestDamagedPartFiles flips bits and makes the checksum right again.
func TestDamagedPartFiles(t *testing.T) {
	f, v := commitPart(t, people())
	encoded, err := f.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		damaged := reframed(t, encoded, func(payload []byte) { payload[rng.IntN(len(payload))] ^= 1 << rng.IntN(8) })
		back, err := bundle.UnmarshalPart(damaged)
		if err == nil {
			err = back.Verify(context.Background(), v)
		}
		if !refused(err) {
			t.Fatalf("a damaged part: %v", err)
		}
	}
}

// TestPartsOfTheTransparentSetup: what a certificate leaves to a batch of
// equations is decided before the part is accepted.
func TestPartsOfTheTransparentSetup(t *testing.T) {
	setup, err := commitments.NewTransparent(8, new(commitments.Generators))
	if err != nil {
		t.Fatal(err)
	}
	f, v := commitUnder(t, setup, people())
	if err := f.Verify(context.Background(), v); err != nil {
		t.Fatal(err)
	}
	f.Certificate[len(f.Certificate)-1] ^= 1 // of the evaluation proof's last cell
	if err := f.Verify(context.Background(), v); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "certificate of the part") {
		t.Errorf("a false evaluation proof: %v", err)
	}
}

// TestNothingToCertify: an empty certificate of no claim certifies nothing.
func TestNothingToCertify(t *testing.T) {
	_, v := commitPart(t, people())
	if err := bundle.VerifyDataset(context.Background(), v.NewBatch(), mode.Validity, "part", nil, nil); !errors.Is(err, fault.ErrMalformed) {
		t.Error(err)
	}
}

// reframed changes the payload of an artefact and frames it again.
func reframed(t testing.TB, file []byte, change func(payload []byte)) []byte {
	t.Helper()
	h, payload, err := artefact.Decode(file, bundle.PartKind(), bundle.PartVersion)
	if err != nil {
		t.Fatal(err)
	}
	payload = slices.Clone(payload)
	change(payload)
	return artefact.Encode(h, payload)
}

func FuzzUnmarshalPart(f *testing.F) {
	part, _ := commitPart(f, people())
	encoded, err := part.Marshal()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(encoded)
	f.Fuzz(func(t *testing.T, file []byte) {
		back, err := bundle.UnmarshalPart(file)
		if err != nil {
			if !refused(err) && !errors.Is(err, fault.ErrInput) {
				t.Fatal(err)
			}
			return
		}
		if again, err := back.Marshal(); err != nil || !slices.Equal(again, file) {
			t.Fatalf("accepted, and is not its own encoding: %v", err)
		}
	})
}
