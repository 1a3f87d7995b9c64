package aggregate_test

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/data/encoding"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/run"
)

// withPart makes the run of a participant, and reads the file of its part.
func withPart(t *testing.T, number int, changes ...change) (*aggregate.Contribution, *bundle.PartFile) {
	t.Helper()
	dir := t.TempDir()
	p, err := trained(dir, number, changes...)
	if err != nil {
		t.Fatal(err)
	}
	part, err := bundle.ReadPart(filepath.Join(dir, "commit", "part-000.part"))
	if err != nil {
		t.Fatal(err)
	}
	return contributions(t, []*participant{p})[0], part
}

// TestCompareMeanings: rows whose columns, classes or recipes are others are told from
// those that mean the same, as far as files of parts say it.
func TestCompareMeanings(t *testing.T) {
	columns := func(change func(c *run.ColumnConfig)) change { return func(c *run.Config) { change(&c.Columns) } }
	published := columns(func(c *run.ColumnConfig) { c.PublishEncoding = true })
	anna, annas := withPart(t, 1, published)
	bert, berts := withPart(t, 2, columns(func(c *run.ColumnConfig) { c.PublishEncoding, c.Normalise = true, "none" }))
	cleo, cleos := withPart(t, 3, columns(func(c *run.ColumnConfig) { c.Classes = []string{"yes", "no"} }))
	dora, doras := withPart(t, 4)
	eve, eves := withPart(t, 1, published) // as anna, committed anew
	turned, moved := *doras, *doras
	turned.Meaning.Features = slices.Clone(doras.Meaning.Features)
	slices.Reverse(turned.Meaning.Features)
	moved.Meaning.FractionBits++
	digest := func(p *bundle.PartFile) { p.Commitment.Meaning = p.Meaning.Digest() }
	digest(&turned)
	digest(&moved)
	// with is dora's run, as if she had committed the part.
	with := func(p *bundle.PartFile) *aggregate.Contribution {
		c, s := *dora, *dora.Run
		s.Parts = []bundle.PartCommitment{p.Commitment}
		c.Run = &s
		return &c
	}
	type list = []*aggregate.Contribution
	type files = []*bundle.PartFile
	for name, test := range map[string]struct {
		list  list
		parts files
		want  aggregate.Meaning
		err   string
	}{
		"the same, published": {list{anna, eve}, files{eves, annas}, aggregate.Meaning{Without: []int{}, Parts: 2, Published: 2}, ""},
		"one published":       {list{dora, anna}, files{annas, doras}, aggregate.Meaning{Without: []int{}, Parts: 2, Published: 1}, ""},
		"one not given":       {list{anna, dora}, files{annas}, aggregate.Meaning{Without: []int{2}, Parts: 1, Published: 1}, ""},
		"another recipe":      {list{anna, bert}, files{annas, berts}, aggregate.Meaning{}, "its encoding makes other numbers of column"},
		"classes exchanged":   {list{anna, cleo}, files{annas, cleos}, aggregate.Meaning{}, `its classes are "yes", "no", not "no", "yes"`},
		"features exchanged":  {list{dora, with(&turned)}, files{doras, &turned}, aggregate.Meaning{}, "its features are "},
		"other fractions":     {list{dora, with(&moved)}, files{doras, &moved}, aggregate.Meaning{}, "its numbers have "},
		"a part of nobody":    {list{anna, dora}, files{annas, doras, berts}, aggregate.Meaning{}, "no participant of the round is trained on part "},
	} {
		m, err := aggregate.CompareMeanings(test.list, test.parts)
		if test.err != "" {
			if !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), test.err) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil || !slices.Equal(m.Without, test.want.Without) || m.Parts != test.want.Parts || m.Published != test.want.Published || !m.Features || !m.Classes {
			t.Errorf("%s: %+v, %v", name, m, err)
		}
	}
}

// TestMeaningIsReported: a report says what files of parts have shown and what they have
// not, and no more of names than there are.
func TestMeaningIsReported(t *testing.T) {
	list := three(t)
	f, _ := average(t, list, 1)
	setup, err := setupOf(list[0].bundle)
	if err != nil {
		t.Fatal(err)
	}
	var runs []*bundle.Predecessor
	for _, c := range contributions(t, list) {
		runs = append(runs, verifiedAs(c))
	}
	for name, test := range map[string]struct {
		meaning   *aggregate.Meaning
		compared  string // of the only line; "": there is none
		notProven string // how the list begins
	}{
		"no files":    {nil, "", "that columns, classes and attributes mean the same to all participants"},
		"one file":    {&aggregate.Meaning{Without: []int{2, 3}, Parts: 1}, "", "that columns, classes and attributes mean the same to participants 2, 3 as to the others"},
		"one missing": {&aggregate.Meaning{Without: []int{3}, Parts: 2, Features: true}, "of the 2 parts that were given: features have the same names", "that columns, classes and attributes mean the same to participant 3 as"},
		"no names":    {&aggregate.Meaning{Without: []int{}, Parts: 3}, "features have no names, so that nothing says what they are; labels have no names; ", "that rows of different participants are different"},
		"all names":   {&aggregate.Meaning{Without: []int{}, Parts: 3, Features: true, Classes: true, Published: 3}, "same order; classes have the same names, in the same order; attributes have the same names and values; numbers were made of cells by one recipe, which all publish", "that rows"},
		"some":        {&aggregate.Meaning{Without: []int{}, Parts: 3, Features: true, Published: 2}, "is published of 2, and is the same for these", "that rows"},
	} {
		r, err := aggregate.Verify(t.Context(), f, contributions(t, list), runs, setup.Verifier(), aggregate.Options{AllowInsecure: true, Meaning: test.meaning})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(r.Compared, "|"); !strings.Contains(got, test.compared) || (test.compared == "") != (got == "") {
			t.Errorf("%s: compared: %s", name, got)
		}
		if !strings.HasPrefix(r.NotProven[0], test.notProven) {
			t.Errorf("%s: not proven: %s", name, r.NotProven[0])
		}
	}
}

