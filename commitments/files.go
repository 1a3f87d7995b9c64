package commitments

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
)

const (
	commitmentVersion = 1
	openingVersion    = 1

	commitmentHeadBytes = 32 + 1 + 1 + 8
	maxCells            = 1 << 40

	domainCommitment = "zkaudit v1 commitment digest"
	redacted         = "[private opening]"
)

func commitmentKind() artefact.Kind { return artefact.Kind{'c', 'o', 'm', 'm'} }
func openingKind() artefact.Kind    { return artefact.Kind{'o', 'p', 'e', 'n'} }

// Commitment is the public side of a committed tensor, such as one owner's
// part of a dataset or the weights of a checkpoint.
type Commitment struct {
	SRSID   [32]byte
	RowBits int    // ℓ
	Cells   uint64 // cells of the tensor, padding of its axes included
	Hiding  bool   // rows are blinded, so none is infinity
	Rows    []bn254.G1Affine
}

// NewCommitment describes rows made with s from a tensor of the given number
// of cells. Errors wrap fault.ErrUsage.
func NewCommitment(s *SRS, cells uint64, hiding bool, rows []bn254.G1Affine) (*Commitment, error) {
	c := &Commitment{SRSID: s.ID, RowBits: s.RowBits, Cells: cells, Hiding: hiding, Rows: rows}
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("%w: %w", fault.ErrUsage, err)
	}
	return c, nil
}

// check says what is wrong with the shape of c, without a fault kind.
func (c *Commitment) check() error {
	switch {
	case c.RowBits < MinRowBits || c.RowBits > MaxRowBits:
		return fmt.Errorf("commitment: rows of 2^%d cells", c.RowBits)
	case c.Cells < 1 || c.Cells > maxCells:
		return fmt.Errorf("commitment: %d cells", c.Cells)
	case uint64(len(c.Rows)) != (c.Cells-1)>>c.RowBits+1:
		return fmt.Errorf("commitment: %d rows for %d cells in rows of 2^%d", len(c.Rows), c.Cells, c.RowBits)
	}
	for i := range c.Rows {
		if c.Hiding && c.Rows[i].IsInfinity() {
			return fmt.Errorf("commitment: row %d is infinity", i)
		}
	}
	return nil
}

// Digest identifies c: SRS, row size, cells and the bytes of every row.
func (c *Commitment) Digest() [32]byte {
	h := sha256.New()
	h.Write([]byte(domainCommitment))
	h.Write(c.payload())
	return [32]byte(h.Sum(nil))
}

// MarshalBinary encodes c in the frame of package artefact, whose statement
// digest is Digest: SRS id (32), ℓ (1), hiding (1), cells (8), the rows.
func (c *Commitment) MarshalBinary() ([]byte, error) {
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("%w: %w", fault.ErrUsage, err)
	}
	return artefact.Encode(artefact.Header{Kind: commitmentKind(), Version: commitmentVersion, Statement: c.Digest()}, c.payload()), nil
}

func (c *Commitment) payload() []byte {
	b := make([]byte, 0, commitmentHeadBytes+len(c.Rows)*PointBytes)
	b = append(b, c.SRSID[:]...)
	b = append(b, byte(c.RowBits), 0)
	if c.Hiding {
		b[len(b)-1] = 1
	}
	b = binary.BigEndian.AppendUint64(b, c.Cells)
	return AppendPoints(b, c.Rows)
}

// UnmarshalCommitment decodes and checks a commitment. Soundness: it says
// nothing about the cells; callers compare Digest, or SRSID and RowBits, with
// what they expect.
func UnmarshalCommitment(data []byte) (_ *Commitment, err error) {
	defer fault.Catch(&err, "commitment", fault.ErrMalformed)
	head, payload, err := artefact.Decode(data, commitmentKind(), commitmentVersion)
	if err != nil {
		return nil, fmt.Errorf("commitment: %w", err)
	}
	c, err := decodeCommitment(payload)
	if err != nil {
		return nil, err
	}
	if c.Digest() != head.Statement {
		return nil, fmt.Errorf("commitment: digest does not match the content: %w", fault.ErrMalformed)
	}
	return c, nil
}

