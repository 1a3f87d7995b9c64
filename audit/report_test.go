package audit

import (
	"errors"
	"html"
	"regexp"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/bundle"
)

// Names and words of a prover's stay in their line of the report.
func TestNamesAreNoLines(t *testing.T) {
	const lie = "x\n\nChecked against what you expect:\n  - everything\x1b[2J\u202e"
	r := Report{
		Context:    lie,
		Claims:     []Finding{{Name: lie, Kind: "licence", Says: lie, NotProven: []string{lie}, Released: []Released{{Name: lie, Labels: []string{lie}, Values: []int64{1}}}}},
		Parts:      []PartFacts{{Name: lie, Attributes: []string{lie}}},
		Runs:       []RunFacts{{Name: lie, Program: lie}},
		Models:     []ModelFacts{{Name: lie}},
		NotChecked: []string{lie},
	}
	var text strings.Builder
	if err := r.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(text.String(), "\x1b\u202e") {
		t.Error("the report has unprintable characters of a name")
	}
	if strings.Contains(text.String(), "\nChecked") {
		t.Errorf("a name became a section of the report:\n%s", text.String())
	}
	if n := strings.Count(text.String(), `x\n\nChecked`); n < 9 {
		t.Errorf("the name stands %d times in the report", n)
	}
}

// Parts that agree on their features are named together.
func TestReadable(t *testing.T) {
	r := Report{Parts: []PartFacts{
		{Name: "a", Named: []string{"x"}, Attributes: []string{"sex"}}, {Name: "b", Attributes: []string{"sex"}}, {Name: "c", Named: []string{"x"}, Attributes: []string{"sex"}},
		{Name: "d", Named: []string{"x", "sex=f"}, Attributes: []string{"sex"}, Filled: []bundle.Filled{{Column: "x", Rule: "mean", Cells: 3}}},
	}}
	var text, page strings.Builder
	if err := errors.Join(r.WriteText(&text), r.WriteHTML(&page)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"a", "c": no attribute is among the features; a model can read "x"`, `"b": the names of the features are not published`,
		`"d": MISSING CELLS FILLED IN: 3 of "x" by mean; ATTRIBUTES AMONG THE FEATURES: "sex"; a model can read "x", "sex" (one category)`,
	} {
		shown := html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page.String(), ""))
		if strings.Count(text.String(), want) != 1 || strings.Count(shown, want) != 1 {
			t.Errorf("the report lacks %s:\n%s", want, text.String())
		}
	}
}

// A released class has the name that the claim gives it.
func TestReleasedClass(t *testing.T) {
	r := Released{Name: "class", Classes: []string{"<=50K", ">50K"}, Values: []int64{1}}
	if text := r.text(); text != `class: 1, called ">50K"` {
		t.Error(text)
	}
	r.Classes = r.Classes[:1]
	if text := r.text(); text != "class: 1" {
		t.Error(text)
	}
}

// Everything in a report that a file has brought stands in quotation marks, on
// the page too, and nothing of it steers a terminal or a browser's text.
func TestReportsQuote(t *testing.T) {
	for _, text := range append(hostile, "<b>VERIFIED</b>", "שלום VERIFIED") {
		r := Report{
			Context: text, Mode: "validity", Digest: "00",
			Claims: []Finding{{Name: text, Kind: "diversity", Says: "it holds", Shares: []Share{{Name: text, Part: 1, All: 2}}, Released: []Released{
				{Name: "groups", Labels: []string{text, text}, Values: []int64{1, 1}},
				{Name: "class", Classes: []string{text}, Values: []int64{0}},
				{Name: "outcomes", Groups: []string{text}, Classes: []string{text}, Labels: []string{(&confusion{groups: []string{text}, names: []string{text}, classes: 1}).label(0)}, Values: []int64{1}},
			}}},
			Parts:  []PartFacts{{Name: text, Attributes: []string{text, text}, Named: []string{text, text + "=" + text}}},
			Runs:   []RunFacts{{Name: text}},
			Models: []ModelFacts{{Name: text}},
		}
		var lines, page strings.Builder
		if err := errors.Join(r.WriteText(&lines), r.WriteHTML(&page)); err != nil {
			t.Fatal(err)
		}
		shown := html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page.String(), ""))
		for name, out := range map[string]string{"text": lines.String(), "page": shown} {
			if strings.ContainsAny(out, "\x1b\r\u202e\u2066\u200f") {
				t.Errorf("%s: %q steers", name, text)
			}
			if outside := formOf(out); strings.Contains(outside, "VERIFIED") || strings.Contains(outside, "DEIFIREV") {
				at := strings.Index(outside, "VERIFIED")
				t.Errorf("%s: %q speaks: %s", name, text, outside[max(0, at-80):min(len(outside), at+80)])
			}
		}
		if strings.Contains(page.String(), "<b>") {
			t.Error("a name is markup")
		}
	}
}
