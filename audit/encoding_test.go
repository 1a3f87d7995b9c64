package audit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// rewrite encodes an audit after a change that its own encoder would not make.
func rewrite(t *testing.T, file []byte, change func(e *encodedBundle)) []byte {
	t.Helper()
	h, payload, err := artefact.Decode(file, Kind(), Version)
	if err != nil {
		t.Fatal(err)
	}
	var e encodedBundle
	if err := json.Unmarshal(payload, &e); err != nil {
		t.Fatal(err)
	}
	change(&e)
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return artefact.Encode(artefact.Header{Kind: h.Kind, Version: h.Version, Statement: h.Statement}, text)
}

// TestEncodingsAreRefused changes one thing of an audit's encoding, each for its
// own reason.
func TestEncodingsAreRefused(t *testing.T) {
	file, _, _ := everyKind(t)
	if _, err := Unmarshal(rewrite(t, file, func(*encodedBundle) {})); err != nil {
		t.Fatal(err)
	}
	infinity := make([]byte, commitments.PointBytes)
	infinity[0] = 0x40
	for name, c := range map[string]struct {
		change func(e *encodedBundle)
		says   string
	}{
		"mode":                    {func(e *encodedBundle) { e.Mode = "zk-hope" }, "zk-hope"},
		"short rows":              {func(e *encodedBundle) { e.RowBits = commitments.MinRowBits - 1 }, fmt.Sprintf("rows of 2^%d cells", commitments.MinRowBits-1)},
		"long rows":               {func(e *encodedBundle) { e.RowBits = commitments.MaxRowBits + 1 }, fmt.Sprintf("rows of 2^%d cells", commitments.MaxRowBits+1)},
		"context":                 {func(e *encodedBundle) { e.Context = strings.Repeat("x", maxContext+1) }, fmt.Sprintf("context of %d bytes", maxContext+1)},
		"parts":                   {func(e *encodedBundle) { e.Parts = make([]encodedPart, maxParts+1) }, fmt.Sprintf("%d parts", maxParts+1)},
		"runs":                    {func(e *encodedBundle) { e.Runs = make([]encodedRun, maxRuns+1) }, fmt.Sprintf("%d runs", maxRuns+1)},
		"models":                  {func(e *encodedBundle) { e.Models = make([]encodedModel, maxModels+1) }, fmt.Sprintf("%d models", maxModels+1)},
		"claims":                  {func(e *encodedBundle) { e.Claims = make([]encodedClaim, maxClaims+1) }, fmt.Sprintf("%d claims", maxClaims+1)},
		"no claim":                {func(e *encodedBundle) { e.Claims = nil }, "0 claims"},
		"setup":                   {func(e *encodedBundle) { e.Setup = "00" }, "setup: digest of 1 bytes"},
		"setup of other letters":  {func(e *encodedBundle) { e.Setup = strings.Repeat("g", 64) }, "setup: encoding/hex"},
		"a part twice":            {func(e *encodedBundle) { e.Parts = append(e.Parts, e.Parts[0]) }, "twice"},
		"a run twice":             {func(e *encodedBundle) { e.Runs = append(e.Runs, e.Runs[0]) }, "run \"net\" twice"},
		"a model twice":           {func(e *encodedBundle) { e.Models = append(e.Models, e.Models[0]) }, "model \"embedder\" twice"},
		"a claim twice":           {func(e *encodedBundle) { e.Claims = append(e.Claims, e.Claims[0]) }, "claim \"a\" twice"},
		"a claim's name":          {func(e *encodedBundle) { e.Claims[0].Name = "a claim" }, "claim \"a claim\" twice, or not in the form of a name"},
		"a run called as a model": {func(e *encodedBundle) { e.Runs[0].Name = e.Models[0].Name }, "both a training run and a public model"},
		"digest of a run":         {func(e *encodedBundle) { e.Runs[0].Digest = "00" }, "run \"net\": digest of 1 bytes"},
		"digest of a model":       {func(e *encodedBundle) { e.Models[0].SHA256 = "00" }, "model \"embedder\": digest of 1 bytes"},
		"fractions of a model":    {func(e *encodedBundle) { e.Models[0].Fractions.Feature = 99 }, "model \"embedder\": "},
		"parameters":              {func(e *encodedBundle) { e.Claims[1].Parameters = "{" }, "claim \"b\": "},
		"another kind":            {func(e *encodedBundle) { e.Claims[1].Kind = "hearsay" }, "hearsay"},
		"no rows":                 {func(e *encodedBundle) { e.Parts[0].Rows = 0 }, "0 rows of"},
		"rows":                    {func(e *encodedBundle) { e.Parts[0].Rows = bundle.MaxRows + 1 }, fmt.Sprintf("%d rows of", bundle.MaxRows+1)},
		"no features":             {func(e *encodedBundle) { e.Parts[0].Features = 0 }, "of 0 features"},
		"features":                {func(e *encodedBundle) { e.Parts[0].Features = maxWidth + 1 }, fmt.Sprintf("of %d features", maxWidth+1)},
		"no labels":               {func(e *encodedBundle) { e.Parts[0].Labels = 0 }, ", 0 labels"},
		"labels":                  {func(e *encodedBundle) { e.Parts[0].Labels = maxWidth + 1 }, fmt.Sprintf(", %d labels", maxWidth+1)},
		"attributes":              {func(e *encodedBundle) { e.Parts[0].Attributes = make([]bundle.Vocabulary, bundle.MaxAttributes+1) }, fmt.Sprintf(", %d attributes", bundle.MaxAttributes+1)},
		"meaning":                 {func(e *encodedBundle) { e.Parts[0].Attributes[0].Name = "" }, "has no name"},
		"a tensor without points": {func(e *encodedBundle) { e.Parts[0].Commitments = e.Parts[0].Commitments[:2] }, "2 commitments of 3 tensors"},
		"points of a tensor":      {func(e *encodedBundle) { e.Parts[0].Commitments[1] = e.Parts[0].Commitments[1][1:] }, "commitment 1 has"},
		"infinity": {func(e *encodedBundle) {
			e.Parts[0].Commitments[0] = slices.Repeat(infinity, len(e.Parts[0].Commitments[0])/len(infinity))
		}, "infinity"},
		"another order":     {func(e *encodedBundle) { slices.Reverse(e.Parts) }, "canonical"},
		"released, as null": {func(e *encodedBundle) { e.Claims[0].Released = nil }, "canonical"},
	} {
		_, err := Unmarshal(rewrite(t, file, c.change))
		if err == nil || !strings.Contains(err.Error(), c.says) || !errors.Is(err, fault.ErrMalformed) && !errors.Is(err, fault.ErrVersion) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
	h, payload, err := artefact.Decode(file, Kind(), Version)
	if err != nil {
		t.Fatal(err)
	}
	for name, other := range map[string][]byte{
		"another digest": artefact.Encode(artefact.Header{Kind: h.Kind, Version: h.Version, Statement: [32]byte{1}}, payload),
		"a space":        artefact.Encode(h, append(slices.Clone(payload), ' ')),
	} {
		if _, err := Unmarshal(other); !errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), "canonical") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Unmarshal(artefact.Encode(h, []byte(`{"mode": 3}`))); !errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), "cannot unmarshal") {
		t.Errorf("a number for a text: %v", err)
	}
	for _, version := range []uint32{Version - 1, Version + 1} {
		if _, err := Unmarshal(artefact.Encode(artefact.Header{Kind: h.Kind, Version: version, Statement: h.Statement}, payload)); fault.ExitCode(fault.Verdict(err)) != fault.ExitVersion {
			t.Errorf("version %d: %v", version, err)
		}
	}
}

