package main

import (
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/evm"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/wrap"
)

func callReserveCommand(a *app) *cobra.Command {
	var o calling
	var owner, salt string
	c := &cobra.Command{
		Use:   "reserve PART --owner ADDRESS --salt SALT",
		Short: "Reserve a part, without showing it",
		Long: `Writes the call of DatasetRegistry that reserves a part for its owner. A minute later the
owner registers it with the same salt. Show the part to nobody before: who has it could
reserve it as well. The salt is 32 bytes that nobody can guess:

  zkaudit evm call reserve rows.part --owner 0x… --salt 0x$(openssl rand -hex 32)`,
		Args: arguments(1, 1, "one part"),
		RunE: func(_ *cobra.Command, args []string) error {
			by, err := addressOf("--owner", owner)
			if err != nil {
				return err
			}
			salted, err := hashOf("--salt", salt)
			if err != nil {
				return err
			}
			p, err := readChainPart(args[0])
			if err != nil {
				return err
			}
			r := evm.Reservation(p.Digest(), by, salted)
			return a.handOut(&o, &chainData{
				Contract: registryContract, Does: fmt.Sprintf("reserves a part for %s, who registers it a minute later with the same salt", by), Data: hexBytes(evm.ReserveData(r)),
			})
		},
	}
	o.flags(c.Flags())
	c.Flags().StringVar(&owner, "owner", "", "address from which the part will be registered")
	c.Flags().StringVar(&salt, "salt", "", "32 random bytes in hexadecimal, kept until the part is registered")
	return c
}

// asking is what an owner asks for rows that are read, as flags say it.
type asking struct{ price, currency string }

func (s *asking) flags(f *pflag.FlagSet) {
	f.StringVar(&s.price, "price", "", fmt.Sprintf("for %d rows read by a training, in the smallest unit of the currency; 0 for nothing", evm.PerReads))
	f.StringVar(&s.currency, "currency", "", "address of a token (default: ether)")
}

func (s *asking) read() (p evm.Price, err error) {
	if p.Amount, err = amountOf("--price", s.price, priceBits); err == nil {
		p.Currency, err = currencyOf(s.currency)
	}
	return p, err
}

// priceBits is how large a price can be.
const priceBits = 128

func callRegisterCommand(a *app) *cobra.Command {
	var o calling
	var price asking
	var salt, licence string
	c := &cobra.Command{
		Use:   "register PART --salt SALT --price AMOUNT",
		Short: "Register a part that has been reserved for a minute",
		Long: `Writes the call of DatasetRegistry that registers a part, with its commitments and what
its owner asks. It must be sent from the address that the part was reserved for.
--licence takes the name or the text of a licence, of which keccak256 is registered.`,
		Args: arguments(1, 1, "one part"),
		RunE: func(_ *cobra.Command, args []string) error {
			salted, err := hashOf("--salt", salt)
			if err != nil {
				return err
			}
			asked, err := price.read()
			if err != nil {
				return err
			}
			p, err := readChainPart(args[0])
			if err != nil {
				return err
			}
			var hash [32]byte
			if licence != "" {
				hash = evm.Keccak256([]byte(licence))
			}
			return a.handOut(&o, &chainData{
				Contract: registryContract, Does: fmt.Sprintf("registers part %s of %s, from the address that reserved it", hexOf(p.Digest()), counted(p.Shape.Rows, "row")),
				Data: hexBytes(evm.PartOf(p).RegisterData(salted, hash, asked)),
			})
		},
	}
	o.flags(c.Flags())
	price.flags(c.Flags())
	c.Flags().StringVar(&salt, "salt", "", "that of the reservation")
	c.Flags().StringVar(&licence, "licence", "", "licence of the rows (default: none is named)")
	return c
}

func callPriceCommand(a *app) *cobra.Command {
	var o calling
	var price asking
	c := &cobra.Command{
		Use:   "price PART --price AMOUNT",
		Short: "Change the price of a part, for orders that are opened from then on",
		Args:  arguments(1, 1, "one part"),
		RunE: func(_ *cobra.Command, args []string) error {
			asked, err := price.read()
			if err != nil {
				return err
			}
			p, err := readChainPart(args[0])
			if err != nil {
				return err
			}
			return a.handOut(&o, &chainData{
				Contract: registryContract, Does: fmt.Sprintf("sets the price of part %s, from its owner's address", hexOf(p.Digest())), Data: hexBytes(evm.SetPriceData(p.Digest(), asked)),
			})
		},
	}
	o.flags(c.Flags())
	price.flags(c.Flags())
	return c
}

func callRevokeCommand(a *app) *cobra.Command {
	var o calling
	c := &cobra.Command{
		Use:   "revoke PART",
		Short: "Withdraw a part for good: no run starts on it any more",
		Args:  arguments(1, 1, "one part"),
		RunE: func(_ *cobra.Command, args []string) error {
			p, err := readChainPart(args[0])
			if err != nil {
				return err
			}
			return a.handOut(&o, &chainData{
				Contract: registryContract, Does: fmt.Sprintf("withdraws part %s for good, from its owner's address", hexOf(p.Digest())), Data: hexBytes(evm.RevokeData(p.Digest())),
			})
		},
	}
	o.flags(c.Flags())
	return c
}

func callCertifyCommand(a *app) *cobra.Command {
	var o calling
	var chunks string
	c := &cobra.Command{
		Use:   "certify PART",
		Short: "Have the certificate of a registered part verified",
		Long: `Verifies the certificate of a part, and writes the call of DatasetRegistry that has the
chain verify it. Anybody may send it. A certificate of many proofs can be handed in by
several calls, in any order: --proofs 1-4, --proofs 5-8.`,
		Args: arguments(1, 1, "one part"),
		RunE: func(c *cobra.Command, args []string) error {
			keys := a.keys()
			var maker evm.Maker
			p, err := a.verifyPart(c.Context(), args[0], o.setup, o.insecure, func(powers *commitments.Setup) mode.Wraps {
				maker.Keys = wrap.Verifier{Powers: powers, Cache: keys}
				return maker.Keys
			})
			if err != nil {
				return err
			}
			if maker.Setup, err = a.committingSetup(o.setup, p.RowBits, p.Setup); err != nil {
				return err
			}
			maker.Mode = p.Mode
			certificate, err := evm.NewCertificate(c.Context(), p.Mode, evm.PartOf(p), p.Certificate, maker.ID, maker.Proof)
			if err != nil {
				return err
			}
			all := len(certificate.Chunks)
			from, to, err := rangeOf("--proofs", chunks, all)
			if err != nil {
				return err
			}
			certificate.Chunks = certificate.Chunks[from:to]
			return a.handOut(&o, &chainData{
				Contract: registryContract, Does: fmt.Sprintf("certifies part %s, by %d of %s", hexOf(p.Digest()), to-from, counted(all, "proof")), Data: hexBytes(certificate.CertifyData()),
			})
		},
	}
	o.proofFlags(c.Flags())
	c.Flags().StringVar(&chunks, "proofs", "", "which proofs of the certificate, N or N-M (default: all)")
	return c
}
