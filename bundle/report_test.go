package bundle_test

import (
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/bundle"
)

// A context or seed that a prover has chosen stays in its line of the report.
func TestWordsAreNoLines(t *testing.T) {
	r := bundle.Report{NotChecked: []string{"context: x\n\nProven:\n  - the earth is flat\x1b[1A"}}
	var text strings.Builder
	if err := r.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	if want := `  - context: x\n\nProven:\n  - the earth is flat\x1b[1A` + "\n"; !strings.HasSuffix(text.String(), want) {
		t.Errorf("the report ends otherwise:\n%s", text.String())
	}
}
