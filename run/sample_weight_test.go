package run

import (
	"errors"
	"slices"
	"testing"

	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// TestAttributesThatWeigh: parts have the attribute that weighs in its place, with
// the values that run.toml lists in their order.
func TestAttributesThatWeigh(t *testing.T) {
	c := &Config{
		Columns:    ColumnConfig{Attributes: []string{"sex", "weight"}},
		Vocabulary: map[string][]string{"weight": {"0.5", "2"}},
		Training:   TrainingConfig{SampleWeight: "weight"},
		Data:       []DataConfig{{Constants: map[string]string{"owner": "A"}}},
	}
	w, err := c.weighed()
	if err != nil || w.Columns != 3 || w.Column != 1 || !slices.Equal(w.Weights, []int64{128, 512}) || w.Bits != 8 {
		t.Fatalf("%+v, %v", w, err)
	}
	part := func(names []string, values ...string) []*data.Dataset {
		d := &data.Dataset{}
		for _, name := range names {
			d.Attributes = append(d.Attributes, data.Attribute{Name: name, Vocabulary: values})
		}
		return []*data.Dataset{d}
	}
	named := []string{"sex", "weight", "owner"}
	if err := c.weighs(part(named, "0.5", "2")); err != nil {
		t.Error(err)
	}
	for name, parts := range map[string][]*data.Dataset{
		"another order":       part(named, "2", "0.5"),
		"other values":        part(named, "0.5", "2", "3"),
		"another place":       part([]string{"weight", "sex", "owner"}, "0.5", "2"),
		"fewer attributes":    part(named[:2], "0.5", "2"),
		"no attributes":       part(nil),
		"the second of parts": append(part(named, "0.5", "2"), part(nil)...),
	} {
		if err := c.weighs(parts); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("%s: %v", name, err)
		}
	}
	c.Training.SampleWeight = ""
	if err := c.weighs(part(nil)); err != nil {
		t.Errorf("no weights: %v", err)
	}
}
