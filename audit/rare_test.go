package audit

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/foreign"
)

// Rare says that at most Most rows have a value of an attribute.
type Rare struct {
	Parts     []string `toml:"parts"`
	Attribute string   `toml:"attribute"`
	Value     string   `toml:"value"`
	Most      int64    `toml:"most"`
}

// State states the claim: m(g) counts the rows of group g, and Most − m(g) ≥ 0.
func (c *Rare) State(s *Scope) {
	parts := s.partsOf(c.Parts)
	m, all := s.groupCounts("groups", parts, []string{c.Attribute})
	g := all.find(c.Value)
	if g == nil {
		s.usage("no row can have %s %s", foreign.Quote(c.Attribute), foreign.Quote(c.Value))
	}
	if s.err != nil {
		return
	}
	s.inequalities("rare", m, totalRows(parts), []inequality{{
		scaled(-1, counted(g...)), c.Most, func() string {
			return fmt.Sprintf("more than %d rows have %s %s", c.Most, foreign.Quote(c.Attribute), foreign.Quote(c.Value))
		},
	}})
}

// Words puts it in plain words for the report.
func (c *Rare) Words(*Subjects) Words {
	return Words{Says: fmt.Sprintf("at most %d rows of %s have %s %s", c.Most, foreign.Quotes(c.Parts), foreign.Quote(c.Attribute), foreign.Quote(c.Value))}
}

// The worked example of the documents is this one, and works.
func TestWorkedExample(t *testing.T) {
	w := people(t)
	both := []string{"north", "south"}
	w.holds("just reached", &Rare{Parts: both, Attribute: "race", Value: "C", Most: 10})
	w.fails("one row more", &Rare{Parts: both, Attribute: "race", Value: "C", Most: 9}, "more than 9 rows")
	docs, err := os.ReadFile("../docs/audits.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("rare_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(source), "\n\n// Rare says")
	example, _, _ = strings.Cut("// Rare says"+example, "\n// The worked example")
	if !strings.Contains(string(docs), strings.TrimSpace(example)) {
		t.Error("the example in docs/audits.md is not the one tested here")
	}
	for _, kind := range sortedKeys(Kinds()) {
		if !strings.Contains(string(docs), "`"+kind+"`") {
			t.Errorf("docs/audits.md does not mention %s", kind)
		}
	}
}
