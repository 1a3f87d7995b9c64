package run

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// calibrated makes a small run and calibrates it.
func calibrated(t *testing.T, change func(*Config), o CalibrateOptions) (*Directory, *CalibrationRecord, error) {
	t.Helper()
	d := open(t, small(t, change), nil)
	r, err := d.Calibrate(context.Background(), o)
	return d, r, err
}

// TestCalibrate: what is chosen was tried and ends where float64 does; for speed a
// segment has no more cells than for accuracy; nothing changes until it is applied.
func TestCalibrate(t *testing.T) {
	cells := map[Target]int64{}
	for _, target := range []Target{ForAccuracy, ForSpeed} {
		t.Run(string(target), func(t *testing.T) {
			d, r, err := calibrated(t, nil, CalibrateOptions{Target: target, Seeds: 2})
			if err != nil {
				t.Fatal(err)
			}
			at := slices.IndexFunc(r.Formats, func(f FormatTrial) bool {
				return f.Formats == r.Chosen.Formats && f.Rate == r.Chosen.Rate
			})
			if at < 0 || !r.Agrees || !r.Formats[at].Agrees {
				t.Fatalf("chosen %+v of %+v, agrees: %t", r.Chosen, r.Formats, r.Agrees)
			}
			cells[target] = r.Formats[at].Cells
			checkRates(t, r)
			if len(r.Drift.Curve) == 0 || len(r.Drift.Layers) == 0 || r.Drift.Seeds != 2 || !agrees(&r.Drift.Exact, &r.Drift.Float, r.Drift.Rows) {
				t.Errorf("drift %+v", r.Drift)
			}
			if d.Config.Formats != r.Was.Formats || d.Config.Training.Rate != r.Was.Rate {
				t.Error("the configuration has changed")
			}
			checkApplied(t, d, r)
		})
	}
	if cells[ForSpeed] > cells[ForAccuracy] || cells[ForSpeed] == 0 {
		t.Errorf("%d cells for speed, %d for accuracy", cells[ForSpeed], cells[ForAccuracy])
	}
}

// checkRates: the chosen rate has the least loss of those twice which trains.
func checkRates(t *testing.T, r *CalibrationRecord) {
	t.Helper()
	best, found := "", false
	for i, a := range r.Rates {
		better := a.Loss != nil && (i == len(r.Rates)-1 || r.Rates[i+1].Loss != nil)
		for k, b := range r.Rates {
			if k != i && b.Loss != nil && a.Loss != nil && (k == len(r.Rates)-1 || r.Rates[k+1].Loss != nil) && *b.Loss < *a.Loss {
				better = false
			}
		}
		if better && !found {
			best, found = a.Rate, true
		}
	}
	if len(r.Rates) < 3 || len(r.Formats) == 1 && r.Chosen.Rate != best {
		t.Errorf("rate %q chosen of %+v, want %q", r.Chosen.Rate, r.Rates, best)
	}
}

// checkApplied: run.toml has what was chosen, and all else as before.
func checkApplied(t *testing.T, d *Directory, r *CalibrationRecord) {
	t.Helper()
	path := filepath.Join(d.Path, ConfigFile)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Apply(r.Chosen); err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	c, err := ReadConfig(path)
	if err != nil || c.Formats != r.Chosen.Formats || c.Training.Rate != r.Chosen.Rate || d.Config.Formats != c.Formats {
		t.Errorf("run.toml says %+v, %q: %v", c.Formats, c.Training.Rate, err)
	}
	was, is := strings.Split(string(before), "\n"), strings.Split(string(after), "\n")
	changed := 0
	for i := range was {
		if was[i] != is[i] {
			changed++
			if !strings.Contains(is[i], " = ") || strings.Contains(was[i], "#") != strings.Contains(is[i], "#") {
				t.Errorf("%q became %q", was[i], is[i])
			}
		}
	}
	if len(was) != len(is) || changed > 4 {
		t.Errorf("%d lines changed", changed)
	}
	found, err := d.Calibration()
	if err != nil || found == nil || found.Chosen != r.Chosen {
		t.Errorf("recorded %+v: %v", found, err)
	}
	d.Config.Training.Rate = "0.123"
	if found, err := d.Calibration(); err != nil || found != nil {
		t.Errorf("of other settings: %+v, %v", found, err)
	}
}

// TestCalibrateFindsRoom: a run whose formats overflow names layer, step and setting, and
// what calibration chooses trains.
func TestCalibrateFindsRoom(t *testing.T) {
	dir := small(t, func(c *Config) { c.Formats.Activation, c.Training.Rate, c.Columns.Normalise = 13, "8", "none" })
	d := open(t, dir, nil)
	if _, err := d.Commit(context.Background(), false); err != nil {
		t.Fatal(err)
	}
	_, err := d.Train(context.Background(), false)
	if text := fault.Text(err, nil); !errors.Is(err, fault.ErrOverflow) || !strings.HasPrefix(text, "step ") || !strings.Contains(text, "FULLY_CONNECTED") || !strings.Contains(text, "lower formats.activation") || !strings.Contains(text, "zkaudit calibrate") {
		t.Errorf("training: %v", err)
	}
	r, err := d.Calibrate(context.Background(), CalibrateOptions{Target: ForAccuracy})
	if err != nil {
		t.Fatal(err)
	}
	if r.Chosen.Formats.Feature != d.Config.Formats.Feature {
		t.Errorf("features are committed with %d fraction bits, and %d are chosen", d.Config.Formats.Feature, r.Chosen.Formats.Feature)
	}
	if err := d.Apply(r.Chosen); err != nil {
		t.Fatal(err)
	}
	d.Close()
	d = open(t, dir, nil)
	defer d.Close()
	if _, err := d.Train(context.Background(), true); err != nil {
		t.Errorf("training in %+v: %v", r.Chosen, err)
	}
}

func TestCalibrateRefuses(t *testing.T) {
	for says, test := range map[string]struct {
		change func(*Config)
		o      CalibrateOptions
	}{
		`target "beauty", want accuracy or speed`: {nil, CalibrateOptions{Target: "beauty"}},
		"which has a rate for each epoch": {func(c *Config) {
			c.Training.Rate, c.Training.Rates, c.Training.Epochs, c.Training.Steps = "", []string{"0.1", "0.05"}, 2, 0
		}, CalibrateOptions{Target: ForSpeed, Steps: 1}},
	} {
		if _, _, err := calibrated(t, test.change, test.o); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
}

func TestSetLine(t *testing.T) {
	const text = "rate = 1\n[training] # how\nrate = \"0.1\"   # a # comment\n[formats]\n feature=8\n"
	for _, test := range []struct{ table, key, value, want string }{
		{"training", "rate", `"0.2"`, "rate = 1\n[training] # how\nrate = \"0.2\"   # a # comment\n[formats]\n feature=8\n"},
		{"formats", "feature", "4", "rate = 1\n[training] # how\nrate = \"0.1\"   # a # comment\n[formats]\n feature=4\n"},
		{"formats", "rate", "4", ""},
	} {
		got, ok := setLine(text, test.table, test.key, test.value)
		if ok != (test.want != "") || ok && got != test.want {
			t.Errorf("%s.%s: %q, %t", test.table, test.key, got, ok)
		}
	}
}
