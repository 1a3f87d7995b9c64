package run

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/data/recipe"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/proof/proving"
	"github.com/zkaudit/zkaudit/proof/wrap"
)

// Options of a run directory.
type Options struct {
	Progress Progress  // nil: silent
	Rand     io.Reader // nil: crypto/rand
	// CacheDir keeps generators, the development setup and the keys of wraps
	// between runs; "" makes them anew.
	CacheDir string
	// KeysNotKept is told why keys cannot be kept in CacheDir; may be nil.
	KeysNotKept func(err error)
	// Memory is how much the process may take; the zero Limit is none. What does
	// not fit is refused before it starts.
	Memory memory.Limit
	// Space tells how much may be written to a file system; nil: artefact.Free.
	Space artefact.Space
}

// Directory is an open run directory. Model and data are read once: whoever
// changes them, or Config, opens it again. It is not safe for concurrent use.
type Directory struct {
	Path   string
	Config *Config

	progress Progress
	rand     io.Reader
	cacheDir string
	keys     *wrap.Cache
	tables   *ops.Tables
	arena    *poly.Arena
	setup    *commitments.Setup
	memory   memory.Limit
	space    artefact.Space
	unlock   func()
	swept    int // files that processes that were killed had left half written

	// What run.toml names, as it was read.
	model  *model
	rows   *dataset
	recipe *recipe.Recipe // of the first part
}

// Names in a run directory.
const (
	BundleFile      = "bundle.zka"
	ExpectationFile = "expect.toml"
	CalibrateDir    = "calibrate" // what calibration has found, and its plots
	modelFile       = "trained.tflite"
	AuditFile       = "audit.zka"    // claims that are proven
	LedgerFile      = "ledger.jsonl" // what they have released
	// modelOpeningFile opens the final weights of the run: private.
	modelOpeningFile = "trained.opening"

	commitDir = "commit"
	trainDir  = "train"
	proveDir  = "prove"
	record    = "record.json"
)

// Open reads run.toml and locks the directory. Close gives the lock back.
// Errors wrap fault.ErrInput (no such run, or another process is using
// it) or fault.ErrUsage (choices that make no sense).
func Open(dir string, o Options) (*Directory, error) {
	c, err := ReadConfig(filepath.Join(dir, ConfigFile))
	if err != nil {
		return nil, err
	}
	d := &Directory{Path: dir, Config: c, progress: o.Progress, rand: o.Rand, cacheDir: o.CacheDir, tables: ops.NewTables(), arena: &poly.Arena{}, memory: o.Memory, space: o.Space}
	d.keys = wrap.NewCache(keyDir(o.CacheDir))
	d.keys.Warn = o.KeysNotKept
	if d.progress == nil {
		d.progress = silent{}
	}
	if d.rand == nil {
		d.rand = rand.Reader
	}
	if d.space == nil {
		d.space = artefact.Free
	}
	if d.unlock, err = lock(dir); err != nil {
		return nil, err
	}
	d.swept = d.sweep()
	return d, nil
}

// readModel reads the model, unless it was read already.
func (d *Directory) readModel() (*model, error) {
	if d.model != nil {
		return d.model, nil
	}
	var err error
	d.model, err = readModel(d.Path, d.Config)
	return d.model, err
}

// read reads the model and the rows, unless they were read already.
func (d *Directory) read() (*model, *dataset, error) {
	m, err := d.readModel()
	if err != nil || d.rows != nil {
		return m, d.rows, err
	}
	if err := FitsReading(d.Path, d.Config, d.memory); err != nil {
		return nil, nil, err
	}
	if d.rows, err = readDataset(d.Path, d.Config, m.program()); err != nil {
		d.rows = nil
		return nil, nil, err
	}
	d.recipe = d.rows.recipes[0]
	return m, d.rows, nil
}

// keyDir is where a cache directory keeps keys.
func keyDir(cacheDir string) string {
	if cacheDir == "" {
		return ""
	}
	return filepath.Join(cacheDir, "keys")
}

// Keys returns the keys that the run's proofs are wrapped with, which its
// verifier may share: they follow from public values, or were set up here.
func (d *Directory) Keys() *wrap.Cache { return d.keys }

// prover makes proofs with the run's randomness and keys.
func (d *Directory) prover(setup *commitments.Setup) *proving.Prover {
	return &proving.Prover{Setup: setup, Cache: d.keys, Rand: d.rand}
}

