package bundle_test

import (
	cryptorand "crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/train"
)

// TestChainOfThree: each link verifies given the one before, and the last report lists
// all of them.
func TestChainOfThree(t *testing.T) {
	links := chainOfThree(t)
	first := predecessor(t, links[0], nil)
	second := predecessor(t, links[1], first)
	e := bundle.Expectation{}
	digest := resultOf(t, links[1].bundle).Digest()
	pin, start := hex.EncodeToString(digest[:]), first.Chain.Links()[0].Statement
	e.Predecessor = &pin
	r, err := verifyLink(links[2].bundle, e, second)
	if err != nil {
		t.Fatal(err)
	}
	chain := r.Chain.Links()
	if len(chain) != 3 || chain[0].Statement != start || len(chain[0].From) != 0 || chain[2].Statement != r.Facts.Statement ||
		!slices.Equal(chain[2].From, []string{chain[1].Result}) || !slices.Equal(chain[1].From, []string{chain[0].Result}) || chain[1].Result != pin {
		t.Errorf("chain %+v", chain)
	}
	if slices.Contains(r.Unpinned, "the origin of the initial weights") || !slices.Contains(r.Checked, "predecessor (result): "+pin) {
		t.Errorf("unpinned %q, checked %q", r.Unpinned, r.Checked)
	}
	var text strings.Builder
	if err := r.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{
		"1. run " + start + ": begins the chain; initial weights: private",
		"2. run " + chain[1].Statement + ": starts from the final weights of 1",
		"3. run " + r.Facts.Statement + ": starts from the final weights of 2",
		fmt.Sprintf("trained on part %s of 6 rows", chain[0].Dataset[0]),
		fmt.Sprintf("trained on part %s of 6 rows", r.Facts.Dataset[0]),
		"4 steps of program " + chain[1].Program,
		"the initial weights are exactly the final weights of run " + chain[1].Statement,
	} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("%d: the report does not say %q:\n%s", i, want, text.String())
		}
	}
	if m := r.Chain.Missing(); len(m) != 0 {
		t.Errorf("missing %q", m)
	}
}

// TestPredecessorNotGiven: without the predecessor, or with one whose own is not given,
// the origin of the weights is not compared, whatever is pinned.
func TestPredecessorNotGiven(t *testing.T) {
	links := chainOfThree(t)
	digest := resultOf(t, links[1].bundle).Digest()
	pin := hex.EncodeToString(digest[:])
	missing := resultOf(t, links[0].bundle).Digest()
	f, err := links[2].bundle.Facts()
	if err != nil {
		t.Fatal(err)
	}
	expect := f.Expect()
	if expect.Predecessor == nil || *expect.Predecessor != pin || *expect.Origin != "continued" {
		t.Fatalf("an owner proposes %+v", expect)
	}
	expect.ChainStart = &f.Statement // nobody can tell
	for name, c := range map[string]struct {
		from   *bundle.Predecessor
		result string
		proven string
	}{
		"no predecessor":             {nil, pin, "that they are those of the result " + pin + " was NOT checked"},
		"one whose own is not given": {predecessor(t, links[1], nil), hex.EncodeToString(missing[:]), "are exactly the final weights of run"},
	} {
		r, err := verifyLink(links[2].bundle, expect, c.from)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		says := func(list []string, text string) bool {
			return slices.ContainsFunc(list, func(line string) bool { return strings.Contains(line, text) })
		}
		if !slices.Equal(r.Unpinned, []string{"the origin of the initial weights"}) || !says(r.NotChecked, "the predecessor with the result "+c.result+": it was not given") || !says(r.Proven, c.proven) {
			t.Errorf("%s: unpinned %q, not checked %q, proven %q", name, r.Unpinned, r.NotChecked, r.Proven)
		}
		if !slices.Equal(r.Chain.Missing(), []string{c.result}) {
			t.Errorf("%s: missing %q", name, r.Chain.Missing())
		}
	}
}