// TestPartsWithoutAttributes have two tensors.
func TestPartsWithoutAttributes(t *testing.T) {
	file, _, _ := everyKind(t)
	b, err := Unmarshal(file)
	if err != nil {
		t.Fatal(err)
	}
	b.Parts["north"].Attributes, b.Parts["north"].Commitments = nil, b.Parts["north"].Commitments[:2]
	if file, err = b.Marshal(); err != nil {
		t.Fatal(err)
	}
	if again, err := Unmarshal(file); err != nil || len(again.Parts["north"].Commitments) != 2 {
		t.Errorf("read again: %v", err)
	}
}

// TestDigestIsOfEverythingButProofs: of an audit.
func TestDigestIsOfEverythingButProofs(t *testing.T) {
	file, _, _ := everyKind(t)
	read := func() *Bundle {
		b, err := Unmarshal(file)
		if err != nil {
			t.Fatal(err)
		}
		for name := range b.Parts {
			b.Certificates[name] = []byte{1}
		}
		for i := range b.Claims {
			b.Claims[i].Proof = []byte{1}
			b.Claims[i].Released = []Released{{Name: "x", Values: []int64{1}}, {Name: "y", Values: []int64{2}}}
		}
		return b
	}
	digest := func(b *Bundle) string {
		d, err := b.digest()
		if err != nil {
			t.Fatal(err)
		}
		return hex.EncodeToString(d[:])
	}
	want := digest(read())
	same := func(what string, is bool, change func(b *Bundle)) {
		t.Helper()
		b := read()
		change(b)
		if got := digest(b) == want; got != is {
			t.Errorf("%s: the same digest: %t", what, got)
		}
	}
	for _, name := range sortedKeys(read().Parts) {
		same("certificate of "+name, true, func(b *Bundle) { b.Certificates[name] = []byte{2} })
		same("rows of "+name, false, func(b *Bundle) { b.Parts[name].Rows++ })
	}
	for i := range read().Claims {
		same(fmt.Sprint("proof of claim ", i), true, func(b *Bundle) { b.Claims[i].Proof = []byte{2} })
		same(fmt.Sprint("name of claim ", i), false, func(b *Bundle) { b.Claims[i].Name += "2" })
		same(fmt.Sprint("first release of claim ", i), false, func(b *Bundle) { b.Claims[i].Released[0].Values[0]++ })
		same(fmt.Sprint("last release of claim ", i), false, func(b *Bundle) { b.Claims[i].Released[1].Values[0]++ })
	}
	b := read()
	again, err := b.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if b, err = Unmarshal(again); err != nil || digest(b) != want || len(b.Claims[0].Released) != 2 {
		t.Errorf("decoded: %v, %v", err, b.Claims[0].Released)
	}
	e, err := read().encode()
	if err != nil {
		t.Fatal(err)
	}
	for i := range e.Parts {
		e.Parts[i].Certificate = nil
	}
	for i := range e.Claims {
		e.Claims[i].Proof = nil
	}
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	length := binary.LittleEndian.AppendUint64(nil, uint64(len(text)))
	const domain = "zkaudit/audit-bundle/v1"
	if d := sha256.Sum256(slices.Concat(binary.LittleEndian.AppendUint64(nil, uint64(len(domain))), []byte(domain), length, text)); hex.EncodeToString(d[:]) != want {
		t.Error("the digest is not that of docs/protocol.md")
	}
}

