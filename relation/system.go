package relation

// Table is a public lookup table of 2^Log rows. Column 0 of row i holds
// Offset + i, so a row is found from its first cell. A table whose content
// ends earlier repeats row 0: rows at and after Rows are copies of row 0.
type Table struct {
	Name    string
	Log     int
	Rows    int
	Offset  int64
	Columns []ID // public tensors on the table's axis
	Count   ID   // witness: how often each row is looked up
}

// Lookup says that on every real cell of the given columns, which share
// their axes, the tuple of their values is a row of Tables[Table].
type Lookup struct {
	Table   int
	Columns []ID
}

// Equation says that a Sum over the given axes is zero in every cell, padded
// cells included.
type Equation struct {
	Name string
	Axes []Axis
	Sum  Sum
}

// System is everything a proof claims. Order matters: it is the order in
// which tensors are committed, claims are made and messages are sent.
type System struct {
	Name      string
	Tensors   []Tensor
	Equations []Equation
	Tables    []Table
	Lookups   []Lookup
}

// Tensor returns the tensor with the given ID.
func (s *System) Tensor(id ID) *Tensor { return &s.Tensors[id] }

// Committed returns the IDs of the tensors of the given kind, in order.
func (s *System) Committed(k Kind) []ID {
	var ids []ID
	for i := range s.Tensors {
		if s.Tensors[i].Kind == k {
			ids = append(ids, ID(i))
		}
	}
	return ids
}
