package commitments

import (
	"bytes"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/fault"
)

func TestReadPhase1OfSnarkjs(t *testing.T) {
	for _, name := range []string{"snarkjs-bn128-4.ptau", "snarkjs-bn128-4-prepared.ptau"} {
		for _, log := range []int{1, 3, 4} {
			p, err := ReadPhase1(filepath.Join("testdata", name), log)
			if err != nil {
				t.Fatal(err)
			}
			n, second := 1<<log, 1<<log
			if isPrepared := strings.Contains(name, "prepared"); (p.Lagrange != nil) != isPrepared {
				t.Errorf("%s, 2^%d: Lagrange forms: %v", name, log, p.Lagrange != nil)
			} else if isPrepared {
				second = 2
			}
			if len(p.Tau) != 2*n-1 || len(p.TauG2) != second || len(p.Alpha) != n || len(p.Beta) != n || p.Digest == [32]byte{} {
				t.Errorf("%s, 2^%d: %d, %d, %d and %d powers", name, log, len(p.Tau), len(p.TauG2), len(p.Alpha), len(p.Beta))
			}
		}
		for _, log := range []int{0, 5, 29} {
			if _, err := ReadPhase1(filepath.Join("testdata", name), log); !errors.Is(err, fault.ErrUsage) {
				t.Errorf("%s, 2^%d: %v", name, log, err)
			}
		}
	}
	if _, err := ReadPhase1(filepath.Join("testdata", "snarkjs-bls12-381-2.ptau"), 1); !errors.Is(err, fault.ErrUnsupported) {
		t.Errorf("BLS12-381: %v", err)
	}
}

// TestPhase1RefusesEachWrongPower: every power of every section, wrong alone, is
// noticed, and its section named.
func TestPhase1RefusesEachWrongPower(t *testing.T) {
	const log = 2
	var tau fr.Element
	tau.SetUint64(7)
	read := func(change func(f *ptauFile)) error {
		f := newPTauFile(t, log, tau)
		f.others = [2][]bn254.G1Affine{append([]bn254.G1Affine{}, f.others[0]...), append([]bn254.G1Affine{}, f.others[1]...)}
		change(f)
		b := f.bytes()
		_, err := readPhase1(bytes.NewReader(b), int64(len(b)), log)
		return err
	}
	if err := read(func(*ptauFile) {}); err != nil {
		t.Fatal(err)
	}
	wrong := func(section, place string, change func(f *ptauFile)) {
		t.Helper()
		err := read(change)
		if !errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), section) {
			t.Errorf("%s of %s: %v", place, section, err)
		}
	}
	double := func(p *bn254.G1Affine) { p.Add(p, p) }
	for j := range 2<<log - 1 {
		wrong("section 2", "a power", func(f *ptauFile) { double(&f.g1[j]) })
	}
	for j := range 1 << log {
		wrong("section 4", "a power", func(f *ptauFile) { double(&f.others[0][j]) })
		wrong("section 5", "a power", func(f *ptauFile) { double(&f.others[1][j]) })
		wrong("section", "a power in G2", func(f *ptauFile) { f.g2[j].Add(&f.g2[j], &f.g2[j]) })
	}
	wrong("section 6", "β", func(f *ptauFile) { f.betaG2.Add(&f.betaG2, &f.betaG2) })
	wrong("section 6", "infinity", func(f *ptauFile) { f.betaG2 = bn254.G2Affine{} })
	wrong("section 4", "infinity", func(f *ptauFile) { f.others[0] = make([]bn254.G1Affine, 1<<log) })
	wrong("section 5", "off the curve", func(f *ptauFile) { f.others[1][2].Y.SetOne() })
	wrong("section 3, power 3", "outside the subgroup", func(f *ptauFile) { f.g2[3] = outsideG2() })
	wrong("section 6", "outside the subgroup", func(f *ptauFile) { f.betaG2 = outsideG2() })
}

// TestPhase1RefusesTrivialPowers: τ of 0 and 1.
func TestPhase1RefusesTrivialPowers(t *testing.T) {
	for _, value := range []uint64{0, 1} {
		var tau fr.Element
		tau.SetUint64(value)
		b := newPTauFile(t, 2, tau).bytes()
		if _, err := readPhase1(bytes.NewReader(b), int64(len(b)), 2); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("τ = %d: %v", value, err)
		}
	}
}

// outsideG2 is a point on the twist that is in no subgroup of prime order.
func outsideG2() bn254.G2Affine {
	var u bn254.E2
	u.A0 = fp.NewElement(5)
	p := bn254.MapToCurve2(&u)
	if !p.IsOnCurve() || p.IsInSubGroup() {
		panic("a point of the subgroup, or off the curve")
	}
	return p
}
