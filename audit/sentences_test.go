package audit

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// falsehood is a clause that a claim's sentence, or a line of what it releases,
// may have: false makes it false in a world, and returns the sentence and what
// the verifier says of the best that a prover makes of it.
type falsehood struct {
	clause string
	false  func(w *world) (sentence string, err error)
}

// refuted is a claim that is false: the honest prover refuses it for a reason
// that has the given words, and forges it.
func refuted(c Claim, why string) func(w *world) (string, error) {
	return func(w *world) (string, error) { return w.refute(c, why) }
}

func (w *world) refute(c Claim, why string) (string, error) {
	w.t.Helper()
	says := func() string { return c.Words(w.subjects).Says }
	_, _, err := w.prove(c, nil)
	if !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), why) {
		w.t.Errorf("the honest prover says %v, want %q", err, why)
	}
	released, proof, err := w.prove(c, &cheat{})
	if err != nil && !errors.Is(err, fault.ErrRejected) { // false by public values alone
		w.t.Fatal(err)
	}
	return says(), w.verify(c, released, proof)
}

// after is a claim that a change of the world makes false.
func after(change func(w *world), c Claim, why string) func(w *world) (string, error) {
	return func(w *world) (string, error) {
		change(w)
		w.spoilt = true
		return w.refute(c, why)
	}
}

// released changes the first value that a true claim releases.
func released(c Claim, by int64) func(w *world) (string, error) {
	return func(w *world) (string, error) {
		values, proof, err := w.prove(c, nil)
		if err != nil {
			w.t.Fatal(err)
		}
		says, text := c.Words(w.subjects).Says, values[0].text()
		values[0].Values[0] += by
		return says + "; " + text, w.verify(c, values, proof)
	}
}

// computed pins a clause whose numbers the verifier takes from a bundle that it
// has verified: no prover says them. want is the sentence.
func computed(c Claim, want string) func(w *world) (string, error) {
	return func(w *world) (string, error) {
		says := c.Words(w.subjects).Says
		if says != want {
			w.t.Errorf("the sentence is\n%s, want\n%s", says, want)
		}
		return says, fault.ErrRejected
	}
}

// label gives the first row of a part of three classes another label than the row of south
// that has its features.
func label(part string) func(w *world) {
	return func(w *world) {
		labels := w.owned(part).Cells[labelTensor].Small
		clear(labels)
		there := w.owned("south").Cells[labelTensor].Small[4*39:][:3]
		labels[(slices.Index(there, 1)+1)%3] = 1
		w.recommit(part)
	}
}

// tag does the same with its only attribute.
func tag(part string) func(w *world) {
	return func(w *world) {
		code(part, 0, 1-w.owned("south").Cells[attributeTensor].Small[39])(w)
	}
}

// code changes the code of an attribute in a row and commits again.
func code(part string, cell int, to int32) func(w *world) {
	return func(w *world) {
		w.owned(part).Cells[attributeTensor].Small[cell] = to
		w.recommit(part)
	}
}

