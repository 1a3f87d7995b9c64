package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/proving"
	"github.com/zkaudit/zkaudit/transpile"
)

func FuzzParse(f *testing.F) {
	f.Add([]byte(claims))
	f.Add([]byte("[[claim]]\nkind = \"membership\"\nlist = [[1, 2], [3]]\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		a, err := Parse(text)
		if err != nil {
			return
		}
		for _, item := range a.Items {
			if _, err := encodeParameters(item.Claim); err != nil {
				t.Errorf("claim %q was read and cannot be written: %v", item.Name, err)
			}
		}
	})
}

// FuzzVerify changes the payload under a correct checksum: nothing panics, and
// what is accepted is the canonical encoding of what it says.
func FuzzVerify(f *testing.F) {
	setup, err := developmentSetup()
	if err != nil {
		f.Fatal(err)
	}
	var good [][]byte
	var h artefact.Header
	file := embedder(f, 1, true, 2, 2)
	for _, claims := range []string{
		"[[claim]]\nkind = \"diversity\"\nparts = [\"p\"]\nattributes = [\"sex\"]\nmin_count = 1\n",
		"[[claim]]\nkind = \"prediction\"\nmodel = \"m\"\npart = \"p\"\nrow = 1\nrelease = \"class\"\n",
	} {
		made, err := smallBundle(setup, file, claims)
		if err != nil {
			f.Fatal(err)
		}
		header, genuine, err := artefact.Decode(made, Kind(), Version)
		if err != nil {
			f.Fatal(err)
		}
		good, h = append(good, made), header
		f.Add(genuine)
		for _, cut := range [][2]string{
			{`"rows":4`, `"rows":5`}, {`"features":2`, `"features":0`}, {"min_count = 1", "min_count = 3"}, {`"entries":["F","M"]`, `"entries":["M","F"]`},
			{`"models":[{"name":"m"`, `"models":[{"name":""`}, {`"runs":[]`, `"runs":[{"name":"m","digest":""}]`}, {`"sha256":"`, `"sha256":"00`},
			{`"activation":8`, `"activation":9`}, {`"weight":10`, `"weight":99`}, {`"feature":4`, `"feature":-1`}, {"row = 1", "row = 2"},
		} {
			if changed := bytes.Replace(genuine, []byte(cut[0]), []byte(cut[1]), 1); !bytes.Equal(changed, genuine) {
				f.Add(changed)
			}
		}
	}
	v := &mode.Verifier{Setup: setup.Verifier()}
	f.Fuzz(func(t *testing.T, payload []byte) {
		file := artefact.Encode(h, payload)
		if b, err := Unmarshal(file); err == nil {
			if again, err := b.Marshal(); err != nil || !bytes.Equal(again, file) {
				t.Error("other bytes than the canonical ones are read")
			}
		}
		var e encodedBundle
		if json.Unmarshal(payload, &e) != nil {
			return
		}
		b, err := e.decode() // past the digest and the canonical form
		if err != nil {
			return
		}
		if _, err := Verify(context.Background(), b, Expectation{ModelFiles: [][]byte{file}, ReadModel: transpile.ReadModel}, v, Options{AllowInsecure: true}); err == nil {
			again, err := b.Marshal()
			if err != nil || !slices.ContainsFunc(good, func(made []byte) bool { return bytes.Equal(again, made) }) {
				t.Error("another bundle than the one proven is accepted")
			}
		}
	})
}

func smallBundle(setup *commitments.Setup, file []byte, claims string) ([]byte, error) {
	d := smallDataset()
	// the same in every process that fuzzes
	p, err := owner.CommitPart(setup, d, graph.OneHot, mode.Validity, rand.NewChaCha8([32]byte{1}))
	if err != nil {
		return nil, err
	}
	a, err := Parse([]byte(claims))
	if err != nil {
		return nil, err
	}
	m, err := NewModel(file, DefaultFractions(4), transpile.ReadModel)
	if err != nil {
		return nil, err
	}
	b, _, err := Prove(context.Background(), a, &Inputs{
		Mode: mode.Validity, By: &proving.Prover{Setup: setup}, Parts: map[string]OwnedPart{"p": p}, Models: map[string]*Model{"m": m},
	})
	if err != nil {
		return nil, err
	}
	return b.Marshal()
}
