package audit

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// TestOddParameters: whatever the parameters of a claim are, stating it gives a
// system or a named error, and does not panic.
func TestOddParameters(t *testing.T) {
	w, _, net := archive(t)
	w.publish("embedder", embedder(t, 1, true, 5, 6, 4, 3))
	w.train("other", net.Program, trained(net).Cells)
	w.pair("net", "other", schedule.Range{Part: 0, From: 5, To: 6})
	w.begin("net", func(int) int64 { return 1 })
	rng := rand.New(rand.NewPCG(6, 6))
	texts := []string{"", "north", "south", "works", "nobody", "net", "other", "sex", "F", "M", "a", "b", "0", "0.5", "1", "2.5", "999999999999",
		"accuracy", "top_k", "macro_f1", "mse", "mae", "demographic_parity", "equal_opportunity", "equalised_odds", "counts", "class", "outputs", `"`, "\x00"}
	numbers := []int64{0, 1, 2, 3, -1, 5, 12, 13, 1 << 20, 1 << 40, -1 << 63, 1<<63 - 1}
	stated, refused := 0, 0
	for kind, make := range Kinds() {
		for range 500 {
			c := make()
			fillOddly(reflect.ValueOf(c).Elem(), rng, texts, numbers)
			_, err := state(&w.frame, &Item{Name: "odd", Kind: kind, Claim: c}, w.subjects, nil, w.tables)
			switch {
			case err == nil:
				stated++
			case errors.Is(err, fault.ErrUsage), errors.Is(err, fault.ErrUnsupported), errors.Is(err, fault.ErrRejected):
				refused++
			default:
				t.Errorf("%s %+v: %v", kind, c, err)
			}
		}
	}
	t.Logf("%d stated, %d refused", stated, refused)
	if stated == 0 || refused == 0 {
		t.Error("the parameters are all alike")
	}
}

// plausible values of a parameter, which most claims get.
var plausible = map[string][]string{
	"parts": {"north", "south"}, "from": {"works", "south"}, "attributes": {"sex"}, "attribute": {"sex"}, "groups,omitempty": {"F", "M"},
	"model": {"net", "embedder"}, "model,omitempty": {"", "net", "embedder"}, "layer,omitempty": {"", firstHidden}, "run": {"net"}, "models": {"net", "other"}, "part,omitempty": {"", "north"},
	"at_least,omitempty": {"", "0.5"}, "at_most,omitempty": {"", "0.5"}, "at_most": {"0.5", "2.5"}, "entropy,omitempty": {"", "0.5"},
	"distance,omitempty": {"", "1"}, "cosine,omitempty": {"", "0.5"}, "works,omitempty": {"", "works"}, "without": {"north:5"}, "release,omitempty": {"", "counts", "class"},
	"metric": {"accuracy", "top_k", "macro_f1"}, "measure": {"demographic_parity", "equal_opportunity", "equalised_odds"},
	"positive": {"a"}, "value": {"F"}, "class": {"b"}, "class,omitempty": {"", "1"}, "allowed": {"F", "M"},
}

func fillOddly(v reflect.Value, rng *rand.Rand, texts []string, numbers []int64) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if likely := plausible[v.Type().Field(i).Tag.Get("toml")]; likely != nil && rng.IntN(8) > 0 {
				fillOddly(v.Field(i), rng, likely, numbers[:4])
				continue
			}
			fillOddly(v.Field(i), rng, texts, numbers)
		}
	case reflect.String:
		v.SetString(texts[rng.IntN(len(texts))])
	case reflect.Int, reflect.Int64:
		v.SetInt(numbers[rng.IntN(len(numbers))])
	case reflect.Slice:
		n := rng.IntN(4)
		if rng.IntN(3) == 0 {
			n = 5 // the width of the rows
		}
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			fillOddly(v.Index(i), rng, texts, numbers)
		}
	}
}

func TestNamesByDefault(t *testing.T) {
	a := parse(t, `
[[claim]]
kind = "licence"
[[claim]]
name = "mine"
kind = "licence"
[[claim]]
kind = "licence"
`)
	for i, want := range []string{"licence", "mine", "licence-3"} {
		if got := a.Items[i].Name; got != want {
			t.Errorf("claim %d is called %q, want %q", i, got, want)
		}
	}
}

