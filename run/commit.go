package run

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/data/recipe"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof/mode"
)

// CommitRecord says what Commit has made.
type CommitRecord struct {
	Setup   string       `json:"setup"`
	RowBits int          `json:"row_bits"`
	Mode    string       `json:"mode"`
	Parts   []PartRecord `json:"parts"`
	// Tests are the parts of rows held out, where run.toml asks for them.
	Tests []PartRecord `json:"tests,omitempty"`
	// Remarks are what the owner should know of the data just committed.
	Remarks []error `json:"-"`
}

// PartRecord describes a committed part.
type PartRecord struct {
	Name       string           `json:"name"` // what claims call the part
	File       string           `json:"file"` // of the part, public; what opens it lies beside it
	Source     string           `json:"source"`
	Imported   bool             `json:"imported,omitempty"` // committed by its owner
	Rows       int              `json:"rows"`
	Held       int              `json:"held_out"`
	Features   int              `json:"features"`
	Labels     int              `json:"labels"`
	Kind       string           `json:"kind"`
	Attributes []AttributeCount `json:"attributes,omitempty"`
	Integers   string           `json:"integers,omitempty"` // digest of the rows as integers: private, on disk only
	Digest     string           `json:"commitment"`         // what statements name
}

// AttributeCount says how many values an attribute may have, and which.
type AttributeCount struct {
	Name       string   `json:"name"`
	Values     int      `json:"values"`
	Vocabulary []string `json:"vocabulary,omitempty"`
}

// Names in the directory of commitments.
const (
	partPattern  = "part-%03d"
	testPattern  = "test-%03d"
	encodingFile = "encoding.json" // of csv files
)

// piece is one part to commit: rows to train on, or rows held out.
type piece struct {
	name     string // of its files
	rows     *data.Dataset
	recipe   *recipe.Recipe
	imported *imported
	source   string
	table    int // number of its [[data]] table, from 0
	held     int
}

// pieces lists what is committed: parts to train on, then test parts.
func (d *Directory) pieces(rows *dataset) (parts, tests []piece) {
	for i := range rows.train {
		part, test := d.Config.names(i)
		p := piece{
			name: part, rows: rows.train[i], recipe: rows.recipes[i],
			imported: rows.imported[i], source: d.Config.Data[i].File, table: i,
		}
		if rows.test[i] != nil {
			p.held = rows.test[i].Rows
		}
		parts = append(parts, p)
		if d.Config.Test.Commit && rows.test[i] != nil {
			tests = append(tests, piece{name: test, rows: rows.test[i], recipe: rows.testRecipes[i], source: p.source, table: i})
		}
	}
	return parts, tests
}

// Commit commits to every part of the dataset, and proves its certificate; a
// part that its owner has committed is checked instead. What an earlier call
// has made of the same rows is kept, and parts that run.toml names after those are
// added as long as nothing is trained; if rows or formats have changed since, it
// fails with fault.ErrUsage unless restart is set, which discards everything
// made so far. The record returned may be shown, the one on disk may not.
func (d *Directory) Commit(ctx context.Context, restart bool) (*CommitRecord, error) {
	m, rows, err := d.read()
	if err != nil {
		return nil, err
	}
	segments, err := d.Config.segmenting(m, rows.trained())
	if err != nil {
		return nil, err
	}
	if err := segments.check(d.Config.Training.SegmentSteps); err != nil {
		return nil, err
	}
	setup, err := d.Setup()
	if err != nil {
		return nil, err
	}
	parts, tests := d.pieces(rows)
	fits := func() error {
		all := append(parts, tests...)
		if err := d.fitsCommit(rows, all, m.program().Loss.Labels); err != nil {
			return err
		}
		return d.committingFits(all)
	}
	if restart {
		if err := fits(); err != nil {
			return nil, err
		}
		if err := d.discard(commitDir); err != nil {
			return nil, err
		}
	}
	if err := d.stage(commitDir); err != nil {
		return nil, err
	}
	want := d.describe(rows, m, setup)
	var have CommitRecord
	found, err := d.readRecord(commitDir, &have)
	if err != nil {
		return nil, err
	}
	if found && !(have.grows(want) && d.nothingTrained()) {
		return have.shown(), have.same(want)
	}
	if err := fits(); err != nil {
		return nil, err
	}
	for i := range d.Config.Data { // before anything is committed that could be audited
		if _, err := d.origins(i); err != nil {
			return nil, err
		}
	}
	pieces, into := have.remaining(want, parts, tests)
	d.progress.Start("commit and certify", 2*len(pieces))
	defer d.progress.Finish()
	for i, p := range pieces {
		if err := d.commitPiece(ctx, 2*i, p, into[i], m.program().Loss.Labels, setup); err != nil {
			return nil, fmt.Errorf("%s: %w", p.name, err)
		}
	}
	if err := d.writeEncoding(rows); err != nil {
		return nil, err
	}
	want.Remarks = rows.remarks
	return want.shown(), d.writeRecord(commitDir, want)
}

