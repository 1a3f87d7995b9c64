package run

import (
	"context"
	"encoding/hex"
	"fmt"
	"os"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/fault"
	"github.com/zkaudit/zkaudit/proof/mode"
)

// CommitRecord says what Commit has made.
type CommitRecord struct {
	SRS     string       `json:"srs"`
	RowBits int          `json:"row_bits"`
	Mode    string       `json:"mode"`
	Parts   []PartRecord `json:"parts"`
}

// PartRecord describes a committed part.
type PartRecord struct {
	Files    []string `json:"files"`
	Rows     int      `json:"rows"`
	Held     int      `json:"held_out"`
	Features int      `json:"features"`
	Labels   int      `json:"labels"`
	Kind     string   `json:"kind"`
	Integers string   `json:"integers"`   // digest of the rows as integers: private
	Digest   string   `json:"commitment"` // what statements name
	// Encoding says how cells became integers; other data must be read so.
	Encoding *data.Encoding `json:"encoding,omitempty"`
}

// Commit commits to every part of the dataset, and proves its certificate.
// What an earlier call has made of the same rows is kept; if rows or formats
// have changed since, it fails with fault.ErrUsage unless restart is set, which
// discards everything made so far.
func (d *Directory) Commit(ctx context.Context, restart bool) (*CommitRecord, error) {
	if restart {
		if err := d.discard(commitDir, trainDir, proveDir); err != nil {
			return nil, err
		}
	}
	m, err := readModel(d.Path, d.Config)
	if err != nil {
		return nil, err
	}
	rows, err := readDataset(d.Path, d.Config, m.program())
	if err != nil {
		return nil, err
	}
	srs, err := d.SRS()
	if err != nil {
		return nil, err
	}
	if err := d.stage(commitDir); err != nil {
		return nil, err
	}
	want := d.describe(rows, m, srs)
	var have CommitRecord
	found, err := d.readRecord(commitDir, &have)
	if err != nil {
		return nil, err
	}
	if found {
		return &have, have.same(want)
	}
	d.progress.Start("commit and certify", 2*len(rows.train))
	defer d.progress.Finish()
	for i, part := range rows.train {
		if err := d.commitPart(ctx, i, part, want, m, srs); err != nil {
			return nil, fmt.Errorf("part %d: %w", i, err)
		}
	}
	return want, d.writeRecord(commitDir, want)
}

func (d *Directory) commitPart(ctx context.Context, i int, rows *data.Dataset, r *CommitRecord, m *model, srs *commitments.SRS) error {
	part, err := CommitPart(srs, rows, m.program().Loss.Labels, d.rand)
	if err != nil {
		return err
	}
	d.progress.Advance(2*i+1, fmt.Sprintf("part %d: %d rows committed", i, rows.Rows))
	certificate, err := part.Certify(ctx, mode.Name(d.Config.Proof.Mode), d.prover(srs), d.arena)
	if err != nil {
		return err
	}
	digest := bundle.PartDigest(part.Shape, srs.ID, srs.RowBits, part.Public)
	r.Parts[i].Digest = hex.EncodeToString(digest[:])
	if err := d.savePart(i, part, srs); err != nil {
		return err
	}
	if err := d.saveProof(d.file(commitDir, fmt.Sprintf("part-%03d.certificate", i)), digest, certificate); err != nil {
		return err
	}
	d.progress.Advance(2*i+2, fmt.Sprintf("part %d: certified", i))
	return nil
}

// describe says what Commit would make.
func (d *Directory) describe(rows *dataset, m *model, srs *commitments.SRS) *CommitRecord {
	r := &CommitRecord{SRS: hex.EncodeToString(srs.ID[:]), RowBits: srs.RowBits, Mode: d.Config.Proof.Mode}
	for i, part := range rows.train {
		integers := part.Digest()
		p := PartRecord{
			Rows: part.Rows, Features: part.Width, Labels: part.Labels.Width(), Kind: string(m.program().Loss.Labels),
			Integers: hex.EncodeToString(integers[:]), Encoding: part.Source.Encoding,
		}
		if rows.test[i] != nil {
			p.Held = rows.test[i].Rows
		}
		for _, f := range part.Source.Files {
			p.Files = append(p.Files, f.Name)
		}
		r.Parts = append(r.Parts, p)
	}
	return r
}

// same returns fault.ErrUsage, naming the change, unless what was committed is
// what would be committed now.
func (r *CommitRecord) same(now *CommitRecord) error {
	changed := func(what string) error {
		return fmt.Errorf("%s changed since the dataset was committed; undo that, or start over with zkaudit commit --restart: %w", what, fault.ErrUsage)
	}
	if r.SRS != now.SRS || r.RowBits != now.RowBits {
		return changed("the SRS or its row size has")
	}
	if r.Mode != now.Mode {
		return changed("the mode of proofs has")
	}
	if len(r.Parts) != len(now.Parts) {
		return changed("the number of data files has")
	}
	for i := range r.Parts {
		if a, b := r.Parts[i], now.Parts[i]; a.Integers != b.Integers || a.Kind != b.Kind {
			return changed(fmt.Sprintf("rows, labels or formats of data part %d have", i))
		}
	}
	return nil
}

// loadParts returns the committed parts with their secrets, and their
// certificates. Requires the rows that were committed.
func (d *Directory) loadParts(rows *dataset, m *model, srs *commitments.SRS) (parts []*Part, certificates [][]byte, err error) {
	var r CommitRecord
	found, err := d.readRecord(commitDir, &r)
	if err != nil {
		return nil, nil, err
	}
	if !found {
		return nil, nil, fmt.Errorf("the dataset is not committed yet: run zkaudit commit first: %w", fault.ErrUsage)
	}
	if err := r.same(d.describe(rows, m, srs)); err != nil {
		return nil, nil, err
	}
	for i := range rows.train {
		part := newPart(rows.train[i], m.program().Loss.Labels)
		if err := d.openPart(i, part, srs); err != nil {
			return nil, nil, fmt.Errorf("part %d: %w", i, err)
		}
		digest := bundle.PartDigest(part.Shape, srs.ID, srs.RowBits, part.Public)
		if r.Parts[i].Digest != hex.EncodeToString(digest[:]) {
			return nil, nil, fmt.Errorf("part %d: the commitment on disk is not the recorded one: %w", i, fault.ErrMalformed)
		}
		path := d.file(commitDir, fmt.Sprintf("part-%03d.certificate", i))
		certificate, err := d.loadProof(path, digest)
		if err != nil {
			return nil, nil, err
		}
		if certificate == nil {
			return nil, nil, fmt.Errorf("%s: %w: %w", path, fault.ErrInput, os.ErrNotExist)
		}
		parts, certificates = append(parts, part), append(certificates, certificate)
	}
	return parts, certificates, nil
}