// A mistake in a claims file is named in words of the file.
func TestMistakesInClaims(t *testing.T) {
	claim := func(lines string) string { return "[[claim]]\nkind = \"diversity\"\n" + lines }
	for text, want := range map[string]string{
		"":                              "no claim: each begins with a line [[claim]]",
		"context = true":                "line 1: context is true or false, not a text",
		"\n[claim]\nkind = \"licence\"": "claim is a table, not a list; each claim begins with a line [[claim]]",
		"[[claims]]":                    `unknown key "claims"; there are "context", "claim"`,
		"[[claim]]":                     `claim 1 has no kind; there are "censorship", "counterfactual"`,
		"[[claim]]\nkind":               "line 2 ",
		claim(`name = ""`):              `claim 1 called "": want 1 to 64 letters`,
		claim(`at_lest = "0.1"`):        `claim "diversity": unknown key "at_lest"; there are "parts", "attributes", "groups", "at_least"`,
		claim("at_least = 0.1"):         `claim "diversity": at_least is a number with a point, not a text; decimals are texts, such as "0.25": usage`,
		claim("at_least = 1"):           "at_least is a whole number, not a text; decimals",
		claim(`parts = "north"`):        "parts is a text, not a list: usage",
		claim(`round = "ten"`):          "round is a text, not a whole number",
		claim("parts = {x = 1}"):        `unknown key "claim.parts.x": usage`,
	} {
		if _, err := Parse([]byte(text)); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// Claims that are written are read again as they were.
func TestClaimsFile(t *testing.T) {
	a := &Audit{Context: "order \"7\"\n"}
	rng := rand.New(rand.NewPCG(7, 7))
	for _, kind := range sortedKeys(Kinds()) {
		c := Kinds()[kind]()
		fillOddly(reflect.ValueOf(c).Elem(), rng, []string{"north", "0.5", `"`, "ä\n[[claim]]"}, []int64{0, 1, -5, 300})
		a.Items = append(a.Items, &Item{Name: "the-" + kind, Kind: kind, Claim: c})
	}
	text, err := a.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	again := parse(t, string(text))
	if again.Context != a.Context || len(again.Items) != len(a.Items) {
		t.Fatalf("context %q, %d claims", again.Context, len(again.Items))
	}
	for i, item := range again.Items {
		want, err := encodeParameters(a.Items[i].Claim)
		if err != nil {
			t.Fatal(err)
		}
		have, err := encodeParameters(item.Claim)
		if err != nil || string(have) != string(want) || item.Name != a.Items[i].Name || item.Kind != a.Items[i].Kind {
			t.Errorf("%q (%s), %v:\n%s\nwas\n%s", item.Name, item.Kind, err, have, want)
		}
	}
}

// All false claims are found, and none is proven, before anything is.
func TestCheck(t *testing.T) {
	_, in := inputs(t)
	a := parse(t, claims)
	if err := Check(a, in); err != nil {
		t.Fatal(err)
	}
	in.Progress = func(int, int, string) { t.Error("began to prove") }
	a = parse(t, `
[[claim]]
kind = "licence"
parts = ["north"]
attribute = "sex"
allowed = ["F", "M"]
[[claim]]
name = "women-only"
kind = "licence"
parts = ["north", "south"]
attribute = "sex"
allowed = ["F"]
[[claim]]
name = "other-way-round"
kind = "provenance"
run = "net"
parts = ["south", "north"]
`)
	for name, err := range map[string]error{"check": Check(a, in), "prove": func() error { _, _, err := Prove(context.Background(), a, in); return err }()} {
		if !errors.Is(err, fault.ErrRejected) || strings.Contains(err.Error(), `"licence"`) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, want := range []string{`claim "women-only": the claim is false`, `claim "other-way-round": the claim is false`} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %q", name, err, want)
			}
		}
	}
}

// The example file shows every kind of claim; a counterfactual needs a second
// run, and stands there in a comment.
func TestEveryKindHasAnExample(t *testing.T) {
	text, err := os.ReadFile("../examples/census/every-kind.toml")
	if err != nil {
		t.Fatal(err)
	}
	shown, commented, found := strings.Cut(string(text), "# [[claim]]\n")
	if !found {
		t.Fatal("there is no claim in a comment")
	}
	shown += "[[claim]]\n" + strings.ReplaceAll("\n"+commented, "\n# ", "\n")
	kinds := Kinds()
	for _, item := range parse(t, shown).Items {
		delete(kinds, item.Kind)
	}
	if len(kinds) > 0 {
		t.Errorf("no example of %v", slices.Sorted(maps.Keys(kinds)))
	}
}
