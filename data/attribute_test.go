package data

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

const people = "age,sex,source,income\n30,F,web,1\n40,M,?,0\n50,M,paper,0\n60,F,web,1\n"

func readPeople(t *testing.T, change func(o *TableOptions)) (*Dataset, error) {
	t.Helper()
	o := TableOptions{
		Columns: []string{"age", "sex"}, Targets: []string{"income"}, Task: Classification, FractionBits: 4,
		Attributes: []AttributeColumn{{Column: "sex"}, {Column: "3"}}, MissingAsCategory: true,
	}
	if change != nil {
		change(&o)
	}
	return ReadTable(strings.NewReader(people), o)
}

func TestAttributesBesideFeatures(t *testing.T) {
	d, err := readPeople(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	sex, source := d.Attribute("sex"), d.Attribute("source")
	if d.Width != 3 || !slices.Equal(sex.Codes, []int32{0, 1, 1, 0}) || !slices.Equal(source.Vocabulary, []string{"?", "paper", "web"}) {
		t.Fatalf("%d features, sex %v, sources %v", d.Width, sex.Codes, source.Vocabulary)
	}
	again, err := ReadTableAs(strings.NewReader(people), TableFormat{}, d.Source.Encoding)
	if err != nil || again.Digest() != d.Digest() {
		t.Errorf("read with its own encoding: %v", err)
	}
	plain, err := readPeople(t, func(o *TableOptions) { o.Attributes = nil })
	if err != nil || plain.Digest() == d.Digest() || !slices.Equal(plain.Features, d.Features) {
		t.Errorf("attributes change the features, or are not in the digest: %v", err)
	}
	part, err := d.Slice(1, 3)
	if err != nil || !slices.Equal(part.Attribute("sex").Codes, []int32{1, 1}) || part.Check() != nil {
		t.Errorf("slice: %v", err)
	}
	whole, err := Concat(part, d)
	if err != nil || !slices.Equal(whole.Attribute("sex").Codes, []int32{1, 1, 0, 1, 1, 0}) || len(part.Attribute("sex").Codes) != 2 {
		t.Errorf("concatenation: %v", err)
	}
	if _, err := Concat(d, plain); !errors.Is(err, fault.ErrInput) {
		t.Errorf("parts with other attributes: %v", err)
	}
}

// An attribute is a feature where it is named as both, and nowhere else.
func TestAttributesAreNoFeaturesByDefault(t *testing.T) {
	for name, c := range map[string]struct {
		change func(o *TableOptions)
		want   []string
	}{
		"by default": {func(o *TableOptions) { o.Columns = nil }, []string{"age"}},
		"by number": {func(o *TableOptions) {
			o.Columns, o.Attributes = nil, []AttributeColumn{{Column: "1"}, {Column: "source"}}
		}, []string{"sex=F", "sex=M"}},
		"without labels": {func(o *TableOptions) { o.Columns, o.Targets, o.Task = nil, nil, Unlabelled }, []string{"age", "income"}},
		"named as both":  {nil, []string{"age", "sex=F", "sex=M"}},
	} {
		if d, err := readPeople(t, c.change); err != nil || !slices.Equal(d.FeatureNames, c.want) || len(d.Attributes) != 2 {
			t.Errorf("%s: %v, %+v", name, err, d)
		}
	}
	if _, err := readPeople(t, func(o *TableOptions) {
		o.Columns, o.Attributes = nil, []AttributeColumn{{Column: "age"}, {Column: "sex"}, {Column: "source"}}
	}); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), "no feature column is left") {
		t.Errorf("no column but attributes: %v", err)
	}
}

func TestAttributesRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(o *TableOptions)
		want   error
	}{
		"no such column":   {func(o *TableOptions) { o.Attributes[0].Column = "sax" }, fault.ErrUsage},
		"column twice":     {func(o *TableOptions) { o.Attributes[1].Column = "2" }, fault.ErrUsage},
		"missing cell":     {func(o *TableOptions) { o.MissingAsCategory = false }, fault.ErrInput},
		"value not listed": {func(o *TableOptions) { o.Attributes[0].Vocabulary = []string{"F", "X"} }, fault.ErrInput},
		"entry twice":      {func(o *TableOptions) { o.Attributes[0].Vocabulary = []string{"F", "M", "F"} }, fault.ErrUsage},
		"too many values":  {func(o *TableOptions) { o.MaxCategories = 2 }, fault.ErrInput},
	} {
		if _, err := readPeople(t, c.change); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	d, err := readPeople(t, func(o *TableOptions) { o.Attributes[0].Vocabulary = []string{"M", "F", "X"} })
	if err != nil || !slices.Equal(d.Attribute("sex").Codes, []int32{1, 0, 0, 1}) {
		t.Errorf("given vocabulary: %v", err)
	}
	d.Attributes[0].Codes[2] = 3
	if err := d.Check(); !errors.Is(err, fault.ErrInput) {
		t.Errorf("code outside the vocabulary: %v", err)
	}
}

func TestConstantAttribute(t *testing.T) {
	d, err := readPeople(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	tagged, err := d.WithConstant("licence", "CC-BY", []string{"CC0", "CC-BY"})
	if err != nil || !slices.Equal(tagged.Attribute("licence").Codes, []int32{1, 1, 1, 1}) || len(d.Attributes) != 2 {
		t.Fatalf("%v, the original has %d attributes", err, len(d.Attributes))
	}
	for name, again := range map[string]func() (*Dataset, error){
		"name taken":  func() (*Dataset, error) { return tagged.WithConstant("sex", "F", nil) },
		"no name":     func() (*Dataset, error) { return tagged.WithConstant("", "F", nil) },
		"value alien": func() (*Dataset, error) { return tagged.WithConstant("owner", "C", []string{"A", "B"}) },
		"empty value": func() (*Dataset, error) { return tagged.WithConstant("owner", "", nil) },
	} {
		if _, err := again(); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
