package main

import (
	"fmt"
	"io"

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
		Use:   "context [ORDER]",
		Short: "Print the context with which a training settles an order",
		Long: `Prints the text that the statements of a run, and of claims about its model, have as
their context to settle an order: it names the chain, the marketplace, the order and
who is paid. The order is in the file that zkaudit evm call open writes, or in flags.
Marketplace.contextOf says the same on the chain.

  zkaudit init run --context "$(zkaudit evm context order.json)" …
  zkaudit evm context --chain 1 --marketplace 0x… --order 0x… --payee 0x…`,
		Args: arguments(0, 1, "one order"),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				if chain+marketplace+order+payee != "" {
					return fmt.Errorf("%s says which order it is: give the file or flags: %w", args[0], fault.ErrUsage)
				}
				o, err := readOrder(args[0])
				if err != nil {
					return err
				}
				r := evmContext{o.context().String()}
				return a.result(r, r.writeText)
			}
			id, err := amountOf("--chain", chain, 256)
			if err != nil {
				return err
			}
			at, err := addressOf("--marketplace", marketplace)
			if err != nil {
				return err
			}
			name, err := hashOf("--order", order)
			if err != nil {
				return err
			}
			paid, err := addressOf("--payee", payee)
			if err != nil {
				return err
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
