package commitments

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// preparedFile is a file that snarkjs has prepared, for 2^4 constraints, and where its
// sections are.
func preparedFile(t *testing.T) ([]byte, map[uint32]span) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "snarkjs-bn128-4-prepared.ptau"))
	if err != nil {
		t.Fatal(err)
	}
	sections, err := ptauSections(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	return b, sections
}

// TestLagrangeRefusesEachWrongPoint: every point of every Lagrange form, wrong alone, is
// noticed, and its section named.
func TestLagrangeRefusesEachWrongPoint(t *testing.T) {
	const log = 3
	b, sections := preparedFile(t)
	read := func(b []byte) error {
		_, err := readPhase1(bytes.NewReader(b), int64(len(b)), log)
		return err
	}
	if err := read(b); err != nil {
		t.Fatal(err)
	}
	n := 1 << log
	for kind := uint32(ptauLagrange); kind <= ptauLagrangeBeta; kind++ {
		for j := range n {
			changed := slices.Clone(b)
			if kind == ptauLagrangeG2 {
				at := changed[int(sections[kind].from)+(n-1+j)*2*rawPointBytes:]
				var p bn254.G2Affine
				if err := readCoordinates(bytes.NewReader(at), &p.X.A0, &p.X.A1, &p.Y.A0, &p.Y.A1); err != nil {
					t.Fatal(err)
				}
				p.Add(&p, &p)
				copy(at, appendCoordinates(nil, p.X.A0, p.X.A1, p.Y.A0, p.Y.A1))
			} else {
				at := changed[int(sections[kind].from)+(n-1+j)*rawPointBytes:]
				var p bn254.G1Affine
				if err := readCoordinates(bytes.NewReader(at), &p.X, &p.Y); err != nil {
					t.Fatal(err)
				}
				p.Add(&p, &p)
				copy(at, appendCoordinates(nil, p.X, p.Y))
			}
			if err := read(changed); !errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), fmt.Sprintf("section %d: not the Lagrange form", kind)) {
				t.Errorf("section %d, point %d: %v", kind, j, err)
			}
		}
	}
	outside, infinity := outsideG2(), make([]byte, 2*rawPointBytes)
	for what, test := range map[string]struct {
		kind  uint32
		point []byte
	}{
		"section 12, power 0": {ptauLagrange, infinity[:rawPointBytes]},
		"section 13, power 0": {ptauLagrangeG2, infinity},
		"section 13, power 0: infinity, off the curve or outside the subgroup": {ptauLagrangeG2, appendCoordinates(nil, outside.X.A0, outside.X.A1, outside.Y.A0, outside.Y.A1)},
	} {
		changed := slices.Clone(b)
		copy(changed[int(sections[test.kind].from)+(n-1)*len(test.point):], test.point)
		if err := read(changed); !errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), what) {
			t.Errorf("want %s: %v", what, err)
		}
	}
}

// TestPreparedSizes: a file that has some Lagrange forms, or of other sizes, is refused
// before any is read.
func TestPreparedSizes(t *testing.T) {
	_, sections := preparedFile(t)
	if is, err := prepared(sections, 4); !is || err != nil {
		t.Fatalf("%v, %v", is, err)
	}
	for kind := uint32(ptauLagrange); kind <= ptauLagrangeBeta; kind++ {
		whole := sections[kind]
		sections[kind] = span{whole.from, whole.size - rawPointBytes}
		if _, err := prepared(sections, 4); !errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), fmt.Sprintf("section %d has", kind)) {
			t.Errorf("section %d, a point short: %v", kind, err)
		}
		delete(sections, kind)
		if _, err := prepared(sections, 4); !errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), "a prepared file has all") {
			t.Errorf("section %d missing: %v", kind, err)
		}
		sections[kind] = whole
	}
	if is, err := prepared(map[uint32]span{}, 4); is || err != nil {
		t.Errorf("not prepared: %v, %v", is, err)
	}
}

// TestPhase1OfDevelopment: powers of the τ that everybody knows are told.
func TestPhase1OfDevelopment(t *testing.T) {
	tau, err := developmentTau()
	if err != nil {
		t.Fatal(err)
	}
	for _, insecure := range []bool{true, false} {
		if !insecure {
			tau.SetUint64(7)
		}
		b := newPTauFile(t, 2, tau).bytes()
		p, err := readPhase1(bytes.NewReader(b), int64(len(b)), 2)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := p.Insecure(); got != insecure || err != nil {
			t.Errorf("said to be INSECURE: %v, %v", got, err)
		}
	}
}

// TestPhase1OfAPipe is not waited for.
func TestPhase1OfAPipe(t *testing.T) {
	if _, err := ReadPhase1(t.TempDir(), 2); !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("a directory: %v", err)
	}
	if _, _, err := ImportPTau(t.TempDir(), Extent{RowBits: 2}); !errors.Is(err, fault.ErrInput) {
		t.Errorf("a directory: %v", err)
	}
}
