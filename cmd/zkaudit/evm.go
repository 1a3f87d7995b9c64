package main

import (
	"github.com/spf13/cobra"
)

func evmCommand(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "evm",
		Short: "Settle on an EVM chain: what an order pins, its context, and calldata of the contracts",
		Long: `What the contracts of docs/evm.md take. A buyer derives the plan of a training before
there is one, and pins its hash in an order; the trainer derives the same, and trains
with the context of the order. Proofs of modes zk-groth16 and zk-plonk are handed in as
they are: nothing is proven anew for a chain. zkaudit writes calldata; a wallet sends it.`,
		Args: arguments(0, 0, "a command: plan, context, export or call"),
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(evmPlanCommand(a), evmContextCommand(a), evmExportCommand(a), evmCallCommand(a))
	return c
}
