// Package chaintest runs contracts on a chain in memory, for tests.
package chaintest

import (
	"bytes"
	"errors"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/zkaudit/zkaudit/evm/chain/devchain"
)

// GasLimit is that of every block and transaction.
const GasLimit = devchain.GasLimit

// Chain is a chain whose failures, but for what contracts refuse, end a test.
type Chain struct{ *devchain.Chain }

// Account is who sends transactions.
type Account = devchain.Account

// Revert is what a contract reverts with.
type Revert = devchain.Revert

// New starts a chain with some accounts, which ends with the test.
func New(t testing.TB, accounts int) *Chain {
	t.Helper()
	c, err := devchain.New(accounts, artefacts(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return &Chain{c}
}

// ABI returns the interface of a contract.
func ABI(t testing.TB, contract string) abi.ABI {
	t.Helper()
	parsed, err := abi.JSON(bytes.NewReader(Artefact(t, contract).ABI))
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// Deploy deploys a contract from the first account and returns its address.
func (c *Chain) Deploy(t testing.TB, contract string, arguments ...any) common.Address {
	t.Helper()
	noteDeployed(t, contract)
	at, err := c.Chain.Deploy(contract, arguments...)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// Send puts a transaction into a block of its own and returns its receipt. It may
// have reverted.
func (c *Chain) Send(t testing.TB, from *Account, to *common.Address, value *big.Int, data []byte) *types.Receipt {
	t.Helper()
	r, err := c.Chain.Send(from, to, value, data)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Call calls a contract without a transaction. An error that is a *Revert is the
// contract's.
func (c *Chain) Call(from *Account, to common.Address, data []byte) ([]byte, error) {
	return c.Chain.Call(from, to, nil, data)
}

// Do sends a transaction that a contract may refuse: then there is none, and the error
// is the contract's, a *Revert.
func (c *Chain) Do(t testing.TB, from *Account, to common.Address, value *big.Int, data []byte) (*types.Receipt, error) {
	t.Helper()
	r, err := c.Chain.Do(from, to, value, data)
	if err != nil && !errors.As(err, new(*Revert)) {
		t.Fatal(err)
	}
	return r, err
}

// Pass lets time go by, in seconds, before the next block.
func (c *Chain) Pass(t testing.TB, seconds uint64) {
	t.Helper()
	if err := c.Chain.Pass(time.Duration(seconds) * time.Second); err != nil {
		t.Fatal(err)
	}
}

// Now is the time of the last block, in seconds.
func (c *Chain) Now(t testing.TB) uint64 {
	t.Helper()
	now, err := c.Chain.Now()
	if err != nil {
		t.Fatal(err)
	}
	return now
}
