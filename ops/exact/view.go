package exact

// View reads an m×K matrix out of cells that its entries may share: entry
// (i,k) is Cells[Rows[i]+Columns[k]]. The patches of a convolution are one, with
// a row for each position; they are read where they lie and never written out.
type View struct {
	Cells         []int32
	Rows, Columns []int // m and K offsets
}

// source is the left factor of a product, read in blocks as float64.
type source interface {
	// shape returns m and K.
	shape() (rows, cols int)
	// largest returns the largest magnitude of a cell.
	largest() uint64
	// block writes rows from up to to, row-major.
	block(out []float64, from, to int)
	// transposed writes the columns of a span of rows from up to to, a column
	// after the other.
	transposed(out []float64, from, to int, columns span)
}

// rowMajor is a matrix of cols columns.
type rowMajor struct {
	cells      []int32
	rows, cols int
}

func (x rowMajor) shape() (rows, cols int) { return x.rows, x.cols }

func (x rowMajor) largest() uint64 { return largest32(x.cells) }

func (x rowMajor) block(out []float64, from, to int) {
	for j, v := range x.cells[from*x.cols : to*x.cols] {
		out[j] = float64(v)
	}
}

func (x rowMajor) transposed(out []float64, from, to int, columns span) {
	rows, height := to-from, columns.to-columns.from
	for r := range rows {
		for i, v := range x.cells[(from+r)*x.cols+columns.from:][:height] {
			out[i*rows+r] = float64(v)
		}
	}
}

func (v *View) shape() (rows, cols int) { return len(v.Rows), len(v.Columns) }

func (v *View) largest() uint64 { return largest32(v.Cells) }

func (v *View) block(out []float64, from, to int) {
	for i, row := range v.Rows[from:to] {
		cells, line := v.Cells[row:], out[i*len(v.Columns):(i+1)*len(v.Columns)]
		for k, column := range v.Columns {
			line[k] = float64(cells[column])
		}
	}
}

func (v *View) transposed(out []float64, from, to int, columns span) {
	rows := to - from
	for i, column := range v.Columns[columns.from:columns.to] {
		cells, line := v.Cells[column:], out[i*rows:(i+1)*rows]
		for r, row := range v.Rows[from:to] {
			line[r] = float64(cells[row])
		}
	}
}
