package run

// Records are what the stages of a run have written down for people: nothing of it is
// proven.
type Records struct {
	Train *TrainRecord
	Prove *ProveRecord
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
	return r, err
}
