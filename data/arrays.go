package data

import (
	"fmt"

	"github.com/cockroachdb/apd/v3"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
)

// maxArrayClasses bounds the classes of rows that are arrays.
const maxArrayClasses = 1000

// Scaling says what real value an IDX byte b stands for.
type Scaling uint8

const (
	// ScaleUnit: b/255, in [0, 1].
	ScaleUnit Scaling = iota
	// ScaleNone: b itself.
	ScaleNone
)

// ArrayOptions says how to read rows that are arrays of one shape.
type ArrayOptions struct {
	ImagesName, LabelsName string // in messages and in the Source
	FractionBits           int    // DefaultFractionBits is usual
	Scaling                Scaling
	Classes                int      // labels are 0 … Classes−1; 0: up to the largest found
	Vocabulary             []string // of labels that have names, in this order; nil: those found, sorted
	Unlabelled             bool     // labels within the file are not looked at
	MaxBytes               int64    // limit for each file after decompression; 0: DefaultMaxBytes
}

func (o *ArrayOptions) check() error {
	if o.FractionBits < 0 || o.FractionBits > MaxFractionBits || o.Classes < 0 || o.Classes > maxArrayClasses || o.Scaling > ScaleNone {
		return fmt.Errorf("%d fraction bits (want 0 to %d), %d classes (at most %d), scaling %d: %w",
			o.FractionBits, MaxFractionBits, o.Classes, maxArrayClasses, o.Scaling, fault.ErrUsage)
	}
	return nil
}

// scaleBytes sets the features to round(b·2^f/255) or b·2^f. name is that of the bytes'
// file in errors.
func (d *Dataset) scaleBytes(cells []byte, name string, scaling Scaling) error {
	divisor := apd.New(255, 0)
	if scaling == ScaleNone {
		divisor = apd.New(1, 0)
	}
	var scaled [256]int32
	var fits [256]bool
	for b := range scaled {
		value, err := number.RoundQuotient(apd.New(int64(b), 0), divisor, d.FractionBits)
		if err != nil {
			return err
		}
		scaled[b], fits[b] = int32(value), d.Format().Contains(value)
	}
	d.Features = make([]int32, len(cells))
	for i, b := range cells {
		if !fits[b] {
			return fault.Advise(fmt.Errorf("%s: record %d, cell %d: value %d does not fit format %s: %w", name, i/d.Width, i%d.Width, b, d.Format(), fault.ErrOverflow),
				fmt.Sprintf("lower %%s below %d, or scale to [0, 1]", d.FractionBits), "formats.feature")
		}
		d.Features[i] = scaled[b]
	}
	return nil
}
