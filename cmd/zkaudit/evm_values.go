package main

import (
	"encoding/hex"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/zkaudit/zkaudit/evm"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// addressOf reads an address of somebody's: not zero. What is wrong of it is said of `what`, a flag or
// a field of a file; so it is below.
func addressOf(what, text string) (evm.Address, error) {
	a, err := evm.ParseAddress(text)
	switch {
	case err != nil:
		return a, fmt.Errorf("%s: %s: %w", what, fault.Text(err, nil), fault.ErrUsage)
	case a == evm.Address{}:
		return a, fmt.Errorf("%s: the address zero is nobody's: %w", what, fault.ErrUsage)
	}
	return a, nil
}

// currencyOf reads --currency, which is ether if it is not given.
func currencyOf(text string) (evm.Address, error) {
	if text == "" {
		return evm.Address{}, nil
	}
	return addressOf("--currency", text)
}

// hashOf reads 32 bytes in hexadecimal.
func hashOf(what, text string) (h [32]byte, err error) {
	digits, prefixed := strings.CutPrefix(text, "0x")
	b, err := hex.DecodeString(digits)
	if !prefixed || err != nil || len(b) != len(h) {
		return h, fmt.Errorf("%s %s: want 0x and %d hexadecimal digits: %w", what, fault.Quote(text), 2*len(h), fault.ErrUsage)
	}
	return [32]byte(b), nil
}

// amountOf reads a number of at most so many bits: of the smallest units of a currency,
// or the number of a chain.
func amountOf(what, text string, bits int) (*big.Int, error) {
	n, ok := new(big.Int).SetString(text, 10)
	if !ok || n.Sign() < 0 || n.String() != text {
		return nil, fmt.Errorf("%s %s: want a whole number, in decimal digits alone: %w", what, fault.Quote(text), fault.ErrUsage)
	}
	if n.BitLen() > bits {
		return nil, fmt.Errorf("%s %s: at most 2^%d - 1: %w", what, fault.Quote(text), bits, fault.ErrUsage)
	}
	return n, nil
}

// timeOf reads a time as seconds since 1970.
func timeOf(what, text string) (uint64, error) {
	if t, err := time.Parse(time.RFC3339, text); err == nil && t.Unix() > 0 {
		return uint64(t.Unix()), nil
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%s %s: want a time as 2027-03-01T12:00:00Z, or seconds since 1970: %w", what, fault.Quote(text), fault.ErrUsage)
	}
	return n, nil
}

// rangeOf reads N or N-M, things counted from 1, as a half-open range counted from 0. No text
// is all of them.
func rangeOf(what, text string, count int) (from, to int, err error) {
	if text == "" {
		return 0, count, nil
	}
	first, last, found := strings.Cut(text, "-")
	if !found {
		last = first
	}
	from, err = strconv.Atoi(first)
	if err == nil {
		to, err = strconv.Atoi(last)
	}
	switch {
	case err != nil:
		return 0, 0, fmt.Errorf("%s %s: want N or N-M: %w", what, fault.Quote(text), fault.ErrUsage)
	case from > to:
		return 0, 0, fmt.Errorf("%s %s: they come in order: %w", what, fault.Quote(text), fault.ErrUsage)
	case from < 1 || to > count:
		return 0, 0, fmt.Errorf("%s %s: there are 1 to %d: %w", what, fault.Quote(text), count, fault.ErrUsage)
	}
	return from - 1, to, nil
}
