package evm

import (
	"bytes"
	"math/big"
	"slices"

	"golang.org/x/crypto/sha3"
)

// Keccak256 is the hash by which contracts pin what they are given.
func Keccak256(b []byte) (h [32]byte) {
	sum := sha3.NewLegacyKeccak256()
	sum.Write(b)
	sum.Sum(h[:0])
	return h
}

// wordBytes is the length of a word of the contract ABI.
const wordBytes = 32

// value is a value as the contract ABI encodes it: in its place or, if its length
// depends on what it is, behind all that has a place, which then has its offset.
type value struct {
	content []byte
	dynamic bool
}

// integer is a number of any width. Requires 0 <= n < 2^256.
func integer(n *big.Int) value { return value{content: n.FillBytes(make([]byte, wordBytes))} }

// count is an integer that is known to be none below 0.
func count[N int | int64 | uint64](n N) value { return integer(new(big.Int).SetUint64(uint64(n))) }

// fixed is a bytes32.
func fixed(h [32]byte) value { return value{content: h[:]} }

// account is an address.
func account(a Address) value {
	return value{content: append(make([]byte, wordBytes-len(a)), a[:]...)}
}

// text is a string, or bytes.
func text[T string | []byte](b T) value {
	content := append(count(len(b)).content, b...)
	return value{append(content, make([]byte, -len(b)&(wordBytes-1))...), true}
}

// tuple is a struct.
func tuple(members ...value) value {
	return value{abiEncode(members...), slices.ContainsFunc(members, func(m value) bool { return m.dynamic })}
}

// array is an array of any length.
func array[T any](of func(T) value, items []T) value {
	elements := make([]value, len(items))
	for i, item := range items {
		elements[i] = of(item)
	}
	return value{append(count(len(items)).content, abiEncode(elements...)...), true}
}

// coordinates is a tensor's rows, uint256[], and tensors are several, uint256[][].
func coordinates(list []*big.Int) value { return array(integer, list) }
func tensors(list [][]*big.Int) value   { return array(coordinates, list) }

// abiEncode is abi.encode.
func abiEncode(values ...value) []byte {
	offset := 0 // of the first value behind all places
	for _, v := range values {
		if v.dynamic {
			offset += wordBytes
		} else {
			offset += len(v.content)
		}
	}
	var places, behind bytes.Buffer
	for _, v := range values {
		if v.dynamic {
			places.Write(count(offset + behind.Len()).content)
			behind.Write(v.content)
		} else {
			places.Write(v.content)
		}
	}
	return append(places.Bytes(), behind.Bytes()...)
}

// calldata calls the function of a signature.
func calldata(signature string, arguments ...value) []byte {
	selector := Keccak256([]byte(signature))
	return append(selector[:4], abiEncode(arguments...)...)
}
