package audit

import (
	"slices"
	"testing"

	"github.com/zkaudit/zkaudit/bundle"
)

// TestStartsOfRuns: of a run that continues a result somebody must have verified what
// leads to it, whatever is pinned of the run itself.
func TestStartsOfRuns(t *testing.T) {
	continued := &Training{Origin: bundle.Origin{Kind: bundle.Continued, Predecessor: [32]byte{7}}}
	const what = `what run "a" continues: the result 0700000000000000000000000000000000000000000000000000000000000000`
	for name, test := range map[string]struct {
		training            *Training
		followed            [32]byte
		checked, notChecked []string
	}{
		"continued":           {continued, [32]byte{}, nil, []string{what + " (what leads to it was not given, --from names it)"}},
		"another is followed": {continued, [32]byte{2}, nil, []string{what + " (what leads to it was not given, --from names it)"}},
		"followed":            {continued, [32]byte{1}, []string{what + " (all that leads to it is valid)"}, nil},
		"from a seed":         {&Training{Origin: bundle.Origin{Kind: bundle.Seeded}}, [32]byte{}, nil, nil},
		"nothing known":       {nil, [32]byte{}, nil, nil},
	} {
		e := Expectation{
			Runs:     []*PublicRun{{Digest: [32]byte{2}, Training: continued}, {Digest: [32]byte{1}, Training: test.training}},
			Compared: map[[32]byte]bool{{1}: true}, Followed: map[[32]byte]bool{test.followed: true},
		}
		r := &Report{}
		if err := e.compareRuns(&Bundle{Runs: map[string][32]byte{"a": {1}}}, r); err != nil {
			t.Fatal(err)
		}
		var unpinned []string
		if len(test.notChecked) > 0 {
			unpinned = []string{`what run "a" continues`}
		}
		if !slices.Equal(r.Checked[1:], test.checked) || !slices.Equal(r.NotChecked, test.notChecked) || !slices.Equal(r.Unpinned, unpinned) {
			t.Errorf("%s: checked %q, not checked %q, unpinned %q", name, r.Checked, r.NotChecked, r.Unpinned)
		}
	}
}
