// Command marketplace is a walk through a sale of data and training: two sellers of
// rows, a trainer, and a buyer who pays for a model that is trained on the rows of
// both and is right often enough on rows of the buyer's. It runs the commands of
// zkaudit for each of them, in directories and homes of their own. It is itself the
// chain, a simulated one, and their wallets, which send the calldata that zkaudit
// writes. See examples/marketplace.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/kzg"

	"github.com/zkaudit/zkaudit/evm/chain/devchain"
)

const (
	plonk          = "zk-plonk"
	rowBits        = 16
	circuitBits    = 18 // of mode zk-plonk: log2 of the rows of its largest circuits
	sellersRows    = 512
	examRows       = 96
	reservationAge = 60 * time.Second
	deadline       = 24 * time.Hour

	segmentGas = 1_500_000 // what a segment may take
	claimGas   = 1_200_000 // and the claim

	falseCode = 1 // the exit code of zkaudit for what is false
)

// amounts returns what the buyer pays, and what sellers ask for a million rows read: 3 and
// 500 ether.
func amounts() (pays, asked *big.Int) {
	return new(big.Int).Mul(big.NewInt(3), ether()), new(big.Int).Mul(big.NewInt(500), ether())
}

func ether() *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(18), nil) }

func main() {
	program := flag.String("zkaudit", "zkaudit", "the program")
	dir := flag.String("dir", "", "a new folder for what everyone has")
	mode := flag.String("mode", "zk-groth16", "the mode of all proofs, zk-groth16 or zk-plonk")
	flag.Parse()
	if err := tell(context.Background(), *program, *dir, *mode); err != nil {
		fmt.Fprintln(os.Stderr, "marketplace:", err)
		os.Exit(1)
	}
}

// world is everyone, and the chain.
type world struct {
	*market
	north, south, trainer, buyer *party
}

func tell(ctx context.Context, program, dir, mode string) error {
	w, err := begin(program, dir, mode)
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
func begin(program, dir, mode string) (*world, error) {
	program, err := filepath.Abs(program)
	if err != nil {
		return nil, err
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, err
	}
	w := &world{}
	for name, p := range map[string]**party{"north": &w.north, "south": &w.south, "trainer": &w.trainer, "buyer": &w.buyer} {
		*p = &party{name, filepath.Join(dir, name), program, filepath.Join(dir, "keys"), mode}
		if err := os.MkdirAll((*p).dir, 0o700); err != nil {
			return nil, err
		}
	}
	w.market, err = openMarket(anybody, "north", "south", "trainer", "buyer")
	return w, err
}

// importPowers makes a file of powers of tau, whose secret it forgets: real ones come
// from a ceremony of many. Everyone imports it.
func (w *world) importPowers(context.Context) error {
	var tau fr.Element
	if _, err := tau.SetRandom(); err != nil {
		return err
	}
	count, keep := uint64(1<<rowBits), []string{"--row-bits", fmt.Sprint(rowBits)}
	if w.buyer.mode == plonk {
		count, keep = 1<<circuitBits+3, append(keep, "--circuit-bits", fmt.Sprint(circuitBits))
	}
	srs, err := kzg.NewSRS(count, tau.BigInt(new(big.Int)))
	if err != nil {
		return err
	}
	for _, p := range []*party{w.north, w.south, w.trainer, w.buyer} {
		file, err := os.Create(p.path("ceremony.srs"))
		if err != nil {
			return err
		}
		if _, err := srs.WriteRawTo(file); err != nil {
			return err
		}
		if err := file.Close(); err != nil {
			return err
		}
		if err := p.run(append([]string{"setup", "import", "ceremony.srs", "--out", "powers"}, keep...)...); err != nil {
			return err
		}
	}
	return nil
}

// choices are what everyone's directories have in common.
func (p *party) choices(more ...string) []string {
	return append([]string{
		"--model", "model.tflite", "--header", "no", "--features", "1,2,3,4", "--target", "5", "--normalise", "none", "--test-rows", "0",
		"--mode", p.mode, "--setup", "powers", "--row-bits", fmt.Sprint(rowBits), "--batch", "16", "--order", "committed",
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
	if err := p.run(append([]string{"init", dir, "--data", rows, "--name", dir}, p.choices(more...)...)...); err != nil {
		return err
	}
	return p.run("commit", dir)
}

func (w *world) sellRows(context.Context) error {
	_, asked := amounts()
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
		if err := w.sell(p, p.name, asked); err != nil {
			return err
		}
	}
	return nil
}

// sell registers a part for its owner, and has its certificate verified.
func (w *world) sell(p *party, name string, price *big.Int) error {
	var drawn [32]byte
	rand.Read(drawn[:])
	part, salt := name+"/commit/"+name+".part", fmt.Sprintf("0x%x", drawn)
	if err := w.call(p, registry, nil, "reserve", part, "--owner", w.address(p.name), "--salt", salt); err != nil {
		return err
	}
	if err := w.Pass(reservationAge); err != nil {
		return err
	}
	if err := w.call(p, registry, nil, "register", part, "--salt", salt, "--price", price.String(), "--licence", "CC-BY-4.0"); err != nil {
		return err
	}
	if err := w.export(p, part); err != nil {
		return err
	}
	return w.call(p, registry, nil, "certify", part, "--setup", "powers")
}

// call has zkaudit write calldata into a file that is called as the call, and sends it
// from the party's wallet.
func (w *world) call(p *party, contract string, value *big.Int, arguments ...string) error {
	_, err := w.gasOf(p, contract, value, arguments...)
	return err
}

// gasOf is call, and returns the gas that it took.
func (w *world) gasOf(p *party, contract string, value *big.Int, arguments ...string) (uint64, error) {
	file := arguments[0] + ".hex"
	if err := p.run(append([]string{"evm", "call"}, append(arguments, "--out", file)...)...); err != nil {
		return 0, err
	}
	return w.sendsFile(p.name, contract, value, p.path(file))
}

// export writes what a chain is given of a file, of which anybody registers the classes.
func (w *world) export(p *party, file string, more ...string) error {
	out := "chain-" + filepath.Base(file)
	if err := p.run(append([]string{"evm", "export", file, "--out", out, "--setup", "powers"}, more...)...); err != nil {
		return err
	}
	return w.registerClasses(p.path(out))
}

func (w *world) commitExam(context.Context) error {
	if err := w.north.gives(w.buyer, "north/commit/encoding.json"); err != nil {
		return err
	}
	if err := commit(w.buyer, "exam", "exam.csv", examRows, 9, "--encoding", "north-encoding.json"); err != nil {
		return err
	}
	return w.sell(w.buyer, "exam", new(big.Int))
}

// exam is the claim that the buyer pays for.
const exam = `[[claim]]
kind = "performance"
model = "run"
parts = ["exam"]
metric = "accuracy"
at_least = "0.8"
`

// openOrder has the buyer derive the plan of the training that the trainer proposes,
// and pay for it.
func (w *world) openOrder(context.Context) error {
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
		"--steps", "64", "--segment-steps", "64", "--rate", "0.25"}, t.choices()...)...); err != nil {
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
	if err := os.WriteFile(w.buyer.path("claims.toml"), []byte(exam), 0o600); err != nil {
		return err
	}
	if err := w.open("order.json", 1); err != nil {
		return err
	}
	return w.buyer.gives(t, "order.json", "claims.toml")
}

