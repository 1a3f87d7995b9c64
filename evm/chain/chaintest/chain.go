// Package chaintest runs contracts on a simulated chain, for tests.
package chaintest

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/eth/ethconfig"
	"github.com/ethereum/go-ethereum/ethclient/simulated"
	"github.com/ethereum/go-ethereum/node"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/zkaudit/zkaudit/evm"
)

// GasLimit is that of every block, and of every transaction since EIP-7825.
const GasLimit = 1 << 24

// Chain is a simulated chain with funded accounts, whose blocks hold what Send is
// given, one transaction each.
type Chain struct {
	*simulated.Backend
	Accounts []*Account
	id       *big.Int
	errors   map[[4]byte]abi.Error // custom errors of all artefacts
}

// Account is who sends transactions.
type Account struct {
	Address common.Address
	key     *ecdsa.PrivateKey
}

// New starts a chain with some accounts, which ends with the test.
func New(t testing.TB, accounts int) *Chain {
	t.Helper()
	c := &Chain{errors: map[[4]byte]abi.Error{}}
	alloc := types.GenesisAlloc{}
	for range accounts {
		key, err := crypto.GenerateKey()
		if err != nil {
			t.Fatal(err)
		}
		a := &Account{crypto.PubkeyToAddress(key.PublicKey), key}
		alloc[a.Address] = types.Account{Balance: new(big.Int).Lsh(big.NewInt(1), 100)}
		c.Accounts = append(c.Accounts, a)
	}
	c.Backend = simulated.NewBackend(alloc, simulated.WithBlockGasLimit(GasLimit), osaka)
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	var err error
	if c.id, err = c.Client().ChainID(context.Background()); err != nil {
		t.Fatal(err)
	}
	names, err := evm.Artefacts()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(names, harnessNames(t)...) {
		for _, e := range ABI(t, name).Errors {
			c.errors[[4]byte(e.ID[:4])] = e
		}
	}
	return c
}

// artefact returns that of a contract, or of one that only tests deploy.
func artefact(t testing.TB, contract string) *evm.Artefact {
	t.Helper()
	content, err := harnesses.ReadFile("build/" + contract + ".json")
	if err == nil {
		a, err := evm.NewArtefact(content)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	a, err := evm.ArtefactOf(contract)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// osaka keeps the chain from forks that no public chain has had: gas is that of Osaka.
func osaka(_ *node.Config, c *ethconfig.Config) {
	rules := *c.Genesis.Config
	rules.AmsterdamTime, rules.BogotaTime = nil, nil
	c.Genesis.Config = &rules
}

// ABI returns the interface of a contract.
func ABI(t testing.TB, contract string) abi.ABI {
	t.Helper()
	a := artefact(t, contract)
	parsed, err := abi.JSON(bytes.NewReader(a.ABI))
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// Deploy deploys a contract from the first account and returns its address.
func (c *Chain) Deploy(t testing.TB, contract string, arguments ...any) common.Address {
	t.Helper()
	a := artefact(t, contract)
	packed, err := ABI(t, contract).Pack("", arguments...)
	if err != nil {
		t.Fatal(err)
	}
	r := c.Send(t, c.Accounts[0], nil, nil, append(bytes.Clone(a.Bin), packed...))
	if r.Status != types.ReceiptStatusSuccessful {
		t.Fatalf("%s is not deployed", contract)
	}
	return r.ContractAddress
}

// Send puts a transaction into a block of its own and returns its receipt. It may
// have reverted.
func (c *Chain) Send(t testing.TB, from *Account, to *common.Address, value *big.Int, data []byte) *types.Receipt {
	t.Helper()
	ctx := context.Background()
	nonce, err := c.Client().PendingNonceAt(ctx, from.Address)
	if err != nil {
		t.Fatal(err)
	}
	head, err := c.Client().HeaderByNumber(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	tip := big.NewInt(1_000_000_000)
	tx, err := types.SignNewTx(from.key, types.LatestSignerForChainID(c.id), &types.DynamicFeeTx{
		ChainID: c.id, Nonce: nonce, To: to, Value: value, Data: data, Gas: GasLimit,
		GasTipCap: tip, GasFeeCap: new(big.Int).Add(tip, new(big.Int).Lsh(head.BaseFee, 1)),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Client().SendTransaction(ctx, tx); err != nil {
		t.Fatal(err)
	}
	c.Commit()
	r, err := c.Client().TransactionReceipt(ctx, tx.Hash())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Call calls a contract without a transaction, at the time of the last block. An error that is a *Revert is the
// contract's.
func (c *Chain) Call(from *Account, to common.Address, data []byte) ([]byte, error) {
	return c.call(from, to, nil, data)
}

// Do sends a transaction that a contract may refuse: then there is none, and the error
// is the contract's, a *Revert.
func (c *Chain) Do(t testing.TB, from *Account, to common.Address, value *big.Int, data []byte) (*types.Receipt, error) {
	t.Helper()
	if _, err := c.call(from, to, value, data); err != nil {
		return nil, err
	}
	r := c.Send(t, from, &to, value, data)
	if r.Status != types.ReceiptStatusSuccessful {
		t.Fatal("a transaction reverts that, as a call, did not")
	}
	return r, nil
}

func (c *Chain) call(from *Account, to common.Address, value *big.Int, data []byte) ([]byte, error) {
	out, err := c.Client().CallContract(context.Background(), ethereum.CallMsg{From: from.Address, To: &to, Value: value, Data: data, Gas: GasLimit}, nil)
	var carrier rpc.DataError
	if errors.As(err, &carrier) {
		text, _ := carrier.ErrorData().(string)
		raw, decodeErr := hexutil.Decode(text)
		if decodeErr != nil {
			return nil, fmt.Errorf("%w: %q", err, text)
		}
		return nil, c.revert(raw)
	}
	return out, err
}

// Pass lets time go by, in seconds, before the next block.
func (c *Chain) Pass(t testing.TB, seconds uint64) {
	t.Helper()
	// The pool forgets the transactions of a block a little after the block is there.
	var err error
	for range 1000 {
		if err = c.AdjustTime(time.Duration(seconds) * time.Second); err == nil {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatal(err)
}

// Now is the time of the last block, in seconds.
func (c *Chain) Now(t testing.TB) uint64 {
	t.Helper()
	head, err := c.Client().HeaderByNumber(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return head.Time
}

// ID is the chain's.
func (c *Chain) ID() *big.Int { return new(big.Int).Set(c.id) }

// Revert is what a contract reverts with: the name of a custom error, or none.
type Revert struct {
	Name string
	Data []byte
}

// Error is part of error.
func (r *Revert) Error() string { return fmt.Sprintf("reverted: %s (%x)", r.Name, r.Data) }

func (c *Chain) revert(raw []byte) *Revert {
	r := &Revert{Data: raw}
	if len(raw) >= 4 {
		if e, known := c.errors[[4]byte(raw[:4])]; known {
			r.Name = e.Name
		}
	}
	return r
}
