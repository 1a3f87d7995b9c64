package attest_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/attest"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/mode"
)

// Metadata of a part names its file and the columns, and neither nonce nor recipe;
// a part whose certificate is false has none.
func TestCroissant(t *testing.T) {
	w, ctx := worldOf(t), context.Background()
	setup, err := commitments.SetupOf("", w.part.RowBits, w.part.Setup)
	if err != nil {
		t.Fatal(err)
	}
	v := &mode.Verifier{Setup: setup}
	text, err := attest.Croissant(ctx, w.part, v, "part-000.part")
	if err != nil {
		t.Fatal(err)
	}
	var about struct {
		Name, ConformsTo string
		Distribution     []struct{ SHA256 string }
		RecordSet        []struct {
			Field []struct{ Name, Description, DataType string }
		}
	}
	if err := json.Unmarshal(text, &about); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(filepath.Join(w.dir, "run", "commit", "part-000.part"))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(file)
	if about.ConformsTo != "http://mlcommons.org/croissant/1.0" || about.Distribution[0].SHA256 != hex.EncodeToString(sum[:]) {
		t.Errorf("%+v", about)
	}
	fields := about.RecordSet[0].Field
	if len(fields) != 3 || !strings.Contains(fields[0].Description, `called "x" by its owner`) || !strings.Contains(fields[2].Description, `"in", "out"`) {
		t.Errorf("fields %+v", fields)
	}
	if nonce := w.part.Meaning.Nonce; strings.Contains(string(text), hex.EncodeToString(nonce[:])) {
		t.Error("the metadata holds the nonce")
	}
	other := *w.part
	other.Meaning = bundle.Meaning{Nonce: w.part.Meaning.Nonce, FractionBits: w.part.Meaning.FractionBits, Features: []string{"z", "y"}, Classes: w.part.Meaning.Classes}
	if _, err := attest.Croissant(ctx, &other, v, "x"); err == nil {
		t.Error("names that the part's digest does not bind are stated")
	}
	forged := *w.part
	forged.Certificate = append([]byte{}, w.part.Certificate...)
	forged.Certificate[len(forged.Certificate)/2] ^= 1
	if _, err := attest.Croissant(ctx, &forged, v, "x"); !errors.Is(err, fault.ErrRejected) && !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("a false certificate: %v", err)
	}
}
