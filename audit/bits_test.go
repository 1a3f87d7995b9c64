package audit

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof/proving"
)

func TestOutOf(t *testing.T) {
	for _, test := range []struct {
		values, left int64
		want         int
	}{{1, 1, 0}, {2, 1, 1}, {3, 1, 2}, {100, 50, 1}, {100, 49, 2}, {101, 1, 7}, {5, 9, 0}, {4, 0, 2}, {1<<62 + 1, 1, 63}} {
		if n := outOf(test.values, test.left); n != test.want {
			t.Errorf("%d of %d: %d bits, want %d", test.left, test.values, n, test.want)
		}
	}
}

// Every kind of claim is charged what its verdict tells: the reasoning stands
// beside each kind in bits.go.
func TestVerdictsTell(t *testing.T) {
	w, claims := everyClaim(t)
	north, south := w.subjects.Parts["north"].Rows, w.subjects.Parts["south"].Rows
	if north != 13 || south != 40 {
		t.Fatalf("%d and %d rows: the bits below are of other numbers", north, south)
	}
	both := []string{"north", "south"}
	diversity := func(d Diversity) *Diversity {
		d.Parts, d.Attributes = both, []string{"sex"}
		return &d
	}
	accuracy := func(least, most Decimal) *Performance {
		return &Performance{Model: "net", Parts: both, Metric: "accuracy", AtLeast: least, AtMost: most}
	}
	fair := *claims["demographic parity"][0].(*Fairness)
	odds := fair
	odds.Measure = "equalised_odds"
	tight := fair
	tight.AtMost = "0.1"
	for name, test := range map[string]struct {
		claim Claim
		bits  int
	}{
		"provenance":                  {&Provenance{Run: "net", Parts: both}, 1},
		"well formed":                 {&WellFormed{Parts: both}, 1},
		"a tag forbidden":             {&Licence{Parts: both, Attribute: "sex", Allowed: sexes[:1]}, 6}, // 0 of 0 … 53
		"no tag forbidden":            {&Licence{Parts: both, Attribute: "sex", Allowed: sexes}, 1},
		"disjoint":                    {&Disjointness{Parts: []string{"north"}, From: []string{"south"}}, 4}, // 0 of 0 … 13
		"half of a group":             {diversity(Diversity{AtLeast: "0.5"}), 2},                             // 27 … 53 of 0 … 53, twice
		"a group in between":          {diversity(Diversity{AtLeast: "0.4", AtMost: "0.6"}), 6},              // 22 … 31, twice
		"one group in between":        {diversity(Diversity{AtLeast: "0.4", AtMost: "0.6", Groups: sexes[:1]}), 3},
		"a group's number":            {diversity(Diversity{AtLeast: "0.49", AtMost: "0.5", Groups: sexes[:1]}), 6}, // 26 alone
		"rows in each group":          {diversity(Diversity{MinCount: 27}), 2},
		"much entropy":                {diversity(Diversity{Entropy: "1"}), 11}, // 1 of 1,405 sums of squares
		"little entropy":              {diversity(Diversity{Entropy: "0.4"}), 1},
		"accuracy above":              {accuracy("0.5", ""), 1},
		"accuracy far above":          {accuracy("0.9", ""), 4}, // 48 … 53
		"all right":                   {accuracy("1", ""), 6},
		"accuracy, to the row":        {accuracy("0.5", "0.51"), 6},
		"an error below":              {&Performance{Model: "line", Parts: []string{"values"}, Metric: "mse", AtMost: "0.001"}, 1},
		"fair":                        {&fair, 1},
		"fairer":                      {&tight, 4},             // 0 … 5 of 0 … 53
		"fair, whatever is true":      {&odds, 3},              // of three classes
		"answers a class":             {claims["class"][0], 3}, // of three
		"answers outputs":             {&Prediction{Model: "net", Question: Question{Part: "north"}, Outputs: []int64{1, 2, 3}}, 49},
		"two accuracies":              {&Counterfactual{Models: []string{"net", "other"}, Without: []string{"south:3-4"}, Parts: both, AtMost: "0.25"}, 2},
		"two accuracies, the same":    {&Counterfactual{Models: []string{"net", "other"}, Without: []string{"south:3-4"}, Parts: both, AtMost: "0"}, 7},
		"two answers, the same":       {&Counterfactual{Models: []string{"net", "other"}, Without: []string{"south:3-4"}, Question: Question{Part: "north"}, AtMost: "0"}, 51},
		"censored":                    {&Censorship{Model: "net", Parts: both, Attribute: "sex", Value: "M", Class: "c", AtLeast: "0.2", AtMost: "0.3"}, 4},
		"an update":                   {&Update{Run: "net", AtMost: "2"}, 1},
		"three records are there":     {&Membership{Parts: both, Works: Works{List: [][]int64{row64of(1), row64of(2), row64of(3)}}}, 3},
		"three records are not there": {&NonMembership{Parts: both, Works: Works{List: [][]int64{row64of(1), row64of(2), row64of(3)}}}, 3},
		"nothing like somebody's":     {&NonInclusion{Parts: both, Distance: "1", Works: Works{From: "works"}}, w.subjects.Parts["works"].Rows},
	} {
		st, err := state(&w.frame, w.item(test.claim), w.subjects, nil, w.tables)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if n, err := st.scope.verdictBits(test.claim); err != nil || n != test.bits {
			t.Errorf("%s: %d bits, want %d, %v", name, n, test.bits, err)
		}
	}
	said := map[string]bool{}
	for _, c := range claims {
		said[w.item(c[0]).Kind] = true
	}
	for kind := range Kinds() {
		if _, tells := Kinds()[kind]().(telling); !tells && kind != "provenance" && kind != "well_formed" || !said[kind] && kind != "provenance" {
			t.Errorf("what a claim of kind %s tells is not said", kind)
		}
	}
}

