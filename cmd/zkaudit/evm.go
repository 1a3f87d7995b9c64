package main

import (
	"github.com/spf13/cobra"
)

func evmCommand(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "evm",
		Short: "Settle on an EVM chain: what an order pins, and under which context it is trained",
		Long: `What the contracts of docs/evm.md take. A buyer derives the plan of a training before
there is one, and pins its hash in an order; the trainer derives the same, and trains
with the context of the order.`,
		Args: arguments(0, 0, "a command: plan or context"),
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(evmPlanCommand(a), evmContextCommand(a))
	return c
}
