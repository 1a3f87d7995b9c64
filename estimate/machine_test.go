package estimate

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A machine is measured once, and again when it is asked for, when it has become another,
// or when what is kept is none of ours.
func TestCached(t *testing.T) {
	cache := filepath.Join(t.TempDir(), "made", "by", "it")
	file := filepath.Join(cache, machineFile)
	measured := 0
	get := func(cache string, again bool) *Machine {
		t.Helper()
		m, err := cached(cache, again, func() (*Prices, error) {
			measured++
			return pricesOf([]*sample{sampled(1000, 2), sampled(9000, float64(measured))}), nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	first := get(cache, false)
	if diff := cmp.Diff(first, get(cache, false)); measured != 1 || diff != "" {
		t.Fatalf("measured %d times: %s", measured, diff)
	}
	if get(cache, true); measured != 2 {
		t.Error("not measured again")
	}
	write := func(change func(*Machine)) {
		t.Helper()
		other := *first
		change(&other)
		text, err := json.Marshal(&other)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, change := range map[string]func(*Machine){
		"more cores": func(m *Machine) { m.Cores++ }, "another processor": func(m *Machine) { m.Processor += "x" },
		"another version": func(m *Machine) { m.Version++ }, "no price": func(m *Machine) { m.Prices.Weight = 0 },
	} {
		before := measured
		write(change)
		if get(cache, false); measured != before+1 {
			t.Errorf("%s: what is kept was taken", name)
		}
	}
	before := measured
	if write(func(*Machine) {}); get(cache, false).Measured != first.Measured || measured != before {
		t.Error("what is kept of this machine was not taken")
	}
	if err := os.WriteFile(file, []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if get(cache, false); measured != before+1 {
		t.Error("a spoilt file was taken")
	}
	if get("", false); measured != before+2 {
		t.Error("nothing was measured without a cache")
	}
}
