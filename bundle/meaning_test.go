package bundle_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/segment"
)

// shapeOfMeaning is the shape that fullMeaning fits.
var shapeOfMeaning = segment.PartShape{Rows: 5, Features: 2, Labels: 3, Kind: graph.OneHot, Attributes: 3}

// fullMeaning has two and more of all that a meaning may have, each another.
func fullMeaning() *bundle.Meaning {
	return &bundle.Meaning{
		Nonce: bundle.Nonce{1, 31: 2}, FractionBits: 3, LabelFractionBits: 4, Features: []string{"f1", "f2"}, Classes: []string{"c1", "c2", "c3"},
		Attributes: []bundle.Vocabulary{{Name: "a1", Entries: []string{"e1", "e2", "e3"}}, {Name: "a2", Entries: []string{"e4"}}, {Name: "a3", Entries: []string{"e5", "e6"}}},
		Filled:     []bundle.Filled{{Column: "n1", Rule: "mean", Cells: 2}, {Column: "n2", Rule: "median", Cells: 5}},
		Encoding: &data.Encoding{
			Imputation: "mean",
			Separator:  "semicolon", DecimalComma: true, Thousands: "point", FractionBits: 5, TargetFractionBits: 6, FittedRows: 7,
			Features:   []data.Column{{Name: "n1", Index: 1, Offset: "o1", Scale: "s1", Fill: "0.5"}, {Name: "n2", Index: 2, Numeric: true, Categories: []string{"k1", "k2"}}, {Name: "n3", Index: 3, Rows: 9}},
			Targets:    []data.Column{{Name: "n4", Index: 4, Offset: "o2"}, {Name: "n5", Index: 5, Scale: "s2"}},
			Attributes: []data.Column{{Name: "n6", Index: 6, Categories: []string{"k3"}}, {Name: "n7", Index: 7, Numeric: true}},
		},
	}
}

// texts are the texts of fullMeaning, each at its place.
func texts(m *bundle.Meaning) []*string {
	var all []*string
	lists := [][]string{m.Features, m.Classes}
	for i := range m.Attributes {
		all, lists = append(all, &m.Attributes[i].Name), append(lists, m.Attributes[i].Entries)
	}
	for _, columns := range [][]data.Column{m.Encoding.Features, m.Encoding.Targets, m.Encoding.Attributes} {
		for i := range columns {
			all, lists = append(all, &columns[i].Name, &columns[i].Offset, &columns[i].Scale), append(lists, columns[i].Categories)
		}
	}
	for _, list := range lists {
		for i := range list {
			all = append(all, &list[i])
		}
	}
	return all
}

// meaningDigest is bundle.Meaning.Digest by its definition.
func meaningDigest(m *bundle.Meaning) [32]byte {
	e := (&encoding{}).field([]byte("zkaudit/part-meaning/v6")).fixed(m.Nonce[:]).number(m.FractionBits, m.LabelFractionBits)
	list := func(texts []string) {
		e.number(len(texts))
		for _, text := range texts {
			e.field([]byte(text))
		}
	}
	list(m.Features)
	list(m.Classes)
	e.number(len(m.Attributes))
	for _, v := range m.Attributes {
		e.field([]byte(v.Name))
		list(v.Entries)
	}
	e.number(len(m.Filled))
	for _, f := range m.Filled {
		e.field([]byte(f.Column)).field([]byte(f.Rule)).number(f.Cells)
	}
	if m.Encoding == nil {
		return sha256.Sum256(e.number(0).Bytes())
	}
	comma := 0
	if m.Encoding.DecimalComma {
		comma = 1
	}
	e.number(1).field([]byte(m.Encoding.Separator)).number(comma).field([]byte(m.Encoding.Thousands)).field([]byte(m.Encoding.Imputation)).number(m.Encoding.FractionBits, m.Encoding.TargetFractionBits)
	for _, columns := range [][]data.Column{m.Encoding.Features, m.Encoding.Targets, m.Encoding.Attributes} {
		e.number(len(columns))
		for _, c := range columns {
			numeric := 0
			if c.Numeric {
				numeric = 1
			}
			e.field([]byte(c.Name)).number(c.Index, numeric).field([]byte(c.Offset)).field([]byte(c.Scale)).number(c.Rows)
			list(c.Categories)
			e.field([]byte(c.Fill))
		}
	}
	return sha256.Sum256(e.number(m.Encoding.FittedRows).Bytes())
}

