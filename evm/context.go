package evm

import (
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// Address names an account or a contract.
type Address [20]byte

// String writes an address with its checksum in the case of its letters (EIP-55): a
// letter is a capital if the nibble of keccak256 of the small digits in its place is 8
// or more.
func (a Address) String() string {
	digits := []byte(hex.EncodeToString(a[:]))
	hash := Keccak256(digits)
	for i, d := range digits {
		if nibble := hash[i/2] >> (4 * (1 - i%2)) & 15; d >= 'a' && nibble >= 8 {
			digits[i] = d - 'a' + 'A'
		}
	}
	return "0x" + string(digits)
}

// ParseAddress reads 0x and 40 hexadecimal digits. Letters of both cases are a checksum,
// which must be right. Errors wrap fault.ErrMalformed.
func ParseAddress(text string) (a Address, err error) {
	digits, prefixed := strings.CutPrefix(text, "0x")
	b, err := hex.DecodeString(digits)
	if !prefixed || err != nil || len(b) != len(a) {
		return a, fmt.Errorf("address %s: want 0x and %d hexadecimal digits: %w", fault.Quote(text), 2*len(a), fault.ErrMalformed)
	}
	a = Address(b)
	if digits != strings.ToLower(digits) && digits != strings.ToUpper(digits) && text != a.String() {
		return Address{}, fmt.Errorf("address %s: its checksum is wrong, a digit is mistyped: %w", fault.Quote(text), fault.ErrMalformed)
	}
	return a, nil
}

// contextPrefix begins the context of every order.
const contextPrefix = "zkaudit/evm/1/"

// contextBytes is the length of every context, as the contracts write it.
const contextBytes = len(contextPrefix) + 2*len(Context{})

// Context names an order on a chain, and who is paid for it.
type Context [32]byte

// OrderContext returns the context of an order of a marketplace:
//
//	keccak256(abi.encode(chain, marketplace, order, payee))
//
// Requires 0 <= chain < 2^256.
func OrderContext(chain *big.Int, marketplace Address, order [32]byte, payee Address) Context {
	return Keccak256(abiEncode(integer(chain), account(marketplace), fixed(order), account(payee)))
}

// String is the text that the statements of a run and of claims about it have as
// their context, to settle the order.
func (c Context) String() string { return contextPrefix + hex.EncodeToString(c[:]) }

// ParseContext reads what String wrote. Errors wrap fault.ErrMalformed.
func ParseContext(text string) (c Context, err error) {
	if len(text) == contextBytes {
		if _, err = hex.Decode(c[:], []byte(text[len(contextPrefix):])); err == nil && c.String() == text {
			return c, nil
		}
	}
	return Context{}, fmt.Errorf("context %s: want %s and 64 hexadecimal digits in lower case: %w", fault.Quote(text), contextPrefix, fault.ErrMalformed)
}
