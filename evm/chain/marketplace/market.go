package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"

	"github.com/ethereum/go-ethereum/common"

	"github.com/zkaudit/zkaudit/evm/chain/devchain"
)

// Contracts, by the names that zkaudit evm call says.
const (
	verifier    = "ArgumentVerifier"
	registry    = "DatasetRegistry"
	training    = "TrainingVerifier"
	marketplace = "Marketplace"
)

// market is a chain with the contracts, and wallets.
type market struct {
	*devchain.Chain
	contracts  map[string]common.Address
	wallets    map[string]*devchain.Account
	registered map[string]bool // classes
}

// anybody has a wallet, too: who registers classes and hands in proofs does not matter.
const anybody = "anybody"

// openMarket starts a chain with the contracts, and wallets for names.
func openMarket(names ...string) (*market, error) {
	c, err := devchain.New(len(names), nil)
	if err != nil {
		return nil, err
	}
	m := &market{c, map[string]common.Address{}, map[string]*devchain.Account{}, map[string]bool{}}
	for i, name := range names {
		m.wallets[name] = c.Accounts[i]
	}
	at := m.contracts
	if at[verifier], err = c.Deploy(verifier); err != nil {
		return nil, err
	}
	if at[registry], err = c.Deploy(registry, at[verifier]); err != nil {
		return nil, err
	}
	if at[training], err = c.Deploy(training, at[verifier], at[registry]); err != nil {
		return nil, err
	}
	at[marketplace], err = c.Deploy(marketplace, at[training])
	return m, err
}

// address is that of somebody's wallet, as flags take it.
func (m *market) address(name string) string { return m.wallets[name].Address.Hex() }

// sends sends calldata from a wallet, and returns the gas that it took or why a contract
// refuses it.
func (m *market) sends(wallet, contract string, value *big.Int, data []byte) (uint64, error) {
	r, err := m.Do(m.wallets[wallet], m.contracts[contract], value, data)
	if err != nil {
		return 0, err
	}
	return r.GasUsed, nil
}

// sendsFile sends the calldata in a file, and says so.
func (m *market) sendsFile(wallet, contract string, value *big.Int, file string) (uint64, error) {
	data, err := calldata(file)
	if err != nil {
		return 0, err
	}
	gas, err := m.sends(wallet, contract, value, data)
	if err != nil {
		return 0, fmt.Errorf("%s sends %s to %s: %w", wallet, file, contract, err)
	}
	fmt.Printf("    %s's wallet sends %s to %s: %d gas\n", wallet, filepath.Base(file), contract, gas)
	return gas, nil
}

// calldata reads a file that zkaudit evm call wrote.
func calldata(file string) ([]byte, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return hex.DecodeString(strings.TrimPrefix(strings.TrimSpace(string(text)), "0x"))
}

// registerClasses registers the classes in a folder that zkaudit evm export wrote, which
// nobody has registered before.
func (m *market) registerClasses(folder string) error {
	files, err := filepath.Glob(filepath.Join(folder, "classes", "*.json"))
	if err != nil {
		return err
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		var class struct{ Class, Data string }
		if err := json.Unmarshal(content, &class); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if m.registered[class.Class] {
			continue
		}
		m.registered[class.Class] = true
		data, err := hex.DecodeString(strings.TrimPrefix(class.Data, "0x"))
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		gas, err := m.sends(anybody, verifier, nil, data)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		fmt.Printf("    class %s is registered in %s: %d gas\n", class.Class[:10], verifier, gas)
	}
	return nil
}
