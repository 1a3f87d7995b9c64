# make check  what every change must pass, in a few minutes
# make test   all tests, the README's test command
# See CONTRIBUTING.md for the others.

GO          ?= go
STATICCHECK ?= honnef.co/go/tools/cmd/staticcheck@v0.8.2
FUZZTIME    ?= 60

.PHONY: check format vet staticcheck generated tidy short fuzz-briefly mutate-briefly mutate test fixtures-test examples-test federated-test drift-test pairs-test wraps-test ceremony-test snarkjs-test faults-test cluster-test fuzz fuzz-long properties-test bytes-long bench bench-peers estimate-test circuit-stats contracts contracts-check mutate-contracts chain-test marketplace marketplace-plonk web web-test

check: format vet staticcheck generated tidy short fuzz-briefly mutate-briefly

format:
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then echo "gofmt: $$unformatted" >&2; exit 1; fi

vet:
	$(GO) vet ./...

# A version of its own, outside go.mod: its dependencies are not the project's.
staticcheck:
	$(GO) run $(STATICCHECK) ./...

# Generated files equal what their generators write; where a generator is
# missing (flatc), the committed file stands.
generated:
	@before=$$(cat tflite/schema/*_generated.go | sha256sum); $(GO) generate ./tflite/schema; \
	after=$$(cat tflite/schema/*_generated.go | sha256sum); \
	if [ "$$before" != "$$after" ]; then echo "tflite/schema: the committed accessors were not generated from the schema" >&2; exit 1; fi

tidy:
	$(GO) mod tidy -diff

short:
	$(GO) test -short ./...

# A minute of fuzzing in total, beside building the targets.
fuzz-briefly:
	.ci/fuzz 200

# Some ten mutants of the script, always the same ones: that the machinery of
# `make mutate` works.
mutate-briefly:
	$(GO) run ./internal/mutate -packages proof -every 40

# Every mutant of the verifier's packages against the tests of its own package.
# It takes an hour or two on 2 cores; MUTANTS=file keeps results there and
# resumes, MUTATE='-packages proof -v' and other flags select.
mutate:
	$(GO) run ./internal/mutate $(if $(MUTANTS),-results $(MUTANTS)) $(MUTATE)

test:
	$(GO) test ./...

# The tests that read real models and datasets; see docs/fixtures.md.
fixtures-test:
	@if [ -z "$$ZKAUDIT_FIXTURES" ]; then echo "set ZKAUDIT_FIXTURES to the folder of docs/fixtures.md" >&2; exit 1; fi
	$(GO) test -count=1 ./...

# What `make test` runs a smaller form of: the examples on all their data, the
# demonstration in a SNARK, a network of 670,000 weights on 4,000 pictures, a
# classifier of texts with its embedding and a transformer, and then its adapters, until
# they have learned. It takes a quarter of an hour on 2 cores.
examples-test:
	@if [ -z "$$ZKAUDIT_FIXTURES" ]; then echo "set ZKAUDIT_FIXTURES to the folder of docs/fixtures.md" >&2; exit 1; fi
	$(GO) test -count=1 -timeout 2h -run '^(TestExamples|TestWrappedDemo|TestMNIST|TestTextClassifier|TestTransformer)$$' ./cmd/zkaudit ./examples/demo ./run -whole

# Ten participants with rows of census data train together over three rounds in mode zk,
# all of it verified as one chain, and compared with training in one place. It takes eight
# minutes on 2 cores.
federated-test:
	@if [ -z "$$ZKAUDIT_FIXTURES" ]; then echo "set ZKAUDIT_FIXTURES to the folder of docs/fixtures.md" >&2; exit 1; fi
	$(GO) test -count=1 -timeout 2h -run '^TestFederatedCensus$$' ./cmd/zkaudit -v -whole

# Layers of real models, in integers and in real numbers (docs/fixtures.md); runs on
# real data, exactly and in float64, also in the formats that calibration chooses:
# accuracy on rows held out may differ by half a point. It takes minutes.
drift-test:
	@if [ -z "$$ZKAUDIT_FIXTURES" ]; then echo "set ZKAUDIT_FIXTURES to the folder of docs/fixtures.md" >&2; exit 1; fi
	$(GO) test -count=1 -run '^TestDrift' ./transpile -v
	$(GO) test -count=1 -timeout 2h -run '^TestDrift' ./ops ./run -v -whole

# All pairs of operators, and convolutions with all strides, dilations and kernels of
# which tests take a part.
pairs-test:
	$(GO) test -count=1 -timeout 2h -run '^(TestFormatsAreEnforced.*|TestConv2DSlides)$$' ./ops -whole

# Bundles in PLONK, and the keys that everyone derives, through the library and the
# command line; rounds of federated training, a claim about an update and a continued run
# in both wrapped modes. It takes a quarter of an hour on 2 cores, by estimate.
wraps-test:
	$(GO) test -count=1 -timeout 2h -run '^(TestWrappedBundle|TestScripts|TestWrappedScripts)$$/^(report|changed|expectation|own_faults|cache|keys.*|zk-.*)$$' ./bundle ./cmd/zkaudit -whole

# A run with keys of a ceremony, from the powers of tau to the verifier's machine, all of
# it on the command line. It takes some minutes on 2 cores.
ceremony-test:
	$(GO) test -count=1 -timeout 1h -run '^TestScripts$$/^ceremony-run$$' ./cmd/zkaudit -whole -v

# What snarkjs says of exported proofs, and a setup that it makes. Needs node and npm,
# which install it in SNARKJS; a few minutes.
SNARKJS         ?= $(CURDIR)/.snarkjs
SNARKJS_VERSION ?= 0.7.6

snarkjs-test:
	mkdir -p $(SNARKJS)
	echo 'omit-lockfile-registry-resolved=true' > $(SNARKJS)/.npmrc
	cd $(SNARKJS) && { test -f package.json || echo '{"private": true}' > package.json; } && npm install --no-audit --no-fund --save-exact snarkjs@$(SNARKJS_VERSION)
	ZKAUDIT_SNARKJS=$(SNARKJS) PATH="$(SNARKJS)/node_modules/.bin:$$PATH" $(GO) test -count=1 -timeout 1h -run '^(TestSnarkjsVerifies|TestPairingIsSnarkjs|TestScripts)$$/^snarkjs$$' ./proof/wrap/snarkjs ./cmd/zkaudit -v

# Each operation on the disk, of every command from a model to reports, fails in each of
# eight ways, of which tests take one: twelve CPU minutes for these alone.
faults-test:
	$(GO) test -count=1 -timeout 4h -run '^(TestFaults|TestKilledForGood|TestRestartIsKilled|TestCacheIsDoneWithout)$$' ./cmd/zkaudit -whole

# 64 segments by four worker processes that are killed again and again, with the server
# restarted once; two workers of one core against one process of two; a thousand segments.
# It prints how long each took: some ten minutes on 2 cores.
cluster-test:
	$(GO) test -count=1 -timeout 2h -run '^TestCluster' ./cmd/zkaudit -whole -v

# FUZZTIME seconds per target.
fuzz:
	.ci/fuzz -each $(FUZZTIME)

# 100,000 executions of each target that takes changed structures through a whole
# verifier: some hours.
fuzz-long:
	$(GO) test -count=1 -timeout 0 -run 'Structure$$' ./aggregate ./audit ./bundle ./run -structures 100000

# Properties of random networks: GRAPHS of them are proven, in both modes without keys,
# with each cell changed and garbage in the padding, and made into bundles; and thirty
# times as many are executed in integers and in rational numbers. SEED is the first one; a
# test that fails names its own. Some hours for 100 on 2 cores, most of them for the
# reference prover, by which padding is attacked.
GRAPHS ?= 100
SEED   ?= 0

properties-test:
	$(GO) test -count=1 -timeout 0 -run '^TestNetworksAreExact$$' ./ops -seed $(SEED) -graphs $$((30 * $(GRAPHS)))
	$(GO) test -count=1 -timeout 0 -run '^(TestNetworksAreProven|TestChangedNetworksAreRefused|TestPaddingOfNetworks)$$' ./ops -seed $(SEED) -graphs $(GRAPHS)
	$(GO) test -count=1 -timeout 0 -run '^TestBundlesOfRandomNetworks$$' ./bundle -seed $(SEED) -graphs $(GRAPHS)

# Every change of one byte, every truncation and some extensions of a small bundle, audit,
# part, opening, checkpoint and .tflite through all that reads them. RESULTS=file keeps
# what is done there and resumes, BYTES='-slice 1/4', -files 'tflite|opening' and other
# flags select. A day on 2 cores, by estimate (50 CPU hours, 3 million verifications); what
# needs none, all forms but the sealed ones, takes half an hour.
bytes-long:
	$(GO) run ./internal/everybyte $(if $(RESULTS),-results $(RESULTS)) $(BYTES)

# The figures of docs/figures.md and docs/protocol.md, all from one run. It takes some
# ten minutes and 7 GiB; let nothing else run beside it.
bench:
	$(GO) run ./bench/figures

# Shapes on which other provers of training have published figures: a step of each,
# in mode zk, in a fresh process.
bench-peers:
	$(GO) run ./bench/figures -peers

# What is estimated of these shapes, against a proof of each in a fresh process: fails if
# time, peak memory or size is off by more than a quarter. It takes three minutes, and
# times want a machine without other work.
estimate-test:
	$(GO) run ./bench/estimates

# The verifier's script as a circuit: constraints by builder, with committed
# rows of the size that runs have.
circuit-stats:
	$(GO) run ./bench/circuitstats -row-bits 16

# The contracts, compiled by solc, which npm installs from its lock file unless SOLC
# names a directory with it; the bindings, which abigen makes of them.
SOLC ?= $(CURDIR)/evm/contracts

contracts: evm/contracts/node_modules
	SOLC=$(SOLC) node evm/contracts/build.mjs
	cd evm/chain && $(GO) generate ./bindings

# What is committed is what the compiler writes; redundant mutants exist.
contracts-check: evm/contracts/node_modules
	SOLC=$(SOLC) node evm/contracts/build.mjs --check
	SOLC=$(SOLC) node --test evm/contracts/mutate/find.test.mjs
	SOLC=$(SOLC) node evm/contracts/mutate/main.mjs --check

# Every mutant of the contracts against the tests of evm/chain. An hour or so, by estimate, on
# 2 cores, most of it for what is listed as redundant, which MUTATE=--unlisted leaves out.
# MUTANTS=file keeps results there and resumes, MUTATE='--files Rows.sol -v' selects.
mutate-contracts: evm/contracts/node_modules
	SOLC=$(SOLC) node evm/contracts/mutate/main.mjs $(if $(MUTANTS),--results $(abspath $(MUTANTS))) $(MUTATE)

evm/contracts/node_modules:
	test -d $(SOLC)/node_modules || (cd evm/contracts && npm ci --no-audit --no-fund)

# The contracts on a simulated chain, with real proofs. A module of its own, which
# alone needs go-ethereum.
chain-test:
	cd evm/chain && $(GO) mod tidy -diff && $(GO) vet ./... && $(GO) run $(STATICCHECK) ./... && $(GO) test -timeout 30m ./...

# A sale from files to a settled order, on a simulated chain with real proofs.
marketplace:
	dir=$$(mktemp -d) && sh examples/marketplace/run.sh "$$dir" && rm -rf "$$dir"

marketplace-plonk:
	dir=$$(mktemp -d) && sh examples/marketplace/run.sh "$$dir" zk-plonk && rm -rf "$$dir"

# The verifier in a browser: one page, WEB_PAGE.
WEB_PAGE ?= $(CURDIR)/web/verify.html

web:
	$(GO) run ./web/build -out $(WEB_PAGE)

# That page in a real browser, chromium, with good and bad files and a phone's window;
# and a day in the life of owner, seller and auditor, from a table to an audit verified there.
web-test:
	cd web/chromium && $(GO) mod tidy -diff && $(GO) vet ./... && $(GO) run $(STATICCHECK) ./... && $(GO) test -count=1 -timeout 30m ./...