func decodeCommitment(payload []byte) (*Commitment, error) {
	if len(payload) < commitmentHeadBytes || payload[33] > 1 {
		return nil, fmt.Errorf("commitment: header of %d bytes or its flag: %w", len(payload), fault.ErrMalformed)
	}
	c := &Commitment{
		SRSID:   [32]byte(payload[:32]),
		RowBits: int(payload[32]),
		Hiding:  payload[33] == 1,
		Cells:   binary.BigEndian.Uint64(payload[34:commitmentHeadBytes]),
	}
	rows := payload[commitmentHeadBytes:]
	var err error
	if c.Rows, err = DecodePoints(rows, len(rows)/PointBytes, InfinityRule(!c.Hiding)); err != nil {
		return nil, fmt.Errorf("commitment: %w", err)
	}
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("%w: %w", fault.ErrMalformed, err)
	}
	return c, nil
}

// WriteCommitment writes c to path, whole or not at all.
func WriteCommitment(path string, c *Commitment) error {
	data, err := c.MarshalBinary()
	if err != nil {
		return err
	}
	return artefact.WriteFile(path, data, artefact.PublicMode)
}

// ReadCommitment reads and checks the commitment at path, of at most limit
// bytes.
func ReadCommitment(path string, limit int64) (*Commitment, error) {
	data, err := artefact.ReadFile(path, limit)
	if err != nil {
		return nil, fmt.Errorf("commitment: %w", err)
	}
	c, err := UnmarshalCommitment(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

// Opening is the private side of a Commitment: the blinding factors of its
// rows. With the cells it opens the commitment. It prints as a redaction.
type Opening struct {
	Commitment [32]byte // digest of the Commitment it belongs to
	Blinding   []fr.Element
}

// NewOpening pairs c with the blinding factors it was made with.
func NewOpening(c *Commitment, blinding []fr.Element) (*Opening, error) {
	if !c.Hiding || len(blinding) != len(c.Rows) {
		return nil, fmt.Errorf("opening: %d blinding factors for %d rows, hiding %t: %w", len(blinding), len(c.Rows), c.Hiding, fault.ErrUsage)
	}
	return &Opening{Commitment: c.Digest(), Blinding: blinding}, nil
}

// String, Format and LogValue keep the blinding out of logs and errors.
func (o Opening) String() string { return redacted }

// Format implements fmt.Formatter for every verb.
func (o Opening) Format(f fmt.State, _ rune) { io.WriteString(f, redacted) }

// LogValue implements slog.LogValuer.
func (o Opening) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText makes encoders of text formats redact as well; files are
// written with WriteOpening.
func (o Opening) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// MarshalOpening encodes the secrets of o: the blinding factors in the frame
// of package artefact, whose statement digest is that of the commitment.
func MarshalOpening(o *Opening) []byte {
	return artefact.Encode(
		artefact.Header{Kind: openingKind(), Version: openingVersion, Statement: o.Commitment},
		AppendScalars(nil, o.Blinding))
}

// UnmarshalOpening decodes an opening and checks that it is one of c; whether
// the factors are the right ones shows when cells are committed with them.
func UnmarshalOpening(data []byte, c *Commitment) (_ *Opening, err error) {
	defer fault.Catch(&err, "opening", fault.ErrMalformed)
	head, payload, err := artefact.Decode(data, openingKind(), openingVersion)
	if err != nil {
		return nil, fmt.Errorf("opening: %w", err)
	}
	if head.Statement != c.Digest() {
		return nil, fmt.Errorf("opening: belongs to another commitment: %w", fault.ErrInput)
	}
	blinding, err := DecodeScalars(payload, len(c.Rows))
	if err != nil {
		return nil, fmt.Errorf("opening: %w", err)
	}
	return &Opening{Commitment: head.Statement, Blinding: blinding}, nil
}

// WriteOpening writes o to path, readable by its owner only.
func WriteOpening(path string, o *Opening) error {
	return artefact.WriteFile(path, MarshalOpening(o), artefact.PrivateMode)
}

// ReadOpening reads the opening of c at path and refuses a file that others
// may read.
func ReadOpening(path string, c *Commitment) (*Opening, error) {
	limit := int64(artefact.Overhead + len(c.Rows)*ScalarBytes)
	data, err := artefact.ReadPrivateFile(path, limit)
	if err != nil {
		return nil, fmt.Errorf("opening: %w", err)
	}
	o, err := UnmarshalOpening(data, c)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return o, nil
}
