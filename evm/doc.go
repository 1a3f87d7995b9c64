// Package evm takes wrapped proofs to an EVM chain, where the contracts of
// contracts verify them.
package evm
