package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/run"
)

// subject is a file with its reader.
type subject struct {
	name  string
	file  []byte
	forms []form
	state func(payload []byte) ([32]byte, bool)
	// read does all that is done with such a file, and says what it means. It is
	// called by one worker at a time, with a directory of that worker.
	read func(ctx context.Context, dir string, file []byte) (meaning [32]byte, err error)
	// kinds are those that its errors may have.
	kinds []error
}

// maxMemory is what a reader may ask for.
const maxMemory = 1 << 30

// ofVerdicts are the kinds of a verdict on a stranger's file; ofFiles those of files in
// one's own hands.
func ofVerdicts() []error { return []error{fault.ErrRejected, fault.ErrVersion, fault.ErrResources} }

func ofFiles() []error {
	return append(ofVerdicts(), fault.ErrMalformed, fault.ErrUsage, fault.ErrInput, fault.ErrUnsupported, fault.ErrOverflow)
}

// vectors are the files of testdata/vectors that readers need beside the one that is
// changed.
type vectors struct {
	dir   string
	setup *commitments.Setup
	zk    *bundle.Bundle
	plain *bundle.Bundle // of mode validity
}

func (v *vectors) file(name string) ([]byte, error) { return os.ReadFile(filepath.Join(v.dir, name)) }

// readVectors copies the files to a directory of one's own, where private ones are readable
// by nobody else, and reads what readers need.
func readVectors(from, dir string) (v *vectors, err error) {
	if err := copyFiles(from, dir); err != nil {
		return nil, err
	}
	v = &vectors{dir: dir}
	read := func(name string) (b *bundle.Bundle, err error) {
		file, err := v.file(name)
		if err != nil {
			return nil, err
		}
		return bundle.Unmarshal(file)
	}
	if v.zk, err = read("zk/bundle.zka"); err != nil {
		return nil, err
	}
	if v.plain, err = read("run/bundle.zka"); err != nil {
		return nil, err
	}
	v.setup, err = commitments.NewTransparent(v.zk.Statement.RowBits, new(commitments.Generators))
	return v, err
}

func copyFiles(from, to string) error {
	return fs.WalkDir(os.DirFS(from), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return os.MkdirAll(filepath.Join(to, path), 0o700)
		}
		file, err := os.ReadFile(filepath.Join(from, path))
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, path), file, 0o600)
	})
}

// subjects returns all of them.
func (v *vectors) subjects(ctx context.Context) ([]*subject, error) {
	framed := []form{asItIs, sealed}
	list := []*subject{
		{name: "zk/bundle.zka", forms: append(framed, stated), state: stateOfBundle, read: v.readBundle, kinds: ofVerdicts()},
		{name: "run/bundle.zka", forms: append(framed, stated), state: stateOfBundle, read: v.readBundle, kinds: ofVerdicts()},
		// a run that an audit names and nobody has given is an error of usage
		{name: "zk/audit.zka", forms: append(framed, stated), state: stateOfAudit, kinds: append(ofVerdicts(), fault.ErrUsage)},
		{name: "round/aggregate.zka", forms: append(framed, stated), state: stateOfBundle, kinds: ofVerdicts()},
		{name: "zk/commit/part-000.part", forms: append(framed, stated), state: stateOfPart(1, 1), read: v.readPart, kinds: ofVerdicts()},
		{name: "run/commit/part-000.part", forms: append(framed, stated), state: stateOfPart(1, 1), read: v.readPart, kinds: ofVerdicts()},
		{name: "run/commit/part-000.opening", forms: framed, kinds: ofFiles()},
		{name: "run/trained.opening", forms: framed, kinds: ofFiles()},
		{name: "run/trained.tflite", forms: []form{asItIs}, kinds: ofFiles()},
		{name: "flowers.tflite", forms: []form{asItIs}, kinds: ofFiles()},
		{name: "checkpoint", forms: framed, kinds: ofFiles()},
	}
	makers := map[string]func(context.Context, *subject) error{
		"zk/audit.zka":                v.auditReader,
		"round/aggregate.zka":         v.roundReader,
		"run/commit/part-000.opening": v.openingReader,
		"run/trained.opening":         v.modelOpeningReader,
		"run/trained.tflite":          v.trainedReader,
		"flowers.tflite":              v.modelReader,
		"checkpoint":                  v.checkpointReader,
	}
	for _, s := range list {
		if s.name != "checkpoint" {
			var err error
			if s.file, err = v.file(s.name); err != nil {
				return nil, err
			}
		}
		if maker := makers[s.name]; maker != nil {
			if err := maker(ctx, s); err != nil {
				return nil, fmt.Errorf("%s: %w", s.name, err)
			}
		}
	}
	return list, nil
}

func (v *vectors) readBundle(ctx context.Context, _ string, file []byte) (meaning [32]byte, err error) {
	b, err := bundle.Unmarshal(file)
	if err == nil {
		_, err = bundle.Verify(ctx, b, bundle.Expectation{}, v.setup.Verifier(), bundle.Options{MaxMemory: maxMemory})
	}
	return sha256.Sum256(file), fault.Verdict(err)
}

func (v *vectors) readPart(ctx context.Context, _ string, file []byte) (meaning [32]byte, err error) {
	p, err := bundle.UnmarshalPart(file)
	if err == nil {
		err = p.Verify(ctx, &mode.Verifier{Setup: v.setup.Verifier()})
	}
	return sha256.Sum256(file), fault.Verdict(err)
}

