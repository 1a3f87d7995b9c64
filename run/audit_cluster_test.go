package run

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/transpile"
)

// claimsOfTests are of several kinds: on rows, attributes, final and initial weights, a
// public model, with something released, and one that needs no proof.
const claimsOfTests = `
context = "of tests"
[[claim]]
kind = "provenance"
run = "run"
parts = ["part-000"]
[[claim]]
kind = "diversity"
parts = ["part-000"]
attributes = ["where"]
at_least = "0.1"
release = "counts"
round = 1
min_group = 1
[[claim]]
kind = "performance"
model = "run"
parts = ["test-000"]
metric = "accuracy"
at_least = "0.0001"
[[claim]]
kind = "performance"
name = "public"
model = "net"
parts = ["test-000"]
metric = "accuracy"
at_least = "0.0001"
[[claim]]
kind = "update"
run = "run"
at_most = "1000"
[[claim]]
kind = "disjointness"
parts = ["part-000"]
from = ["test-000"]
`

// proofsOfTests is how many of these need a proof.
const proofsOfTests = 5

// claimedRun makes a run of two segments that claimsOfTests are about, and whose rows have an
// attribute that none of them opens, beside one that they do.
func claimedRun(t *testing.T, change func(c *Config)) string {
	t.Helper()
	return trained(t, func(c *Config) {
		var b strings.Builder
		b.WriteString("x,y,z,class,where,why\n")
		for i := range 30 {
			fmt.Fprintf(&b, "%d,%d,%d,%s,%s,%s\n", i, i%5, i%3, []string{"no", "yes"}[i%7/4], []string{"here", "there"}[i%2], []string{"a", "b", "c"}[i%3])
		}
		file := filepath.Join(filepath.Dir(c.Model.File), "where.csv")
		write(t, file, b.String())
		c.Data = []DataConfig{{File: file}}
		c.Columns = ColumnConfig{Header: "yes", Features: []string{"x", "y", "z"}, Targets: []string{"class"}, Attributes: []string{"where", "why"}}
		c.Training.Steps, c.Test.Commit = 4, true
		if change != nil {
			change(c)
		}
	})
}

// inputs are what the claims of tests are proven from, in a run that is proven.
func inputs(t *testing.T, d *Directory, text string) (*audit.Audit, *audit.Inputs) {
	t.Helper()
	claims, err := audit.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	in, err := d.Inputs()
	if err != nil {
		t.Fatal(err)
	}
	model, err := audit.NewModel(readFile(t, filepath.Join(d.Path, "m.tflite")), audit.DefaultFractions(in.Parts["part-000"].Public().FractionBits), transpile.ReadModel)
	if err != nil {
		t.Fatal(err)
	}
	in.Models = map[string]*audit.Model{"net": model}
	return claims, in
}

// through has the claims of in proven by the workers of a queue.
func (q *queue) through(t *testing.T, d *Directory, in *audit.Inputs) {
	t.Helper()
	var err error
	if in.Elsewhere, err = d.ClaimsThrough(q.head(t).Cluster, 1); err != nil {
		t.Fatal(err)
	}
}

// verified looks whether an audit verifies, as its verifier has it.
func verified(t *testing.T, made *audit.Bundle, in *audit.Inputs) {
	t.Helper()
	file, err := made.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	b, err := audit.Unmarshal(file)
	if err != nil {
		t.Fatal(err)
	}
	e := audit.Expectation{Runs: []*audit.PublicRun{&in.Runs[AuditedRun].PublicRun}, ModelFiles: [][]byte{in.Models["net"].File}, ReadModel: transpile.ReadModel}
	if _, err := audit.Verify(t.Context(), b, e, &mode.Verifier{Setup: in.By.CommittedWith().Verifier()}, audit.Options{}); err != nil {
		t.Error(err)
	}
}

