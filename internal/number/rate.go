package number

import (
	"fmt"
	"math/big"

	"github.com/cockroachdb/apd/v3"
	"github.com/zkaudit/zkaudit/internal/fault"
)

const (
	// MaxNumerator is the largest numerator n of a rate n/2^k.
	MaxNumerator = 255
	// MaxShift is the largest k of a rate n/2^k.
	MaxShift = 48
	// maxRateText bounds the decimal text of a rate, in bytes.
	maxRateText = 64
)

// Rate is a learning rate divided by the batch size, n/2^k.
type Rate struct {
	N uint8 // numerator n, 1 … 255
	K int   // shift k, 0 … MaxShift
}

// String returns the rate as "n/2^k".
func (r Rate) String() string { return fmt.Sprintf("%d/2^%d", r.N, r.K) }

// Effective returns the learning rate that r stands for with this batch size,
// n·batch/2^k, exactly, as a decimal without exponent.
func (r Rate) Effective(batch int) string {
	n := big.NewInt(int64(batch))
	return decimalOf(n.Mul(n, big.NewInt(int64(r.N))), r.K)
}

// ParseRate reads a learning rate in decimal and returns the n/2^k nearest to
// rate/batch with n <= MaxNumerator and k <= MaxShift, in lowest terms, and the
// effective learning rate n·batch/2^k in decimal. Ties go to the even
// numerator before reduction, which has 8 bits unless k reaches MaxShift.
//
// It fails with fault.ErrUsage if the text is not a finite decimal above zero,
// if the batch size is not positive, or if no n/2^k is near: rate/batch rounds
// above 255 or to zero.
func ParseRate(decimal string, batch int) (Rate, string, error) {
	rates, effective, err := ParseRates([]string{decimal}, batch)
	if err != nil {
		return Rate{}, "", err
	}
	return rates[0], effective[0], nil
}

// ParseRates reads one learning rate per entry and returns rates that share
// one k: the largest k at which the numerator nearest to the largest rate is at
// most MaxNumerator. Each numerator is the integer nearest to rate·2^k/batch,
// ties to even; common factors of two are removed from all of them together.
// The effective rates are returned in the same order.
//
// Errors are those of ParseRate, and name the entry, counted from 0; a rate so
// much smaller than the largest that it rounds to zero is refused.
func ParseRates(decimals []string, batch int) ([]Rate, []string, error) {
	if batch < 1 {
		return nil, nil, fmt.Errorf("batch size %d, want at least 1: %w", batch, fault.ErrUsage)
	}
	if len(decimals) == 0 {
		return nil, nil, fmt.Errorf("no learning rate given: %w", fault.ErrUsage)
	}
	values := make([]*apd.Decimal, len(decimals))
	largest := 0
	for i, text := range decimals {
		value, err := parsePositive(text)
		if err != nil {
			return nil, nil, fmt.Errorf("learning rate %d: %w", i, err)
		}
		values[i] = value
		if value.Cmp(values[largest]) > 0 {
			largest = i
		}
	}
	size := apd.New(int64(batch), 0)
	shift, ok := largestShift(values[largest], size)
	if !ok {
		return nil, nil, fmt.Errorf("learning rate %s divided by batch size %d is above %d: %w", decimals[largest], batch, MaxNumerator, fault.ErrUsage)
	}
	rates := make([]Rate, len(values))
	for i, value := range values {
		n, err := RoundQuotient(value, size, shift)
		if err != nil {
			return nil, nil, fmt.Errorf("learning rate %d: %w", i, err)
		}
		if n == 0 {
			return nil, nil, fmt.Errorf("learning rate %d: %s divided by batch size %d rounds to 0/2^%d: %w", i, decimals[i], batch, shift, fault.ErrUsage)
		}
		rates[i] = Rate{N: uint8(n), K: shift}
	}
	reduce(rates)
	effective := make([]string, len(rates))
	for i, rate := range rates {
		effective[i] = rate.Effective(batch)
	}
	return rates, effective, nil
}

// ParseFraction reads a decimal between 0 and 1 and returns the n/2^k nearest to
// it, as ParseRate does. It fails with fault.ErrUsage if that is not between 0 and 1.
func ParseFraction(decimal string) (Rate, error) {
	value, err := parsePositive(decimal)
	if err != nil {
		return Rate{}, err
	}
	one := apd.New(1, 0)
	shift, ok := largestShift(value, one)
	if !ok {
		return Rate{}, fmt.Errorf("%s, want less than 1: %w", decimal, fault.ErrUsage)
	}
	n, err := RoundQuotient(value, one, shift)
	if err != nil {
		return Rate{}, err
	}
	if n == 0 || n >= 1<<shift {
		return Rate{}, fmt.Errorf("%s is nearest to %d/2^%d, want more than 0 and less than 1: %w", decimal, n, shift, fault.ErrUsage)
	}
	rates := []Rate{{N: uint8(n), K: shift}}
	reduce(rates)
	return rates[0], nil
}

// largestShift returns the largest k <= MaxShift for which rate·2^k/batch
// rounds to at most MaxNumerator; false if there is none.
func largestShift(rate, batch *apd.Decimal) (int, bool) {
	for k := MaxShift; k >= 0; k-- {
		if n, err := RoundQuotient(rate, batch, k); err == nil && n <= MaxNumerator {
			return k, true
		}
	}
	return 0, false
}

// reduce halves all numerators as long as all are even and k > 0.
func reduce(rates []Rate) {
	for rates[0].K > 0 {
		for _, rate := range rates {
			if rate.N%2 == 1 {
				return
			}
		}
		for i := range rates {
			rates[i].N /= 2
			rates[i].K--
		}
	}
}

func parsePositive(text string) (*apd.Decimal, error) {
	if len(text) > maxRateText {
		return nil, fmt.Errorf("%d characters, at most %d are read: %w", len(text), maxRateText, fault.ErrUsage)
	}
	value, _, err := apd.NewFromString(text)
	if err != nil || value.Form != apd.Finite {
		return nil, fmt.Errorf("%q is not a finite decimal: %w", text, fault.ErrUsage)
	}
	if value.Sign() <= 0 {
		return nil, fmt.Errorf("%q is not above zero: %w", text, fault.ErrUsage)
	}
	return value, nil
}