// unwritable is a claim that TOML has no text for.
type unwritable struct {
	*Licence
	Of func()
}

// TestNothingIsEncodedInPart: an audit with a claim that cannot be written is not
// written at all.
func TestNothingIsEncodedInPart(t *testing.T) {
	file, _, _ := everyKind(t)
	b, err := Unmarshal(file)
	if err != nil {
		t.Fatal(err)
	}
	b.Claims[3].Claim = unwritable{Of: func() {}}
	if _, err := b.digest(); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("digest: %v", err)
	}
	if file, err := b.Marshal(); !errors.Is(err, fault.ErrUsage) || file != nil {
		t.Errorf("%d bytes, %v", len(file), err)
	}
}

// proven is the file of an audit.
func proven(t *testing.T) []byte {
	t.Helper()
	_, in := inputs(t)
	b, _, err := Prove(context.Background(), parse(t, claims), in)
	if err != nil {
		t.Fatal(err)
	}
	file, err := b.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestDamagedFiles(t *testing.T) {
	good := proven(t)
	for i := 0; i < len(good); i += 1 + len(good)/500 {
		bad := bytes.Clone(good)
		bad[i] ^= 1
		if _, err := Unmarshal(bad); !errors.Is(err, fault.ErrMalformed) && !errors.Is(err, fault.ErrVersion) {
			t.Errorf("byte %d: %v", i, err)
		}
		if _, err := Unmarshal(good[:i]); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("cut at %d: %v", i, err)
		}
	}
}

// TestImpossibleBundles: what no audit is about cannot be read.
func TestImpossibleBundles(t *testing.T) {
	good := proven(t)
	for name, change := range map[string]func(b *Bundle){
		"no claim":           func(b *Bundle) { b.Claims = nil },
		"rows of a bit":      func(b *Bundle) { b.RowBits = 0 },
		"unknown mode":       func(b *Bundle) { b.Mode = "trust me" },
		"kind of nothing":    func(b *Bundle) { b.Claims[1].Kind = "adversity" },
		"rows beyond":        func(b *Bundle) { b.Parts["north"].Rows = 1 << 40 },
		"commitment missing": func(b *Bundle) { b.Parts["north"].Commitments = b.Parts["north"].Commitments[:2] },
		"same attribute":     func(b *Bundle) { p := b.Parts["north"]; p.Attributes = append(p.Attributes, p.Attributes[0]) },
		"no nonce":           func(b *Bundle) { b.Parts["north"].Nonce = bundle.Nonce{} },
		"no vocabulary":      func(b *Bundle) { b.Parts["north"].Attributes[0].Entries = nil },
	} {
		copied, err := Unmarshal(good)
		if err != nil {
			t.Fatal(err)
		}
		change(copied)
		bad, err := copied.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Unmarshal(bad); !errors.Is(err, fault.ErrMalformed) && !errors.Is(err, fault.ErrVersion) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
