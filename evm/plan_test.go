package evm_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/evm"
	"github.com/zkaudit/zkaudit/evm/evmtest"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/run"
	"github.com/zkaudit/zkaudit/segment"
)

// bySystem takes the digest of the relation system for the class of a statement.
func bySystem(_ context.Context, st *statement.Statement) ([32]byte, error) {
	return st.Layout.System.Digest(), nil
}

func inOrder(c *run.Config)  { c.Schedule.Order = "committed" }
func shuffled(c *run.Config) { c.Schedule.Order, c.Schedule.Seed = "shuffled", "lottery of 2027-03-01" }

// weighed trains all but the first layer, and weighs rows by an attribute.
func weighed(c *run.Config) {
	c.Columns.Features, c.Columns.Attributes = []string{"c1", "c2", "c3"}, []string{"c3"}
	c.Training.SampleWeight, c.Vocabulary = "c3", map[string][]string{"c3": {"0", "1", "2"}}
	c.Model.FrozenLayers = []string{"0"}
}

func plan(t testing.TB, s *bundle.Statement) *evm.Plan {
	t.Helper()
	p, err := evm.NewPlan(context.Background(), s, bySystem)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// compressed are the commitments of tensors as statements hold them.
func compressed(tensors [][]bn254.G1Affine) [][]byte {
	list := make([][]byte, len(tensors))
	for i, rows := range tensors {
		list[i] = commitments.AppendPoints(nil, rows)
	}
	return list
}

// settled is a run's statement as one that settles an order.
func settled(tr *evmtest.Training) (*bundle.Statement, *evm.Filling) {
	s := *tr.Bundle.Statement
	f := &evm.Filling{RunID: s.RunID, Context: evm.OrderContext(big.NewInt(1), evm.Address{2}, [32]byte{3}, evm.Address{4})}
	s.Mode, s.Context = mode.ZKGroth16, f.Context.String()
	for i := range len(s.Parts) + 1 {
		f.Certificates = append(f.Certificates, sha256.Sum256([]byte{byte(i)}))
	}
	f.Weights = compressed(s.Initial)
	return &s, f
}

// external are the commitments that spans name.
func external(spans []evm.Span, pools [3][][]bn254.G1Affine) [][]bn254.G1Affine {
	var all [][]bn254.G1Affine
	next := 0
	for _, s := range spans {
		i := s.Tensor
		if s.Pool == evm.NextPool {
			i, next = next, next+1
		}
		all = append(all, pools[s.Pool][i][s.First:s.First+s.Rows])
	}
	return all
}

func wantStatement(t *testing.T, what string, got *evm.Template, f *evm.Filling, pools [3][][]bn254.G1Affine, st *statement.Statement) {
	t.Helper()
	if !bytes.Equal(got.Fill(f), st.Head()) {
		t.Errorf("%s: the filled template is not the statement", what)
	}
	if !slices.EqualFunc(external(got.Spans, pools), st.External, slices.Equal) {
		t.Errorf("%s: spans name other commitments than the statement has", what)
	}
	if class, _ := bySystem(context.Background(), st); got.Class != class {
		t.Errorf("%s: another class", what)
	}
}

// TestPlanIsKnownBeforehand: whoever orders a training, from nothing that comes of
// it, and whoever has trained derive the same plan; filled with what came of the run,
// its templates are the statements that the proofs of the run are about. So systems
// depend on public values alone, whatever the order of rows.
func TestPlanIsKnownBeforehand(t *testing.T) {
	for name, change := range map[string]func(c *run.Config){"committed order": inOrder, "shuffled": shuffled, "attributes and frozen weights": weighed} {
		t.Run(name, func(t *testing.T) {
			tr := evmtest.Train(t, change)
			s, f := settled(tr)
			p := plan(t, tr.Ordered(mode.ZKGroth16))
			if p.Hash() != plan(t, s).Hash() {
				t.Error("buyer and trainer derive different plans")
			}
			encoding, err := s.Encode()
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(p.Run.Fill(f), encoding) {
				t.Error("the filled template is not the run's statement")
			}
			f.Run = sha256.Sum256(encoding)
			claims, err := bundle.NewClaims(s, ops.NewTables())
			if err != nil {
				t.Fatal(err)
			}
			_, st, err := claims.Weights()
			if err != nil {
				t.Fatal(err)
			}
			wantStatement(t, "initial weights", &p.Weights, f, [3][][]bn254.G1Affine{1: s.Initial}, st)
			var data [][]bn254.G1Affine
			for i := range s.Parts {
				data = append(data, s.Parts[i].Tensors()[:p.Tensors]...)
				if p.Parts[i].Digest != s.PartDigest(i) || p.Parts[i].Reads != tr.Run.Used[i] {
					t.Errorf("part %d: digest %x, read %d times, want %d", i, p.Parts[i].Digest, p.Parts[i].Reads, tr.Run.Used[i])
				}
			}
			before := s.Trained()
			for i, seg := range tr.Bundle.Segments {
				_, st, err := claims.Segment(i, f.Certificates, s.Before(before), seg.After)
				if err != nil {
					t.Fatal(err)
				}
				wantStatement(t, "segment", &p.Segments[i], f, [3][][]bn254.G1Affine{data, s.Before(before), seg.After}, st)
				before = seg.After
			}
		})
	}
}

// TestPartTemplates: those of a part are the statements of its certificate.
func TestPartTemplates(t *testing.T) {
	tr := evmtest.Train(t, nil)
	s, f := settled(tr)
	for i := range s.Parts {
		part := &evm.Part{Shape: s.PartShape(i), Setup: s.Setup, RowBits: s.RowBits, Commitment: s.Parts[i]}
		templates, err := evm.PartTemplates(context.Background(), s.Mode, part, bySystem)
		if err != nil {
			t.Fatal(err)
		}
		claims, err := bundle.DatasetClaims(s.Mode, part.Shape, s.Setup, s.RowBits, s.Parts[i])
		if err != nil {
			t.Fatal(err)
		}
		for k, claim := range claims {
			wantStatement(t, "certificate", &templates[k], f, [3][][]bn254.G1Affine{s.Parts[i].Tensors()}, claim.Statement)
		}
		if p := plan(t, s); p.Parts[i].Certificate != evm.CertificateName(templates) {
			t.Error("the plan asks for another certificate")
		}
	}
}

// TestClaimIsKnownBeforehand is the same for a claim about the model.
func TestClaimIsKnownBeforehand(t *testing.T) {
	tr := evmtest.Train(t, nil)
	s, f := settled(tr)
	encoding, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	f.Run = sha256.Sum256(encoding)
	b := *tr.Bundle
	b.Statement = s
	about, err := audit.RunOf(&b)
	if err != nil {
		t.Fatal(err)
	}
	item := evmtest.Accuracy("0.25")
	c, err := evm.NewClaim(context.Background(), tr.Ordered(mode.ZKGroth16), run.AuditedRun, tr.Parts, item, bySystem)
	if err != nil {
		t.Fatal(err)
	}
	d, err := audit.Derive(&audit.Frame{Mode: s.Mode, Setup: s.Setup, RowBits: s.RowBits, Context: s.Context}, item,
		&audit.Subjects{Parts: tr.Parts, Runs: map[string]*audit.PublicRun{run.AuditedRun: about}})
	if err != nil {
		t.Fatal(err)
	}
	f.Weights = compressed(about.Weights)
	test := tr.Parts["test-000"]
	var data [][]bn254.G1Affine
	for _, source := range c.Sources {
		if source.Part != test.Digest(s.Setup, s.RowBits) {
			t.Errorf("source of part %x", source.Part)
		}
		data = append(data, test.Commitments[source.Tensor])
	}
	wantStatement(t, "accuracy", &c.Template, f, [3][][]bn254.G1Affine{data, about.Weights}, d.Statement)
	if len(c.Sources) != 2 {
		t.Errorf("%d sources, want features and labels", len(c.Sources))
	}

	other, err := evm.NewClaim(context.Background(), s, run.AuditedRun, tr.Parts, evmtest.Accuracy("0.26"), bySystem)
	if err != nil {
		t.Fatal(err)
	}
	if other.Hash() == c.Hash() {
		t.Error("another threshold has the same hash")
	}
}

// TestClaimsThatAnOrderCannotHave are refused, and why.
func TestClaimsThatAnOrderCannotHave(t *testing.T) {
	tr := evmtest.Train(t, nil)
	s := tr.Ordered(mode.ZKGroth16)
	releasing := evmtest.Accuracy("0.25")
	releasing.Claim.(*audit.Performance).Release = audit.Release{What: "counts"}
	for name, item := range map[string]*audit.Item{
		"one that releases values": releasing,
		"one about its start":      {Name: "update", Kind: "update", Claim: &audit.Update{Run: run.AuditedRun, AtMost: "1"}},
		"one about no model":       {Name: "apart", Kind: "disjointness", Claim: &audit.Disjointness{Parts: []string{"test-000"}, From: []string{"test-001"}}},
	} {
		if _, err := evm.NewClaim(context.Background(), s, run.AuditedRun, tr.Parts, item, bySystem); !errors.Is(err, fault.ErrUnsupported) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, m := range []mode.Name{mode.ZK, mode.Validity} {
		other := *s
		other.Mode = m
		if _, err := evm.NewPlan(context.Background(), &other, bySystem); !errors.Is(err, fault.ErrUnsupported) {
			t.Errorf("plan in mode %s: %v", m, err)
		}
		if _, err := evm.NewClaim(context.Background(), &other, run.AuditedRun, tr.Parts, evmtest.Accuracy("0.25"), bySystem); !errors.Is(err, fault.ErrUnsupported) {
			t.Errorf("claim in mode %s: %v", m, err)
		}
	}
}

// TestContinuedRunsHaveNoPlan: contracts would not compare what a run continues.
func TestContinuedRunsHaveNoPlan(t *testing.T) {
	s := evmtest.Train(t, nil).Ordered(mode.ZKGroth16)
	s.Origin = bundle.Origin{Kind: bundle.Continued, Bits: s.Origin.Bits, Predecessor: [32]byte{1}}
	if _, err := evm.NewPlan(context.Background(), s, bySystem); !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), "contracts do not compare its initial weights") {
		t.Errorf("a plan that no contract holds: %v", err)
	}
}

