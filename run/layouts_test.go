package run

import (
	"path/filepath"
	"testing"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation"
)

// TestLayoutsAreThoseProven: what a run says of its proofs before anything is committed
// is what its bundle is about, but for contents that keys do not depend on.
func TestLayoutsAreThoseProven(t *testing.T) {
	for name, change := range map[string]func(c *Config){
		"weights of a seed": nil,
		"published weights, momentum": func(c *Config) {
			c.Initial = InitialConfig{From: "model", Publish: true}
			c.Training.Momentum, c.Training.MomentumRestart = "0.5", 5
		},
		"private weights that decay":  func(c *Config) { c.Initial.From, c.Training.WeightDecay = "model", "0.125" },
		"two parts, one segment long": func(c *Config) { c.Data, c.Training.SegmentSteps = append(c.Data, c.Data[0]), 20 },
	} {
		t.Run(name, func(t *testing.T) {
			dir := small(t, func(c *Config) {
				if change != nil {
					change(c)
				}
				if len(c.Data) > 1 { // the same rows are another part
					other := filepath.Join(t.TempDir(), "b.csv")
					write(t, other, rowsOf(17, 3))
					c.Data[1].File = other
				}
			})
			d := open(t, dir, nil)
			layouts, err := d.Layouts()
			if err != nil {
				t.Fatal(err)
			}
			d.Close()
			all(t, dir)
			b, err := bundle.Unmarshal(readFile(t, filepath.Join(dir, BundleFile)))
			if err != nil {
				t.Fatal(err)
			}
			stated := map[[32]byte]bool{}
			for _, l := range layouts {
				if l.RowLog != b.Statement.RowBits || l.Masked != b.Statement.Mode.ZeroKnowledge() {
					t.Errorf("%s: rows of 2^%d cells, masked %v", l.System.Name, l.RowLog, l.Masked)
				}
				stated[l.System.ShapeDigest()] = true
			}
			proven := map[[32]byte]bool{}
			for _, sys := range provenSystems(t, b) {
				if proven[sys.ShapeDigest()] = true; !stated[sys.ShapeDigest()] {
					t.Errorf("%s is proven in another shape", sys.Name)
				}
			}
			if len(proven) != len(stated) {
				t.Errorf("%d shapes stated, %d proven", len(stated), len(proven))
			}
		})
	}
}

func provenSystems(t *testing.T, b *bundle.Bundle) (list []*relation.System) {
	t.Helper()
	claims, err := bundle.NewClaims(b.Statement, ops.NewTables())
	if err != nil {
		t.Fatal(err)
	}
	var certificates [][32]byte
	for i := range b.Statement.Parts {
		of, err := claims.Dataset(i)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range of {
			list = append(list, c.Statement.Layout.System)
		}
		certificates = append(certificates, [32]byte{})
	}
	_, st, err := claims.Weights()
	if err != nil {
		t.Fatal(err)
	}
	list, certificates = append(list, st.Layout.System), append(certificates, [32]byte{})
	before := b.Statement.Trained()
	for i := range b.Segments {
		_, st, err := claims.Segment(i, certificates, b.Statement.Before(before), b.Segments[i].After)
		if err != nil {
			t.Fatal(err)
		}
		list, before = append(list, st.Layout.System), b.Segments[i].After
	}
	return list
}
