package evm

import (
	"encoding/binary"
	"fmt"
	"math/bits"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/public"
	"github.com/zkaudit/zkaudit/relation"
)

// Kinds of claims on public tensors (PublicTensors.sol).
const (
	kindCells = iota + 1
	kindSelection
	kindFilter
	kindRate
	kindOpened
)

const (
	maxCells = 64 // of a tensor that is evaluated by its cells
	maxRuns  = 8  // of a selection that is evaluated by its runs
)

// publicClaim writes how a claim on a public tensor is checked.
func (p *program) publicClaim(number int) error {
	c := p.outcome.Public[number]
	t := p.class.Layout.System.Tensor(c.Tensor)
	if record, ok := PublicRecord(t); ok {
		p.code = append(p.code, record...)
		p.point(c.Point)
		return nil
	}
	return p.opened(t, number)
}

// PublicRecord returns how a chain evaluates a public tensor, as PublicTensors.sol reads
// it before the places of a claim's coordinates; false if it does not.
func PublicRecord(t *relation.Tensor) ([]byte, bool) {
	switch src := t.Source.(type) {
	case *relation.Values:
		if len(src.Cells) > maxCells {
			return nil, false
		}
		record := []byte{kindCells, byte(t.Log())}
		for _, v := range src.Cells {
			record = binary.BigEndian.AppendUint64(record, uint64(v))
		}
		return record, true
	case *relation.Selection:
		runs, few := runsOf(src)
		if !few {
			return nil, false
		}
		record := []byte{kindSelection, byte(t.Axes[0].Log() + t.Axes[1].Log()), byte(t.Axes[2].Log())}
		record = binary.BigEndian.AppendUint16(record, uint16(len(runs)))
		for _, r := range runs {
			for _, n := range []int{r.first, r.end, r.row} {
				record = binary.BigEndian.AppendUint32(record, uint32(n))
			}
		}
		return record, true
	case *relation.Filter:
		rate, constant := constantRate(src)
		if !constant {
			return nil, false
		}
		record := []byte{kindFilter, byte(t.Axes[0].Log())}
		if len(t.Axes) == 1 {
			record[0] = kindRate
		}
		record = binary.BigEndian.AppendUint32(record, uint32(len(src.Rates)))
		return binary.BigEndian.AppendUint64(record, uint64(rate)), true
	}
	return nil, false
}

// run says that slots from first on, and before end, read rows one after the other from
// row on.
type run struct{ first, end, row int }

// runsOf returns the runs of a selection whose slots are numbered by the bits of step
// and place, that is of a batch of a power of two; false if it is none or has many.
func runsOf(sel *relation.Selection) ([]run, bool) {
	if bits.OnesCount(uint(sel.Batch)) != 1 {
		return nil, false
	}
	var runs []run
	for slot, row := range sel.Rows {
		switch last := len(runs) - 1; {
		case row < 0:
		case last >= 0 && runs[last].end == slot && runs[last].row+slot-runs[last].first == int(row):
			runs[last].end++
		case len(runs) == maxRuns:
			return nil, false
		default:
			runs = append(runs, run{slot, slot + 1, int(row)})
		}
	}
	return runs, true
}

// constantRate returns the rate of a filter without memory whose steps all have the
// same.
func constantRate(f *relation.Filter) (int64, bool) {
	if f.Response != nil || len(f.Rates) == 0 {
		return 0, false
	}
	for _, r := range f.Rates {
		if r != f.Rates[0] {
			return 0, false
		}
	}
	return f.Rates[0], true
}

// opened writes that a claim is opened, and commits to the tensor the first time.
func (p *program) opened(t *relation.Tensor, number int) error {
	c, claim := p.class, p.outcome.Public[number]
	if n := t.Log(); n > c.Layout.RowLog {
		wayOut := "rows of as many cells"
		if _, selects := t.Source.(*relation.Selection); selects {
			wayOut = "a batch of a power of two and a schedule in committed order, whose rows a chain evaluates"
		}
		return fmt.Errorf("2^%d cells, and a chain opens what is in one row of 2^%d: this takes %s: %w", n, c.Layout.RowLog, wayOut, fault.ErrUnsupported)
	}
	at := -1
	for i := range c.tables {
		if c.tables[i].tensor == claim.Tensor {
			at = i
		}
	}
	if at < 0 {
		cells := public.Partial(t, make([][]fr.Element, len(t.Axes)))
		rows, err := c.setup.CommitField(cells, nil)
		if err != nil {
			return err
		}
		at = len(c.tables)
		c.tables = append(c.tables, table{claim.Tensor, cells, rows[0]})
	}
	c.claims = append(c.claims, openedClaim{table: at, number: number})
	p.code = append(p.code, kindOpened)
	p.number(at)
	p.code = append(p.code, byte(t.Log()))
	p.point(claim.Point)
	return nil
}
