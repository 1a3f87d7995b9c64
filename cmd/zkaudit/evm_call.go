package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/zkaudit/zkaudit/internal/artefact"
)

// The contracts that calldata is for.
const (
	registryContract = "DatasetRegistry"
	trainingContract = "TrainingVerifier"
	marketContract   = "Marketplace"
)

func evmCallCommand(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "call",
		Short: "Write calldata of the contracts, from files",
		Long: `Each of these commands writes the calldata of one call of a contract, in hexadecimal, for
a wallet to send. Nothing is sent, and no chain is asked anything: what a part costs, who
owns it and how far a run has come is for the caller to know. Proofs are verified first,
as by zkaudit verify.

The owner of a part      reserve, a minute later register; price, revoke
anybody                  certify
the buyer                open; refund after the deadline
the trainer, or anybody  start, advance, claim, settle
who is owed something    withdraw

Classes of proofs are registered once in ArgumentVerifier, by what zkaudit evm export
writes to its folder classes. docs/evm.md walks through a sale.

Exit codes are those of zkaudit verify: 1 if a proof is false, or of another order than
the one given; 4 if a chain cannot verify it.`,
		Args: arguments(0, 0, "a command: reserve, register, price, revoke, certify, start, advance, claim, open, settle, refund or withdraw"),
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(
		callReserveCommand(a), callRegisterCommand(a), callPriceCommand(a), callRevokeCommand(a), callCertifyCommand(a),
		callStartCommand(a), callAdvanceCommand(a), callClaimCommand(a),
		callOpenCommand(a), callSettleCommand(a), callRefundCommand(a), callWithdrawCommand(a),
	)
	return c
}

// chainData is calldata, and where it goes.
type chainData struct {
	Contract string `json:"contract"`
	Does     string `json:"does"`
	Value    string `json:"value,omitempty"` // ether to send with it, in wei
	Data     string `json:"data"`
}

func (d *chainData) writeText(w io.Writer) error {
	_, err := fmt.Fprintln(w, d.Data)
	return err
}

// calling holds the flags that calls have in common.
type calling struct {
	out      string
	setup    string
	insecure bool
}

// flags of what is written.
func (o *calling) flags(f *pflag.FlagSet) {
	f.StringVar(&o.out, "out", "", "file that the calldata is written to (default: it is printed)")
}

// proofFlags are those of what is verified first.
func (o *calling) proofFlags(f *pflag.FlagSet) {
	o.flags(f)
	f.StringVar(&o.setup, "setup", "", "the whole powers of tau you trust (default: the INSECURE development ones)")
	f.BoolVar(&o.insecure, "allow-insecure-setup", false, "accept the development setup, with which anyone can forge")
}

// handOut prints or writes calldata, and says beside it where it goes.
func (a *app) handOut(o *calling, d *chainData) error {
	if o.out != "" {
		if err := foldersOf(o.out); err != nil {
			return err
		}
		if err := artefact.WriteFile(o.out, []byte(d.Data+"\n"), artefact.PublicMode); err != nil {
			return err
		}
	}
	with := ""
	if d.Value != "" {
		with = ", with " + d.Value + " wei"
	}
	a.note("for %s, %d bytes%s: %s", d.Contract, len(d.Data)/2-1, with, d.Does)
	if o.out != "" && !a.json {
		return nil
	}
	return a.result(d, d.writeText)
}
