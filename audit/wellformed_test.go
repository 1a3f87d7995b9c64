package audit

import (
	"errors"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/fault"
)

func TestWellFormed(t *testing.T) {
	w := people(t)
	c := &WellFormed{Parts: []string{"north", "south"}}
	w.holds("as it is", c)
	if says := c.Words(w.subjects).Says; says != `every row of "north", "south" has attributes in their vocabulary: "sex" (2 values), "race" (3 values)` {
		t.Error(says)
	}
	other := *w.subjects.Parts["south"]
	other.Attributes = other.Attributes[:1]
	if says := (&WellFormed{Parts: []string{"north", "west"}}).Words(&Subjects{Parts: map[string]*bundle.PublicPart{"north": w.subjects.Parts["north"], "west": &other}}).Says; !strings.HasSuffix(says, `; every row of "west" has attributes in their vocabulary: "sex" (2 values)`) {
		t.Error(says)
	}
	w.owned("south").Cells[attributeTensor].Small[1] = 3
	w.recommit("south")
	w.fails("a code beyond the vocabulary", c, "row 0: code 3 is outside the vocabulary of 3")
}

func TestLicence(t *testing.T) {
	w := people(t)
	w.holds("allowed", &Licence{Parts: []string{"north", "south"}, Attribute: "race", Allowed: []string{"A", "C", "B"}})
	w.fails("one tag left out", &Licence{Parts: []string{"north", "south"}, Attribute: "race", Allowed: []string{"A", "B"}}, `10 row(s) have "race" "C"`)
	codes := w.owned("north").Cells[attributeTensor].Small
	for i := range 13 { // columns sex, race
		codes[2*i+1] = min(codes[2*i+1], 1)
	}
	w.recommit("north")
	w.holds("a tag that does not occur", &Licence{Parts: []string{"north"}, Attribute: "race", Allowed: []string{"A", "B"}})
	codes[2*5+1] = 2
	w.recommit("north")
	w.fails("one row", &Licence{Parts: []string{"north"}, Attribute: "race", Allowed: []string{"A", "B"}}, `1 row(s) have "race" "C"`)
	if _, _, err := w.prove(&Licence{Parts: []string{"north"}, Attribute: "race", Allowed: []string{"D"}}, nil); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("a tag that is not in the vocabulary: %v", err)
	}
}

func TestProvenance(t *testing.T) {
	w, run, _ := classified(t)
	for _, name := range []string{"north", "south"} {
		p := w.subjects.Parts[name]
		run.Parts, run.Rows = append(run.Parts, p.Digest(w.setup.ID, w.setup.RowBits)), append(run.Rows, p.Rows)
	}
	run.Used = []int64{30, 90}
	c := &Provenance{Run: "net", Parts: []string{"north", "south"}}
	released, proof, err := w.prove(c, nil)
	if err != nil || proof != nil {
		t.Fatalf("%v, %d bytes", err, len(proof))
	}
	if err := w.verify(c, released, proof); err != nil {
		t.Error(err)
	}
	if words := c.Words(w.subjects).Says; !strings.Contains(words, `"north" (13 rows, read 30 times, 25.00 % of all reading)`) {
		t.Error(words)
	}
	for name, lie := range map[string]*Provenance{
		"a part less":   {Run: "net", Parts: []string{"north"}},
		"another order": {Run: "net", Parts: []string{"south", "north"}},
	} {
		if _, _, err := w.prove(lie, nil); !errors.Is(err, fault.ErrRejected) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := w.verify(c, nil, []byte{1}); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("a proof where none is needed: %v", err)
	}
}