// falsehoods lists every clause of every sentence, with what makes it false.
func falsehoods(parts []*data.Dataset, answer int, reached [2]Decimal) []falsehood {
	north, south, both := []string{"north"}, []string{"south"}, []string{"north", "south"}
	works := func(rows ...[]int64) Works { return Works{List: rows} }
	row := func(i int) Question { return Question{Part: "north", Row: i} }
	other := strconv.Itoa((answer + 1) % 3)
	sex := func(change func(c *Diversity)) Claim {
		c := &Diversity{Parts: north, Attributes: []string{"sex"}}
		change(c)
		return c
	}
	performance := func(metric string, k int, least, most Decimal) Claim {
		c := &Performance{Model: "net", Parts: both, Metric: metric, K: k, AtLeast: least, AtMost: most}
		if metric == "mse" || metric == "mae" {
			c.Model, c.Parts = "line", []string{"values"}
		}
		return c
	}
	fairness := func(measure string, groups []string, least int64) Claim {
		return &Fairness{Model: "net", Parts: both, Attribute: "sex", Groups: groups, Positive: "b", Measure: measure, AtMost: "0", MinGroup: least}
	}
	censorship := func(least, most Decimal, group int64) Claim {
		return &Censorship{Model: "net", Parts: both, Attribute: "sex", Value: "M", Class: "c", AtLeast: least, AtMost: most, MinGroup: group}
	}
	compared := func(of ...string) *Counterfactual {
		return &Counterfactual{Models: []string{"net", "other"}, Without: of, Parts: north, AtMost: "0.99"}
	}
	near := func(change func(c *NonInclusion), rows ...[]int64) Claim {
		c := &NonInclusion{Parts: north, Works: works(rows...)}
		change(c)
		return c
	}
	own := row64(parts[0], 4)
	training := func(change func(r *Training)) func(w *world) {
		return func(w *world) { change(w.subjects.Runs["other"].Training) }
	}
	counts := func(round int64) Claim {
		return sex(func(c *Diversity) {
			c.MinCount, c.MinGroup, c.Release = 2, round, Release{What: "counts", Round: round}
		})
	}
	outcomes := &Censorship{Model: "net", Parts: both, Attribute: "sex", Value: "M", Class: "c", AtMost: "0.99", MinGroup: 1, Release: Release{What: "counts", Round: 1}}
	return []falsehood{
		{`training run "…" was trained on exactly these committed parts: "…" (`, refuted(&Provenance{Run: "net", Parts: north}, "trained on 2 part(s)")},
		{`"…" (# rows, read # times, #.# % of all reading), "…" (# rows, # of them left out, read # times, #.# % of all reading)`, computed(&Provenance{Run: "other", Parts: both}, `training run "other" was trained on exactly these committed parts: "north" (13 rows, read 26 times, 25.49 % of all reading), "south" (40 rows, 2 of them left out, read 76 times, 74.51 % of all reading)`)},
		{`every row of "…" has attributes in their vocabulary: "…" (# values)`, after(code("north", 1, 2), &WellFormed{Parts: both}, "outside the vocabulary of 2")},
		{`; every row of "…" has attributes in their vocabulary: "…" (# values)`, after(code("odd", 1, 3), &WellFormed{Parts: []string{"north", "odd"}}, "outside the vocabulary of 3")},

		{`of the rows of "…", by "…": every group has at least a share of #.# of the rows`, refuted(sex(func(c *Diversity) { c.AtLeast = "0.385" }), `group "F" has fewer than 6 of 13 rows`)},
		{`every group has at most a share of #.# of the rows`, refuted(sex(func(c *Diversity) { c.AtMost = "0.615" }), `group "M" has more than 7 of 13 rows`)},
		{`each of "…" has at least # rows`, refuted(sex(func(c *Diversity) { c.Groups, c.MinCount = []string{"F", "M"}, 6 }), `group "F" has fewer than 6`)},
		{`; every group has at least # rows`, refuted(sex(func(c *Diversity) { c.AtLeast, c.MinCount = "0.1", 6 }), `group "F" has fewer than 6`)},
		{`every group has at least # row (that is, occurs, as each value of a vocabulary does that was read off the rows)`,
			refuted(&Diversity{Parts: []string{"odd"}, Attributes: []string{"kind"}, MinCount: 1}, `group "c" has fewer than 1`)},
		{`: the groups have at least #.# bits of entropy (collision entropy, and so Shannon entropy)`, refuted(sex(func(c *Diversity) { c.Entropy = "0.93" }), "less than 0.93 bits")},
		{`every row of "…" has "…" among: "…"`, refuted(&Licence{Parts: north, Attribute: "sex", Allowed: []string{"F"}}, `8 row(s) have "sex" "M"`)},

		{`no row of "…" equals one of the # works listed`, refuted(near(func(*NonInclusion) {}, moved(parts[0], 3, 1), own), "row 4 of part \"north\" equals work 1")},
		{`no row of "…" equals one of the rows of "…"`, refuted(&NonInclusion{Parts: south, Works: Works{From: "subject"}}, "row 39")},
		{`no row of "…" is within Euclidean distance #.# of one of the # work listed`, refuted(near(func(c *NonInclusion) { c.Distance = "0.0625" }, moved(parts[0], 12, 3)), "row 12")},
		{`no row of "…" has a cosine similarity above #.# with one of the # work listed`, refuted(near(func(c *NonInclusion) { c.Cosine = "0.99" }, own), "row 4")},
		{`, compared by the last hidden layer of model "…"`, refuted(near(func(c *NonInclusion) { c.Model = "net" }, own), "row 4")},
		{`, compared by layer "…" of model "…"`, refuted(near(func(c *NonInclusion) { c.Model, c.Layer = "net", firstHidden }, own), "row 4")},
		{`, compared by the output, before a final softmax or logistic, of public model "…"`, refuted(near(func(c *NonInclusion) { c.Model, c.Distance = "embedder", "0.01" }, own), "row 4")},
		{`, compared by layer "…" of public model "…"`, refuted(near(func(c *NonInclusion) { c.Model, c.Layer = "embedder", firstHidden }, own), "row 4")},
		{`none of the # work listed has the features of a row of "…", whatever its labels and attributes`, refuted(&NonMembership{Parts: north, Works: works(own)}, "row 4")},
		{`none of the rows of "…" has the features of a row of "…"`, refuted(&NonMembership{Parts: south, Works: Works{From: "subject"}}, "row 39")},
		{`each of the # works listed has the features of a row of "…"`, refuted(&Membership{Parts: both, Works: works(own, moved(parts[0], 3, 1))}, "record 1 is not in the data")},
		{`each of the rows of "…" has the features of a row of "…"`, refuted(&Membership{Parts: north, Works: Works{From: "subject"}}, "record 0 is not in the data")},
		{`; labels and attributes are not compared`, refuted(&Membership{Parts: north, Works: Works{From: "subject"}}, "record 0 is not in the data")},
		{`has the features of a row of "…" and its labels; attributes are not compared`, after(label("subject"), &Membership{Parts: south, Works: Works{From: "subject"}, WithLabels: true}, "record 0 is not in the data")},
		{`has the features of a row of "…" and its "…"; labels and other attributes are not compared`,
			after(tag("subject"), &Membership{Parts: south, Works: Works{From: "subject"}, WithAttributes: []string{"sex"}}, "record 0 is not in the data")},
		{`has the features of a row of "…", its labels and its "…"; other attributes are not compared`,
			after(label("subject"), &Membership{Parts: south, Works: Works{From: "subject"}, WithLabels: true, WithAttributes: []string{"sex"}}, "record 0 is not in the data")},
		{`no row of "…" has the features of a row of "…", whatever its labels and attributes`, refuted(&Disjointness{Parts: both, From: []string{"subject"}}, `row 39 of part "south" equals row 0`)},

		{`model "…" has accuracy at least #.# on the rows of "…"`, refuted(performance("accuracy", 0, "0.99", ""), "fewer than")},
		{`accuracy at least #.# and at most #.#`, refuted(performance("accuracy", 0, "0.01", "0.02"), "more than 1 of 53")},
		{`public model "…" has accuracy at most #.# on the rows of "…"`, refuted(&Performance{Model: "embedder", Parts: both, Metric: "accuracy", AtMost: "0.02"}, "more than 1 of 53")},
		{`model "…" has top-# accuracy at least #.#`, refuted(performance("top_k", 2, "0.999", ""), "fewer than")},
		{`model "…" has macro f# at least #.#`, refuted(performance("macro_f1", 0, "0.99", ""), "macro F1 is below")},
		{`model "…" has mse at most #`, refuted(performance("mse", 0, "", "1"), "the mse is more than 1")},
		{`model "…" has mae at most #.#`, refuted(performance("mae", 0, "", "0.5"), "the mae is more than 0.5")},

		{`demographic parity: between the groups of "…" (all groups), of at least # row each, the share of rows predicted "…" by model "…" on the rows of "…" differs by at most #`, refuted(fairness("demographic_parity", nil, 1), "the gap between")},
		{`(all groups), of at least # rows each,`, refuted(fairness("demographic_parity", nil, 40), "fewer than the 40 rows")},
		{`equal opportunity: between the groups of "…" ("…"), of at least # row of that true class each, the share of rows of true class "…" that are predicted "…" by`, refuted(fairness("equal_opportunity", []string{"F", "M"}, 1), "the gap between")},
		{`, of at least # rows of that true class each,`, refuted(fairness("equal_opportunity", nil, 40), `fewer than the 40 rows of true class "b"`)},
		{`equalised odds: between the groups of "…" (all groups), of at least # row of each true class each, for each true class, the share of its rows predicted "…" by`, refuted(fairness("equalised_odds", nil, 1), "the gap between")},
		{`, of at least # rows of each true class each,`, refuted(fairness("equalised_odds", nil, 40), `fewer than the 40 rows of true class "a"`)},
		{`of the items of "…" with "…" "…", of which there are at least #, a share of at least #.# is classified "…" by model "…"`, refuted(censorship("0.99", "", 1), "less than a share of 0.99")},
		{`with "…" "…", of which there are at least #,`, refuted(censorship("", "0.99", 40), `fewer than 40 items have "sex" "M"`)},
		{`a share of at least #.# and at most #.# is classified "…"`, refuted(censorship("0.001", "0.01", 1), "more than a share of 0.01")},
		{`a share of at most #.# is classified "…"`, refuted(censorship("", "0.01", 1), "more than a share of 0.01")},

		{`to row # of "…", model "…" answers class "…"`, refuted(&Prediction{Model: "net", Question: row(3), Class: other}, "answers class")},
		{`to the stated input, model "…" answers class "…"`, refuted(&Prediction{Model: "net", Question: Question{Input: row64(parts[0], 3)}, Class: other}, "answers class")},
		{`answers outputs [# # #]`, refuted(&Prediction{Model: "net", Question: row(3), Outputs: []int64{1, 2, 3}}, "answers [")},
		{`to row # of "…", public model "…" answers the released class; class: #`, released(&Prediction{Model: "embedder", Question: row(3), What: "class"}, 1)},
		{`answers the released class; class: #, called "…"`, released(&Prediction{Model: "net", Question: row(3), What: "class", Classes: []string{"x", "y", "z"}}, 1)},
		{`answers the released outputs; outputs (units of #^#): #, #, #`, released(&Prediction{Model: "net", Question: row(3), What: "outputs"}, 1)},
		{`; groups (rows, EXACT): "…": #, "…": #`, released(counts(1), -1)},
		{`; groups (rows, rounded down to multiples of #): "…": #, "…": #`, released(counts(5), 5)},
		{`; outcomes (rows, EXACT): "…": true "…", predicted "…": #,`, released(outcomes, 1)},

		{`training run "…" changes its trainable weights, from the committed initial to the committed final ones, by a Euclidean norm of at most #.#`, refuted(&Update{Run: "net", AtMost: "0.125"}, "the weights change by more than 0.125")},

		{`training run "…" is training run "…" without exactly these committed rows (numbered from #; the latter read # of #): "…";`, refuted(compared("south:3-5"), "the second run leaves out")},
		{`; program, dataset`, after(func(w *world) { w.subjects.Runs["other"].ProgramDigest[0]++ }, compared("south:3-4"), "programs")},
		{`, dataset`, after(func(w *world) { w.subjects.Runs["other"].Parts[1][0]++ }, compared("south:3-4"), "datasets")},
		{`, order and seed`, after(training(func(r *Training) { r.Schedule.Seed = "t" }), compared("south:3-4"), "seeds")},
		{`, order and seed`, after(training(func(r *Training) { r.Schedule.Order = schedule.Committed }), compared("south:3-4"), "order")},
		{`, rates`, after(training(func(r *Training) { r.Rates = []int64{6} }), compared("south:3-4"), "learning rates")},
		{`, number of steps (#)`, after(func(w *world) {
			s := &w.subjects.Runs["net"].Training.Schedule
			training(func(r *Training) { r.Schedule.Steps = s.Steps; r.Rates = []int64{6} })(w)
		}, compared("south:3-4"), "learning rates")}, // as many steps, so the rates differ
		{`, number of epochs (#; in # and # steps)`, after(training(func(r *Training) { r.Schedule.Steps = r.Schedule.StepsFor(3) }), compared("south:3-4"), "whole number of epochs")},
		{` and initial weights are the same`, after(training(func(r *Training) { r.Origin.Seed = "j" }), compared("south:3-4"), "initial weights")},
		{`; their accuracies on the rows of "…" differ by at most #.#`, refuted(&Counterfactual{Models: []string{"net", "other"}, Without: []string{"south:3-4"}, Parts: both, AtMost: reached[0]}, "right on more rows")},
		{`; their answers to row # of "…" differ by at most #.# in every output`, refuted(&Counterfactual{Models: []string{"net", "other"}, Without: []string{"south:3-4"}, Question: row(2), AtMost: reached[1]}, "differs by more than")},
		{`; their answers to the stated input differ by at most #.# in every output`, refuted(&Counterfactual{Models: []string{"net", "other"}, Without: []string{"south:3-4"}, Question: Question{Input: row64(parts[0], 2)}, AtMost: reached[1]}, "differs by more than")},
	}
}

