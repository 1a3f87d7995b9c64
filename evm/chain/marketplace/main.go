// Command marketplace is a walk through a sale of data and training: two sellers of
// rows, a trainer, and a buyer who pays for a model that is trained on the rows of
// both and is right often enough on rows of the buyer's. It runs the commands of
// zkaudit for each of them, in directories and homes of their own, and settles on a
// simulated chain, with real proofs. See examples/marketplace.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/kzg"
	"github.com/ethereum/go-ethereum/common"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/evm"
	"github.com/zkaudit/zkaudit/evm/chain/devchain"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/wrap"
	"github.com/zkaudit/zkaudit/run"
)

const (
	modeOfMarket   = mode.ZKGroth16
	rowBits        = 16
	sellersRows    = 512
	examRows       = 96
	reservationAge = 60 * time.Second
	deadline       = 24 * time.Hour

	segmentGas = 1_500_000 // what a segment may take
	claimGas   = 1_200_000 // and the claim
)

func main() {
	program := flag.String("zkaudit", "zkaudit", "the program")
	dir := flag.String("dir", "", "a new folder for what everyone has")
	flag.Parse()
	if err := tell(context.Background(), *program, *dir); err != nil {
		fmt.Fprintln(os.Stderr, "marketplace:", err)
		os.Exit(1)
	}
}

// world is everyone, and the chain.
type world struct {
	*market
	north, south, trainer, buyer *party
	accounts                     map[string]*account
	order                        *order
	delivered                    *evm.Run
}

func tell(ctx context.Context, program, dir string) error {
	w, err := begin(program, dir)
	if err != nil {
		return err
	}
	for _, step := range []struct {
		says string
		do   func(context.Context) error
	}{
		{"Powers of tau, which everyone imports and checks", w.importPowers},
		{"Two sellers commit their rows; the registry verifies their certificates", w.sellRows},
		{"The buyer commits rows of an exam, to hold the model to", w.commitExam},
		{"The trainer says how it would train; the buyer derives the plan, and pays into an order", w.openOrder},
		{"The trainer trains and proves, the exam's claim too; a buyer could verify it off the chain", w.train},
		{"The proofs go to the chain", w.handIn},
		{"The order is settled, and everyone withdraws", w.settleOrder},
		{"What does not work", w.tryToCheat},
	} {
		fmt.Println(step.says)
		start := time.Now()
		if err := step.do(ctx); err != nil {
			return err
		}
		fmt.Printf("  (%.0f s)\n", time.Since(start).Seconds())
	}
	return nil
}

// begin makes everyone's directory, and a chain with the contracts.
func begin(program, dir string) (*world, error) {
	program, err := filepath.Abs(program)
	if err != nil {
		return nil, err
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, err
	}
	w := &world{}
	for name, p := range map[string]**party{"north": &w.north, "south": &w.south, "trainer": &w.trainer, "buyer": &w.buyer} {
		*p = &party{name, filepath.Join(dir, name), program, filepath.Join(dir, "keys")}
		if err := os.MkdirAll((*p).dir, 0o700); err != nil {
			return nil, err
		}
	}
	if w.market, w.accounts, err = openMarket("anybody", "north", "south", "trainer", "buyer"); err != nil {
		return nil, err
	}
	w.maker = &evm.Maker{Mode: modeOfMarket, Keys: wrap.Verifier{Cache: wrap.NewCache(filepath.Join(dir, "keys", "keys"))}}
	return w, nil
}

// importPowers makes a file of powers of tau, whose secret it forgets: real ones come
// from a ceremony of many. Everyone imports it.
func (w *world) importPowers(context.Context) error {
	var tau fr.Element
	if _, err := tau.SetRandom(); err != nil {
		return err
	}
	srs, err := kzg.NewSRS(1<<rowBits, tau.BigInt(new(big.Int)))
	if err != nil {
		return err
	}
	for _, p := range []*party{w.north, w.south, w.trainer, w.buyer} {
		file, err := os.Create(p.path("ceremony.srs"))
		if err != nil {
			return err
		}
		if _, err := srs.WriteTo(file); err != nil {
			return err
		}
		if err := file.Close(); err != nil {
			return err
		}
		if err := p.run("setup", "import", "ceremony.srs", "--out", "powers", "--row-bits", fmt.Sprint(rowBits)); err != nil {
			return err
		}
	}
	w.maker.Setup, err = commitments.ReadPowers(w.buyer.path("powers"))
	return err
}

