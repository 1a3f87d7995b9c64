package evm

import (
	"encoding/binary"
	"math/big"

	"golang.org/x/crypto/sha3"
)

// Keccak256 is the hash by which contracts pin what they are given.
func Keccak256(b []byte) (h [32]byte) {
	sum := sha3.NewLegacyKeccak256()
	sum.Write(b)
	sum.Sum(h[:0])
	return h
}

// word is a number as the contract ABI lays it out. Requires 0 <= n < 2^256.
func word(n *big.Int) []byte { return n.FillBytes(make([]byte, 32)) }

// number is word of a small number. Requires 0 <= n.
func number(n int) []byte { return binary.BigEndian.AppendUint64(make([]byte, 24, 32), uint64(n)) }

// address is an address as the contract ABI lays it out.
func address(a Address) []byte { return append(make([]byte, 12, 32), a[:]...) }

// words is abi.encode of one list of words.
func words(list [][32]byte) []byte {
	b := append(number(32), number(len(list))...)
	for _, w := range list {
		b = append(b, w[:]...)
	}
	return b
}