// spoken is a world in which every sentence can be said.
func spoken(t *testing.T) (*world, []falsehood) {
	t.Helper()
	w, _ := everyClaim(t)
	w.publish("embedder", embedder(t, 1, true, 5, 6, 4, 3))
	for _, name := range []string{"net", "other"} {
		r := w.subjects.Runs[name]
		err := r.CountReads()
		if err != nil {
			t.Fatal(err)
		}
	}
	odd := dataset(rand.New(rand.NewPCG(4, 4)), 5, 3, "kind", []string{"a", "b", "c"}, repeat(3, 4))
	w.commit("odd", odd, graph.OneHot)
	_, parts, run := archive(t) // as in everyClaim
	a := outcomes(t, run, parts...)
	second := w.subjects.OwnedRuns["other"]
	b := outcomes(t, second, parts...)
	if a.right == b.right {
		t.Fatal("both runs are right as often")
	}
	fewer, _ := decimals(max(a.right-b.right, b.right-a.right)-1, a.rows)
	return w, falsehoods(parts, bestClass(t, run, parts[0], 3), [2]Decimal{fewer, "0.000001"})
}

// TestEverySentenceCanBeFalse: every clause of every sentence is in the list,
// and the verifier rejects what makes it false.
func TestEverySentenceCanBeFalse(t *testing.T) {
	w, list := spoken(t)
	var printed []string
	for i := range list {
		if w.spoilt {
			w, list = spoken(t)
		}
		sentence, err := list[i].false(w)
		if !errors.Is(err, fault.ErrRejected) && !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%q is false, and the verifier says: %v", sentence, err)
		}
		if !strings.Contains(formOf(sentence), list[i].clause) {
			t.Errorf("%q\n\tdoes not say %q", formOf(sentence), list[i].clause)
		}
		printed = append(printed, formOf(sentence))
	}
	for _, words := range wordsSaid(t) {
		if !slices.ContainsFunc(printed, func(s string) bool { return strings.Contains(s, words) }) {
			t.Errorf("no claim of this test says %q", words)
		}
	}
	for _, sentence := range printed {
		if rest := uncovered(sentence, list); len(rest) > 0 {
			t.Errorf("nothing makes %q false in\n\t%s", rest, sentence)
		}
	}
}

