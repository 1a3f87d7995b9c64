package main

import (
	"encoding/hex"
	"fmt"
	"io"
	"math/big"
	"strings"

	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/evm"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// evmContext is the context of an order.
type evmContext struct {
	Context string `json:"context"`
}

func (r *evmContext) writeText(w io.Writer) error {
	_, err := fmt.Fprintln(w, r.Context)
	return err
}

func evmContextCommand(a *app) *cobra.Command {
	var chain, marketplace, order, payee string
	c := &cobra.Command{
		Use:   "context --chain N --marketplace ADDRESS --order NAME --payee ADDRESS",
		Short: "Print the context with which a training settles an order",
		Long: `Prints the text that the statements of a run, and of claims about its model, have as
their context to settle an order: it names the chain, the marketplace, the order and
who is paid. Marketplace.contextOf says the same on the chain.

  zkaudit init run --context "$(zkaudit evm context --chain 1 --marketplace 0x… --order 0x… --payee 0x…)" …`,
		Args: arguments(0, 0, "nothing but flags"),
		RunE: func(*cobra.Command, []string) error {
			id, ok := new(big.Int).SetString(chain, 10)
			if !ok || id.Sign() < 0 || id.BitLen() > 256 {
				return fmt.Errorf("--chain %s: want the chain's number: %w", fault.Quote(chain), fault.ErrUsage)
			}
			var at, paid evm.Address
			var name [32]byte
			for _, f := range []struct {
				flag, text string
				into       []byte
			}{{"marketplace", marketplace, at[:]}, {"order", order, name[:]}, {"payee", payee, paid[:]}} {
				if err := digits(f.flag, f.text, f.into); err != nil {
					return err
				}
			}
			r := evmContext{evm.OrderContext(id, at, name, paid).String()}
			return a.result(r, r.writeText)
		},
	}
	f := c.Flags()
	f.StringVar(&chain, "chain", "", "number of the chain")
	f.StringVar(&marketplace, "marketplace", "", "address of the marketplace")
	f.StringVar(&order, "order", "", "name of the order, 32 bytes in hexadecimal")
	f.StringVar(&payee, "payee", "", "address of who is paid for the training")
	return c
}

// digits reads what a flag says in hexadecimal, as many bytes as there is room for.
func digits(flag, text string, into []byte) error {
	b, err := hex.DecodeString(strings.TrimPrefix(text, "0x"))
	if err != nil || len(b) != len(into) {
		return fmt.Errorf("--%s %s: want 0x and %d hexadecimal digits: %w", flag, fault.Quote(text), 2*len(into), fault.ErrUsage)
	}
	copy(into, b)
	return nil
}
