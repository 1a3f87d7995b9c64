package data

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// Indices become themselves, however they are written.
func TestIndices(t *testing.T) {
	d, err := ReadTable(strings.NewReader("0,1.0,x\n11,2e0,y\n"), TableOptions{Rows: 12, Task: Classification})
	if err != nil {
		t.Fatal(err)
	}
	if want := []int32{0, 1, 11, 2}; !slices.Equal(d.Features, want) {
		t.Errorf("features %v, want %v", d.Features, want)
	}
	again, err := ReadTableAs(strings.NewReader("3,4,y\n"), TableFormat{}, d.Source.Encoding)
	if err != nil || !slices.Equal(again.Features, []int32{3, 4}) {
		t.Errorf("other rows: %v, %v", again, err)
	}
	if _, err := ReadTableAs(strings.NewReader("3,4,y\n12,4,y\n"), TableFormat{}, d.Source.Encoding); !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), `line 2, column 1: "12" is no index, an integer from 0 to 11`) {
		t.Errorf("another row out of range: %v", err)
	}
}

// Numbers of classes become themselves, in other tables as well, and −1 is none.
func TestNumbersOfClasses(t *testing.T) {
	o := TableOptions{FractionBits: 8, Task: Regression, Targets: []string{"2", "3"}, TargetClasses: 5}
	d, err := ReadTable(strings.NewReader("0.5,0,4\n1,-1,2.0\n"), o)
	if err != nil {
		t.Fatal(err)
	}
	if want := []int32{0, 4, -1, 2}; !slices.Equal(d.Labels.Values, want) {
		t.Errorf("labels %v, want %v", d.Labels.Values, want)
	}
	if _, err := ReadTableAs(strings.NewReader("1,1,1\n1,1,1.5\n"), TableFormat{}, d.Source.Encoding); !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), `line 2, column 3: "1.5" is no number of a class, an integer from 0 to 4, or -1 for none`) {
		t.Errorf("half a class in another table: %v", err)
	}
	for text, want := range map[string]string{
		"1,1,1\n1,0.5,1\n": `line 2, column 2: "0.5" is no number of a class`,
		"1,1,5\n1,1,1\n":   `line 1, column 3: "5" is no number of a class`,
		"1,-2,1\n1,1,1\n":  `line 1, column 2: "-2" is no number of a class`,
		"1,1,?\n1,1,1\n":   "line 1, column 3: the cell is missing",
	} {
		if _, err := ReadTable(strings.NewReader(text), o); !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	for name, change := range map[string]func(o *TableOptions){
		"fraction bits":    func(o *TableOptions) { o.TargetFractionBits = 1 },
		"normalised":       func(o *TableOptions) { o.NormaliseTargets = NormaliseMinMax },
		"names of classes": func(o *TableOptions) { o.Task = Classification },
		"no classes":       func(o *TableOptions) { o.TargetClasses = -1 },
	} {
		wrong := o
		change(&wrong)
		if _, err := ReadTable(strings.NewReader("1,1,1\n"), wrong); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestIndexRefusals(t *testing.T) {
	indices := TableOptions{Rows: 12, Task: Classification}
	for name, c := range map[string]struct {
		text   string
		change func(o *TableOptions)
		kind   error
		want   string
	}{
		"beyond":        {"0,12,x\n1,1,y\n", nil, fault.ErrInput, `line 1, column 2: "12" is no index, an integer from 0 to 11`},
		"negative":      {"0,1,x\n-1,1,y\n", nil, fault.ErrInput, `line 2, column 1: "-1" is no index`},
		"fraction":      {"0,1,x\n1,0.5,y\n", nil, fault.ErrInput, `line 2, column 2: "0.5" is no index`},
		"huge":          {"0,1,x\n1,1e300,y\n", nil, fault.ErrInput, `line 2, column 2: "1e300" is no index`},
		"missing":       {"0,1,x\n1,?,y\n", nil, fault.ErrInput, "line 2, column 2: the cell is missing"},
		"text":          {"0,1,x\n1,one,y\n", nil, fault.ErrInput, `line 2, column 2: "one"`},
		"fraction bits": {"0,1,x\n", func(o *TableOptions) { o.FractionBits = 1 }, fault.ErrUsage, "with 1 fraction bits"},
		"normalised":    {"0,1,x\n", func(o *TableOptions) { o.Normalise = NormaliseMinMax }, fault.ErrUsage, "taken as they are"},
		"categories":    {"0,1,x\n", func(o *TableOptions) { o.Categorical = []string{"1"} }, fault.ErrUsage, "1 columns of categories"},
		"no table":      {"0,1,x\n", func(o *TableOptions) { o.Rows = -1 }, fault.ErrUsage, "indices below -1"},
	} {
		o := indices
		if c.change != nil {
			c.change(&o)
		}
		if _, err := ReadTable(strings.NewReader(c.text), o); !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