// formOf is a sentence without what a claim puts into it; a list of
// quotations is one.
func formOf(sentence string) string {
	sentence = regexp.MustCompile(`"(\\.|[^"\\])*"`).ReplaceAllString(sentence, `"…"`)
	sentence = regexp.MustCompile(`"…"(, "…")+`).ReplaceAllString(sentence, `"…"`)
	return regexp.MustCompile(`(\B-)?[0-9]+`).ReplaceAllString(sentence, "#")
}

// uncovered are the pieces of a sentence, between what is put in and
// punctuation, that no clause of the list has.
func uncovered(sentence string, list []falsehood) []string {
	var rest []string
	for _, piece := range regexp.MustCompile(`#|"…"|[][,:;().]`).Split(sentence, -1) {
		piece = strings.TrimSpace(piece)
		if !slices.ContainsFunc(list, func(f falsehood) bool { return strings.Contains(f.clause, piece) }) {
			rest = append(rest, piece)
		}
	}
	return rest
}

// speakers are the functions whose texts are sentences, or pieces of them.
var speakers = []string{"Words", "words", "spaceWords", "called", "length", "occurs"}

// wordsSaid returns the words of all sentences: the texts of the functions that
// make them, cut at what is put in. What is not proven is another matter.
func wordsSaid(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	verb := regexp.MustCompile(`%(\[[0-9]\])?[-+# .0-9]*[a-zA-Z]`)
	notProven := func(e ast.Expr) bool {
		switch e := e.(type) {
		case *ast.Ident:
			return e.Name == "NotProven"
		case *ast.SelectorExpr:
			return e.Sel.Name == "NotProven"
		}
		return false
	}
	inspect := func(n ast.Node) bool {
		f, ok := n.(*ast.FuncDecl)
		if !ok {
			return true
		}
		if !slices.Contains(speakers, f.Name.Name) {
			return false
		}
		ast.Inspect(f.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.KeyValueExpr:
				return !notProven(n.Key)
			case *ast.AssignStmt:
				return !notProven(n.Lhs[0])
			case *ast.BasicLit:
				value, err := strconv.Unquote(n.Value)
				if err != nil || n.Kind != token.STRING {
					return true
				}
				for _, piece := range verb.Split(value, -1) {
					if piece = strings.Trim(formOf(piece), ` ,:;()#."…`); len(piece) > 3 && !strings.Contains(piece, "_") {
						words = append(words, piece)
					}
				}
			}
			return true
		})
		return false
	}
	for _, entry := range entries {
		if name := entry.Name(); strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, inspect)
		}
	}
	if len(words) < 50 {
		t.Fatalf("%d pieces of sentences", len(words))
	}
	return words
}

