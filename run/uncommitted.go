package run

import (
	"encoding/hex"

	"github.com/zkaudit/zkaudit/data/schedule"
)

// orderOf returns the rows in the order that training has, where they are committed as
// they are; else by stand-ins for the digests of parts.
func (d *Directory) orderOf(rows *dataset) (o ordered, committed bool, err error) {
	o.rows = rows.trained()
	var made CommitRecord
	if _, err := d.readRecord(commitDir, &made); err != nil {
		return o, false, err
	}
	committed = len(made.Parts) == len(o.rows)
	for i, n := range o.rows {
		digest := []byte{byte(i), byte(i >> 8)}
		if committed {
			known, err := hex.DecodeString(made.Parts[i].Digest)
			if committed = err == nil && len(known) == 32 && made.Parts[i].Rows == n; committed {
				digest = known
			}
		}
		o.digests = append(o.digests, [32]byte(append(digest, make([]byte, 32-len(digest))...)))
	}
	return o, committed, nil
}

// uncommitted settles the run of a configuration on rows in an order, whether they are
// committed or not. It has no commitments, and belongs to no data.
func uncommitted(c *Config, m *model, rows *dataset, o ordered) (*Job, error) {
	j := &Job{model: m, rows: rows}
	var err error
	if j.spec, err = specOf(c, o); err != nil {
		return nil, err
	}
	if j.schedule, err = schedule.New(j.spec); err != nil {
		return nil, err
	}
	j.Run, err = newRun(c, m, rows, j.schedule)
	return j, err
}