// row64of is a row of five cells.
func row64of(x int64) []int64 { return []int64{x, x, x, x, x} }

// To state an answer costs as much as to have it released, in the ledger and in
// the report of whoever verifies.
func TestStatedAnswersCost(t *testing.T) {
	w, in := inputs(t)
	ask := func(question string) (*Report, int) {
		t.Helper()
		in.Ledger = openLedger(t, filepath.Join(t.TempDir(), "ledger"), 0)
		_, r, err := Prove(context.Background(), parse(t, "[[claim]]\nkind = \"prediction\"\nmodel = \"net\"\ninput = [1, 2, 3, 4, 5]\n"+question), in)
		if err != nil {
			t.Fatal(err)
		}
		digest := w.subjects.Parts["north"].Digest(w.setup.ID, w.setup.RowBits)
		return r, in.Ledger.spent(fmt.Sprintf("%x", digest))
	}
	r, released := ask("release = \"outputs\"\n")
	outputs := r.Claims[0].Released[0].Values
	stated := fmt.Sprintf("outputs = [%s]\n", strings.Trim(strings.ReplaceAll(fmt.Sprint(outputs), " ", ", "), "[]"))
	if r, bits := ask(stated); bits != released || r.Bits != released || released != 1+16*3 {
		t.Errorf("stated: %d bits, %d in the report; released: %d", bits, r.Bits, released)
	}
	class := slices.Index(outputs, slices.Max(outputs))
	_, released = ask("release = \"class\"\n")
	if _, bits := ask(fmt.Sprintf("class = \"%d\"\n", class)); bits != released || released != 1+2 {
		t.Errorf("a class stated: %d bits, released: %d", bits, released)
	}
}

// Whoever asks learns as much from a claim that fails: it is charged a bit,
// once, and a budget that is spent answers nothing.
func TestRefusalsAreCharged(t *testing.T) {
	w, in := inputs(t)
	path := filepath.Join(t.TempDir(), "ledger")
	digest := w.subjects.Parts["north"].Digest(w.setup.ID, w.setup.RowBits)
	north := fmt.Sprintf("%x", digest)
	ask := func(budget, percent int) error {
		in.Ledger = openLedger(t, path, budget)
		text := fmt.Sprintf("[[claim]]\nkind = \"diversity\"\nparts = [\"north\"]\nattributes = [\"sex\"]\ngroups = [\"F\"]\nat_least = \"0.%d\"\n", percent)
		_, _, err := Prove(context.Background(), parse(t, text), in)
		return err
	}
	asked := 0
	for percent := 99; ; percent -= 10 { // down to where it holds
		err := ask(0, percent)
		if err == nil {
			break
		}
		if !errors.Is(err, fault.ErrRejected) {
			t.Fatal(err)
		}
		asked++
		if have := in.Ledger.spent(north); have != asked {
			t.Errorf("after %d refusals: %d bits", asked, have)
		}
	}
	before := in.Ledger.spent(north)
	if err := ask(0, 99); !errors.Is(err, fault.ErrRejected) || in.Ledger.spent(north) != before {
		t.Errorf("the same again: %v, %d bits, before %d", err, in.Ledger.spent(north), before)
	}
	if e := in.Ledger.entries[0]; !e.Refused || e.Bits != 1 || len(e.Released) > 0 {
		t.Errorf("%+v", e)
	}
	for _, percent := range []int{95, 11} { // one false, one true
		if err := ask(before, percent); !errors.Is(err, fault.ErrUsage) || errors.Is(err, fault.ErrRejected) {
			t.Errorf("with nothing left: %v", err)
		}
	}
	if err := Check(parse(t, "[[claim]]\nkind = \"diversity\"\nparts = [\"north\"]\nattributes = [\"sex\"]\nat_least = \"0.97\"\n"), in); !errors.Is(err, fault.ErrRejected) || openLedger(t, path, 0).spent(north) != before {
		t.Errorf("for the owner's eyes: %v", err)
	}
}

