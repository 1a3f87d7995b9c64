package audit

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// A parameter with which a claim holds of any data is refused, by prover and
// verifier; the refusal says what to write instead. The claims beside it bound
// as little as a claim can.
func TestVacuousClaims(t *testing.T) {
	w, _ := everyClaim(t)
	one := dataset(rand.New(rand.NewPCG(3, 3)), 5, 3, "kind", []string{"a"}, repeat(9))
	w.commit("one", one, graph.OneHot)
	north, sex := []string{"north"}, []string{"sex"}
	diversity := func(change func(c *Diversity)) Claim {
		c := &Diversity{Parts: north, Attributes: sex}
		change(c)
		return c
	}
	performance := func(metric string, k int, least, most Decimal) Claim {
		c := &Performance{Model: "net", Parts: north, Metric: metric, K: k, AtLeast: least, AtMost: most}
		if metric == "mse" || metric == "mae" {
			c.Model, c.Parts = "line", []string{"values"}
		}
		return c
	}
	fairness := func(measure string, most Decimal) Claim {
		return &Fairness{Model: "net", Parts: north, Attribute: "sex", Positive: "b", Measure: measure, AtMost: most, MinGroup: 1}
	}
	censorship := func(attribute, value string, least, most Decimal) Claim {
		return &Censorship{Model: "net", Parts: north, Attribute: attribute, Value: value, Class: "c", AtLeast: least, AtMost: most, MinGroup: 1}
	}
	compared := func(row int, most Decimal) Claim {
		c := &Counterfactual{Models: []string{"net", "other"}, Without: []string{"south:3-4"}, AtMost: most}
		if c.Parts = north; row >= 0 {
			c.Parts, c.Question = nil, Question{Part: "north", Row: row}
		}
		return c
	}
	cosine := func(c Decimal, rows ...[]int64) Claim {
		return &NonInclusion{Parts: north, Cosine: c, Works: Works{List: rows}}
	}
	work := []int64{900, 900, -900, 900, 900}
	for name, test := range map[string]struct {
		vacuous Claim
		says    string
		least   Claim // just says something
	}{
		"share of nothing":    {diversity(func(c *Diversity) { c.AtLeast = "0" }), "at_least = 0 holds of any data and says nothing; want more than 0", diversity(func(c *Diversity) { c.AtLeast = "0.000000001" })},
		"rows below none":     {diversity(func(c *Diversity) { c.MinCount = -1 }), "min_count is negative", diversity(func(c *Diversity) { c.MinCount = 1 })},
		"share of all":        {diversity(func(c *Diversity) { c.AtMost = "1" }), "at_most = 1 holds of any data and says nothing; want less than 1", diversity(func(c *Diversity) { c.AtMost = "0.999999999" })},
		"no entropy":          {diversity(func(c *Diversity) { c.Entropy = "0" }), "entropy = 0 holds of any data and says nothing; want more than 0 bits", diversity(func(c *Diversity) { c.Entropy = "0.000000001" })},
		"no bound":            {diversity(func(*Diversity) {}), "bounds no group", diversity(func(c *Diversity) { c.MinCount = 2 })},
		"groups of entropy":   {diversity(func(c *Diversity) { c.Groups, c.Entropy = []string{"F"}, "0.1" }), "entropy is one of all groups", diversity(func(c *Diversity) { c.Groups, c.MinCount = []string{"F"}, 2 })},
		"one group":           {&Diversity{Parts: []string{"one"}, Attributes: []string{"kind"}, MinCount: 9}, `"kind" has one value, so that every row has it`, diversity(func(c *Diversity) { c.MinCount = 5 })},
		"no licence":          {&Licence{Parts: north, Attribute: "sex"}, "allowed lists nothing", &Licence{Parts: north, Attribute: "sex", Allowed: []string{"F", "M"}}},
		"cosine of anything":  {cosine("1", work), "cosine = 1 holds of any data and says nothing; want less than 1", cosine("0.999", work)},
		"no direction":        {cosine("0.9", work, make([]int64, 5)), "work 1 is all zeros", cosine("0.99", work)},
		"no accuracy":         {performance("accuracy", 0, "0", ""), "at_least = 0 holds of any data", performance("accuracy", 0, "0.001", "")},
		"all accuracy":        {performance("accuracy", 0, "", "1.0"), "at_most = 1.0 holds of any data", performance("accuracy", 0, "", "0.99")},
		"one of two says":     {performance("accuracy", 0, "0.01", "1"), "at_most = 1 holds of any data", performance("accuracy", 0, "0.01", "0.99")},
		"all classes":         {performance("top_k", 3, "1", ""), "k = 3 holds of any data and says nothing; want 1 to 2, fewer than the 3 classes", performance("top_k", 2, "0.01", "")},
		"no top-k accuracy":   {performance("top_k", 2, "0.0", ""), "at_least = 0.0 holds of any data", performance("top_k", 1, "0.01", "")},
		"no F1":               {performance("macro_f1", 0, "0", ""), "at_least = 0 holds of any data", performance("macro_f1", 0, "0.000000001", "")},
		"any squared error":   {performance("mse", 0, "", "18000000"), "at_most = 18000000 holds of any data", performance("mse", 0, "", "10000")},
		"any error":           {performance("mae", 0, "", "100000"), "at_most = 100000 holds of any data", performance("mae", 0, "", "1000")},
		"any gap":             {fairness("demographic_parity", "1"), "at_most = 1 holds of any data", fairness("demographic_parity", "0.9")},
		"any gap of odds":     {fairness("equalised_odds", "1.0"), "at_most = 1.0 holds of any data", fairness("equalised_odds", "0.999")},
		"no attribute":        {censorship("", "", "", "0.5"), "names no attribute", censorship("sex", "M", "", "0.99")},
		"no share of items":   {censorship("sex", "M", "0", ""), "at_least = 0 holds of any data", censorship("sex", "M", "", "0.99")},
		"any share of items":  {censorship("sex", "M", "", "1"), "at_most = 1 holds of any data", censorship("sex", "M", "", "0.99")},
		"any two accuracies":  {compared(-1, "1"), "at_most = 1 holds of any data", compared(-1, "0.99")},
		"any two answers":     {compared(2, "255.998"), "at_most = 255.998 holds of any data and says nothing; want less than", compared(2, "63")},
		"any update":          {&Update{Run: "net", AtMost: "1000000000000000"}, "at_most = 1000000000000000 holds of any data and says nothing; want less than", &Update{Run: "net", AtMost: "1000"}},
		"a metric of no name": {performance("\x1b[2KVERIFIED", 0, "0.5", ""), `no metric is called "\x1b[2KVERIFIED"; there are "accuracy", `, performance("accuracy", 0, "0.01", "")},
	} {
		_, _, err := w.prove(test.vacuous, nil)
		if !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: prover: %v, want %q", name, err, test.says)
		}
		b := &Bundle{Frame: w.frame}
		if _, err := b.state(&Proven{Item: *w.item(test.vacuous)}, w.subjects, w.tables); !errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: verifier: %v, want %q", name, err, test.says)
		}
		if _, _, err := w.prove(test.least, nil); err != nil {
			t.Errorf("%s: what says something: %v", name, err)
		}
	}
}