// TestChainPins: the result of the predecessor decides all before it, the beginning of
// a chain only what directly follows it; another one is refused.
func TestChainPins(t *testing.T) {
	links := chainOfThree(t)
	first := predecessor(t, links[0], nil)
	second := predecessor(t, links[1], first)
	const origin = "the origin of the initial weights"
	start, other, continued := first.Chain.Links()[0].Statement, strings.Repeat("0", 64), "continued"
	result := resultOf(t, links[1].bundle).Digest()
	pin := hex.EncodeToString(result[:])
	for name, c := range map[string]struct {
		link *linked
		from *bundle.Predecessor
		e    bundle.Expectation
		open bool
		says string // of the refusal
	}{
		"nothing":                         {links[2], second, bundle.Expectation{}, true, ""},
		"that it continues one":           {links[2], second, bundle.Expectation{Origin: &continued}, true, ""},
		"the predecessor":                 {links[2], second, bundle.Expectation{Predecessor: &pin}, false, ""},
		"the beginning, two before":       {links[2], second, bundle.Expectation{Origin: &continued, ChainStart: &start}, true, ""},
		"the beginning, directly before":  {links[1], first, bundle.Expectation{Origin: &continued, ChainStart: &start}, false, ""},
		"both":                            {links[2], second, bundle.Expectation{Predecessor: &pin, ChainStart: &start}, false, ""},
		"another predecessor":             {links[2], second, bundle.Expectation{Predecessor: &other}, false, "expected predecessor (result) " + other},
		"another beginning":               {links[2], second, bundle.Expectation{ChainStart: &other}, false, "expected beginning of the chain (statement) " + other},
		"a predecessor of one without":    {links[0], nil, bundle.Expectation{Predecessor: &other}, false, "the bundle is about none"},
		"the beginning of one by itself":  {links[0], nil, bundle.Expectation{ChainStart: &start}, true, ""},
		"another beginning of one itself": {links[0], nil, bundle.Expectation{ChainStart: &other}, false, "expected beginning of the chain"},
	} {
		r, err := verifyLink(c.link.bundle, c.e, c.from)
		if c.says != "" {
			if !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil || slices.Contains(r.Unpinned, origin) != c.open {
			t.Errorf("%s: %v, unpinned %q", name, err, r.Unpinned)
		}
	}
}

// TestForgedLinks: runs that are proven honestly, and do not start from what they say.
// Each verifies by itself, and is refused with the predecessor that it names.
func TestForgedLinks(t *testing.T) {
	links := chainOfThree(t)
	a := links[0]
	first := predecessor(t, a, nil)
	setup, err := linkSetup()
	if err != nil {
		t.Fatal(err)
	}
	p := linkNetwork(t, linkChoices()).Program()
	ids := network.WeightTensors(p)
	again := begin(t).make(t) // as a, under other commitments
	for name, c := range map[string]struct {
		change func(l *linking)
		says   string
	}{
		"one weight committed anew": {func(l *linking) {
			fresh, err := owner.CommitWeights(setup, p, ids[1:2], l.cells, cryptorand.Reader)
			if err != nil {
				t.Fatal(err)
			}
			w := owner.CommittedWeights{Public: slices.Clone(l.initial.Public), Blinding: slices.Clone(l.initial.Blinding)}
			w.Public[1], w.Blinding[1] = fresh.Public[0], fresh.Blinding[0]
			l.initial = &w
		}, "weight 1 is committed otherwise"},
		"another run's weights": {func(l *linking) { l.cells, l.initial = again.last() }, "weight 0 is committed otherwise"},
		"weights before the last segment": {func(l *linking) {
			l.cells, l.initial = a.cells[1], a.weights[1]
		}, "weight 0 is committed otherwise"},
		"weights before the first": {func(l *linking) { l.cells, l.initial = a.cells[0], a.weights[0] }, "weight 0 is committed otherwise"},
		"frozen weights exchanged": {func(l *linking) {
			l.choices.Frozen = []int{1, 3}
			w := owner.CommittedWeights{Public: slices.Clone(l.initial.Public), Blinding: slices.Clone(l.initial.Blinding)}
			w.Public[1], w.Public[3], w.Blinding[1], w.Blinding[3] = w.Public[3], w.Public[1], w.Blinding[3], w.Blinding[1]
			cells := train.Weights{}
			for _, id := range ids {
				cells[id] = l.cells[id]
			}
			cells[ids[1]], cells[ids[3]] = l.cells[ids[3]], l.cells[ids[1]]
			l.cells, l.initial = cells, &w
		}, "weight 1 is committed otherwise"},
		"finer weights":  {func(l *linking) { l.choices.RateShift++ }, "weight 0 has 21 fraction bits, in its predecessor 20"},
		"another result": {func(l *linking) { l.origin.Predecessor = resultOf(t, again.bundle).Digest() }, "it names the result "},
		"private":        {func(l *linking) { l.origin = bundle.Origin{Kind: bundle.Private, Bits: 31} }, "a predecessor was given"},
	} {
		t.Run(name, func(t *testing.T) {
			l := continuing(t, a)
			c.change(&l)
			forged := l.make(t).bundle
			if _, err := verifyLink(forged, bundle.Expectation{}, nil); err != nil {
				t.Fatalf("by itself: %v", err)
			}
			if _, err := verifyLink(forged, bundle.Expectation{}, first); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("with its predecessor: %v, want %q", err, c.says)
			}
		})
	}
}

