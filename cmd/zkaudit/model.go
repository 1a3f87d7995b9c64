package main

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/tflite"
	"github.com/zkaudit/zkaudit/transpile"
)

// asRows says that a model's features have the fraction bits of the rows.
const asRows = -1

// modelFormats holds the flags about how public models become integers.
type modelFormats struct{ feature, activation, weight int }

func (m *modelFormats) add(f *pflag.FlagSet) {
	standard := audit.DefaultFractions(0)
	f.IntVar(&m.feature, "fraction-features", asRows, "fraction bits of a public model's input (default: those of the committed rows)")
	f.Lookup("fraction-features").DefValue = "0" // not shown
	f.IntVar(&m.activation, "fraction-activations", standard.Activation, "fraction bits of a public model's activations")
	f.IntVar(&m.weight, "fraction-weights", standard.Weight, "fraction bits of a public model's weights, beyond those of the layer's input")
}

// read reads a public model for rows with the given fraction bits.
func (m *modelFormats) read(path string, rows int) (*audit.Model, error) {
	file, err := tflite.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	f := audit.Fractions{Feature: m.feature, Activation: m.activation, Weight: m.weight}
	if f.Feature == asRows {
		f.Feature = rows
	}
	model, err := audit.NewModel(file, f, transpile.ReadModel)
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", path, err)
	}
	return model, nil
}

// addModels reads the public models that claims may name. Their features have
// the format of the parts.
func (o *auditing) addModels(in *audit.Inputs) error {
	in.Models = map[string]*audit.Model{}
	if len(o.models) == 0 {
		return nil
	}
	rows := asRows
	for _, p := range in.Parts {
		if rows != asRows && rows != p.Public().FractionBits && o.formats.feature == asRows {
			return fmt.Errorf("features of some parts have %d fraction bits, those of others %d: say by --fraction-features which the models take: %w", rows, p.Public().FractionBits, fault.ErrUsage)
		}
		rows = p.Public().FractionBits
	}
	for _, named := range o.models {
		name, path, err := namedModel(named)
		if err != nil {
			return err
		}
		if err := foreign.CheckName("--model: a model", name); err != nil {
			return fault.Recast(err, fault.ErrUsage)
		}
		if in.Models[name] != nil || in.Runs[name] != nil {
			return fmt.Errorf("--model %q: there is another model or run of that name: %w", named, fault.ErrUsage)
		}
		if in.Models[name], err = o.formats.read(path, rows); err != nil {
			return err
		}
	}
	return nil
}

// namedModel is a public model that claims name, and its file: NAME=FILE.
func namedModel(given string) (name, path string, err error) {
	name, path, found := strings.Cut(given, "=")
	if !found || name == "" || path == "" {
		return "", "", fmt.Errorf("--model %q: want NAME=FILE, the name as in the claims: %w", given, fault.ErrUsage)
	}
	return name, path, nil
}

// readModelFiles reads the files of the public models that an audit names.
func readModelFiles(given []string, made *audit.Bundle) ([][]byte, error) {
	var files [][]byte
	for _, pair := range given {
		name, path, err := namedModel(pair)
		if err != nil {
			return nil, err
		}
		id, there := made.Models[name]
		if !there {
			return nil, fmt.Errorf("--model %q: the audit is about no public model of that name, but about %s: %w", pair, foreign.Quotes(slices.Sorted(maps.Keys(made.Models))), fault.ErrUsage)
		}
		file, err := tflite.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("model: %w", err)
		}
		if digest := sha256.Sum256(file); digest != id.SHA256 {
			return nil, fmt.Errorf("--model %q: the audit is about a file with SHA-256 %x, this one has %x: %w", pair, id.SHA256, digest, fault.ErrUsage)
		}
		files = append(files, file)
	}
	return files, nil
}