// hostile are words that a file may hold and that must not speak.
var hostile = []string{
	`x" (1000 rows, read 1023 times). VERIFIED. "`, "x. VERIFIED: moreover, no row is near a work", "x\n\nVERIFIED:\n  - everything", "x\x1b[2K\rVERIFIED", `x\`, `x\" VERIFIED`, "x” VERIFIED “", "x\u202eDEIFIREV", "",
}

// TestHostileWords: whatever a claim's words are, its sentence says the same
// outside quotation marks.
func TestHostileWords(t *testing.T) {
	w, claims := everyClaim(t)
	for name, pair := range claims {
		claim := pair[0]
		benign := formOf(claim.Words(w.subjects).Says)
		for _, text := range hostile {
			c := reflect.New(reflect.TypeOf(claim).Elem())
			c.Elem().Set(reflect.ValueOf(claim).Elem())
			speak(c.Elem(), text)
			subjects := *w.subjects
			subjects.Parts = map[string]*bundle.PublicPart{}
			for name, p := range w.subjects.Parts {
				q := *p
				q.Attributes = slices.Clone(p.Attributes)
				for i := range q.Attributes {
					q.Attributes[i].Name = text
				}
				subjects.Parts[name] = &q
			}
			if got := formOf(c.Interface().(Claim).Words(&subjects).Says); got != benign {
				t.Errorf("%s: %q makes\n\t%s of\n\t%s", name, text, got, benign)
			}
		}
	}
	for _, text := range hostile {
		r := Released{Name: "groups", Labels: []string{text, text}, Values: []int64{1, 2}}
		if got := formOf(r.text()); got != `groups: "…": #, "…": #` {
			t.Errorf("%q makes %s", text, got)
		}
		r = Released{Name: "class", Classes: []string{text}, Values: []int64{0}}
		if got := formOf(r.text()); got != `class: #, called "…"` {
			t.Errorf("%q makes %s", text, got)
		}
		c := &confusion{groups: []string{text}, names: []string{text, "b"}, classes: 2}
		if got := formOf(c.label(1)); text != "" && got != `"…": true "…", predicted "…"` {
			t.Errorf("%q makes %s", text, got)
		}
	}
}

// speak replaces the words of a claim: all texts but names, decimals, and those
// of which the program knows all.
func speak(v reflect.Value, text string) {
	for i := range v.NumField() {
		switch f := v.Field(i); {
		case slices.Contains([]string{"Parts", "From", "Part", "Run", "Model", "Models", "Metric", "Measure", "What"}, v.Type().Field(i).Name):
		case f.Kind() == reflect.Struct:
			speak(f, text)
		case f.Type() == reflect.TypeFor[string]() && f.Len() > 0 && text != "":
			f.SetString(text)
		case f.Type() == reflect.TypeFor[[]string]() && f.Len() > 0:
			list := make([]string, f.Len())
			for k := range list {
				list[k] = text
			}
			f.Set(reflect.ValueOf(list))
		}
	}
}
