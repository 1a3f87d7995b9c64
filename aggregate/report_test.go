package aggregate

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/bundle"
)

// TestVerdict: text and JSON have one verdict, of what is open and of what is missing.
func TestVerdict(t *testing.T) {
	for name, c := range map[string]struct {
		report   Report
		compared bool
	}{
		"all compared":           {Report{}, true},
		"a run is not":           {Report{Unpinned: []string{"the program"}}, false},
		"a predecessor is not":   {Report{Missing: []string{"00"}}, false},
		"audits leave something": {Report{Audited: &Audited{Open: []string{"the update of participant 2"}}}, false},
		"audits leave nothing":   {Report{Audited: &Audited{}}, true},
	} {
		var text strings.Builder
		if err := c.report.WriteText(&text); err != nil {
			t.Fatal(err)
		}
		var encoded struct{ Verdict string }
		content, err := json.Marshal(&c.report)
		if err == nil {
			err = json.Unmarshal(content, &encoded)
		}
		want := bundle.Verdict(c.compared)
		if err != nil || encoded.Verdict != want || !strings.HasPrefix(text.String(), want+": round ") {
			t.Errorf("%s: verdict %q in JSON, text %.60q, want %q: %v", name, encoded.Verdict, text.String(), want, err)
		}
	}
}
