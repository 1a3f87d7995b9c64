package main

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

// gasLimit is that of a transaction since EIP-7825.
const gasLimit = 1 << 24

// chain is a simulated chain with a block for each transaction.
type chain struct {
	*simulated.Backend
	id     *big.Int
	errors map[[4]byte]string // names of the contracts' errors
}

// account is who sends transactions.
type account struct {
	name    string
	address common.Address
	key     *ecdsa.PrivateKey
}

// newChain starts a chain on which each of some accounts has 100 ether.
func newChain(names ...string) (*chain, []*account, error) {
	alloc := types.GenesisAlloc{}
	var accounts []*account
	for _, name := range names {
		key, err := crypto.GenerateKey()
		if err != nil {
			return nil, nil, err
		}
		a := &account{name, crypto.PubkeyToAddress(key.PublicKey), key}
		alloc[a.address] = types.Account{Balance: new(big.Int).Mul(big.NewInt(100), ether)}
		accounts = append(accounts, a)
	}
	c := &chain{Backend: simulated.NewBackend(alloc, simulated.WithBlockGasLimit(gasLimit), osaka), errors: map[[4]byte]string{}}
	var err error
	if c.id, err = c.Client().ChainID(context.Background()); err != nil {
		return nil, nil, err
	}
	return c, accounts, c.readErrors()
}

// osaka keeps the chain from forks that no public chain has had: gas is that of Osaka.
func osaka(_ *node.Config, c *ethconfig.Config) {
	rules := *c.Genesis.Config
	rules.AmsterdamTime, rules.BogotaTime = nil, nil
	c.Genesis.Config = &rules
}

// readErrors takes the names of errors from the contracts' interfaces.
func (c *chain) readErrors() error {
	names, err := evm.Artefacts()
	if err != nil {
		return err
	}
	for _, name := range names {
		_, face, err := contract(name)
		if err != nil {
			return err
		}
		for _, e := range face.Errors {
			c.errors[[4]byte(e.ID[:4])] = e.Name
		}
	}
	return nil
}

func contract(name string) (*evm.Artefact, abi.ABI, error) {
	a, err := evm.ArtefactOf(name)
	if err != nil {
		return nil, abi.ABI{}, err
	}
	face, err := abi.JSON(bytes.NewReader(a.ABI))
	return a, face, err
}

// deploy puts a contract on the chain.
func (c *chain) deploy(by *account, name string, arguments ...any) (common.Address, error) {
	a, face, err := contract(name)
	if err != nil {
		return common.Address{}, err
	}
	packed, err := face.Pack("", arguments...)
	if err != nil {
		return common.Address{}, err
	}
	r, err := c.mine(by, nil, nil, append(bytes.Clone(a.Bin), packed...))
	if err != nil {
		return common.Address{}, fmt.Errorf("deploying %s: %w", name, err)
	}
	return r.ContractAddress, nil
}

// send sends a transaction and returns the gas it took. One that a contract refuses is
// not sent: the error names the contract's.
func (c *chain) send(from *account, to common.Address, value *big.Int, data []byte) (uint64, error) {
	if _, err := c.call(from, to, value, data); err != nil {
		return 0, err
	}
	r, err := c.mine(from, &to, value, data)
	if err != nil {
		return 0, err
	}
	return r.GasUsed, nil
}

// call asks a contract without a transaction.
func (c *chain) call(from *account, to common.Address, value *big.Int, data []byte) ([]byte, error) {
	out, err := c.Client().CallContract(context.Background(), ethereum.CallMsg{From: from.address, To: &to, Value: value, Data: data, Gas: gasLimit}, nil)
	var carrier rpc.DataError
	if errors.As(err, &carrier) {
		text, _ := carrier.ErrorData().(string)
		if raw, _ := hexutil.Decode(text); len(raw) >= 4 && c.errors[[4]byte(raw[:4])] != "" {
			return nil, refusal(c.errors[[4]byte(raw[:4])])
		}
	}
	return out, err
}

// refusal is a contract's error.
type refusal string

// Error is part of error.
func (r refusal) Error() string { return "the contract refuses: " + string(r) }

func (c *chain) mine(from *account, to *common.Address, value *big.Int, data []byte) (*types.Receipt, error) {
	ctx := context.Background()
	nonce, err := c.Client().PendingNonceAt(ctx, from.address)
	if err != nil {
		return nil, err
	}
	head, err := c.Client().HeaderByNumber(ctx, nil)
	if err != nil {
		return nil, err
	}
	tip := big.NewInt(1_000_000_000)
	tx, err := types.SignNewTx(from.key, types.LatestSignerForChainID(c.id), &types.DynamicFeeTx{
		ChainID: c.id, Nonce: nonce, To: to, Value: value, Data: data, Gas: gasLimit,
		GasTipCap: tip, GasFeeCap: new(big.Int).Add(tip, new(big.Int).Lsh(head.BaseFee, 1)),
	})
	if err != nil {
		return nil, err
	}
	if err := c.Client().SendTransaction(ctx, tx); err != nil {
		return nil, err
	}
	c.Commit()
	r, err := c.Client().TransactionReceipt(ctx, tx.Hash())
	if err != nil {
		return nil, err
	}
	if r.Status != types.ReceiptStatusSuccessful {
		return nil, errors.New("the transaction was reverted")
	}
	return r, nil
}

// pass lets time go by before the next block.
func (c *chain) pass(d time.Duration) error {
	var err error
	for range 1000 { // the pool forgets the transactions of a block a little after it
		if err = c.AdjustTime(d); err == nil {
			return nil
		}
		time.Sleep(time.Millisecond)
	}
	return err
}

func (c *chain) now() (uint64, error) {
	head, err := c.Client().HeaderByNumber(context.Background(), nil)
	if err != nil {
		return 0, err
	}
	return head.Time, nil
}