// shown returns the record without the digests of rows, which are not blinded:
// guesses of the rows could be tested against them.
func (r *CommitRecord) shown() *CommitRecord {
	s := *r
	s.Parts, s.Tests = slices.Clone(r.Parts), slices.Clone(r.Tests)
	for _, p := range append(pointers(s.Parts), pointers(s.Tests)...) {
		p.Integers = ""
	}
	return &s
}

func pointers[T any](list []T) []*T {
	out := make([]*T, len(list))
	for i := range list {
		out[i] = &list[i]
	}
	return out
}

// commitPiece writes the part's file and opening.
func (d *Directory) commitPiece(ctx context.Context, done int, p piece, r *PartRecord, kind graph.LabelKind, setup *commitments.Setup) error {
	var file *bundle.PartFile
	var opening *owner.PartOpening
	if p.imported != nil {
		file, opening = p.imported.file, p.imported.opening
		if err := d.checkImported(ctx, p.imported, p.rows, setup); err != nil {
			return err
		}
	} else {
		m, part := mode.Name(d.Config.Proof.Mode), owner.NewPart(p.rows, kind)
		if d.Config.Columns.PublishEncoding {
			part.Encoding = p.recipe.Encoding
		}
		if err := part.Commit(setup, m, d.rand); err != nil {
			return err
		}
		d.progress.Advance(done+1, fmt.Sprintf("%s: %d rows committed", p.name, p.rows.Rows))
		certificate, err := part.Certify(ctx, m, d.prover(setup), d.arena)
		if err != nil {
			return err
		}
		file = part.File(setup, certificate)
		opening = &owner.PartOpening{Recipe: *p.recipe, Part: file.Digest(), Blinding: part.Blinding}
	}
	digest := file.Digest()
	r.Digest = hex.EncodeToString(digest[:])
	if err := owner.WritePartOpening(d.file(commitDir, p.name+".opening"), opening); err != nil {
		return err
	}
	encoded, err := file.Marshal()
	if err != nil {
		return err
	}
	d.progress.Advance(done+2, p.name+": certified")
	return artefact.WriteFile(d.file(commitDir, p.name+".part"), encoded, artefact.PublicMode)
}

// writeEncoding writes how cells of csv files became integers, for other rows
// to be read the same way: by another owner, or in a prediction.
func (d *Directory) writeEncoding(rows *dataset) error {
	if rows.encoding == nil {
		return nil
	}
	text, err := json.MarshalIndent(rows.encoding, "", " ")
	if err != nil {
		return fmt.Errorf("encoding: %w: %v", fault.ErrInput, err)
	}
	return artefact.WriteFile(d.file(commitDir, encodingFile), append(text, '\n'), artefact.PrivateMode)
}

// describe says what Commit would make.
func (d *Directory) describe(rows *dataset, m *model, setup *commitments.Setup) *CommitRecord {
	r := &CommitRecord{Setup: hex.EncodeToString(setup.ID[:]), RowBits: setup.RowBits, Mode: d.Config.Proof.Mode}
	parts, tests := d.pieces(rows)
	for _, p := range parts {
		r.Parts = append(r.Parts, p.describe(m))
	}
	for _, p := range tests {
		r.Tests = append(r.Tests, p.describe(m))
	}
	return r
}

func (p *piece) describe(m *model) PartRecord {
	integers := p.rows.Digest()
	r := PartRecord{
		Name: p.name, File: p.name + ".part", Source: p.source, Imported: p.imported != nil, Rows: p.rows.Rows, Held: p.held, Features: p.rows.Width,
		Labels: p.rows.Labels.Width(), Kind: string(m.program().Loss.Labels), Integers: hex.EncodeToString(integers[:]),
	}
	for _, a := range p.rows.Attributes {
		r.Attributes = append(r.Attributes, AttributeCount{a.Name, len(a.Vocabulary), a.Vocabulary})
	}
	return r
}

