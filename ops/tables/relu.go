package tables

import (
	"fmt"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// ReLU returns the table (z, max(z, 0), [z > 0]). Output and input have the
// same fraction bits, whatever they are; the derivative is a bit.
func ReLU() Table {
	return clamped("relu", 0, 1<<16)
}

// ReLU6 returns the table (z, min(max(z, 0), 6·2^fz), [0 < z < 6·2^fz]).
// Output and input have fz fraction bits; the derivative is a bit.
// It fails with fault.ErrUsage unless 0 <= fz <= 16.
func ReLU6(fz int) (Table, error) {
	if fz < 0 || fz > maxInputFraction {
		return Table{}, fmt.Errorf("relu6 table: input fraction %d, want 0 to %d: %w", fz, maxInputFraction, fault.ErrUsage)
	}
	return clamped(fmt.Sprintf("relu6.z%d", fz), 0, 6<<fz), nil
}

// ReLUN1To1 returns the table (z, min(max(z, −2^fz), 2^fz), [−2^fz < z < 2^fz]).
// Output and input have fz fraction bits; the derivative is a bit.
// It fails with fault.ErrUsage unless 0 <= fz <= 16.
func ReLUN1To1(fz int) (Table, error) {
	if fz < 0 || fz > maxInputFraction {
		return Table{}, fmt.Errorf("relu_n1_to_1 table: input fraction %d, want 0 to %d: %w", fz, maxInputFraction, fault.ErrUsage)
	}
	return clamped(fmt.Sprintf("relu_n1_to_1.z%d", fz), -1<<fz, 1<<fz), nil
}

// clamped returns (z, min(max(z, floor), ceiling), [floor < z < ceiling]).
func clamped(name string, floor, ceiling int32) Table {
	z := inputs(MinInput)
	value, derivative := make([]int32, Rows), make([]int32, Rows)
	for i := range z {
		value[i] = min(max(z[i], floor), ceiling)
		if floor < z[i] && z[i] < ceiling {
			derivative[i] = 1
		}
	}
	return Table{Name: name, Columns: [][]int32{z, value, derivative}}
}
