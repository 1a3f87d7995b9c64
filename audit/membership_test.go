package audit

import (
	"testing"

	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/graph"
)

// records is a world with parts of one record: row 4 of north as it is, with
// another label, and with another value of its attribute.
func records(t *testing.T) (*world, *data.Dataset) {
	t.Helper()
	w, parts, _ := archive(t)
	north := parts[0]
	for name, change := range map[string]func(d *data.Dataset){
		"same":       func(*data.Dataset) {},
		"relabelled": func(d *data.Dataset) { d.Labels.Class[0] = (d.Labels.Class[0] + 1) % 3 },
		"retagged":   func(d *data.Dataset) { d.Attributes[0].Codes[0] = 1 - d.Attributes[0].Codes[0] },
		"moved":      func(d *data.Dataset) { d.Features[0]++ },
	} {
		d := *north
		d.Rows, d.Features = 1, append([]int32(nil), north.Row(4)...)
		d.Labels.Class = []int32{north.Labels.Class[4]}
		d.Attributes = []data.Attribute{{Name: "sex", Vocabulary: sexes, Codes: []int32{north.Attributes[0].Codes[4]}}}
		change(&d)
		w.commit(name, &d, graph.OneHot)
	}
	return w, north
}

func TestMembershipWith(t *testing.T) {
	w, _ := records(t)
	sex := []string{"sex"}
	claim := func(record string, labels bool, attributes ...string) *Membership {
		return &Membership{Parts: []string{"south", "north"}, Works: Works{From: record}, WithLabels: labels, WithAttributes: attributes}
	}
	for _, record := range []string{"same", "relabelled", "retagged"} {
		w.holds(record+", features alone", claim(record, false))
	}
	w.holds("all", claim("same", true, sex...))
	w.holds("another label, attributes", claim("relabelled", false, sex...))
	w.holds("another attribute, labels", claim("retagged", true))
	const why = "record 0 is not in the data"
	w.fails("another label", claim("relabelled", true), why)
	w.fails("another label, with attributes", claim("relabelled", true, sex...), why)
	w.fails("another attribute", claim("retagged", false, sex...), why)
	w.fails("other features", claim("moved", true, sex...), why)
}

// A selection that fits the features, or the labels, or the attribute alone is
// caught by the equation of what it does not fit, and by no other.
func TestLiesAboutRecords(t *testing.T) {
	w, north := records(t)
	selected := func(row int) func(l *liar) {
		return func(l *liar) {
			u := l.witness(`rows of part "north" selected`)
			clear(u)
			u[row].SetOne()
			l.recount("")
		}
	}
	features, label, sex := "equation the row is the record", "equation the row's labels are the record's", `equation the row's attribute "sex" is the record's`
	claim := func(record string) *Membership {
		return &Membership{Parts: []string{"north"}, Works: Works{From: record}, WithLabels: true, WithAttributes: []string{"sex"}}
	}
	w.lie("another label", claim("relabelled"), selected(4), label)
	w.lie("another attribute", claim("retagged"), selected(4), sex)
	w.lie("other features", claim("moved"), selected(4), features)
	for row := range north.Rows { // a row with the label and the attribute, and without the features
		if row != 4 && north.Labels.Class[row] != north.Labels.Class[4] && north.Attributes[0].Codes[row] == north.Attributes[0].Codes[4] {
			w.lie("another row", claim("moved"), selected(row), features, label)
			return
		}
	}
	t.Error("no row has another label and the same attribute")
}

func TestMembershipWithRefuses(t *testing.T) {
	w, north := records(t)
	other := func(change func(d *data.Dataset)) {
		d := *north
		d.Labels.Classes = append([]string(nil), d.Labels.Classes...)
		d.Attributes = []data.Attribute{{Name: "sex", Vocabulary: append([]string(nil), sexes...), Codes: north.Attributes[0].Codes}}
		change(&d)
		w.commit("other", &d, graph.OneHot)
	}
	with := func(change func(c *Membership)) *Membership {
		c := &Membership{Parts: []string{"other"}, Works: Works{From: "same"}, WithLabels: true, WithAttributes: []string{"sex"}}
		change(c)
		return c
	}
	same := func(*Membership) {}
	other(func(d *data.Dataset) { d.Labels.Classes[0] = "z" })
	w.usage("other classes", with(same), "mean different things")
	other(func(d *data.Dataset) { d.Attributes[0].Vocabulary[0] = "W" })
	w.usage("another vocabulary", with(same), "differ in the vocabulary")
	other(func(d *data.Dataset) { d.Attributes[0].Name = "gender" })
	w.usage("another attribute", with(same), "no attribute")
	other(func(d *data.Dataset) {})
	w.usage("an attribute twice", with(func(c *Membership) { c.WithAttributes = []string{"sex", "sex"} }), "named twice")
	w.usage("no such attribute", with(func(c *Membership) { c.WithAttributes = []string{"race"} }), "no attribute")
	w.usage("a list", with(func(c *Membership) { c.From, c.List = "", [][]int64{row64(north, 4)} }), "committed as a part")
	four := dataset4(north)
	w.commit("other", four, graph.OneHot)
	w.usage("more classes", with(same), "mean different things")
	values := *north
	values.Labels = data.Labels{Kind: data.Values, Targets: 3, Values: make([]int32, 3*north.Rows)}
	w.commit("other", &values, graph.Values)
	w.usage("another kind of labels", with(same), "mean different things")
}

// Labels of one column and without classes are compared by kind and fraction bits.
func TestLabelsOfOneColumn(t *testing.T) {
	w, north := records(t)
	commit := func(name string, kind graph.LabelKind, rows, targets, fraction int) {
		d := *north
		d.Rows, d.Features, d.Attributes = rows, north.Features[4*north.Width:][:rows*north.Width], nil
		d.Labels = data.Labels{Kind: data.Values, Targets: targets, Values: make([]int32, rows*targets), FractionBits: fraction}
		w.commit(name, &d, kind)
	}
	commit("record", graph.Values, 1, 1, 3)
	c := &Membership{Parts: []string{"part"}, Works: Works{From: "record"}, WithLabels: true}
	commit("part", graph.Values, 3, 1, 3)
	w.holds("the same", c)
	commit("part", graph.Bits, 3, 1, 3)
	w.usage("another kind", c, "mean different things")
	commit("part", graph.Values, 3, 2, 3)
	w.usage("another column", c, "mean different things")
	commit("part", graph.Values, 3, 1, 4)
	w.usage("other fraction bits", c, "mean different things")
}

// dataset4 is d with a class more.
func dataset4(d *data.Dataset) *data.Dataset {
	four := *d
	four.Labels.Classes = append(append([]string(nil), d.Labels.Classes...), "d")
	return &four
}