// TestPlanPinsAll: whatever decides a training is in the hash of its plan; what comes
// of one is not.
func TestPlanPinsAll(t *testing.T) {
	tr := evmtest.Train(t, nil)
	base := func() *bundle.Statement { return tr.Ordered(mode.ZKGroth16) }
	seen := map[[32]byte]string{plan(t, base()).Hash(): "the plan"}
	for name, change := range map[string]func(s *bundle.Statement){
		"another system": func(s *bundle.Statement) { s.Mode = mode.ZKPLONK },
		"more steps": func(s *bundle.Statement) {
			s.Schedule.Steps++
			s.Rates = append(s.Rates[:len(s.Rates):len(s.Rates)], s.Rates...)[:max(1, min(len(s.Rates)+1, 2*len(s.Rates)-1))]
		},
		"longer segments":  func(s *bundle.Statement) { s.Segment = 8 },
		"another rate":     func(s *bundle.Statement) { s.Rates = slices.Clone(s.Rates); s.Rates[0]++ },
		"another seed":     func(s *bundle.Statement) { s.Schedule.Seed += "x" },
		"other weights":    func(s *bundle.Statement) { s.Origin.Seed += "x" },
		"one bit more":     func(s *bundle.Statement) { s.Origin.Bits++ },
		"another setup":    func(s *bundle.Statement) { s.Setup[0]++; rebind(s) },
		"another meaning":  func(s *bundle.Statement) { s.Parts[0].Meaning[0]++; rebind(s) },
		"parts exchanged":  func(s *bundle.Statement) { slices.Reverse(s.Parts); rebind(s) },
		"rows left unread": func(s *bundle.Statement) { s.Schedule.Without = append(s.Schedule.Without, leaveOut) },
	} {
		s := base()
		change(s)
		h := plan(t, s).Hash()
		if other, there := seen[h]; there {
			t.Errorf("%s: the hash of %s", name, other)
		}
		seen[h] = name
	}
	s := base()
	s.RunID, s.Context, s.Initial = [32]byte{1}, "something", tr.Bundle.Statement.Initial
	if plan(t, s).Hash() != plan(t, base()).Hash() {
		t.Error("run id, context and initial weights are in the hash of a plan")
	}
}

// leaveOut is a row that no step reads.
var leaveOut = schedule.Range{Part: 1, From: 3, To: 4}

// rebind binds a shuffle to the parts as a test has changed them.
func rebind(s *bundle.Statement) {
	s.Schedule.Commitments = slices.Clone(s.Schedule.Commitments)
	for i := range s.Schedule.Commitments {
		s.Schedule.Commitments[i] = s.PartDigest(i)
	}
}

// TestPartOfTooManyProofs: the registry keeps track of 255 proofs of a certificate. Rows of
// 2^4 cells are certified 2^14 cells at once.
func TestPartOfTooManyProofs(t *testing.T) {
	_, _, g, _ := bn254.Generators()
	part := &evm.Part{Shape: segment.PartShape{Rows: 1 << 22, Features: 1, Labels: 1, Kind: graph.Values}, RowBits: 4}
	part.Commitment.Features = slices.Repeat([]bn254.G1Affine{g}, 1<<18)
	part.Commitment.Labels = part.Commitment.Features
	if _, err := evm.PartTemplates(context.Background(), mode.ZKGroth16, part, bySystem); !errors.Is(err, fault.ErrUnsupported) {
		t.Errorf("%v", err)
	}
}