// sweep removes what processes that were killed while they wrote have left in
// the directory and in those of its stages, and counts it.
func (d *Directory) sweep() (removed int) {
	removed = artefact.Sweep(d.Path)
	for _, stage := range []string{commitDir, trainDir, proveDir, claimsDir} {
		if info, err := os.Lstat(d.file(stage)); err == nil && info.IsDir() { // a link leads elsewhere
			removed += artefact.Sweep(d.file(stage))
		}
	}
	return removed
}

// Close gives the memory of proofs back, and unlocks the directory.
func (d *Directory) Close() {
	d.arena.Free()
	d.unlock()
}

func (d *Directory) file(parts ...string) string {
	return filepath.Join(append([]string{d.Path}, parts...)...)
}

// stage makes the directory of a stage. It holds private files.
func (d *Directory) stage(name string) error {
	return artefact.MakeFolder(d.file(name), 0o700)
}

// discard removes what a stage and those after it have made, the bundle first, so
// that nothing outlives what it rests on, not even for a moment. Of a stage's
// folder its record goes first: without it, the stage is not done, and whoever is
// interrupted here leaves no stage that says it is and has lost a file. It fails with
// fault.ErrUsage if run.toml reads one of these files, before any is removed.
func (d *Directory) discard(from string) error {
	made := map[string][]string{
		commitDir: {filepath.Join(commitDir, record), commitDir},
		trainDir:  {modelFile, filepath.Join(trainDir, record), trainDir},
		proveDir:  {BundleFile, ExpectationFile, modelOpeningFile, filepath.Join(proveDir, record), proveDir},
	}
	stages := []string{proveDir, trainDir, commitDir}
	var names []string
	for _, stage := range stages[:slices.Index(stages, from)+1] {
		names = append(names, made[stage]...)
	}
	for _, input := range d.Config.files() {
		for _, name := range names {
			rest, err := filepath.Rel(d.file(name), within(d.Path, *input))
			if *input != "" && err == nil && rest != ".." && !strings.HasPrefix(rest, ".."+string(filepath.Separator)) {
				return fmt.Errorf("%s is read by %s, and would be discarded: copy it elsewhere and name it there: %w", *input, ConfigFile, fault.ErrUsage)
			}
		}
	}
	for _, name := range names {
		if err := artefact.Remove(d.file(name)); err != nil {
			return err
		}
	}
	return nil
}

const maxRecord = 64 << 20

// writeRecord keeps what a stage has made.
func (d *Directory) writeRecord(stage string, r any) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("record of %s: %w", stage, err)
	}
	return artefact.WriteFile(d.file(stage, record), append(text, '\n'), artefact.PrivateMode)
}

// readRecord reads what a stage has made; false if there is nothing yet.
func (d *Directory) readRecord(stage string, r any) (bool, error) {
	path := d.file(stage, record)
	text, err := artefact.ReadPrivateFile(path, maxRecord)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := json.Unmarshal(text, r); err != nil {
		return false, fmt.Errorf("%s: %w: %v", path, fault.ErrMalformed, err)
	}
	return true, nil
}

// Setup returns the setup that the run is configured for.
func (d *Directory) Setup() (*commitments.Setup, error) {
	if d.setup != nil {
		return d.setup, nil
	}
	c := &d.Config.Proof
	var err error
	if !c.setupFile() {
		d.progress.Start(fmt.Sprintf("%s setup, 2^%d generators", c.Setup, c.RowBits), 0)
		defer d.progress.Finish()
		d.setup, err = CachedSetup(d.cacheDir, c.Setup, c.RowBits)
		return d.setup, err
	}
	if d.setup, err = commitments.ReadPowers(within(d.Path, c.Setup)); err != nil {
		return nil, err
	}
	if d.setup.RowBits != c.RowBits {
		return nil, fmt.Errorf("proof.row_bits is %d, the setup has rows of 2^%d cells: %w", c.RowBits, d.setup.RowBits, fault.ErrUsage)
	}
	return d.setup, nil
}

// CachedSetup makes the transparent or the development setup, or takes it from
// the cache. A cache that cannot be used is done without.
func CachedSetup(cacheDir, name string, rowBits int) (*commitments.Setup, error) {
	if name == TransparentSetup {
		return commitments.NewTransparent(rowBits, commitments.CachedGenerators(cacheDir))
	}
	if cacheDir != "" {
		if s, err := commitments.CachedDevelopment(cacheDir, rowBits); err == nil {
			return s, nil
		}
	}
	return commitments.NewDevelopment(rowBits)
}
