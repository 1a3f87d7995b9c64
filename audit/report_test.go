package audit

import (
	"strings"
	"testing"
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

// A released class is called as the claim calls it.
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