// TestMeaningByItsDefinition: the digest of a meaning covers all of it.
func TestMeaningByItsDefinition(t *testing.T) {
	bare, unfitted := fullMeaning(), fullMeaning()
	bare.Encoding, unfitted.Encoding.FittedRows = nil, 0
	for _, m := range []*bundle.Meaning{fullMeaning(), unfitted, bare, {}} {
		if m.Digest() != meaningDigest(m) {
			t.Errorf("another digest than the definition's: %+v", m)
		}
	}
}

// TestEveryFieldOfAMeaningCounts: whatever is changed, the digest is another.
func TestEveryFieldOfAMeaningCounts(t *testing.T) {
	m := fullMeaning()
	own, fields := m.Digest(), 0
	var change func(path string, v reflect.Value)
	changed := func(path string, v reflect.Value, to any) {
		before := reflect.ValueOf(v.Interface())
		v.Set(reflect.ValueOf(to).Convert(v.Type()))
		if fields++; m.Digest() == own {
			t.Errorf("%s does not count", path)
		}
		v.Set(before)
	}
	change = func(path string, v reflect.Value) {
		switch v.Kind() {
		case reflect.Pointer:
			change(path, v.Elem())
		case reflect.Struct:
			for i := range v.NumField() {
				change(path+"."+v.Type().Field(i).Name, v.Field(i))
			}
		case reflect.Slice, reflect.Array:
			for i := range v.Len() {
				change(fmt.Sprintf("%s[%d]", path, i), v.Index(i))
			}
		case reflect.String:
			changed(path, v, v.String()+"x")
		case reflect.Bool:
			changed(path, v, !v.Bool())
		case reflect.Int:
			changed(path, v, v.Int()+1)
		case reflect.Uint8:
			changed(path, v, v.Uint()^1)
		default:
			t.Fatalf("%s is a %v", path, v.Kind())
		}
	}
	change("meaning", reflect.ValueOf(m))
	if fields < 80 || m.Digest() != own {
		t.Errorf("%d fields were changed and put back", fields)
	}
}

// TestMeaningsAreText: JSON would write another text for one that is not UTF-8,
// and the digest would be of neither.
func TestMeaningsAreText(t *testing.T) {
	m := fullMeaning()
	if _, err := m.Encode(); err != nil {
		t.Fatal(err)
	}
	for i, text := range texts(m) {
		own := *text
		*text = "\xff"
		if _, err := m.Encode(); !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), "is not UTF-8") {
			t.Errorf("text %d, %q: %v", i, own, err)
		}
		*text = own
	}
}

