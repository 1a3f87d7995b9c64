#!/bin/sh
# A sale of data and of a training, from files to a settled order: two sellers, a
# trainer, a buyer who holds an exam, and a simulated chain. Everyone has a directory
# and a home of their own in WORKDIR, and gets only the files that one would send.
#
#   sh examples/marketplace/run.sh WORKDIR [MODE]
#
# WORKDIR is new; MODE is that of all proofs, zk-groth16 (the default) or zk-plonk. It takes some minutes, of which go-ethereum's compilation is most the
# first time. The story is told by evm/chain/marketplace; docs/evm.md explains it.
set -eu
work=$1
mode=${2:-zk-groth16}
here=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$work"
work=$(cd "$work" && pwd)
go build -C "$here" -o "$work/zkaudit" ./cmd/zkaudit
go build -C "$here/evm/chain" -o "$work/marketplace" ./marketplace
"$work/marketplace" -zkaudit "$work/zkaudit" -dir "$work" -mode "$mode"
