package attest_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/attest"
	"github.com/zkaudit/zkaudit/bundle"
)

// The annex has the numbers of the report, what is not shown, and the owner's
// words as a quotation that no Markdown is read from.
func TestAnnex(t *testing.T) {
	w := worldOf(t)
	r := *w.report
	text, err := attest.Annex(w.bundle, &r, "bundle.zka")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(w.bundleFile)
	for _, want := range []string{hex.EncodeToString(sum[:]), r.Facts.Dataset[0], r.Facts.FinalWeights, "| Steps | 8 |", "What they do not show", "labelled rightly", "Article 53"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the annex lacks %s", want)
		}
	}
	if bytes.ContainsRune(text, '\u202e') || bytes.ContainsAny(text, "\x1b") || strings.Contains(string(text), "INSECURE") {
		t.Errorf("annex:\n%s", text)
	}
	r.Facts.Context, r.Facts.Insecure = "x`|<b>[y](z)\n# Verified", true
	if text, err = attest.Annex(w.bundle, &r, "bundle.zka"); err != nil {
		t.Fatal(err)
	}
	for _, never := range []string{"x`", "<b>", "[y]", "\n# Verified"} {
		if strings.Contains(string(text), never) {
			t.Errorf("the context is read as Markdown: %q", never)
		}
	}
	if !strings.Contains(string(text), "**INSECURE") {
		t.Error("an insecure setup is not named")
	}
	another := bundle.Report{Facts: r.Facts}
	another.Facts.Statement = strings.Repeat("0", 64)
	if _, err := attest.Annex(w.bundle, &another, "bundle.zka"); err == nil {
		t.Error("the report of another bundle is accepted")
	}
}
