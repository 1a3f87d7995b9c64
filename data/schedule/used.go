package schedule

// Used returns how many rows of the dataset any step reads, each counted once.
// Memory: a bit for each row, beside that of Rows.
func (s *Schedule) Used() (int64, error) {
	seen := make([]uint64, s.rows/64+1)
	refs := make([]Ref, s.spec.Batch)
	var used int64
	for step := 0; step < s.spec.Steps && used < s.read; step++ {
		if err := s.Rows(step, refs); err != nil {
			return 0, err
		}
		for _, ref := range refs {
			n := s.starts[ref.Part] + int64(ref.Row)
			if bit := uint64(1) << (n % 64); seen[n/64]&bit == 0 {
				seen[n/64] |= bit
				used++
			}
		}
	}
	return used, nil
}