// TestBeginsComparesAll: each value that decides which numbers a commitment stands for
// is compared by itself, when the run names the very result.
func TestBeginsComparesAll(t *testing.T) {
	b := chainOfThree(t)[1].bundle
	for name, c := range map[string]struct {
		change func(r *bundle.Result)
		says   string
	}{
		"nothing":         {func(*bundle.Result) {}, ""},
		"mode":            {func(r *bundle.Result) { r.Mode = "zk" }, "of mode validity, those of its predecessor of mode zk"},
		"setup":           {func(r *bundle.Result) { r.Setup[3] ^= 1 }, "commit to other weights there"},
		"row size":        {func(r *bundle.Result) { r.RowBits++ }, "commit to other weights there"},
		"architecture":    {func(r *bundle.Result) { r.Architecture[3] ^= 1 }, "the same architecture"},
		"a weight less":   {func(r *bundle.Result) { r.Weights = r.Weights[:3] }, "it has 4 weights, its predecessor 3"},
		"a weight more":   {func(r *bundle.Result) { r.Weights = append(r.Weights, r.Weights[0]) }, "it has 4 weights, its predecessor 5"},
		"shape":           {func(r *bundle.Result) { r.Weights[2].Shape = []int{9} }, "weight 2 has shape [3 3], in its predecessor [9]"},
		"fraction bits":   {func(r *bundle.Result) { r.Weights[3].FractionBits-- }, "weight 3 has 20 fraction bits, in its predecessor 19"},
		"points":          {func(r *bundle.Result) { r.Weights[3].Rows = r.Weights[1].Rows }, "weight 3 is committed otherwise"},
		"fewer points":    {func(r *bundle.Result) { r.Weights[3].Rows = nil }, "weight 3 is committed otherwise"},
		"another program": {func(r *bundle.Result) { r.Source[0] ^= 1 }, ""}, // another statement with these weights
	} {
		r := resultOf(t, chainOfThree(t)[0].bundle)
		c.change(r)
		s := *b.Statement
		s.Origin.Predecessor = r.Digest()
		err := r.Begins(&s)
		if c.says == "" && err != nil || c.says != "" && (!errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
		s.Origin.Predecessor[31] ^= 1
		if err := r.Begins(&s); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "it names the result") {
			t.Errorf("%s, of another name: %v", name, err)
		}
		s.Origin = bundle.Origin{Kind: bundle.Private, Bits: 31, Predecessor: r.Digest()}
		if err := r.Begins(&s); !errors.Is(err, fault.ErrRejected) {
			t.Errorf("%s, and the run continues nothing: %v", name, err)
		}
	}
}