// TestClaimsElsewhere: the same workers prove a run and the claims of an audit of it,
// which verifies and says what it says when it is proven here; what the server holds
// meanwhile tells nothing.
func TestClaimsElsewhere(t *testing.T) {
	for _, m := range []mode.Name{mode.Validity, mode.ZK} {
		t.Run(string(m), func(t *testing.T) {
			dir, q := claimedRun(t, func(c *Config) { c.Proof.Mode = string(m) }), newQueue(t)
			q.work(t, memory.Limit{}, nil)
			q.work(t, memory.Limit{}, nil)
			d := open(t, dir, nil)
			if _, err := d.ProveWith(t.Context(), q.head(t)); err != nil {
				t.Fatal(err)
			}
			claims, in := inputs(t, d, claimsOfTests)
			here, says, err := audit.Prove(t.Context(), claims, in)
			if err != nil {
				t.Fatal(err)
			}
			q.through(t, d, in)
			var told []string
			in.Progress = func(done, total int, what string) {
				told = append(told, fmt.Sprintf("%d of %d", done, total))
				q.assertSealed(t, d)
			}
			made, report, err := audit.Prove(t.Context(), claims, in)
			if err != nil {
				t.Fatal(err)
			}
			verified(t, made, in)
			if want := "[0 of 8 1 of 8 2 of 8 3 of 8 4 of 8 5 of 8 6 of 8 7 of 8]"; fmt.Sprint(told) != want { // six claims, two certificates
				t.Errorf("progress %v, want %s", told, want)
			}
			one, other := claimsIDOf(t, here), claimsIDOf(t, made)
			if one != other || len(report.Claims) != len(says.Claims) || fmt.Sprint(report.Claims[1].Released[0].Values) != fmt.Sprint(says.Claims[1].Released[0].Values) {
				t.Errorf("elsewhere another audit is made: %+v, not %+v", report.Claims, says.Claims)
			}
			for i := range made.Claims {
				if len(made.Claims[i].Proof) != len(here.Claims[i].Proof) {
					t.Errorf("claim %d has a proof of %d bytes, here %d", i, len(made.Claims[i].Proof), len(here.Claims[i].Proof))
				}
			}
			if err := d.ForgetClaims(); err != nil || exists(filepath.Join(dir, claimsDir)) {
				t.Errorf("the folder of the queue is left: %v", err)
			}
		})
	}
}

func claimsIDOf(t *testing.T, b *audit.Bundle) [32]byte {
	t.Helper()
	bare := *b
	bare.Claims = nil
	for _, c := range b.Claims {
		c.Proof = nil
		bare.Claims = append(bare.Claims, c)
	}
	id, err := claimsID(&bare)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// provenRun is an audited run that is proven, here.
func provenRun(t *testing.T) *Directory {
	t.Helper()
	d := open(t, claimedRun(t, nil), nil)
	if _, err := d.Prove(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	return d
}

// TestFalseProofsOfClaims: what a worker sends and does not verify is not kept, nor is what
// somebody has put where a proof is kept; what was proven before a call ended is not asked
// for again.
func TestFalseProofsOfClaims(t *testing.T) {
	d := provenRun(t)
	claims, in := inputs(t, d, claimsOfTests)
	liars := newQueue(t)
	var n atomic.Int64
	var first []byte
	liars.work(t, memory.Limit{}, func(proof []byte) []byte {
		if n.Add(1) == 1 {
			first = bytes.Clone(proof) // of one claim, sent for all others
		}
		return bytes.Clone(first)
	})
	liars.through(t, d, in)
	_, _, err := audit.Prove(t.Context(), claims, in)
	if !errors.Is(err, fault.ErrInput) || errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), fmt.Sprintf("%d jobs are dead: ", proofsOfTests-1)) || !strings.Contains(err.Error(), `claim "performance": the outputs of 3 tries are false`) {
		t.Fatal(err)
	}
	kept := claimFiles(t, d)
	if len(kept) != 1 {
		t.Fatalf("%d proofs are kept, want that of the first claim", len(kept))
	}

	q := newQueue(t)
	n.Store(0)
	q.work(t, memory.Limit{}, func(proof []byte) []byte {
		if k := n.Add(1); k == 1 || k == 3 {
			proof[len(proof)/2] ^= 1
		}
		return proof
	})
	q.through(t, d, in)
	made, _, err := audit.Prove(t.Context(), claims, in)
	if err != nil {
		t.Fatal(err)
	}
	verified(t, made, in)
	if n.Load() != proofsOfTests-1+2 {
		t.Errorf("%d proofs were made, one was there and two were false", n.Load())
	}

	// A proof that is kept is replaced by another one of as many bytes, under the right digest.
	file := readFile(t, kept[0])
	claim := [32]byte(file[20:52])
	payload := readPayload(t, kept[0])
	payload[len(payload)/2] ^= 1
	if err := d.saveProof(kept[0], claim, payload); err != nil {
		t.Fatal(err)
	}
	if there, err := d.loadProof(kept[0], claim); err != nil || !bytes.Equal(there, payload) {
		t.Fatalf("the proof is not in its place: %v", err)
	}
	n.Store(10)
	if made, _, err = audit.Prove(t.Context(), claims, in); err != nil {
		t.Fatal(err)
	}
	verified(t, made, in)
	if n.Load() != 11 {
		t.Errorf("%d proofs were made, one that was kept is false", n.Load()-10)
	}
}