// TestMeaningsThatContradictThemselves: each with one flaw.
func TestMeaningsThatContradictThemselves(t *testing.T) {
	if err := fullMeaning().Check(shapeOfMeaning); err != nil {
		t.Fatal(err)
	}
	many := func(n int) (entries []string) {
		for i := range n {
			entries = append(entries, fmt.Sprint(i))
		}
		return entries
	}
	for _, c := range []struct {
		change func(m *bundle.Meaning)
		says   string // nothing: accepted
	}{
		{func(m *bundle.Meaning) { m.Nonce = bundle.Nonce{} }, "meaning: no nonce"},
		{func(m *bundle.Meaning) { m.FractionBits = -1 }, "meaning: -1 fraction bits"},
		{func(m *bundle.Meaning) { m.FractionBits = data.MaxFractionBits + 1 }, "meaning: 15 fraction bits"},
		{func(m *bundle.Meaning) { m.LabelFractionBits = -1 }, "meaning: -1 fraction bits"},
		{func(m *bundle.Meaning) { m.LabelFractionBits = data.MaxFractionBits + 1 }, "meaning: 15 fraction bits"},
		{func(m *bundle.Meaning) { m.FractionBits, m.LabelFractionBits = 0, data.MaxFractionBits }, ""},
		{func(m *bundle.Meaning) { m.Features = m.Features[1:] }, "meaning: 1 names for 2 features"},
		{func(m *bundle.Meaning) { m.Features = nil }, ""},
		{func(m *bundle.Meaning) { m.Classes = append(m.Classes, "c4") }, "meaning: 4 classes for 3 labels"},
		{func(m *bundle.Meaning) { m.Classes = nil }, ""},
		{func(m *bundle.Meaning) { m.Attributes = m.Attributes[1:] }, "meaning: 2 vocabularies for 3 attributes"},
		{func(m *bundle.Meaning) { m.Filled[1].Column = "n1" }, `meaning: 5 of 5 cells of column "n1" filled in by "median"`},
		{func(m *bundle.Meaning) { m.Filled[0].Column = "" }, `meaning: 2 of 5 cells of column "" filled in by "mean"`},
		{func(m *bundle.Meaning) { m.Filled[0].Cells = 0 }, "meaning: 0 of 5 cells"},
		{func(m *bundle.Meaning) { m.Filled[1].Cells = 6 }, "meaning: 6 of 5 cells"},
		{func(m *bundle.Meaning) { m.Filled[0].Rule = "" }, `meaning: 2 of 5 cells of column "n1" filled in by ""`},
		{func(m *bundle.Meaning) { m.Filled[0].Rule = "luck" }, `meaning: 2 of 5 cells of column "n1" filled in by "luck"`},
		{func(m *bundle.Meaning) { m.Attributes[0].Name = "" }, `meaning: attribute "" is there twice or has no name`},
		{func(m *bundle.Meaning) { m.Attributes[2].Name = "" }, `meaning: attribute "" is there twice or has no name`},
		{func(m *bundle.Meaning) { m.Attributes[2].Name = "a1" }, `meaning: attribute "a1" is there twice or has no name`},
		{func(m *bundle.Meaning) { m.Attributes[0].Entries = nil }, `meaning: attribute "a1": vocabulary of 0 entries`},
		{func(m *bundle.Meaning) { m.Attributes[2].Entries = many(data.MaxVocabulary + 1) }, `meaning: attribute "a3": vocabulary of 32768 entries`},
		{func(m *bundle.Meaning) { m.Attributes[2].Entries = many(data.MaxVocabulary) }, ""},
		{func(m *bundle.Meaning) { m.Attributes[0].Entries[0] = "" }, `meaning: attribute "a1": empty or repeated entry ""`},
		{func(m *bundle.Meaning) { m.Attributes[2].Entries[1] = "" }, `meaning: attribute "a3": empty or repeated entry ""`},
		{func(m *bundle.Meaning) { m.Attributes[0].Entries[2] = "e1" }, `meaning: attribute "a1": empty or repeated entry "e1"`},
		{func(m *bundle.Meaning) { m.Attributes[2].Entries[1] = "e1" }, ""},
	} {
		m := fullMeaning()
		c.change(m)
		err := m.Check(shapeOfMeaning)
		if c.says == "" && err != nil || c.says != "" && (!errors.Is(err, fault.ErrMalformed) || !strings.HasPrefix(err.Error(), c.says)) {
			t.Errorf("%v, want %q", err, c.says)
		}
	}
	values := shapeOfMeaning
	values.Kind, values.Labels = graph.Values, 7
	if err := fullMeaning().Check(values); err != nil {
		t.Errorf("three classes, and labels that are none: %v", err)
	}
}

// TestMeaningOf: what the numbers and codes of a dataset stand for, all of it.
func TestMeaningOf(t *testing.T) {
	d := people()
	d.Labels.FractionBits = 6
	d.Attributes = append(d.Attributes, data.Attribute{Name: "town", Vocabulary: []string{"B", "C"}, Codes: make([]int32, 5)})
	m := owner.MeaningOf(d)
	var names []string
	for i, a := range m.Attributes {
		if names = append(names, a.Name); !slices.Equal(a.Entries, d.Attributes[i].Vocabulary) {
			t.Errorf("entries %q of attribute %q", a.Entries, a.Name)
		}
	}
	if !slices.Equal(names, []string{"sex", "owner", "town"}) || m.FractionBits != 4 || m.LabelFractionBits != 6 ||
		!slices.Equal(m.Features, []string{"a", "b"}) || !slices.Equal(m.Classes, []string{"no", "yes"}) || m.Encoding != nil || m.Nonce != (bundle.Nonce{}) {
		t.Errorf("meaning %+v", m)
	}
}

// TestNonces: drawn whole, and read from 64 hexadecimal digits alone.
func TestNonces(t *testing.T) {
	random := bytes.Repeat([]byte{7}, 32)
	n, err := bundle.NewNonce(bytes.NewReader(random))
	if err != nil || n != bundle.Nonce(random) {
		t.Errorf("a nonce of %x: %x, %v", random, n, err)
	}
	if _, err := bundle.NewNonce(bytes.NewReader(random[:31])); !errors.Is(err, fault.ErrInput) || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a nonce of 31 random bytes: %v", err)
	}
	text, err := n.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	var back bundle.Nonce
	if err := back.UnmarshalText(text); err != nil || back != n {
		t.Errorf("read back as %x, %v", back, err)
	}
	for name, text := range map[string]string{
		"empty": "", "a byte less": string(text[2:]), "a byte more": string(text) + "07", "half a byte more": string(text) + "0", "not hexadecimal": string(text[1:]) + "g",
	} {
		var n bundle.Nonce
		if err := n.UnmarshalText([]byte(text)); !errors.Is(err, fault.ErrMalformed) || n != (bundle.Nonce{}) {
			t.Errorf("%s: %x, %v", name, n, err)
		}
	}
}