// TestResultDigest: it is that of the definition, and covers all of a result.
func TestResultDigest(t *testing.T) {
	result := func() *bundle.Result { return resultOf(t, chainOfThree(t)[1].bundle) }
	r := result()
	s := chainOfThree(t)[1].bundle.Statement
	digest, err := s.Digest()
	if err != nil {
		t.Fatal(err)
	}
	architecture := s.Network.Architecture()
	forward := architecture.Digest()
	e := (&encoding{}).field([]byte("zkaudit/result/v1")).fixed(digest[:]).field([]byte("validity")).fixed(s.Setup[:]).number(6).fixed(forward[:]).number(4)
	final := chainOfThree(t)[1].bundle.Final() // of weights 2 and 3: the first layer is frozen
	for _, w := range []struct {
		shape []int
		rows  []bn254.G1Affine
	}{{[]int{3, 3}, s.Initial[0]}, {[]int{3}, s.Initial[1]}, {[]int{3, 3}, final[0]}, {[]int{3}, final[1]}} {
		e.number(len(w.shape)).number(w.shape...).number(20).field(pointsOf(w.rows))
	}
	if want := sha256.Sum256(e.Bytes()); r.Digest() != want {
		t.Errorf("digest %x, want %x", r.Digest(), want)
	}
	if !reflect.DeepEqual(r.Final(), append(slices.Clone(s.Initial[:2]), final...)) {
		t.Error("other final weights")
	}
	for name, change := range map[string]func(r *bundle.Result){
		"source":        func(r *bundle.Result) { r.Source[31]++ },
		"mode":          func(r *bundle.Result) { r.Mode = "zk" },
		"setup":         func(r *bundle.Result) { r.Setup[31]++ },
		"row size":      func(r *bundle.Result) { r.RowBits++ },
		"architecture":  func(r *bundle.Result) { r.Architecture[31]++ },
		"a weight":      func(r *bundle.Result) { r.Weights = r.Weights[:3] },
		"shape":         func(r *bundle.Result) { r.Weights[0].Shape = []int{9, 1} },
		"fraction bits": func(r *bundle.Result) { r.Weights[0].FractionBits++ },
		"points": func(r *bundle.Result) {
			r.Weights[0].Rows = slices.Clone(r.Weights[0].Rows)
			r.Weights[0].Rows[0] = r.Weights[1].Rows[0]
		},
		"exchanged": func(r *bundle.Result) { r.Weights[1].Rows, r.Weights[3].Rows = r.Weights[3].Rows, r.Weights[1].Rows },
	} {
		other := result()
		change(other)
		if other.Digest() == r.Digest() {
			t.Errorf("%s: the same digest", name)
		}
	}
	n := linkNetwork(t, linkChoices())
	if _, err := bundle.NewResult(digest, "validity", s.Setup, 6, n, s.Initial[:3]); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("three weights of four: %v", err)
	}
	short := *chainOfThree(t)[1].bundle
	short.Segments = short.Segments[:1]
	if _, err := short.Result(); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("a bundle without its last segment: %v", err)
	}
}

// TestAssumptionsOfChains: what the proofs before rest on is assumed, too, once.
func TestAssumptionsOfChains(t *testing.T) {
	links := chainOfThree(t)
	first := predecessor(t, links[0], nil)
	own := slices.Clone(first.Assumed)
	want := append(slices.Clone(own), "of a ceremony", "of another")
	for _, before := range [][]string{
		slices.Concat([]string{"of a ceremony"}, own, []string{"of another", "of a ceremony"}),
		slices.Concat(own, []string{"of a ceremony", "of another"}),
	} {
		first.Assumed = before
		r, err := verifyLink(links[1].bundle, bundle.Expectation{}, first)
		if err != nil || !slices.Equal(r.Assumed, want) || !slices.Equal(r.Predecessor().Assumed, want) {
			t.Errorf("%v, assumed %q, want %q", err, r.Assumed, want)
		}
	}
}

// TestContinuedStatements: a continued run names its predecessor, no other does, and
// its claims are bound to the name.
func TestContinuedStatements(t *testing.T) {
	b := chainOfThree(t)[1].bundle
	file, err := b.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	read := decode(t, made{bytes: file})
	if !reflect.DeepEqual(read.Statement.Origin, b.Statement.Origin) {
		t.Errorf("origin %+v, want %+v", read.Statement.Origin, b.Statement.Origin)
	}
	read.Statement.Origin.Predecessor[0] ^= 1
	if _, err := verifyLink(read, bundle.Expectation{}, nil); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "certificate of the initial weights") {
		t.Errorf("another predecessor is named: %v", err)
	}
	public, err := b.Statement.Origin.Public(b.Statement.Program())
	if err != nil || public != nil {
		t.Errorf("public weights %v, %v", public, err)
	}
	if slices.Contains(b.Statement.Program().OfRole(graph.Weight), b.Statement.Network.Weight(0)) {
		t.Error("nothing is frozen: the test shows too little")
	}
}