func claimFiles(t *testing.T, d *Directory) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(d.Path, claimsDir, "*.proof"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// keeping keeps the errand of an audit, and has nothing proven.
type keeping struct{ errand *audit.Errand }

func (k *keeping) Check(*audit.Errand) error { return nil }

func (k *keeping) Prove(_ context.Context, e *audit.Errand) error {
	k.errand = e
	return fault.ErrResources
}

// errand is what workers are asked for, with what they are sent.
func errand(t *testing.T, d *Directory, text string) (*audit.Errand, []byte) {
	t.Helper()
	claims, in := inputs(t, d, text)
	k := &keeping{}
	in.Elsewhere = k
	if _, _, err := audit.Prove(t.Context(), claims, in); !errors.Is(err, fault.ErrResources) {
		t.Fatal(err)
	}
	shared, err := newShippedClaims(TransparentSetup, k.errand).encode()
	if err != nil {
		t.Fatal(err)
	}
	return k.errand, shared
}

// inputOf is what is sent for a job.
func inputOf(j *audit.Job) []byte {
	return (&shippedClaim{claim: j.Claim, digest: bundle.ClaimDigest(j.Statement)}).encode()
}

// TestDamagedClaims: what is cut off what is shipped, or added, is refused as malformed;
// claims that are not there, need no proof or are others than those asked for are errors;
// whatever is changed makes no panic.
func TestDamagedClaims(t *testing.T) {
	d := provenRun(t)
	e, shared := errand(t, d, claimsOfTests)
	for n := 0; n < len(shared); n += 1 + n/40 {
		if _, err := NewWorker(shared[:n], WorkerOptions{CacheDir: generators}); !errors.Is(err, fault.ErrMalformed) || errors.Is(err, fault.ErrPanic) {
			t.Fatalf("%d bytes of a shipment: %v", n, err)
		}
	}
	if _, err := NewWorker(append(bytes.Clone(shared), 0), WorkerOptions{CacheDir: generators}); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("a byte more: %v", err)
	}
	w, err := NewWorker(shared, WorkerOptions{CacheDir: generators})
	if err != nil {
		t.Fatal(err)
	}
	input := inputOf(e.Jobs[0])
	for n := range input {
		if _, err := w.Prove(t.Context(), input[:n]); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%d bytes of a claim: %v", n, err)
		}
	}
	if _, err := w.Prove(t.Context(), append(bytes.Clone(input), 0)); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("a byte more: %v", err)
	}
	for claim, want := range map[int]error{-1: fault.ErrMalformed, len(e.Audit.Claims): fault.ErrMalformed, 0: fault.ErrMalformed, 2: fault.ErrInput} { // 0 needs no proof, 2 is another one
		other := &shippedClaim{claim: claim, digest: bundle.ClaimDigest(e.Jobs[0].Statement)}
		if _, err := w.Prove(t.Context(), other.encode()); !errors.Is(err, want) || errors.Is(err, fault.ErrPanic) {
			t.Errorf("claim %d: %v", claim, err)
		}
	}
	other := bytes.Replace(shared, []byte(claimsDomain), []byte("zkaudit/run/claims/v0"), 1)
	if _, err := NewWorker(other, WorkerOptions{CacheDir: generators}); !errors.Is(err, fault.ErrVersion) && !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("of another version: %v", err)
	}
	other = bytes.Replace(shared, []byte(TransparentSetup), []byte(DevelopmentSetup)[:len(TransparentSetup)], 1)
	if _, err := NewWorker(other, WorkerOptions{CacheDir: generators}); !errors.Is(err, fault.ErrVersion) {
		t.Errorf("of another setup: %v", err)
	}
	if _, err := w.Prove(t.Context(), input); err != nil {
		t.Errorf("after all this: %v", err)
	}
}

// TestOtherCells: a worker that was sent other cells makes no proof that is kept.
func TestOtherCells(t *testing.T) {
	d := provenRun(t)
	e, shared := errand(t, d, claimsOfTests)
	var cells []byte
	rows, _ := e.Inputs.Parts["part-000"].Opening(0)
	for _, v := range rows.Small[:3] {
		cells = binary.LittleEndian.AppendUint32(cells, uint32(v))
	}
	at := bytes.Index(shared, cells)
	if at < 0 {
		t.Fatal("the first row is not in what is shipped")
	}
	shared[at] ^= 1
	w, err := NewWorker(shared, WorkerOptions{CacheDir: generators})
	if err != nil {
		t.Fatal(err)
	}
	v := &mode.Verifier{Setup: e.Inputs.By.CommittedWith().Verifier()}
	disjoint := e.Jobs[len(e.Jobs)-1]
	if proof, err := w.Prove(t.Context(), inputOf(disjoint)); err == nil {
		if err := v.Verify(t.Context(), e.Audit.Mode, disjoint.Statement, proof); !errors.Is(err, fault.ErrRejected) {
			t.Errorf("a proof from other cells: %v", err)
		}
	}
	if proof, err := w.Prove(t.Context(), inputOf(e.Jobs[0])); err != nil { // of attributes
		t.Error(err)
	} else if err := v.Verify(t.Context(), e.Audit.Mode, e.Jobs[0].Statement, proof); err != nil {
		t.Error(err)
	}
}