// anew is a part committed again.
func (w *world) anew(p *owner.Part) *owner.Part {
	w.t.Helper()
	again := *p
	again.Commitments, again.Blinding = nil, nil
	for _, cells := range p.Cells {
		blind, err := commitments.RandomScalars(w.rng, w.setup.Rows(cells.Len()))
		if err != nil {
			w.t.Fatal(err)
		}
		rows, err := w.setup.CommitInt32(cells.Small, blind)
		if err != nil {
			w.t.Fatal(err)
		}
		again.Commitments, again.Blinding = append(again.Commitments, rows), append(again.Blinding, blind)
	}
	return &again
}

// The account is that of the rows, not of a commitment to them.
func TestRowsKeepTheirAccount(t *testing.T) {
	w, in := inputs(t)
	path := filepath.Join(t.TempDir(), "ledger")
	rows := digestOf(77)
	text := "[[claim]]\nkind = \"diversity\"\nparts = [\"north\", \"again\"]\nattributes = [\"sex\"]\nmin_count = %d\n"
	prove := func(n int, names string) error {
		in.Ledger = openLedger(t, path, 6)
		_, _, err := Prove(context.Background(), parse(t, strings.Replace(fmt.Sprintf(text, n), `"north", "again"`, names, 1)), in)
		return err
	}
	north := in.Parts["north"].(*owner.Part)
	north.Origins = []string{rows}
	in.Parts["again"] = w.anew(north)
	if err := prove(1, `"north"`); err != nil || in.Ledger.spent(rows) == 0 {
		t.Fatalf("%v, %d bits", err, in.Ledger.spent(rows))
	}
	each := in.Ledger.spent(rows)
	if err := prove(1, `"again"`); err != nil || in.Ledger.spent(rows) != 2*each {
		t.Errorf("committed anew: %v, %d bits, want %d", err, in.Ledger.spent(rows), 2*each)
	}
	if err := prove(2, `"north", "again"`); err != nil || in.Ledger.spent(rows) != 3*each {
		t.Errorf("both in one claim: %v, %d bits, want %d", err, in.Ledger.spent(rows), 3*each)
	}
	var err error
	for n := 3; err == nil && n < 9; n++ {
		in.Parts["again"] = w.anew(north) // one commitment after the other
		err = prove(n, `"again"`)
	}
	if !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), "in this and other commitments") || in.Ledger.spent(rows) != 6 {
		t.Errorf("%v, %d bits", err, in.Ledger.spent(rows))
	}
	// A model's answers tell about the rows it was trained on.
	digest := w.subjects.Parts["north"].Digest(w.setup.ID, w.setup.RowBits)
	delete(in.Parts, "north")
	trained(in.Runs["net"]).Origins = map[[32]byte][]string{digest: {rows}}
	in.Ledger = openLedger(t, path, 6)
	if _, _, err := Prove(context.Background(), parse(t, "[[claim]]\nkind = \"prediction\"\nmodel = \"net\"\ninput = [1, 2, 3, 4, 5]\nrelease = \"class\"\n"), in); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("answers of a model: %v", err)
	}
}

// Audits that share a ledger are refused before they prove, or not at all.
func TestNoAuditFailsAfterProving(t *testing.T) {
	_, in := inputs(t)
	path := filepath.Join(t.TempDir(), "ledger")
	const many, budget = 12, 5
	var lock sync.Mutex
	began, failed, made := map[int]bool{}, map[int]bool{}, 0
	var all sync.WaitGroup
	for n := range many {
		own, l := *in, openLedger(t, path, budget)
		by := *in.By.(*proving.Prover)
		own.Ledger, own.By, own.Arena = l, &by, nil
		own.Parts, own.Runs = maps.Clone(in.Parts), maps.Clone(in.Runs)
		own.Progress = func(int, int, string) { lock.Lock(); began[n] = true; lock.Unlock() }
		a := parse(t, fmt.Sprintf("[[claim]]\nkind = \"diversity\"\nparts = [\"north\"]\nattributes = [\"sex\"]\ngroups = [\"F\"]\nat_least = \"0.0%d\"\n", 10+n))
		all.Go(func() {
			_, _, err := Prove(context.Background(), a, &own)
			lock.Lock()
			defer lock.Unlock()
			if err == nil {
				made++
			} else if failed[n] = true; !errors.Is(err, fault.ErrUsage) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for n := range failed {
		if began[n] {
			t.Errorf("audit %d failed after it had begun to prove", n)
		}
	}
	if made != budget {
		t.Errorf("%d audits of one bit each, the budget is %d", made, budget)
	}
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 2 {
		t.Errorf("%v, %v", entries, err)
	}
}
