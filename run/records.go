package run

import "github.com/zkaudit/zkaudit/bundle"

// Records are what the stages of a run have written down for people: nothing of it is
// proven.
type Records struct {
	Train *TrainRecord
	Prove *ProveRecord
	// Calibration compares runs in the formats and at the rate of this one with
	// float64; nil where nothing was calibrated for them.
	Calibration *CalibrationRecord
}

// Records returns what has been written down, or nil where nothing is trained.
func (d *Directory) Records() (*Records, error) {
	r := &Records{Train: &TrainRecord{}, Prove: &ProveRecord{}}
	found, err := d.readRecord(trainDir, r.Train)
	if err != nil || !found {
		return nil, err
	}
	if found, err = d.readRecord(proveDir, r.Prove); !found {
		r.Prove = nil
	}
	if err != nil {
		return nil, err
	}
	r.Calibration, err = d.Calibration()
	return r, err
}

// Parts returns the committed parts of the dataset, as their files publish them; none
// where nothing is committed.
func (d *Directory) Parts() ([]*bundle.PartFile, error) {
	var r CommitRecord
	if found, err := d.readRecord(commitDir, &r); err != nil || !found {
		return nil, err
	}
	var parts []*bundle.PartFile
	for _, p := range r.Parts {
		file, err := bundle.ReadPart(d.file(commitDir, p.File))
		if err != nil {
			return nil, err
		}
		parts = append(parts, file)
	}
	return parts, nil
}
