package owner

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/data/recipe"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// PartOpeningKind is the artefact kind of the opening of a part, which is private.
func PartOpeningKind() artefact.Kind { return artefact.Kind{'p', 'o', 'p', 'n'} }

const (
	partOpeningVersion = 1
	maxOpening         = 1 << 30
)

// PartOpening opens a committed part, together with the file of its rows: how they
// became integers, and what blinds the commitments. Whoever has it can tell
// which rows were committed; it is given only to those who may have the rows.
type PartOpening struct {
	Recipe   recipe.Recipe
	Part     [32]byte // digest of the part it opens
	Blinding [][]fr.Element
}

// Format keeps openings out of logs.
func (o *PartOpening) Format(f fmt.State, _ rune) { io.WriteString(f, "[opening of a part]") }

// WritePartOpening writes an opening to path, readable by its owner alone.
func WritePartOpening(path string, o *PartOpening) error {
	b, err := o.MarshalBinary()
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return artefact.WriteFile(path, b, artefact.PrivateMode)
}

// MarshalBinary encodes an opening. Errors wrap fault.ErrInput.
func (o *PartOpening) MarshalBinary() ([]byte, error) {
	text, err := json.Marshal(&o.Recipe)
	if err != nil {
		return nil, fmt.Errorf("recipe: %w: %v", fault.ErrInput, err)
	}
	b := encode.Bytes(nil, text)
	for _, scalars := range o.Blinding {
		b = commitments.AppendScalars(b, scalars)
	}
	return artefact.Encode(artefact.Header{Kind: PartOpeningKind(), Version: partOpeningVersion, Statement: o.Part}, b), nil
}

// ReadPartOpening reads the opening of a part. The file must be readable by its
// owner alone. Errors wrap fault.ErrRejected for the opening of another part,
// fault.ErrMalformed, fault.ErrVersion or fault.ErrInput.
//
// Soundness: that it opens the part is for OpenPart to check.
func ReadPartOpening(path string, part *bundle.PartFile) (_ *PartOpening, err error) {
	defer fault.Catch(&err, "opening", fault.ErrMalformed)
	file, err := artefact.ReadPrivateFile(path, maxOpening)
	if err != nil {
		return nil, err
	}
	h, payload, err := artefact.Decode(file, PartOpeningKind(), partOpeningVersion)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	o := &PartOpening{Part: part.Digest()}
	if h.Statement != o.Part {
		return nil, fmt.Errorf("%s opens part %x, not %x: %w", path, h.Statement, o.Part, fault.ErrRejected)
	}
	malformed := func(err error) error { return fmt.Errorf("%s: recipe: %v: %w", path, err, fault.ErrMalformed) }
	r := encode.NewReader(payload)
	text := r.Bytes("recipe", len(payload))
	if err := r.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := artefact.CheckJSON(text); err != nil {
		return nil, malformed(err)
	}
	if err := json.Unmarshal(text, &o.Recipe); err != nil {
		return nil, malformed(err)
	}
	if o.Blinding, err = decodeBlinding(path, r.Fixed("blinding", r.Left()), part.Commitment.Tensors()); err != nil {
		return nil, err
	}
	return o, nil
}

// decodeBlinding reads a factor for each of the committed rows, tensor by tensor,
// and nothing else. Errors wrap fault.ErrMalformed and name the file.
func decodeBlinding[P any](path string, payload []byte, tensors [][]P) ([][]fr.Element, error) {
	var blinding [][]fr.Element
	for _, rows := range tensors {
		size := len(rows) * commitments.ScalarBytes
		if len(payload) < size {
			return nil, fmt.Errorf("%s: %d bytes too few: %w", path, size-len(payload), fault.ErrMalformed)
		}
		scalars, err := commitments.DecodeScalars(payload[:size], len(rows))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		blinding, payload = append(blinding, scalars), payload[size:]
	}
	if len(payload) != 0 {
		return nil, fmt.Errorf("%s: %d bytes too many: %w", path, len(payload), fault.ErrMalformed)
	}
	return blinding, nil
}
