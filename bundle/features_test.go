package bundle_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/fault"
)

func TestColumns(t *testing.T) {
	got := bundle.Columns([]string{"age", "sex=F", "sex=M", "city=a", "sex", "sex=F", "eq=1=2"})
	want := []bundle.Column{{Name: "age"}, {Name: "sex", Categories: 2}, {Name: "city", Categories: 1}, {Name: "sex"}, {Name: "sex", Categories: 1}, {Name: "eq", Categories: 1}}
	if !slices.Equal(got, want) {
		t.Errorf("columns %v, want %v", got, want)
	}
}

func TestReadable(t *testing.T) {
	many := make([]string, 70)
	for i := range many {
		many[i] = fmt.Sprintf("f%d", i)
	}
	for _, c := range []struct {
		features, attributes []string
		want                 string
	}{
		{nil, []string{"sex"}, "the names of the features are not published, so nothing here says what a model can read, attributes or not"},
		{[]string{"age", "city=a", "city=b"}, nil, `a model can read "age", "city" (2 categories)`},
		{[]string{"city=a", "age"}, nil, `a model can read "city" (one category), "age"`},
		{[]string{"age"}, []string{"sex"}, `no attribute is among the features; a model can read "age"`},
		{[]string{"age", "sex=F", "sex=M"}, []string{"owner", "sex", "age"}, `ATTRIBUTES AMONG THE FEATURES: "sex", "age"; a model can read "age", "sex" (2 categories)`},
	} {
		if got := bundle.Readable(c.features, c.attributes); got != c.want {
			t.Errorf("%q, %q: %s\nwant %s", c.features, c.attributes, got, c.want)
		}
	}
	// an attribute among the features is named where not all features are
	if got := bundle.Readable(many, []string{"f69"}); !strings.HasPrefix(got, `ATTRIBUTES AMONG THE FEATURES: "f69"; `) || !strings.HasSuffix(got, `"f63", and 6 more`) {
		t.Error(got)
	}
}

func TestMeaningReadable(t *testing.T) {
	m := bundle.Meaning{Features: []string{"age", "sex=f"}, Attributes: []bundle.Vocabulary{{Name: "owner"}, {Name: "sex"}, {Name: "age"}}}
	if got, want := m.Readable(), `ATTRIBUTES AMONG THE FEATURES: "sex", "age"; a model can read "age", "sex" (one category)`; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if got := m.AttributeNames(); !slices.Equal(got, []string{"owner", "sex", "age"}) {
		t.Errorf("attributes %q", got)
	}
}

// A report says of each part what its file says, and takes no other file.
func TestNameFeatures(t *testing.T) {
	file, _ := commitPart(t, people())
	digest := file.Digest()
	r := bundle.Report{Facts: bundle.Facts{Dataset: []string{"00", fmt.Sprintf("%x", digest)}}}
	if err := r.NameFeatures(file); err != nil || len(r.Readable) != 2 ||
		!strings.HasPrefix(r.Readable[0], "dataset part 0: a bundle does not name features") || r.Readable[1] != "dataset part 1: "+file.Meaning.Readable() {
		t.Errorf("%v, %q", err, r.Readable)
	}
	other, _ := commitPart(t, people())
	both := other.Digest()
	r.Facts.Dataset[0] = fmt.Sprintf("%x", both)
	if err := r.NameFeatures(file, other); err != nil || len(r.Readable) != 2 || r.Readable[0] != "dataset part 0: "+other.Meaning.Readable() || r.Readable[1] != "dataset part 1: "+file.Meaning.Readable() {
		t.Errorf("%v, %q", err, r.Readable)
	}
	r.Facts.Dataset = []string{"00"}
	if err := r.NameFeatures(file); !errors.Is(err, fault.ErrRejected) {
		t.Errorf("a part of another dataset: %v", err)
	}
}

// TestFilledInIsSaid: whoever reads what a model could read reads what was filled in.
func TestFilledInIsSaid(t *testing.T) {
	m := bundle.Meaning{Features: []string{"a", "b"}, Filled: []bundle.Filled{{Column: "a", Rule: "mean", Cells: 3}, {Column: "b\n", Rule: "median", Cells: 1}}}
	const want = `MISSING CELLS FILLED IN: 3 of "a" by mean, 1 of "b\n" by median; a model can read "a", "b"`
	if got := m.Readable(); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for range 100 {
		m.Filled = append(m.Filled, m.Filled[0])
	}
	if got := m.Readable(); !strings.Contains(got, " more columns; a model can read") {
		t.Errorf("%s", got)
	}
}
