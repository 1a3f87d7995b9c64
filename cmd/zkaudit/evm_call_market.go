package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/evm"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// ordering holds the flags of evm call open beside those of the plan.
type ordering struct {
	calling
	plan                                       evmPlanning
	chain, marketplace, buyer, payee, deadline string
	amount, currency, salt, order              string
	sellers                                    []string
}

func callOpenCommand(a *app) *cobra.Command {
	var o ordering
	c := &cobra.Command{
		Use:   "open --model M.tflite --with run.toml --part FILE... --seller OWNER=PRICE... --order FILE",
		Short: "Open an order for a training, and write its terms to a file",
		Long: `Derives plan and claims as zkaudit evm plan does, and writes the call of Marketplace that
opens an order for them and pays its amount. --seller says who owns each part and what
it asks for a million rows read, in the order of the parts, as DatasetRegistry.partOf
has it: royalties follow, and an order with others is refused by the chain.

The file of the order, which must be new, goes to the trainer: zkaudit evm context prints
the context to train with, and settle and refund take it.

  zkaudit evm call open --model m.tflite --with run.toml --part a.part --seller 0x…=500 \
    --chain 1 --marketplace 0x… --buyer 0x… --payee 0x… --amount 1000000 \
    --deadline 2027-03-01T12:00:00Z --order order.json`,
		Args: arguments(0, 0, "nothing but flags"),
		RunE: func(c *cobra.Command, _ []string) error {
			if o.order == "" {
				return fmt.Errorf("evm call open needs --order, a new file for its terms: %w", fault.ErrUsage)
			}
			if _, err := os.Lstat(o.order); !errors.Is(err, os.ErrNotExist) {
				return fmt.Errorf("%s is there: evm call open writes a new order: %w", o.order, fault.ErrUsage)
			}
			if err := foldersOf(o.order, o.out); err != nil {
				return err
			}
			opened, plan, err := o.open(c.Context(), a)
			if err != nil {
				return err
			}
			text, err := orderText(opened)
			if err != nil {
				return fmt.Errorf("%s: %w: %w", o.order, fault.ErrInput, err)
			}
			if err := artefact.WriteFile(o.order, text, artefact.PublicMode); err != nil {
				return err
			}
			t := &opened.terms
			d := &chainData{Contract: marketContract, Does: fmt.Sprintf("opens order %s, %d of it royalties, from the buyer's address", hexOf(t.Order()), t.Royalties), Data: hexBytes(t.OpenData(plan))}
			if t.Currency == (evm.Address{}) {
				d.Value = t.Amount.String()
			} else {
				d.Does += fmt.Sprintf("; the token %s must let the marketplace take %d", t.Currency, t.Amount)
			}
			return a.handOut(&o.calling, d)
		},
	}
	o.flags(c)
	return c
}

func (o *ordering) flags(c *cobra.Command) {
	f := c.Flags()
	o.calling.flags(f)
	o.plan.flags(f)
	f.StringVar(&o.chain, "chain", "", "number of the chain")
	f.StringVar(&o.marketplace, "marketplace", "", "address of the marketplace")
	f.StringVar(&o.buyer, "buyer", "", "address of the buyer, who is refunded")
	f.StringVar(&o.payee, "payee", "", "address of who is paid for the training")
	f.StringVar(&o.amount, "amount", "", "all that is paid, royalties included, in the smallest unit of the currency")
	f.StringVar(&o.currency, "currency", "", "address of a token (default: ether)")
	f.StringVar(&o.deadline, "deadline", "", "last second in which the order is settled: 2027-03-01T12:00:00Z, or seconds since 1970")
	f.StringVar(&o.salt, "salt", "0x"+strings.Repeat("0", 64), "32 bytes that tell equal orders apart")
	f.StringArrayVar(&o.sellers, "seller", nil, "OWNER=PRICE of a part, in order; repeat for more")
	f.StringVar(&o.order, "order", "", "file for the terms of the order, which must be new")
}

// open makes the order, with the plan that it pins.
func (o *ordering) open(ctx context.Context, a *app) (*order, *evm.Plan, error) {
	opened, err := o.read()
	if err != nil {
		return nil, nil, err
	}
	sellers, err := o.readSellers()
	if err != nil {
		return nil, nil, err
	}
	plan, claims, err := a.planEVM(ctx, &o.plan)
	if err != nil {
		return nil, nil, err
	}
	t := &opened.terms
	t.Plan = plan.Hash()
	for _, c := range claims {
		t.Claims = append(t.Claims, c.Hash())
	}
	opened.shares, err = t.Shares(plan.Parts, sellers)
	return opened, plan, err
}

