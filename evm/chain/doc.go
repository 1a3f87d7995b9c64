// Package chain is the contracts of package evm on a chain: bindings for them, and
// tests on a simulated one. It is a module of its own, so that nothing else depends
// on go-ethereum.
package chain
