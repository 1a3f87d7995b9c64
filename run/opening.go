package run

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// OpeningKind is the artefact kind of what opens a part, which is private.
func OpeningKind() artefact.Kind { return artefact.Kind{'p', 'o', 'p', 'n'} }

const (
	openingVersion = 1
	maxOpening     = 1 << 30
)

// Opening opens a committed part, together with the file of its rows: how they
// became integers, and what blinds the commitments. Whoever has it can tell
// which rows were committed; it is given only to those who may have the rows.
type Opening struct {
	Recipe   Recipe
	Part     [32]byte // digest of the part it opens
	blinding [][]fr.Element
}

// Format keeps openings out of logs.
func (o *Opening) Format(f fmt.State, _ rune) { io.WriteString(f, "[opening of a part]") }

func writeOpening(path string, o *Opening) error {
	recipe, err := json.Marshal(&o.Recipe)
	if err != nil {
		return fmt.Errorf("%s: %w: %v", path, fault.ErrInput, err)
	}
	b := encode.Bytes(nil, recipe)
	for _, scalars := range o.blinding {
		b = commitments.AppendScalars(b, scalars)
	}
	return artefact.WriteFile(path, artefact.Encode(artefact.Header{Kind: OpeningKind(), Version: openingVersion, Statement: o.Part}, b), artefact.PrivateMode)
}

// ReadOpening reads the opening of a part. The file must be readable by its
// owner alone. Errors wrap fault.ErrRejected for the opening of another part,
// fault.ErrMalformed, fault.ErrVersion or fault.ErrInput.
//
// Soundness: that it opens the part is for OpenPart to check.
func ReadOpening(path string, part *bundle.PartFile) (_ *Opening, err error) {
	defer fault.Catch(&err, "opening", fault.ErrMalformed)
	file, err := artefact.ReadPrivateFile(path, maxOpening)
	if err != nil {
		return nil, err
	}
	h, payload, err := artefact.Decode(file, OpeningKind(), openingVersion)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	o := &Opening{Part: part.Digest()}
	if h.Statement != o.Part {
		return nil, fmt.Errorf("%s opens part %x, not %x: %w", path, h.Statement, o.Part, fault.ErrRejected)
	}
	malformed := func(format string, args ...any) error {
		return fmt.Errorf("%s: %s: %w", path, fmt.Sprintf(format, args...), fault.ErrMalformed)
	}
	r := encode.NewReader(payload)
	recipe := r.Bytes("recipe", len(payload))
	if err := r.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := artefact.CheckJSON(recipe); err != nil {
		return nil, malformed("recipe: %v", err)
	}
	if err := json.Unmarshal(recipe, &o.Recipe); err != nil {
		return nil, malformed("recipe: %v", err)
	}
	rest := r.Fixed("blinding", r.Left())
	for _, rows := range part.Part.Tensors() {
		size := len(rows) * commitments.ScalarBytes
		if len(rest) < size {
			return nil, malformed("%d bytes too few", size-len(rest))
		}
		scalars, err := commitments.DecodeScalars(rest[:size], len(rows))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		o.blinding, rest = append(o.blinding, scalars), rest[size:]
	}
	if len(rest) != 0 {
		return nil, malformed("%d bytes too many", len(rest))
	}
	return o, nil
}