func (v *vectors) auditReader(_ context.Context, s *subject) error {
	r, err := audit.RunOf(v.zk)
	if err != nil {
		return err
	}
	s.read = func(ctx context.Context, _ string, file []byte) ([32]byte, error) {
		b, err := audit.Unmarshal(file)
		if err == nil {
			_, err = audit.Verify(ctx, b, audit.Expectation{Runs: []*audit.PublicRun{r}}, &mode.Verifier{Setup: v.setup.Verifier()}, audit.Options{MaxMemory: maxMemory})
		}
		return sha256.Sum256(file), fault.Verdict(err)
	}
	return nil
}

// roundReader verifies a round of two runs that are verified once.
func (v *vectors) roundReader(ctx context.Context, s *subject) error {
	var list []*aggregate.Contribution
	var runs []*bundle.Predecessor
	for _, name := range []string{"first/bundle.zka", "second/bundle.zka"} {
		file, err := v.file(name)
		if err != nil {
			return err
		}
		b, err := bundle.Unmarshal(file)
		if err != nil {
			return err
		}
		report, err := bundle.Verify(ctx, b, bundle.Expectation{}, v.setup.Verifier(), bundle.Options{MaxMemory: maxMemory})
		if err != nil {
			return err
		}
		c, err := aggregate.ContributionOf(b)
		if err != nil {
			return err
		}
		list, runs = append(list, c), append(runs, report.Predecessor())
	}
	s.read = func(ctx context.Context, _ string, file []byte) ([32]byte, error) {
		f, err := aggregate.Unmarshal(file)
		if err == nil {
			_, err = aggregate.Verify(ctx, f, list, runs, v.setup.Verifier(), aggregate.Options{MaxMemory: maxMemory})
		}
		return sha256.Sum256(file), fault.Verdict(err)
	}
	return nil
}

// private writes a file of its owner's.
func private(dir, name string, file []byte) (string, error) {
	path := filepath.Join(dir, name)
	return path, os.WriteFile(path, file, 0o600)
}

// openingReader opens the rows of the part with an opening.
func (v *vectors) openingReader(_ context.Context, s *subject) error {
	part, err := bundle.ReadPart(filepath.Join(v.dir, "run/commit/part-000.part"))
	if err != nil {
		return err
	}
	rows := filepath.Join(v.dir, "flowers.csv")
	s.read = func(_ context.Context, dir string, file []byte) (meaning [32]byte, err error) {
		path, err := private(dir, "opening", file)
		if err != nil {
			return meaning, err
		}
		o, err := owner.ReadPartOpening(path, part)
		if err != nil {
			return meaning, err
		}
		d, err := o.Recipe.Read(rows, "")
		if err != nil {
			return meaning, err
		}
		p, err := owner.OpenPart(v.setup, part, o, d)
		if err != nil {
			return meaning, err
		}
		var blinding []byte
		for _, scalars := range p.Blinding {
			blinding = commitments.AppendScalars(blinding, scalars)
		}
		return sha256.Sum256(blinding), nil
	}
	return nil
}

func (v *vectors) modelOpeningReader(_ context.Context, s *subject) error {
	model, err := v.file("run/trained.tflite")
	if err != nil {
		return err
	}
	s.read = func(_ context.Context, dir string, file []byte) (meaning [32]byte, err error) {
		path, err := private(dir, "opening", file)
		if err != nil {
			return meaning, err
		}
		return v.openModel(path, model)
	}
	return nil
}

func (v *vectors) trainedReader(_ context.Context, s *subject) error {
	path := filepath.Join(v.dir, "run/trained.opening")
	s.read = func(_ context.Context, _ string, file []byte) ([32]byte, error) { return v.openModel(path, file) }
	return nil
}

// openModel opens the final weights of the run in mode validity. They and what blinds them
// are the meaning of both files.
func (v *vectors) openModel(opening string, model []byte) (meaning [32]byte, err error) {
	o, err := owner.ReadModelOpening(opening, v.plain)
	if err != nil {
		return meaning, err
	}
	m, err := owner.OpenModel(v.setup, v.plain, model, o)
	if err != nil {
		return meaning, err
	}
	h := encode.NewHash("opened")
	for k, id := range network.WeightTensors(v.plain.Statement.Program()) {
		h.Ints(m.Cells[id])
		h.Bytes(commitments.AppendScalars(nil, m.Blinding[k]))
	}
	return h.Sum(), nil
}

// modelReader verifies the bundle against what a model and the choices of its training state.
func (v *vectors) modelReader(_ context.Context, s *subject) error {
	c, err := run.ReadConfig(filepath.Join(v.dir, "run/run.toml"))
	if err != nil {
		return err
	}
	s.read = func(ctx context.Context, dir string, file []byte) (meaning [32]byte, err error) {
		path, err := private(dir, "model.tflite", file)
		if err != nil {
			return meaning, err
		}
		stated, err := run.ReadStated(path, c)
		if err != nil {
			return meaning, err
		}
		e := bundle.Expectation{Network: stated.Network, Rates: stated.Rates, Initial: stated.Initial}
		if _, err := bundle.Verify(ctx, v.zk, e, v.setup.Verifier(), bundle.Options{MaxMemory: maxMemory}); err != nil {
			return meaning, err
		}
		h := encode.NewHash("stated")
		digest := stated.Network.Digest()
		h.Fixed(digest[:])
		for _, id := range network.WeightTensors(stated.Network.Program()) {
			h.Ints(stated.Initial[id])
		}
		return h.Sum(), nil
	}
	return nil
}

// named returns the kind of an error, of those that it may have; nil for none.
func (s *subject) named(err error) error {
	at := slices.IndexFunc(s.kinds, func(kind error) bool { return errors.Is(err, kind) })
	if at < 0 || errors.Is(err, fault.ErrPanic) {
		return nil
	}
	return s.kinds[at]
}
