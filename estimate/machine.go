package estimate

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"runtime"
	"time"

	"golang.org/x/sys/cpu"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/artefact"
)

// Machine is what has been measured of one, under what it depends on: other
// processors, or more of them, have other prices.
type Machine struct {
	Version   int       `json:"version"`
	Processor string    `json:"processor"`
	Cores     int       `json:"cores"`
	Measured  time.Time `json:"measured"`
	Prices    Prices    `json:"prices"`
}

// version counts the changes to references and units.
const version = 1

// machineFile is its name in the cache.
const machineFile = "machine.json"

// maxMachineFile bounds it.
const maxMachineFile = 1 << 16

// here is this machine, not measured yet.
func here() *Machine {
	name := runtime.GOARCH
	if cpu.X86.HasAVX512IFMA {
		name += " with AVX-512 IFMA"
	}
	return &Machine{Version: version, Processor: name + model(), Cores: runtime.GOMAXPROCS(0)}
}

// Cached returns this machine as it was measured before, or measures it now and keeps it
// in the user's cache; cache "" keeps nothing, and again measures in any case. A cache that
// cannot be read or written is done without.
func Cached(ctx context.Context, cache string, again bool, setup *commitments.Setup, progress func(done, of int)) (*Machine, error) {
	return cached(cache, again, func() (*Prices, error) { return Measure(ctx, setup, progress) })
}

func cached(cache string, again bool, measure func() (*Prices, error)) (*Machine, error) {
	m, file := here(), filepath.Join(cache, machineFile)
	if cache != "" && !again {
		if known, err := read(file); err == nil && known.Version == m.Version && known.Processor == m.Processor && known.Cores == m.Cores && known.Prices.valid() {
			return known, nil
		}
	}
	prices, err := measure()
	if err != nil {
		return nil, err
	}
	m.Prices, m.Measured = *prices, time.Now().UTC().Truncate(time.Second)
	text, err := json.MarshalIndent(m, "", " ")
	if err == nil && cache != "" && artefact.MakeFolder(cache, 0o755) == nil {
		_ = artefact.WriteFile(file, append(text, '\n'), artefact.PublicMode)
	}
	return m, err
}

// read reads what Cached has kept.
func read(path string) (*Machine, error) {
	text, err := artefact.ReadFile(path, maxMachineFile)
	if err != nil {
		return nil, err
	}
	var m Machine
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &m, nil
}
