package aggregate_test

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/bundle"
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
		if err != nil || !slices.Equal(m.Without, test.want.Without) || m.Parts != test.want.Parts || m.Published != test.want.Published {
			t.Errorf("%s: %+v, %v", name, m, err)
		}
	}
}