// read reads what flags say of the terms.
func (o *ordering) read() (r *order, err error) {
	r = &order{}
	t := &r.terms
	if r.chain, err = amountOf("--chain", o.chain, 256); err != nil {
		return nil, err
	}
	if r.marketplace, err = addressOf("--marketplace", o.marketplace); err != nil {
		return nil, err
	}
	if t.Buyer, err = addressOf("--buyer", o.buyer); err != nil {
		return nil, err
	}
	if t.Payee, err = addressOf("--payee", o.payee); err != nil {
		return nil, err
	}
	if t.Amount, err = amountOf("--amount", o.amount, 256); err != nil {
		return nil, err
	}
	if t.Currency, err = currencyOf(o.currency); err != nil {
		return nil, err
	}
	if t.Deadline, err = timeOf("--deadline", o.deadline); err != nil {
		return nil, err
	}
	t.Salt, err = hashOf("--salt", o.salt)
	return r, err
}

func (o *ordering) readSellers() ([]evm.Seller, error) {
	if len(o.sellers) != len(o.plan.parts) {
		return nil, fmt.Errorf("%d times --seller for %s: want OWNER=PRICE of each, in order: %w", len(o.sellers), counted(len(o.plan.parts), "part"), fault.ErrUsage)
	}
	var list []evm.Seller
	for _, pair := range o.sellers {
		owner, price, _ := strings.Cut(pair, "=")
		at, err := addressOf("--seller", owner)
		if err != nil {
			return nil, err
		}
		asked, err := amountOf("--seller "+owner, price, priceBits)
		if err != nil {
			return nil, err
		}
		list = append(list, evm.Seller{Owner: at, Price: asked})
	}
	return list, nil
}

func callSettleCommand(a *app) *cobra.Command {
	var o calling
	var path string
	c := &cobra.Command{
		Use:   "settle ORDER --bundle BUNDLE",
		Short: "Settle an order whose run and claims have been proven on the chain",
		Long: `Writes the call of Marketplace that settles an order, from its file and the bundle of
the run that was handed in, of which only the digest of its statement is read: the chain
has verified the rest. Anybody may send it, up to the deadline.`,
		Args: arguments(1, 1, "one order"),
		RunE: func(_ *cobra.Command, args []string) error {
			if path == "" {
				return fmt.Errorf("evm call settle needs --bundle: %w", fault.ErrUsage)
			}
			order, err := readOrder(args[0])
			if err != nil {
				return err
			}
			b, err := a.readBundle(path)
			if err != nil {
				return err
			}
			if want := order.context().String(); b.Statement.Context != want {
				return fmt.Errorf("%s: the run has the context %q, that of %s is %q: %w", path, b.Statement.Context, args[0], want, fault.ErrRejected)
			}
			digest, err := b.Statement.Digest()
			if err != nil {
				return fmt.Errorf("%s: %w", path, fault.Verdict(err))
			}
			return a.handOut(&o, &chainData{
				Contract: marketContract, Does: fmt.Sprintf("settles order %s by the run with digest %s", hexOf(order.terms.Order()), hexOf(digest)), Data: hexBytes(order.terms.SettleData(order.shares, digest)),
			})
		},
	}
	o.flags(c.Flags())
	c.Flags().StringVar(&path, "bundle", "", "the bundle of the run")
	return c
}

func callRefundCommand(a *app) *cobra.Command {
	var o calling
	c := &cobra.Command{
		Use:   "refund ORDER",
		Short: "Give the buyer the amount back of an order that was not settled in time",
		Args:  arguments(1, 1, "one order"),
		RunE: func(_ *cobra.Command, args []string) error {
			order, err := readOrder(args[0])
			if err != nil {
				return err
			}
			t := &order.terms
			return a.handOut(&o, &chainData{
				Contract: marketContract, Does: fmt.Sprintf("owes %s the amount of order %s again, after its deadline", t.Buyer, hexOf(t.Order())), Data: hexBytes(t.RefundData()),
			})
		},
	}
	o.flags(c.Flags())
	return c
}

func callWithdrawCommand(a *app) *cobra.Command {
	var o calling
	var currency, to string
	c := &cobra.Command{
		Use:   "withdraw --to ADDRESS",
		Short: "Take what the sender is owed, to an address of its choice",
		Args:  arguments(0, 0, "nothing but flags"),
		RunE: func(*cobra.Command, []string) error {
			at, err := addressOf("--to", to)
			if err != nil {
				return err
			}
			of, err := currencyOf(currency)
			if err != nil {
				return err
			}
			return a.handOut(&o, &chainData{Contract: marketContract, Does: fmt.Sprintf("pays what the sender is owed to %s", at), Data: hexBytes(evm.WithdrawData(of, at))})
		},
	}
	o.flags(c.Flags())
	c.Flags().StringVar(&to, "to", "", "address that is paid")
	c.Flags().StringVar(&currency, "currency", "", "address of a token (default: ether)")
	return c
}