// open has the buyer open an order of the model, the choices of its training, the sellers'
// parts and claims.
func (w *world) open(file string, salt byte) error {
	now, err := w.Now()
	if err != nil {
		return err
	}
	pays, asked := amounts()
	return w.call(w.buyer, marketplace, pays, "open", "--model", "model.tflite", "--with", "trainer-run.toml", "--part", "north-north.part", "--part", "south-south.part",
		"--seller", w.address("north")+"="+asked.String(), "--seller", w.address("south")+"="+asked.String(),
		"--claims", "claims.toml", "--test", "exam=exam/commit/exam.part", "--setup", "powers",
		"--chain", w.ID().String(), "--marketplace", w.contracts[marketplace].Hex(), "--buyer", w.address("buyer"), "--payee", w.address("trainer"),
		"--amount", pays.String(), "--deadline", fmt.Sprint(now+uint64(deadline.Seconds())), "--salt", fmt.Sprintf("0x%064x", salt), "--order", file)
}

// train has the trainer train with the order's context.
func (w *world) train(context.Context) error {
	t := w.trainer
	about, err := t.ask("evm", "context", "buyer-order.json")
	if err != nil {
		return err
	}
	fmt.Println("  trainer writes it into run/run.toml, and into the claims file")
	config, err := os.ReadFile(t.path("run/run.toml"))
	if err != nil {
		return err
	}
	named := strings.Replace(string(config), `context = ""`, fmt.Sprintf("context = %q", about), 1)
	if named == string(config) {
		return errors.New("run.toml has no context to fill in")
	}
	if err := os.WriteFile(t.path("run/run.toml"), []byte(named), 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(t.path("exam-claims.toml"), []byte(fmt.Sprintf("context = %q\n", about)+exam), 0o600); err != nil {
		return err
	}
	if err := w.buyer.gives(t, "exam/commit/exam.part", "exam/commit/exam.opening", "exam.csv"); err != nil {
		return err
	}
	for _, command := range [][]string{
		{"train", "run"}, {"prove", "run"},
		{"audit", "exam-claims.toml", "--dir", "run", "--part", "exam=buyer-exam.part,buyer-exam.opening,buyer-exam.csv"},
	} {
		if err := t.run(command...); err != nil {
			return err
		}
	}
	return w.buyer.run("verify", "../trainer/run/bundle.zka", "--unpinned", "--setup", "powers.verifier")
}

// handIn has the trainer hand in the run and the claim.
func (w *world) handIn(context.Context) error {
	t, order := w.trainer, []string{"--setup", "powers", "--order", "buyer-order.json"}
	if err := w.export(t, "run/bundle.zka"); err != nil {
		return err
	}
	if err := w.export(t, "run/audit.zka", "--bundle", "run/bundle.zka"); err != nil {
		return err
	}
	if err := w.call(t, training, nil, append([]string{"start", "run/bundle.zka"}, order...)...); err != nil {
		return err
	}
	if err := t.run(append([]string{"evm", "call", "advance", "run/bundle.zka", "--segments", "1", "--out", "advance.hex"}, order...)...); err != nil {
		return err
	}
	if err := w.changedProof(t.path("advance.hex")); err != nil {
		return err
	}
	gas, err := w.sendsFile(t.name, training, nil, t.path("advance.hex"))
	if err != nil {
		return err
	}
	if gas > segmentGas {
		return fmt.Errorf("a segment took %d gas, at most %d are to be paid", gas, segmentGas)
	}
	if gas, err = w.gasOf(t, training, nil, append([]string{"claim", "run/audit.zka", "--bundle", "run/bundle.zka"}, order...)...); err != nil {
		return err
	}
	if gas > claimGas {
		return fmt.Errorf("a claim took %d gas, at most %d are to be paid", gas, claimGas)
	}
	return nil
}

// changedProof sends calldata with another last byte, the proof's, which must be refused.
func (w *world) changedProof(file string) error {
	data, err := calldata(file)
	if err != nil {
		return err
	}
	data[len(data)-1] ^= 1
	if _, err = w.sends("trainer", training, nil, data); !errors.As(err, new(*devchain.Revert)) {
		return fmt.Errorf("a changed proof: %v", err)
	}
	fmt.Printf("    the same with a bit of the proof changed: %v\n", err)
	return nil
}

func (w *world) settleOrder(ctx context.Context) error {
	if err := w.call(w.trainer, marketplace, nil, "settle", "buyer-order.json", "--bundle", "run/bundle.zka"); err != nil {
		return err
	}
	for _, p := range []*party{w.north, w.south, w.trainer} {
		at := w.wallets[p.name].Address
		before, err := w.Client().BalanceAt(ctx, at, nil)
		if err != nil {
			return err
		}
		if err := w.call(p, marketplace, nil, "withdraw", "--to", w.address(p.name)); err != nil {
			return err
		}
		after, err := w.Client().BalanceAt(ctx, at, nil)
		if err != nil {
			return err
		}
		got := new(big.Float).Quo(new(big.Float).SetInt(after.Sub(after, before)), new(big.Float).SetInt(ether()))
		fmt.Printf("    %s has %.3f ether more, without the gas\n", p.name, got)
	}
	return nil
}

// tryToCheat makes attempts that must be refused, each for its reason.
func (w *world) tryToCheat(context.Context) error {
	if err := w.open("again.json", 2); err != nil {
		return err
	}
	if err := w.buyer.gives(w.trainer, "again.json"); err != nil {
		return err
	}
	err := w.trainer.run("evm", "call", "settle", "buyer-again.json", "--bundle", "run/bundle.zka")
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != falseCode {
		return fmt.Errorf("the same run for another order: %v, want it rejected", err)
	}
	fmt.Println("    rejected: the run has the context of the first order")
	if err := w.buyer.run("evm", "call", "refund", "again.json", "--out", "refund.hex"); err != nil {
		return err
	}
	for _, attempt := range []struct {
		says     string
		by       *party
		contract string
		file     string
		want     string
	}{
		{"settling the order twice", w.trainer, marketplace, "settle.hex", "NotOpen"},
		{"the same segment twice", w.trainer, training, "advance.hex", "WrongWeights"},
		{"starting the run again", w.trainer, training, "start.hex", "AlreadyStarted"},
		{"withdrawing twice", w.north, marketplace, "withdraw.hex", "NothingOwed"},
		{"a refund before the deadline", w.buyer, marketplace, "refund.hex", "DeadlineNotPassed"},
	} {
		data, err := calldata(attempt.by.path(attempt.file))
		if err != nil {
			return err
		}
		_, err = w.sends(attempt.by.name, attempt.contract, nil, data)
		var refused *devchain.Revert
		if !errors.As(err, &refused) || refused.Name != attempt.want {
			return fmt.Errorf("%s: %v, want it refused as %s", attempt.says, err, attempt.want)
		}
		fmt.Printf("    %s: %v\n", attempt.says, err)
	}
	if err := w.Pass(deadline + time.Second); err != nil {
		return err
	}
	_, err = w.sendsFile("buyer", marketplace, nil, w.buyer.path("refund.hex"))
	return err
}
