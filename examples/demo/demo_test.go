package demo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/run"
	"github.com/zkaudit/zkaudit/run/forgery"
	"github.com/zkaudit/zkaudit/train"
)

// shown is the mode that people see the demonstration in; short tests have
// one that is quick.
func shown() mode.Name {
	if testing.Short() {
		return mode.Validity
	}
	return mode.ZK
}

func TestHonestDemo(t *testing.T) {
	honest := func() *Summary {
		s, err := Run(context.Background(), t.TempDir(), shown(), NoCheat, run.Options{CacheDir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := honest()
	// The order of rows is drawn from the commitments, anew in each run: nearly all
	// end above 0.95, one seen in many at 0.76, and no two of them are expected.
	if *s.Training.After.Accuracy < 0.8 {
		s = honest()
	}
	f := s.Report.Facts
	if f.Rows[0] < 1000 || f.Parameters < 10_000 || f.Steps < 64 || f.Segments != 2 || s.Bytes > 120<<10 {
		t.Errorf("too small, or a bundle too large: %+v, %d bytes", f, s.Bytes)
	}
	if *s.Training.Before.Accuracy > 0.3 || *s.Training.After.Accuracy < 0.8 {
		t.Errorf("accuracy on rows held out %.3f before, %.3f after", *s.Training.Before.Accuracy, *s.Training.After.Accuracy)
	}
	if len(s.Audit.Claims) != 2 || s.Audit.Bits != 2 || s.AuditBytes == 0 {
		t.Errorf("audit %+v", s.Audit)
	}
	if f.Mode != string(shown()) || s.Audit.Mode != string(shown()) {
		t.Errorf("bundle of mode %s, audit of mode %s", f.Mode, s.Audit.Mode)
	}
}

// whole is set by make examples-test.
var whole = flag.Bool("whole", false, "wrap the demonstration in a SNARK, for minutes")

// TestWrappedDemo is the demonstration of TestHonestDemo and two cheats where the
// verifier's script runs nowhere but in a SNARK.
func TestWrappedDemo(t *testing.T) {
	if !*whole {
		t.Skip("wraps a dozen proofs in PLONK: -whole does")
	}
	o := run.Options{CacheDir: t.TempDir()}
	s, err := Run(context.Background(), t.TempDir(), mode.ZKPLONK, NoCheat, o)
	if err != nil {
		t.Fatal(err)
	}
	if s.Report.Facts.Mode != string(mode.ZKPLONK) || s.Audit.Mode != string(mode.ZKPLONK) || s.Bytes > 40<<10 {
		t.Errorf("mode %s, %d bytes", s.Report.Facts.Mode, s.Bytes)
	}
	for cheat, place := range map[Cheat]string{CheatRow: "segment 1 of 2", CheatInit: "certificate of the initial weights"} {
		_, err := Run(context.Background(), t.TempDir(), mode.ZKPLONK, cheat, o)
		if !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), place) {
			t.Errorf("%s: %v, want a rejection of %s", cheat, err, place)
		}
	}
}

// TestCheatsAreRejected: where the cheat is. One that breaks a segment and one
// that breaks a certificate are shown in zero knowledge, the others in mode
// validity, where the same script says the same.
func TestCheatsAreRejected(t *testing.T) {
	o := run.Options{CacheDir: t.TempDir()}
	for cheat, test := range map[Cheat]struct {
		mode  mode.Name
		place string
	}{
		CheatRow:     {shown(), "segment 1 of 2"},
		CheatStep:    {mode.Validity, "segment 1 of 2"},
		CheatInit:    {shown(), "certificate of the initial weights"},
		CheatRate:    {mode.Validity, "segment 1 of 2"},
		CheatWeights: {mode.Validity, "segment 2 of 2"},
	} {
		t.Run(string(cheat), func(t *testing.T) {
			s, err := Run(context.Background(), t.TempDir(), test.mode, cheat, o)
			if !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), test.place) {
				t.Fatalf("%v, want a rejection of %s", err, test.place)
			}
			if s.Rejection == "" || s.Report != nil || s.Audit != nil || cheat.Deed() == "" || cheat.Reason() == "" {
				t.Errorf("summary %+v", s)
			}
		})
	}
	if len(Cheats()) != 5 {
		t.Errorf("%d cheats, 5 are tested", len(Cheats()))
	}
	if err := Cheat("sleep").Check(); !errors.Is(err, fault.ErrUsage) {
		t.Error(err)
	}
}

// TestForgingHonestlyIsAccepted: the dishonest trainer's own code, with nothing
// to hide, makes a bundle that verifies. So it is the cheating that is rejected.
func TestForgingHonestlyIsAccepted(t *testing.T) {
	dir := t.TempDir()
	if err := setUp(dir, mode.Validity); err != nil {
		t.Fatal(err)
	}
	cache := t.TempDir()
	d, err := run.Open(dir, run.Options{CacheDir: cache})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	s := &Summary{}
	if s.Commit, err = d.Commit(context.Background(), false); err != nil {
		t.Fatal(err)
	}
	err = forgery.Write(context.Background(), d, func(r *train.Run, tables *ops.Tables) ([]*train.Trace, error) { return NoCheat.execute(r, tables) })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.verify(context.Background(), dir, mode.Validity, cache, d.Keys()); err != nil {
		t.Error(err)
	}
}

// TestDigits pins the pictures: they are part of what the demonstration shows.
func TestDigits(t *testing.T) {
	pixels, labels := digits(trainRows + testRows)
	var count [classes]int
	for _, label := range labels {
		count[label]++
	}
	for digit, n := range count {
		if n < 90 {
			t.Errorf("digit %d occurs %d times", digit, n)
		}
	}
	sum := sha256.Sum256(append(pixels, labels...))
	const want = "bc93246c879771b1766eb5495f4a6e776765cabc2d1842d5f1f493c7b110d314"
	if got := hex.EncodeToString(sum[:]); got != want {
		t.Errorf("pictures have digest %s, want %s", got, want)
	}
}
