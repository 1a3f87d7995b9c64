package naive

import (
	"fmt"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/relation"
)

// counts returns how often the lookups read each row of a table, on real
// cells. Reads of row 0 are counted at row 0, not at its copies. Errors wrap
// fault.ErrRejected where a tuple is no row of the table.
func (t *Tables) counts(table int) ([]fr.Element, error) {
	tab := &t.sys.Tables[table]
	counts := make([]fr.Element, 1<<tab.Log)
	one := fr.One()
	for i := range t.sys.Lookups {
		if t.sys.Lookups[i].Table != table {
			continue
		}
		err := t.eachLookup(i, func(row int) { counts[row].Add(&counts[row], &one) })
		if err != nil {
			return nil, err
		}
	}
	return counts, nil
}

// eachLookup calls yield with the row that each real cell of a lookup reads.
func (t *Tables) eachLookup(lookup int, yield func(row int)) error {
	l := &t.sys.Lookups[lookup]
	tab := &t.sys.Tables[l.Table]
	columns, err := t.tables(l.Columns)
	if err != nil {
		return err
	}
	content, err := t.tables(tab.Columns)
	if err != nil {
		return err
	}
	first := t.sys.Tensor(l.Columns[0])
	for c := range realCells(first.Axes) {
		key, small := integer(&columns[0][c.flat])
		row := key - tab.Offset
		found := small && 0 <= row && row < int64(tab.Rows)
		wrong := 0
		for k := 0; found && k < len(columns); k++ {
			found, wrong = columns[k][c.flat].Equal(&content[k][row]), k
		}
		if !found {
			return fmt.Errorf("lookup %d: tensor %q%s = %s is not in table %q: %w", lookup,
				t.sys.Tensor(l.Columns[wrong]).Name, c.name(), columns[wrong][c.flat].String(), tab.Name, fault.ErrRejected)
		}
		yield(int(row))
	}
	return nil
}

func (t *Tables) tables(ids []relation.ID) ([][]fr.Element, error) {
	out := make([][]fr.Element, len(ids))
	for i, id := range ids {
		var err error
		if out[i], err = t.Table(id); err != nil {
			return nil, err
		}
	}
	return out, nil
}
