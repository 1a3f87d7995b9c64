package evm

import (
	"encoding/hex"
	"fmt"
	"math/big"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// Address names an account or a contract.
type Address [20]byte

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