// TestLinksAreVerified: a predecessor in whose name a false bundle was given is none.
func TestLinksAreVerified(t *testing.T) {
	if err := falsePredecessor(t); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "the predecessor forged.zka: ") {
		t.Errorf("a false predecessor: %v", err)
	}
}

// TestContinuedIsNoOtherOrigin: what pins weights of another origin does not pin those
// of a continued run: it is refused, or leaves them open, with all else that a verifier
// has of its predecessor.
func TestContinuedIsNoOtherOrigin(t *testing.T) {
	links := chainOfThree(t)
	first := predecessor(t, links[0], nil)
	s := links[1].bundle.Statement
	f, err := links[1].bundle.Facts()
	if err != nil {
		t.Fatal(err)
	}
	private, seeded, empty, seed, scheme := "private", "seed", "", "a seed", "he"
	published := map[graph.TensorID][]int64{}
	for _, id := range network.WeightTensors(s.Program()) {
		published[id] = make([]int64, s.Program().Tensor(id).Size())
	}
	for name, c := range map[string]struct {
		e       bundle.Expectation
		refused bool
	}{
		"private":                         {bundle.Expectation{Origin: &private}, true},
		"a seed":                          {bundle.Expectation{Origin: &seeded, OriginSeed: &seed, OriginScheme: &scheme}, true},
		"a seed and no kind":              {bundle.Expectation{OriginSeed: &seed, OriginScheme: &scheme}, true},
		"no predecessor":                  {bundle.Expectation{Predecessor: &empty}, true},
		"a model in hand":                 {bundle.Expectation{Network: s.Network, Initial: published}, false},
		"the commitments":                 {bundle.Expectation{InitialWeights: &f.InitialWeights}, false},
		"the digest of the origin":        {bundle.Expectation{OriginDigest: &f.OriginDigest}, false},
		"the commitments and that digest": {bundle.Expectation{InitialWeights: &f.InitialWeights, OriginDigest: &f.OriginDigest}, false},
	} {
		r, err := verifyLink(links[1].bundle, c.e, first)
		switch {
		case c.refused && !errors.Is(err, fault.ErrRejected):
			t.Errorf("%s: %v", name, err)
		case !c.refused && (err != nil || !slices.Contains(r.Unpinned, "the origin of the initial weights")):
			t.Errorf("%s: %v, unpinned %q", name, err, r.Unpinned)
		}
	}
}

// TestContinuedIsCertified: the initial weights of a continued run have a certificate of
// its own bound, whatever the predecessor has proven of them.
func TestContinuedIsCertified(t *testing.T) {
	links := chainOfThree(t)
	first := predecessor(t, links[0], nil)
	for name, change := range map[string]func(b *bundle.Bundle){
		"none":                      func(b *bundle.Bundle) { b.Weights = nil },
		"that of its predecessor":   func(b *bundle.Bundle) { b.Weights = links[0].bundle.Weights },
		"that of its successor":     func(b *bundle.Bundle) { b.Weights = links[2].bundle.Weights },
		"one of a narrower bound":   func(b *bundle.Bundle) { b.Statement.Origin.Bits = 1 },
		"one of private weights":    func(b *bundle.Bundle) { b.Statement.Origin = bundle.Origin{Kind: bundle.Private, Bits: 31} },
		"one of another's segments": func(b *bundle.Bundle) { b.Weights = b.Segments[0].Proof },
	} {
		b := *links[1].bundle
		s := *b.Statement
		b.Statement = &s
		change(&b)
		from := first
		if s.Origin.Kind != bundle.Continued {
			from = nil
		}
		if _, err := verifyLink(&b, bundle.Expectation{}, from); !errors.Is(err, fault.ErrRejected) && !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		} else if !strings.Contains(fmt.Sprint(err), "certificate of the initial weights") {
			t.Errorf("%s: refused for something else: %v", name, err)
		}
	}
}
