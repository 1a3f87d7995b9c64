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
	d, err := ReadCSV(strings.NewReader("0,1.0,x\n11,2e0,y\n"), CSVOptions{Rows: 12, Task: Classification})
	if err != nil {
		t.Fatal(err)
	}
	if want := []int32{0, 1, 11, 2}; !slices.Equal(d.Features, want) {
		t.Errorf("features %v, want %v", d.Features, want)
	}
	again, err := ReadCSVAs(strings.NewReader("3,4,y\n"), CSVFormat{}, d.Source.Encoding)
	if err != nil || !slices.Equal(again.Features, []int32{3, 4}) {
		t.Errorf("other rows: %v, %v", again, err)
	}
	if _, err := ReadCSVAs(strings.NewReader("3,4,y\n12,4,y\n"), CSVFormat{}, d.Source.Encoding); !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), `line 2, column 1: "12" is no index, an integer from 0 to 11`) {
		t.Errorf("another row out of range: %v", err)
	}
}

func TestIndexRefusals(t *testing.T) {
	indices := CSVOptions{Rows: 12, Task: Classification}
	for name, c := range map[string]struct {
		text   string
		change func(o *CSVOptions)
		kind   error
		want   string
	}{
		"beyond":        {"0,12,x\n1,1,y\n", nil, fault.ErrInput, `line 1, column 2: "12" is no index, an integer from 0 to 11`},
		"negative":      {"0,1,x\n-1,1,y\n", nil, fault.ErrInput, `line 2, column 1: "-1" is no index`},
		"fraction":      {"0,1,x\n1,0.5,y\n", nil, fault.ErrInput, `line 2, column 2: "0.5" is no index`},
		"huge":          {"0,1,x\n1,1e300,y\n", nil, fault.ErrInput, `line 2, column 2: "1e300" is no index`},
		"missing":       {"0,1,x\n1,?,y\n", nil, fault.ErrInput, "line 2, column 2: the cell is missing"},
		"text":          {"0,1,x\n1,one,y\n", nil, fault.ErrInput, `line 2, column 2: "one"`},
		"fraction bits": {"0,1,x\n", func(o *CSVOptions) { o.FractionBits = 1 }, fault.ErrUsage, "with 1 fraction bits"},
		"normalised":    {"0,1,x\n", func(o *CSVOptions) { o.Normalise = NormaliseMinMax }, fault.ErrUsage, "taken as they are"},
		"categories":    {"0,1,x\n", func(o *CSVOptions) { o.Categorical = []string{"1"} }, fault.ErrUsage, "1 columns of categories"},
		"no table":      {"0,1,x\n", func(o *CSVOptions) { o.Rows = -1 }, fault.ErrUsage, "indices below -1"},
	} {
		o := indices
		if c.change != nil {
			c.change(&o)
		}
		if _, err := ReadCSV(strings.NewReader(c.text), o); !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