// same returns fault.ErrUsage, naming the change, unless what was committed is
// what would be committed now.
func (r *CommitRecord) same(now *CommitRecord) error {
	changed := func(what string) error {
		return fmt.Errorf("%s changed since the dataset was committed; undo that, or start over with zkaudit commit --restart: %w", what, fault.ErrUsage)
	}
	if r.Setup != now.Setup || r.RowBits != now.RowBits {
		return changed("the setup or its row size has")
	}
	if r.Mode != now.Mode {
		return changed("the mode of proofs has")
	}
	if len(r.Parts) != len(now.Parts) {
		return changed("the number of data files has")
	}
	if len(r.Tests) != len(now.Tests) {
		return changed("the number of test parts has")
	}
	for _, side := range []struct {
		what     string
		was, now []PartRecord
	}{{"data part", r.Parts, now.Parts}, {"test part", r.Tests, now.Tests}} {
		for i := range side.was {
			if a, b := side.was[i], side.now[i]; a.Integers != b.Integers || a.Kind != b.Kind || a.Imported != b.Imported || a.File != b.File {
				return changed(fmt.Sprintf("rows, labels or formats of %s %d have", side.what, i))
			}
		}
	}
	return nil
}

// grows tells whether what would be committed now is what was committed, and parts
// after it.
func (r *CommitRecord) grows(now *CommitRecord) bool {
	if len(now.Parts) <= len(r.Parts) || len(now.Tests) < len(r.Tests) {
		return false
	}
	first := *now
	first.Parts, first.Tests = now.Parts[:len(r.Parts)], now.Tests[:len(r.Tests)]
	return r.same(&first) == nil
}

// remaining returns the pieces that are not committed yet, with their records in now,
// where it notes the digests of those that are. Requires that now is r, or grows it.
func (r *CommitRecord) remaining(now *CommitRecord, parts, tests []piece) (pieces []piece, into []*PartRecord) {
	for _, side := range []struct {
		was, now []PartRecord
		pieces   []piece
	}{{r.Parts, now.Parts, parts}, {r.Tests, now.Tests, tests}} {
		for i := range side.now {
			if i < len(side.was) {
				side.now[i].Digest = side.was[i].Digest
				continue
			}
			pieces, into = append(pieces, side.pieces[i]), append(into, &side.now[i])
		}
	}
	return pieces, into
}

// nothingTrained tells whether nothing rests on what is committed.
func (d *Directory) nothingTrained() bool {
	for _, name := range []string{trainDir, BundleFile} {
		if _, err := os.Lstat(d.file(name)); !errors.Is(err, fs.ErrNotExist) {
			return false
		}
	}
	return true
}

// committed returns the record of what was committed. It fails with
// fault.ErrUsage if nothing was, or if other rows would be committed now.
func (d *Directory) committed(rows *dataset, m *model, setup *commitments.Setup) (*CommitRecord, error) {
	var r CommitRecord
	found, err := d.readRecord(commitDir, &r)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, fmt.Errorf("the dataset is not committed yet: run zkaudit commit first: %w", fault.ErrUsage)
	}
	now := d.describe(rows, m, setup)
	if r.grows(now) && d.nothingTrained() {
		return nil, fmt.Errorf("%s names parts that are not committed yet: run zkaudit commit first: %w", ConfigFile, fault.ErrUsage)
	}
	return &r, r.same(now)
}

// loadParts returns the committed parts with their secrets, and their
// certificates. Requires the rows that were committed.
func (d *Directory) loadParts(rows *dataset, m *model, setup *commitments.Setup) (parts []*owner.Part, certificates [][]byte, err error) {
	r, err := d.committed(rows, m, setup)
	if err != nil {
		return nil, nil, err
	}
	pieces, _ := d.pieces(rows)
	for i, p := range pieces {
		part, certificate, err := d.loadPart(p.name, p.rows, &r.Parts[i], setup)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", p.name, err)
		}
		parts, certificates = append(parts, part), append(certificates, certificate)
	}
	return parts, certificates, nil
}

// loadPart returns a committed part with its secrets, and its certificate.
// Requires the rows that were committed: it does not commit again.
func (d *Directory) loadPart(name string, rows *data.Dataset, r *PartRecord, setup *commitments.Setup) (*owner.Part, []byte, error) {
	file, err := bundle.ReadPart(d.file(commitDir, name+".part"))
	if err != nil {
		return nil, nil, err
	}
	if file.Setup != setup.ID {
		return nil, nil, fmt.Errorf("commitment made with another setup: %w", fault.ErrVersion)
	}
	if digest := file.Digest(); r.Digest != hex.EncodeToString(digest[:]) {
		return nil, nil, fmt.Errorf("the commitment on disk is not the recorded one: %w", fault.ErrMalformed)
	}
	opening, err := owner.ReadPartOpening(d.file(commitDir, name+".opening"), file)
	if errors.Is(err, fault.ErrRejected) { // no verdict: these are files of our own
		return nil, nil, fmt.Errorf("the opening on disk is that of another part: %w: %v", fault.ErrMalformed, fault.Text(err, nil))
	}
	if err != nil {
		return nil, nil, err
	}
	return owner.TrustedPart(file, opening, rows), file.Certificate, nil
}
