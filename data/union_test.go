package data

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

func encodingOf(t *testing.T, text string, o TableOptions) *Encoding {
	t.Helper()
	d, err := ReadTable(strings.NewReader(text), o)
	if err != nil {
		t.Fatal(err)
	}
	return d.Source.Encoding
}

func TestUnionFitsAllTables(t *testing.T) {
	o := TableOptions{Task: Classification, Attributes: []AttributeColumn{{Column: "4"}}}
	o.Header = HeaderNo
	texts := []string{"1,red,10,x,no\n2,blue,10,y,yes\n", "3,green,9,z,yes\n4,red,9,a,no\n"}
	o.Categorical = []string{"3"}
	union, err := Union(encodingOf(t, texts[0], o), encodingOf(t, texts[1], o))
	if err != nil {
		t.Fatal(err)
	}
	if f := union.Features; !slices.Equal(f[1].Categories, []string{"blue", "green", "red"}) || !slices.Equal(f[2].Categories, []string{"9", "10"}) {
		t.Errorf("features %+v", f)
	}
	if a := union.Attributes[0].Categories; !slices.Equal(a, []string{"a", "x", "y", "z"}) {
		t.Errorf("attribute %q", a)
	}
	var parts []*Dataset
	for _, text := range texts {
		d, err := ReadTableAs(strings.NewReader(text), o.TableFormat, union)
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, d)
	}
	if all, err := Concat(parts...); err != nil || !slices.Equal(all.Attributes[0].Codes, []int32{1, 2, 3, 0}) {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestUnionRefusesOtherTables(t *testing.T) {
	o := TableOptions{Task: Unlabelled}
	o.Header = HeaderNo
	numbers := encodingOf(t, "1,2\n3,4\n", o)
	for name, other := range map[string]*Encoding{
		"column missing": encodingOf(t, "1\n3\n", o),
		"categories":     encodingOf(t, "1,a\n3,b\n", o),
		"another name":   encodingOf(t, "p,q\n1,2\n", TableOptions{Task: Unlabelled, TableFormat: TableFormat{Header: HeaderYes}}),
	} {
		if _, err := Union(numbers, other); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Union(); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("no tables: %v", err)
	}
}
