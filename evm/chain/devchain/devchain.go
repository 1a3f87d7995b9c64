// Package devchain is a chain of one's own in memory, with the contracts of package evm
// to deploy: what tests and examples run on.
package devchain

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/big"
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

	id        *big.Int
	contracts map[string]*contract
	errors    map[[4]byte]string // names of the contracts' errors
}

// Account is who sends transactions.
type Account struct {
	Address common.Address
	key     *ecdsa.PrivateKey
}

type contract struct {
	code []byte
	face abi.ABI
}

// New starts a chain with some accounts, each with far more than it can spend. Beside
// the contracts of package evm those given can be deployed.
func New(accounts int, more map[string]*evm.Artefact) (*Chain, error) {
	c := &Chain{contracts: map[string]*contract{}, errors: map[[4]byte]string{}}
	names, err := evm.Artefacts()
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		a, err := evm.ArtefactOf(name)
		if err != nil {
			return nil, err
		}
		if err := c.know(name, a); err != nil {
			return nil, err
		}
	}
	for name, a := range more {
		if err := c.know(name, a); err != nil {
			return nil, err
		}
	}
	alloc := types.GenesisAlloc{}
	for range accounts {
		key, err := crypto.GenerateKey()
		if err != nil {
			return nil, fmt.Errorf("key of an account: %w", err)
		}
		a := &Account{crypto.PubkeyToAddress(key.PublicKey), key}
		alloc[a.Address] = types.Account{Balance: new(big.Int).Lsh(big.NewInt(1), 100)}
		c.Accounts = append(c.Accounts, a)
	}
	c.Backend = simulated.NewBackend(alloc, simulated.WithBlockGasLimit(GasLimit), osaka)
	if c.id, err = c.Client().ChainID(context.Background()); err != nil {
		return nil, errors.Join(fmt.Errorf("id of the chain: %w", err), c.Close())
	}
	return c, nil
}

// osaka keeps the chain from forks that no public chain has had: gas is that of Osaka.
func osaka(_ *node.Config, c *ethconfig.Config) {
	rules := *c.Genesis.Config
	rules.AmsterdamTime, rules.BogotaTime = nil, nil
	c.Genesis.Config = &rules
}

// know takes a contract's code, and the names of its errors.
func (c *Chain) know(name string, a *evm.Artefact) error {
	face, err := abi.JSON(bytes.NewReader(a.ABI))
	if err != nil {
		return fmt.Errorf("interface of %s: %w", name, err)
	}
	c.contracts[name] = &contract{a.Bin, face}
	for _, e := range face.Errors {
		c.errors[[4]byte(e.ID[:4])] = e.Name
	}
	return nil
}

// ID is the chain's.
func (c *Chain) ID() *big.Int { return new(big.Int).Set(c.id) }

// Deploy deploys a contract from the first account and returns its address.
func (c *Chain) Deploy(name string, arguments ...any) (common.Address, error) {
	known := c.contracts[name]
	if known == nil {
		return common.Address{}, fmt.Errorf("there is no contract %s", name)
	}
	packed, err := known.face.Pack("", arguments...)
	if err != nil {
		return common.Address{}, fmt.Errorf("deploying %s: %w", name, err)
	}
	r, err := c.Send(c.Accounts[0], nil, nil, append(bytes.Clone(known.code), packed...))
	if err != nil {
		return common.Address{}, fmt.Errorf("deploying %s: %w", name, err)
	}
	if r.Status != types.ReceiptStatusSuccessful {
		return common.Address{}, fmt.Errorf("deploying %s: reverted", name)
	}
	return r.ContractAddress, nil
}

// Send puts a transaction into a block of its own and returns its receipt. It may have
// reverted.
func (c *Chain) Send(from *Account, to *common.Address, value *big.Int, data []byte) (*types.Receipt, error) {
	ctx := context.Background()
	nonce, err := c.Client().PendingNonceAt(ctx, from.Address)
	if err != nil {
		return nil, err
	}
	head, err := c.Client().HeaderByNumber(ctx, nil)
	if err != nil {
		return nil, err
	}
	tip := big.NewInt(1_000_000_000)
	tx, err := types.SignNewTx(from.key, types.LatestSignerForChainID(c.id), &types.DynamicFeeTx{
		ChainID: c.id, Nonce: nonce, To: to, Value: value, Data: data, Gas: GasLimit,
		GasTipCap: tip, GasFeeCap: new(big.Int).Add(tip, new(big.Int).Lsh(head.BaseFee, 1)),
	})
	if err != nil {
		return nil, err
	}
	if err := c.Client().SendTransaction(ctx, tx); err != nil {
		return nil, err
	}
	c.Commit()
	return c.Client().TransactionReceipt(ctx, tx.Hash())
}

// Do sends a transaction that a contract may refuse: then there is none, and the error
// is the contract's, a *Revert.
func (c *Chain) Do(from *Account, to common.Address, value *big.Int, data []byte) (*types.Receipt, error) {
	if _, err := c.Call(from, to, value, data); err != nil {
		return nil, err
	}
	r, err := c.Send(from, &to, value, data)
	if err == nil && r.Status != types.ReceiptStatusSuccessful {
		err = errors.New("a transaction reverts that, as a call, did not")
	}
	return r, err
}

// Call calls a contract without a transaction, at the time of the last block. An error
// that is a *Revert is the contract's.
func (c *Chain) Call(from *Account, to common.Address, value *big.Int, data []byte) ([]byte, error) {
	out, err := c.Client().CallContract(context.Background(), ethereum.CallMsg{From: from.Address, To: &to, Value: value, Data: data, Gas: GasLimit}, nil)
	var carrier rpc.DataError
	if !errors.As(err, &carrier) {
		return out, err
	}
	text, _ := carrier.ErrorData().(string)
	raw, decodeErr := hexutil.Decode(text)
	if decodeErr != nil {
		return nil, fmt.Errorf("%w: %q", err, text)
	}
	r := &Revert{Data: raw}
	if len(raw) >= 4 {
		r.Name = c.errors[[4]byte(raw[:4])]
	}
	return nil, r
}

// Pass lets time go by before the next block.
func (c *Chain) Pass(d time.Duration) error {
	// The pool forgets the transactions of a block a little after the block is there.
	var err error
	for range 1000 {
		if err = c.AdjustTime(d); err == nil {
			return nil
		}
		time.Sleep(time.Millisecond)
	}
	return err
}

// Now is the time of the last block, in seconds.
func (c *Chain) Now() (uint64, error) {
	head, err := c.Client().HeaderByNumber(context.Background(), nil)
	if err != nil {
		return 0, err
	}
	return head.Time, nil
}

// Revert is what a contract reverts with: the name of a custom error, or none.
type Revert struct {
	Name string
	Data []byte
}

// Error is part of error.
func (r *Revert) Error() string {
	if r.Name == "" {
		return fmt.Sprintf("the contract refuses: %x", r.Data)
	}
	return "the contract refuses: " + r.Name
}