// Leaving out rows that the first run has never read says nothing; the sentence
// counts those that it has.
func TestRowsThatWereNeverRead(t *testing.T) {
	w, c := paired(t)
	a, b := w.pair("net", "without", schedule.Range{Part: 1, From: 10, To: 20})
	c.Without = []string{"south:10-19"}
	for _, r := range []*PublicRun{a, b} {
		r.Training.Schedule.Steps = 9 // 27 of 53 rows: all of the ten, or none, once in a thousand orders
		if err := r.CountReads(); err != nil {
			t.Fatal(err)
		}
	}
	read := a.Reads([]schedule.Range{{Part: 1, From: 10, To: 20}})
	if read == 0 || read == 10 {
		t.Fatalf("%d of 10 rows are read", read)
	}
	w.holds("some of them", c)
	if says := c.Words(w.subjects).Says; !strings.Contains(says, fmt.Sprintf("the latter read %d of 10)", read)) {
		t.Error(says)
	}
	for row := 10; row < 20; row++ {
		one := schedule.Range{Part: 1, From: row, To: row + 1}
		b.Training.Schedule.Without = []schedule.Range{one}
		c.Without = []string{fmt.Sprintf("south:%d", row)}
		_, _, err := w.prove(c, nil)
		if never := a.Reads([]schedule.Range{one}) == 0; never != (err != nil) || never && (!errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), "has read none of these rows")) {
			t.Errorf("row %d: %v", row, err)
		}
	}
}
