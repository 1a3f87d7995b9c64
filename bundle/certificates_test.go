package bundle_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/run"
	"github.com/zkaudit/zkaudit/run/forgery"
	"github.com/zkaudit/zkaudit/train"
)

// forge makes the bundle of somebody who may spoil the files of the committed
// parts and the execution before anything is proven about them: its segments
// are bound to the certificates as they are.
func forge(t *testing.T, spoil func(dir string), lie func(*train.Run, []*train.Trace)) *bundle.Bundle {
	t.Helper()
	var dir string
	shorter := func(c *run.Config) {
		dir = filepath.Dir(c.Data[0].File)
		c.Training.Steps, c.Training.SegmentSteps = 4, 2
	}
	m, err := makeRunBy(shorter, "", func(ctx context.Context, d *run.Directory) error {
		if spoil != nil {
			spoil(dir)
		}
		return forgery.Write(ctx, d, func(r *train.Run, tables *ops.Tables) ([]*train.Trace, error) {
			if lie != nil {
				lie(r, nil)
			}
			traces, err := execution(t.TempDir(), r, tables)
			if err == nil && lie != nil {
				lie(r, traces)
			}
			return traces, err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return decode(t, m)
}

// execution executes a run as it is.
func execution(dir string, r *train.Run, tables *ops.Tables) ([]*train.Trace, error) {
	trainer, err := train.New(r, tables)
	if err != nil {
		return nil, err
	}
	c := train.NewCheckpoints(dir, r)
	if _, err := trainer.Train(context.Background(), c, nil); err != nil {
		return nil, err
	}
	var traces []*train.Trace
	for i := range r.Segments() {
		trace, err := trainer.Trace(context.Background(), c, i)
		if err != nil {
			return nil, err
		}
		traces = append(traces, trace)
	}
	return traces, nil
}

// refusedFor verifies a forged bundle and expects one reason.
func refusedFor(t *testing.T, b *bundle.Bundle, reason string) {
	t.Helper()
	setup, err := commitments.DevelopmentVerifier(b.Statement.RowBits)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := verify(b, bundle.Expectation{}, setup); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), reason) {
		t.Errorf("want %q: %v", reason, err)
	}
}

// TestCertificatesAreVerified: segments that are true, and bound to a
// certificate that is false. Whoever gets away with it trains on rows, or from
// weights, of which nothing is known.
func TestCertificatesAreVerified(t *testing.T) {
	for i := range 2 {
		b := forge(t, func(dir string) {
			path := filepath.Join(dir, "commit", fmt.Sprintf("part-%03d.part", i))
			file, err := bundle.ReadPart(path)
			if err != nil {
				t.Fatal(err)
			}
			last := bytes.Clone(file.Certificate)
			// A scalar of the evaluation proof, of another value: the proof is well formed.
			last[len(last)-1] ^= 1
			file.Certificate = last
			encoded, err := file.Marshal()
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, encoded, 0o644); err != nil {
				t.Fatal(err)
			}
		}, nil)
		refusedFor(t, b, fmt.Sprintf("the proof is false: certificate of dataset part %d", i))
	}
	// Initial weights other than those of the seed, from which all is trained.
	b := forge(t, nil, func(r *train.Run, traces []*train.Trace) {
		if traces == nil {
			r.Initial[r.Program.OfRole(graph.Weight)[0]][0] += 5
		}
	})
	refusedFor(t, b, "the proof is false: certificate of the initial weights")
}

// TestForgeIsNoForgery: the machinery of these tests makes valid bundles where
// nothing is spoilt, and segments that are false are refused as such.
func TestForgeIsNoForgery(t *testing.T) {
	b := forge(t, nil, nil)
	setup, err := commitments.DevelopmentVerifier(b.Statement.RowBits)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := verify(b, bundle.Expectation{}, setup); err != nil {
		t.Errorf("an honest bundle: %v", err)
	}
	b = forge(t, nil, func(r *train.Run, traces []*train.Trace) {
		if traces != nil {
			traces[1].After[r.Program.OfRole(graph.Weight)[0]][0]++
		}
	})
	refusedFor(t, b, "segment 2 of 2")
}

// TestShufflesAreBoundToTheParts: permutations follow from the seed and these
// digests. Were they not those of the parts, a prover could choose among
// orders with the data and the seed before her.
func TestShufflesAreBoundToTheParts(t *testing.T) {
	for i := range 2 {
		b := decode(t, first(t))
		b.Statement.Schedule.Commitments[i][7] ^= 1
		for name, err := range map[string]error{"statement": b.Statement.Check(), "bundle": b.Check()} {
			if !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), fmt.Sprintf("part %d", i)) {
				t.Errorf("%s: digest of part %d changed: %v", name, i, err)
			}
		}
	}
}

// TestInfinityIsNoCommitment: it commits to zeros without hiding them, and an
// owner who is shown it as hers has committed to nothing.
func TestInfinityIsNoCommitment(t *testing.T) {
	for name, of := range map[string]func(b *bundle.Bundle) []bn254.G1Affine{
		"features":                func(b *bundle.Bundle) []bn254.G1Affine { return b.Statement.Parts[0].Features },
		"labels of the last part": func(b *bundle.Bundle) []bn254.G1Affine { return b.Statement.Parts[1].Labels },
		"first initial weight":    func(b *bundle.Bundle) []bn254.G1Affine { return b.Statement.Initial[0] },
		"last initial weight":     func(b *bundle.Bundle) []bn254.G1Affine { return b.Statement.Initial[3] },
		"weight at a border":      func(b *bundle.Bundle) []bn254.G1Affine { return b.Segments[1].After[2] },
		"final weight":            func(b *bundle.Bundle) []bn254.G1Affine { return b.Segments[2].After[3] },
	} {
		b := decode(t, first(t))
		points := of(b)
		points[len(points)-1].SetInfinity()
		rebind(b.Statement)
		data, err := b.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := bundle.Unmarshal(data); !errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), "infinity") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestProgressCountsProofs: a caller is told of each proof that has been
// checked, until all are.
func TestProgressCountsProofs(t *testing.T) {
	m := first(t)
	var told [][2]int
	opts := bundle.Options{AllowInsecure: true, Progress: func(done, total int) { told = append(told, [2]int{done, total}) }}
	if _, err := bundle.Verify(context.Background(), decode(t, m), bundle.Expectation{}, m.setup, opts); err != nil {
		t.Fatal(err)
	}
	if want := [][2]int{{1, 6}, {2, 6}, {3, 6}, {4, 6}, {5, 6}, {6, 6}}; !slices.Equal(told, want) {
		t.Errorf("told %v, want %v", told, want)
	}
}