// choices are what everyone's directories have in common.
func choices(more ...string) []string {
	return append([]string{
		"--model", "model.tflite", "--header", "no", "--features", "1,2,3,4", "--target", "5", "--normalise", "none", "--test-rows", "0",
		"--mode", string(modeOfMarket), "--setup", "powers", "--row-bits", fmt.Sprint(rowBits), "--batch", "16", "--order", "committed",
	}, more...)
}

// commit commits rows of a party's as a part.
func commit(p *party, dir, rows string, count int, seed uint64, more ...string) error {
	if err := p.measures(rows, count, seed); err != nil {
		return err
	}
	if err := p.run("model", "model.tflite", "--inputs", "4", "--dense", "16", "--outputs", "3"); err != nil {
		return err
	}
	if err := p.run(append([]string{"init", dir, "--data", rows, "--name", dir}, choices(more...)...)...); err != nil {
		return err
	}
	return p.run("commit", dir)
}

func (w *world) sellRows(ctx context.Context) error {
	for i, p := range []*party{w.north, w.south} {
		var same []string
		if i > 0 { // classes are numbered as north has them
			if err := w.north.gives(p, "north/commit/encoding.json"); err != nil {
				return err
			}
			same = []string{"--encoding", "north-encoding.json"}
		}
		if err := commit(p, p.name, "rows.csv", sellersRows, uint64(i+1), same...); err != nil {
			return err
		}
		part, err := bundle.ReadPart(p.path(p.name + "/commit/" + p.name + ".part"))
		if err != nil {
			return err
		}
		if err := w.sell(ctx, w.accounts[p.name], part, price()); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) commitExam(ctx context.Context) error {
	if err := w.north.gives(w.buyer, "north/commit/encoding.json"); err != nil {
		return err
	}
	if err := commit(w.buyer, "exam", "exam.csv", examRows, 9, "--encoding", "north-encoding.json"); err != nil {
		return err
	}
	part, err := bundle.ReadPart(w.buyer.path("exam/commit/exam.part"))
	if err != nil {
		return err
	}
	return w.sell(ctx, w.accounts["buyer"], part, new(big.Int))
}

// openOrder has the buyer derive the plan of the training that the trainer proposes,
// and pay for it.
func (w *world) openOrder(ctx context.Context) error {
	for _, p := range []*party{w.north, w.south} {
		at := p.name + "/commit/" + p.name
		if err := p.gives(w.trainer, "rows.csv", at+".part", at+".opening"); err != nil {
			return err
		}
	}
	t := w.trainer
	if err := t.run("model", "model.tflite", "--inputs", "4", "--dense", "16", "--outputs", "3"); err != nil {
		return err
	}
	if err := t.run(append([]string{"init", "run", "--data", "north-rows.csv", "--part", "north-north.part", "--opening", "north-north.opening", "--name", "north",
		"--steps", "64", "--segment-steps", "64", "--rate", "0.25"}, choices()...)...); err != nil {
		return err
	}
	if err := t.run("import", "south-south.part", "--rows", "south-rows.csv", "--opening", "south-south.opening", "--name", "south", "--dir", "run"); err != nil {
		return err
	}
	if err := t.run("commit", "run"); err != nil {
		return err
	}
	if err := t.gives(w.buyer, "run/run.toml"); err != nil {
		return err
	}
	for _, p := range []*party{w.north, w.south} {
		if err := p.gives(w.buyer, p.name+"/commit/"+p.name+".part"); err != nil {
			return err
		}
	}
	return w.derive(ctx, "exam-claims.toml", `[[claim]]
kind = "performance"
model = "run"
parts = ["exam"]
metric = "accuracy"
at_least = "0.8"
`)
}

// derive makes the order of a model, the choices of its training, the sellers' parts and
// claims: what zkaudit evm plan prints.
func (w *world) derive(ctx context.Context, file, claims string) error {
	b := w.buyer
	if err := os.WriteFile(b.path("claims.toml"), []byte(claims), 0o600); err != nil {
		return err
	}
	if err := b.run("evm", "plan", "--model", "model.tflite", "--with", "trainer-run.toml", "--part", "north-north.part", "--part", "south-south.part",
		"--claims", "claims.toml", "--test", "exam=exam/commit/exam.part", "--setup", "powers"); err != nil {
		return err
	}
	choices, err := run.ReadConfig(b.path("trainer-run.toml"))
	if err != nil {
		return err
	}
	var parts []*bundle.PartFile
	for _, name := range []string{"north-north.part", "south-south.part"} {
		p, err := bundle.ReadPart(b.path(name))
		if err != nil {
			return err
		}
		parts = append(parts, p)
	}
	s, err := run.Ordered(b.path("model.tflite"), choices, parts)
	if err != nil {
		return err
	}
	w.order = &order{}
	if w.order.plan, err = evm.NewPlan(ctx, s, w.class); err != nil {
		return err
	}
	asked, err := audit.Parse([]byte(claims))
	if err != nil {
		return err
	}
	exam, err := bundle.ReadPart(w.buyer.path("exam/commit/exam.part"))
	if err != nil {
		return err
	}
	for _, item := range asked.Items {
		c, err := evm.NewClaim(ctx, s, run.AuditedRun, map[string]*bundle.PublicPart{"exam": exam.Public()}, item, w.class)
		if err != nil {
			return err
		}
		w.order.claims = append(w.order.claims, c)
	}
	plan := w.order.plan.Hash()
	fmt.Printf("    the buyer pins plan %x, and the claim\n", plan[:4])
	if err := w.open(w.accounts["buyer"], w.accounts["trainer"], w.order, new(big.Int).Mul(big.NewInt(3), ether), w.sellers(), 1); err != nil {
		return err
	}
	context := fmt.Sprintf("context = %q\n", w.order.about.String())
	return os.WriteFile(w.trainer.path(file), []byte(context+claims), 0o600)
}

// price is what sellers ask for a million rows read.
func price() *big.Int { return new(big.Int).Mul(big.NewInt(500), ether) }

// sellers of the parts that are trained on.
func (w *world) sellers() []evm.Seller {
	return []evm.Seller{{Owner: evm.Address(w.accounts["north"].Address), Price: price()}, {Owner: evm.Address(w.accounts["south"].Address), Price: price()}}
}

func (w *world) train(context.Context) error {
	t := w.trainer
	fmt.Printf("  trainer writes the order's context into run/run.toml: %s\n", w.order.about)
	config, err := os.ReadFile(t.path("run/run.toml"))
	if err != nil {
		return err
	}
	named := strings.Replace(string(config), `context = ""`, fmt.Sprintf("context = %q", w.order.about.String()), 1)
	if named == string(config) {
		return errors.New("run.toml has no context to fill in")
	}
	if err := os.WriteFile(t.path("run/run.toml"), []byte(named), 0o600); err != nil {
		return err
	}
	if err := w.buyer.gives(t, "exam/commit/exam.part", "exam/commit/exam.opening", "exam.csv"); err != nil {
		return err
	}
	for _, command := range [][]string{
		{"train", "run"}, {"prove", "run"},
		{"audit", "exam-claims.toml", "--dir", "run", "--part", "exam=buyer-exam.part,buyer-exam.opening,buyer-exam.csv"},
		{"evm", "export", "run/bundle.zka", "--out", "for-the-chain", "--setup", "powers"},
	} {
		if err := t.run(command...); err != nil {
			return err
		}
	}
	return w.buyer.run("verify", "../trainer/run/bundle.zka", "--unpinned", "--setup", "powers.verifier")
}

func (w *world) handIn(ctx context.Context) error {
	content, err := os.ReadFile(w.trainer.path("run/bundle.zka"))
	if err != nil {
		return err
	}
	b, err := bundle.Unmarshal(content)
	if err != nil {
		return err
	}
	if content, err = artefact.ReadFile(w.trainer.path("run/audit.zka"), audit.MaxBytes); err != nil {
		return err
	}
	a, err := audit.Unmarshal(content)
	if err != nil {
		return err
	}
	d, err := evm.NewRun(w.order.plan, b, w.maker.Proof)
	if err != nil {
		return err
	}
	w.delivered = d
	start, err := d.Beginning(ctx)
	if err != nil {
		return err
	}
	gas, err := w.send(w.teller, w.training, nil, d.StartData(start))
	if err != nil {
		return err
	}
	fmt.Printf("    the run's statement, and the certificate of its initial weights: %d gas\n", gas)
	for i := range b.Segments {
		if err := w.handInSegment(ctx, i); err != nil {
			return err
		}
	}
	for i, c := range w.order.claims {
		proven := a.Claims[i]
		claim, err := d.Claim(ctx, c, &proven.Item, run.AuditedRun, a.Parts, proven.Proof)
		if err != nil {
			return err
		}
		if gas, err = w.send(w.teller, w.training, nil, d.ClaimData(claim)); err != nil {
			return err
		}
		fmt.Printf("    claim %q: %d gas\n", proven.Name, gas)
		if gas > claimGas {
			return fmt.Errorf("a claim took %d gas, at most %d are to be paid", gas, claimGas)
		}
	}
	return nil
}

// handInSegment hands in a segment, after one with a changed proof, which is refused.
func (w *world) handInSegment(ctx context.Context, i int) error {
	s, err := w.delivered.Segment(ctx, i)
	if err != nil {
		return err
	}
	changed := *s
	changed.Proof = bytes.Clone(s.Proof)
	changed.Proof[len(changed.Proof)-1] ^= 1
	_, err = w.send(w.teller, w.training, nil, w.delivered.AdvanceData(i, &changed))
	if !errors.As(err, new(*devchain.Revert)) {
		return fmt.Errorf("a changed proof: %v", err)
	}
	fmt.Printf("    a changed proof of segment %d: %v\n", i+1, err)
	gas, err := w.send(w.teller, w.training, nil, w.delivered.AdvanceData(i, s))
	if err != nil {
		return err
	}
	first, count := w.delivered.Bundle.Statement.Range(i)
	fmt.Printf("    segment %d, %d steps from %d on, over %d rows: %d gas\n", i+1, count, first, 2*sellersRows, gas)
	if gas > segmentGas {
		return fmt.Errorf("a segment took %d gas, at most %d are to be paid", gas, segmentGas)
	}
	return nil
}

func (w *world) settleOrder(ctx context.Context) error {
	gas, err := w.settle(w.order, w.delivered)
	if err != nil {
		return err
	}
	fmt.Printf("    the order is settled: %d gas\n", gas)
	for _, name := range []string{"north", "south", "trainer"} {
		a := w.accounts[name]
		before, err := w.Client().BalanceAt(ctx, a.Address, nil)
		if err != nil {
			return err
		}
		if _, err := w.send(a, w.market.market, nil, evm.WithdrawData(evm.Address{}, evm.Address(a.Address))); err != nil {
			return err
		}
		after, err := w.Client().BalanceAt(ctx, a.Address, nil)
		if err != nil {
			return err
		}
		got := new(big.Float).Quo(new(big.Float).SetInt(after.Sub(after, before)), new(big.Float).SetInt(ether))
		fmt.Printf("    %s withdraws %.3f ether\n", name, got)
	}
	return nil
}

// tryToCheat makes attempts that must be refused, each for its reason.
func (w *world) tryToCheat(ctx context.Context) error {
	again := *w.order
	if err := w.open(w.accounts["buyer"], w.accounts["trainer"], &again, new(big.Int).Mul(big.NewInt(3), ether), w.sellers(), 2); err != nil {
		return err
	}
	d, currency := w.delivered, evm.Address{}
	segment, err := d.Segment(ctx, 0)
	if err != nil {
		return err
	}
	start, err := d.Beginning(ctx)
	if err != nil {
		return err
	}
	for _, attempt := range []struct {
		says string
		by   string
		to   common.Address
		data []byte
		want string
	}{
		{"settling the order twice", "trainer", w.market.market, w.order.terms.SettleData(w.order.shares, d.Name.Digest), "NotOpen"},
		{"the same proofs for another order of the same training", "trainer", w.market.market, again.terms.SettleData(again.shares, d.Name.Digest), "NotProven"},
		{"the same segment twice", "trainer", w.training, d.AdvanceData(0, segment), "WrongWeights"},
		{"starting the run again", "trainer", w.training, d.StartData(start), "AlreadyStarted"},
		{"withdrawing twice", "north", w.market.market, evm.WithdrawData(currency, evm.Address(w.accounts["north"].Address)), "NothingOwed"},
		{"a refund before the deadline", "buyer", w.market.market, again.terms.RefundData(), "DeadlineNotPassed"},
	} {
		_, err := w.send(w.accounts[attempt.by], attempt.to, nil, attempt.data)
		var refused *devchain.Revert
		if !errors.As(err, &refused) || refused.Name != attempt.want {
			return fmt.Errorf("%s: %v, want it refused as %s", attempt.says, err, attempt.want)
		}
		fmt.Printf("    %s: %v\n", attempt.says, err)
	}
	if err := w.Pass(deadline + time.Second); err != nil {
		return err
	}
	if _, err := w.send(w.accounts["buyer"], w.market.market, nil, again.terms.RefundData()); err != nil {
		return err
	}
	fmt.Println("    after the deadline the buyer has the amount of the other order back")
	return nil
}
