package run

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/zkaudit/zkaudit/data/recipe"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// originsFile keeps, by file of rows as run.toml names it, the digests of what
// was ever committed from it here: the accounts of a ledger. It outlives all
// commitments, so that committing anew grants no new budget, and is private,
// since guesses of rows can be tested against it.
const originsFile = "origins.json"

// origins returns the digests of what has been read from the file of a [[data]]
// table, the present content's among them, and writes down those that are new.
func (d *Directory) origins(i int) ([]string, error) {
	files := d.Config.Data[i]
	known := map[string][]string{}
	text, err := artefact.ReadPrivateFile(d.file(originsFile), maxRecord)
	if err == nil {
		err = json.Unmarshal(text, &known)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s, which says what has been committed here (restore it; without it audits begin to count anew): %w: %v", d.file(originsFile), fault.ErrInput, err)
	}
	now, err := recipe.Origin(within(d.Path, files.File), d.Config.Columns.Format)
	if err != nil || slices.Contains(known[files.File], now) {
		return known[files.File], err
	}
	known[files.File] = append(known[files.File], now)
	if text, err = json.MarshalIndent(known, "", "  "); err != nil {
		return nil, fmt.Errorf("%s: %w: %v", originsFile, fault.ErrInput, err)
	}
	return known[files.File], artefact.WriteFile(d.file(originsFile), append(text, '\n'), artefact.PrivateMode)
}