// TestNoMoreIsSent: of tensors that no claim opens neither cells nor blinding are sent.
func TestNoMoreIsSent(t *testing.T) {
	d := provenRun(t)
	e, shared := errand(t, d, "[[claim]]\nkind = \"disjointness\"\nparts = [\"part-000\"]\nfrom = [\"test-000\"]\n")
	s, err := decodeClaims(shared)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"part-000", "test-000"} {
		for k := range 3 {
			cells, blinding := s.in.Parts[name].Opening(k)
			_, secret := e.Inputs.Parts[name].Opening(k)
			scalar := secret[0].Bytes()
			if sent := k == 0; sent != (cells.Small != nil) || sent != (blinding != nil) || sent != bytes.Contains(shared, scalar[:]) {
				t.Errorf("%s, tensor %d: cells %v, blinding %v", name, k, cells.Small != nil, blinding != nil)
			}
		}
	}
	if len(s.in.Runs)+len(s.in.Models) != 0 {
		t.Errorf("%d runs and %d models are sent", len(s.in.Runs), len(s.in.Models))
	}
	for name := range e.Audit.Parts {
		if e.Inputs.Parts[name].Public().Digest(e.Audit.Setup, e.Audit.RowBits) != s.in.Parts[name].Public().Digest(s.audit.Setup, s.audit.RowBits) {
			t.Errorf("%s is another part", name)
		}
	}
}

// TestMemoryOfClaims: each worker of this machine is counted with as much as it asks for
// itself; a head that has not the memory to prove has others prove.
func TestMemoryOfClaims(t *testing.T) {
	d := provenRun(t)
	e, shared := errand(t, d, claimsOfTests)
	sent, held := newShippedClaims(TransparentSetup, e).sizes()
	largest := e.Jobs[0]
	for _, j := range e.Jobs {
		if j.Need.Bytes() > largest.Need.Bytes() {
			largest = j
		}
	}
	one := largest.Need.Bytes() + sent + held
	for less, want := range map[int64]error{0: nil, 1: fault.ErrResources} {
		w, err := NewWorker(shared, WorkerOptions{CacheDir: generators, Memory: memory.Limit{Bytes: one - less, By: "a test"}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Prove(t.Context(), inputOf(largest)); !errors.Is(err, want) {
			t.Errorf("a worker with %d bytes less than it is counted with: %v", less, err)
		}
	}
	d.memory = memory.Limit{Bytes: memory.Base + held + 2*sent + 2*one, By: "a test"}
	for jobs, want := range map[int]error{2: nil, 3: fault.ErrResources} {
		through := &claimQueue{d, &ClusterOptions{Local: true}, jobs}
		err := through.Check(e)
		if !errors.Is(err, want) || want != nil && !strings.Contains(err.Error(), "--jobs 2 would fit") {
			t.Errorf("%d workers: %v", jobs, err)
		}
	}

	claims, in := inputs(t, d, claimsOfTests)
	in.Memory = memory.Limit{Bytes: in.By.Memory(in.Mode, largest.Statement.Layout).Bytes(), By: "a test"}
	if _, _, err := audit.Prove(t.Context(), claims, in); !errors.Is(err, fault.ErrResources) {
		t.Fatalf("it fits here: %v", err)
	}
	q := newQueue(t)
	q.work(t, memory.Limit{}, nil)
	q.through(t, d, in)
	if _, _, err := audit.Prove(t.Context(), claims, in); err != nil {
		t.Error(err)
	}
	small := newQueue(t)
	small.work(t, memory.Limit{Bytes: memory.Base, By: "a test"}, nil)
	if err := os.RemoveAll(filepath.Join(d.Path, claimsDir)); err != nil {
		t.Fatal(err)
	}
	small.through(t, d, in)
	if _, _, err := audit.Prove(t.Context(), claims, in); !errors.Is(err, fault.ErrResources) || !strings.Contains(err.Error(), `no worker takes what is left, claim "diversity" and 4 more: of 1 that were heard each refuses, with: proving claim `) {
		t.Error(err)
	}
}

// TestClaimsOfOneMachine: claims that other machines cannot prove are refused, with the way
// out.
func TestClaimsOfOneMachine(t *testing.T) {
	d := open(t, small(t, nil), nil)
	for mode, setup := range map[string]string{"zk-plonk": DevelopmentSetup, "zk": "powers.srs"} {
		d.Config.Proof.Mode, d.Config.Proof.Setup = mode, setup
		if _, err := d.ClaimsThrough(&ClusterOptions{}, 1); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), "without --cluster this machine proves claims") {
			t.Errorf("mode %s, setup %s: %v", mode, setup, err)
		}
	}
}
