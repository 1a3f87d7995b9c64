package audit

import (
	"errors"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/prooftest"
	"github.com/zkaudit/zkaudit/relation"
)

// TestForgedCounts: a prover who chooses every cell, multiplicities included,
// moves a row from one group's count to another's so that a false threshold
// seems to be met.
func TestForgedCounts(t *testing.T) {
	w := people(t)
	honest := &Diversity{Parts: []string{"north"}, Attributes: []string{"sex"}, Groups: []string{"F"}, MinCount: 5}
	st, values := w.cells(honest, nil)
	sys := st.statement.Layout.System
	c := prooftest.NewCase(t, sys, values.assignment())
	if err := c.Verify(t, c.Forge(t)); err != nil {
		t.Fatalf("true claim: %v", err)
	}
	lie := &Diversity{Parts: []string{"north"}, Attributes: []string{"sex"}, Groups: []string{"F"}, MinCount: 6}
	st, values = w.cells(lie, nil)
	sys = st.statement.Layout.System
	var count, slack relation.ID
	for i := range sys.Tensors {
		switch sys.Tensors[i].Name {
		case "histogram of groups count":
			count = relation.ID(i)
		case "bounds on groups slack 0":
			slack = relation.ID(i)
		}
	}
	minus := relation.Int(-1)
	for name, forge := range map[string]func(c *prooftest.Case){
		"a row moved between groups": func(c *prooftest.Case) {
			c.Tables[count][0], c.Tables[count][1] = relation.Int(6), relation.Int(7)
		},
		"a row counted twice":  func(c *prooftest.Case) { c.Tables[count][0] = relation.Int(6) },
		"a slack of minus one": func(c *prooftest.Case) { c.Tables[slack][0] = minus },
		"a slack that is counted": func(c *prooftest.Case) {
			c.Tables[slack][0] = minus
			c.Recount(t)
		},
	} {
		c := prooftest.NewCase(t, sys, values.assignment())
		forge(c)
		if err := c.Verify(t, c.Forge(t)); !errors.Is(err, fault.ErrRejected) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestGarbageInPadding: whatever stands in padded cells of witnesses, a false
// claim stays false.
func TestGarbageInPadding(t *testing.T) {
	w, run, parts := classified(t)
	o := outcomes(t, run, parts[0])
	_, above := decimals(o.right, o.rows)
	lie := &Performance{Model: "net", Parts: []string{"north"}, Metric: "accuracy", AtLeast: above}
	st, _ := w.cells(lie, nil)
	sys := st.statement.Layout.System
	for i := range sys.Tensors {
		tensor := &sys.Tensors[i]
		if tensor.Kind != relation.Witness || tensor.RealCells() == tensor.Cells() {
			continue
		}
		w.naive(tensor.Name, lie, &cheat{change: func(name string, cells []int64) {
			if name == tensor.Name {
				for cell := range cells {
					if !prooftest.IsReal(tensor.Axes, cell) {
						cells[cell] = 1
					}
				}
			}
		}}, false)
	}
}