// TestMeaningsDifferInOne: each thing that files of parts say counts, by itself.
func TestMeaningsDifferInOne(t *testing.T) {
	anna, annas := withPart(t, 1, func(c *run.Config) { c.Columns.PublishEncoding = true })
	text, err := json.Marshal(annas.Meaning)
	if err != nil {
		t.Fatal(err)
	}
	numbered := func(change func(c *encoding.Column)) func(m *bundle.Meaning) {
		return func(m *bundle.Meaning) { change(&m.Encoding.Features[1]) }
	}
	for name, test := range map[string]struct {
		change func(m *bundle.Meaning)
		err    string // "": it means the same
	}{
		"fraction bits":          {func(m *bundle.Meaning) { m.FractionBits++ }, "fraction bits, not"},
		"label fraction bits":    {func(m *bundle.Meaning) { m.LabelFractionBits++ }, "fraction bits, not"},
		"features":               {func(m *bundle.Meaning) { m.Features[2] = "weight" }, "its features are"},
		"no features":            {func(m *bundle.Meaning) { m.Features = nil }, "its features are without names, not"},
		"classes":                {func(m *bundle.Meaning) { m.Classes[1] = "perhaps" }, "its classes are"},
		"an attribute more":      {func(m *bundle.Meaning) { m.Attributes = append(m.Attributes, bundle.Vocabulary{Name: "sex"}) }, "its attributes, or their values"},
		"encoded fraction bits":  {func(m *bundle.Meaning) { m.Encoding.FractionBits++ }, "other fraction bits"},
		"encoded target bits":    {func(m *bundle.Meaning) { m.Encoding.TargetFractionBits++ }, "other fraction bits"},
		"imputation":             {func(m *bundle.Meaning) { m.Encoding.Imputation = encoding.Median }, "fills missing cells in otherwise"},
		"a column less":          {func(m *bundle.Meaning) { m.Encoding.Features = m.Encoding.Features[:2] }, "has 2 column(s) where the other has 3"},
		"a target more":          {func(m *bundle.Meaning) { m.Encoding.Targets = append(m.Encoding.Targets, encoding.Column{}) }, "has 2 column(s) where the other has 1"},
		"categories of a target": {func(m *bundle.Meaning) { m.Encoding.Targets[0].Categories[0] = "yes" }, "other numbers of column"},
		"an encoded attribute":   {func(m *bundle.Meaning) { m.Encoding.Attributes = []encoding.Column{{Name: "sex"}} }, "has 1 column(s) where the other has 0"},
		"name of a column":       {numbered(func(c *encoding.Column) { c.Name += "s" }), "other numbers of column"},
		"offset":                 {numbered(func(c *encoding.Column) { c.Offset = "7" }), "other numbers of column"},
		"scale":                  {numbered(func(c *encoding.Column) { c.Scale = "7" }), "other numbers of column"},
		"an index":               {numbered(func(c *encoding.Column) { c.Rows = 7 }), "other numbers of column"},
		"categories":             {numbered(func(c *encoding.Column) { c.Categories = []string{"a"} }), "other numbers of column"},
		"numeric":                {numbered(func(c *encoding.Column) { c.Numeric = !c.Numeric }), "other numbers of column"},
		"fill":                   {numbered(func(c *encoding.Column) { c.Fill = "7" }), "other numbers of column"},
		"place in the file":      {numbered(func(c *encoding.Column) { c.Index = 7 }), ""},
		"separator":              {func(m *bundle.Meaning) { m.Encoding.Separator = "tab" }, ""},
		"rows it was fitted on":  {func(m *bundle.Meaning) { m.Encoding.FittedRows++ }, ""},
		"nonce":                  {func(m *bundle.Meaning) { m.Nonce[0]++ }, ""},
	} {
		other, own, statement := *annas, *anna, *anna.Run
		other.Meaning = bundle.Meaning{}
		if err := json.Unmarshal(text, &other.Meaning); err != nil {
			t.Fatal(err)
		}
		test.change(&other.Meaning)
		other.Commitment.Meaning = other.Meaning.Digest()
		statement.Parts = []bundle.PartCommitment{other.Commitment}
		own.Run = &statement
		_, err := aggregate.CompareMeanings([]*aggregate.Contribution{anna, &own}, []*bundle.PartFile{annas, &other})
		switch {
		case test.err == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case test.err != "" && (!errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), test.err)):
			t.Errorf("%s: %v, want %q", name, err, test.err)
		}
	}
}
