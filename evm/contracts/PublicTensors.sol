// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {R, Field} from "./Field.sol";
import {Class, ClassLibrary} from "./Class.sol";

/// @title Claims on public tensors
/// @notice A claim says that the multilinear extension of a tensor that everyone knows
/// has a value at a point. Those with a closed form, and those of a few cells, are
/// evaluated here; others are opened (Tables). A descriptor says of each claim, in the
/// order of their values, its kind and
///
///     1 cells      log2 of their number n (1), 2^n signed numbers of 64 bits, n places
///     2 selection  bits of a slot (1), bits of a row (1), runs (2), and of each: first
///                  slot (4), the slot after its last (4), first row (4); the places of
///                  the slot's bits, then of the row's
///     3 filter     bits n of a step (1), steps (4), rate (8, signed), the places of two
///                  steps: n·2
///     4 rate       likewise, the places of one step: n
///     5 opened     opened tensor (2), number of places n (1), n places
///
/// places in 2 bytes each, the highest bit of an index first.
library PublicTensors {
    /// @notice The claim on a public tensor, by its number, is false.
    error PublicTensor(uint256 claim);
    /// @notice No such kind of claim.
    error UnknownKind(uint256 kind);

    uint256 private constant CELLS = 1;
    uint256 private constant SELECTION = 2;
    uint256 private constant FILTER = 3;
    uint256 private constant RATE = 4;
    uint256 private constant OPENED = 5;

    /// @notice Evaluates all claims that can be, and collects those that are opened.
    /// @param opened memory: of each opened claim the place of its record in the
    /// descriptor, behind the kind, and its value
    function check(Class memory c, uint256 program, uint256 values, uint256 opened) internal pure {
        unchecked {
            uint256 count = c.publicClaims();
            uint256 value = values + 32 * c.coordinates();
            uint256 end = opened + 64 * c.openedClaims();
            for (uint256 i = 0; i < count; ++i) {
                uint256 kind;
                uint256 want;
                value += 32;
                assembly ("memory-safe") {
                    kind := byte(0, mload(program))
                    want := mload(value)
                }
                ++program;
                if (kind == OPENED) {
                    if (opened == end) revert ClassLibrary.InvalidDescriptor();
                    assembly ("memory-safe") {
                        mstore(opened, program)
                        mstore(add(opened, 32), want)
                        opened := add(opened, 64)
                        program := add(program, add(3, shl(1, byte(2, mload(program)))))
                    }
                    continue;
                }
                uint256 have;
                if (kind == SELECTION) (have, program) = _selection(program, values);
                else if (kind == FILTER) (have, program) = _filter(program, values);
                else if (kind == RATE) (have, program) = _rate(program, values);
                else if (kind == CELLS) (have, program) = _cells(program, values);
                else revert UnknownKind(kind);
                if (have != want) revert PublicTensor(i);
            }
            if (opened != end) revert ClassLibrary.InvalidDescriptor();
        }
    }

    /// @dev Σ_i eq(point, i)·cell_i, folded from the last coordinate on.
    function _cells(uint256 program, uint256 values) private pure returns (uint256 sum, uint256 next) {
        assembly ("memory-safe") {
            let n := byte(0, mload(program))
            let size := shl(5, shl(n, 1))
            let cells := mload(0x40)
            let p := add(program, 1)
            for { let i := 0 } lt(i, size) { i := add(i, 32) } {
                let v := sar(192, mload(p))
                p := add(p, 8)
                if slt(v, 0) { v := add(v, R) }
                mstore(add(cells, i), v)
            }
            next := add(p, shl(1, n))
            for { let place := next } gt(place, p) {} {
                place := sub(place, 2)
                let x := mload(add(values, shl(5, shr(240, mload(place)))))
                size := shr(1, size)
                for { let i := 0 } lt(i, size) { i := add(i, 32) } {
                    let low := mload(add(cells, shl(1, i)))
                    let high := mload(add(cells, add(shl(1, i), 32)))
                    mstore(add(cells, i), addmod(low, mulmod(x, addmod(high, sub(R, low), R), R), R))
                }
            }
            sum := mload(cells)
        }
    }

    /// @dev Σ_runs Σ_{first ≤ k < end} eq(p, k)·eq(q, k + row − first).
    function _selection(uint256 program, uint256 values) private pure returns (uint256 sum, uint256 next) {
        unchecked {
            uint256 slotBits;
            uint256 rowBits;
            uint256 runs;
            assembly ("memory-safe") {
                let word := mload(program)
                slotBits := byte(0, word)
                rowBits := byte(1, word)
                runs := and(shr(224, word), 0xffff)
            }
            uint256 places = program + 4 + 12 * runs;
            next = places + 2 * (slotBits + rowBits);
            for (uint256 i = 0; i < runs; ++i) {
                uint256 first;
                uint256 end;
                uint256 shift;
                assembly ("memory-safe") {
                    let word := mload(add(program, add(4, mul(12, i))))
                    first := shr(224, word)
                    end := and(shr(192, word), 0xffffffff)
                    shift := sub(and(shr(160, word), 0xffffffff), first)
                }
                sum = addmod(sum, _prefix(values, places, slotBits, rowBits, shift, end), R);
                if (first != 0) sum = Field.sub(sum, _prefix(values, places, slotBits, rowBits, shift, first));
            }
        }
    }

    /// @dev Σ_{k<end} eq(p, k)·eq(q, k + shift mod 2^n), n the larger number of bits, the
    /// missing bits of the other being 0. From the lowest bit on, m[c][l] is the sum over
    /// the low bits of k with which adding shift carries (c), and which are below those
    /// of end (l).
    function _prefix(
        uint256 values,
        uint256 places,
        uint256 slotBits,
        uint256 rowBits,
        uint256 shift,
        uint256 end
    ) private pure returns (uint256 sum) {
        assembly ("memory-safe") {
            let p := add(places, shl(1, slotBits))
            let q := add(p, shl(1, rowBits))
            let n := slotBits
            if gt(rowBits, n) { n := rowBits }
            let m00 := 1
            let m01 := 0
            let m10 := 0
            let m11 := 0
            for { let i := 0 } lt(i, n) { i := add(i, 1) } {
                // x = p_i and y = q_i; w_kj weighs bit k of the slot and bit j of the row.
                let x := 0
                let y := 0
                if lt(i, slotBits) {
                    p := sub(p, 2)
                    x := mload(add(values, shl(5, shr(240, mload(p)))))
                }
                if lt(i, rowBits) {
                    q := sub(q, 2)
                    y := mload(add(values, shl(5, shr(240, mload(q)))))
                }
                let w11 := mulmod(x, y, R)
                let w10 := addmod(x, sub(R, w11), R)
                let w01 := addmod(y, sub(R, w11), R)
                let w00 := addmod(1, sub(R, addmod(x, w01, R)), R)
                let set := and(shr(i, end), 1)
                // Without a carry, bit k of the slot meets k ⊕ d, and carries if both are 1.
                let a00 := 0
                let a01 := 0
                let b10 := 0
                let b11 := 0
                switch and(shr(i, shift), 1)
                case 0 {
                    // k=0: row bit c, no carry. k=1: row bit 1⊕c, carries if c.
                    let zero0 := mulmod(m00, w00, R)
                    let zero1 := mulmod(m01, w00, R)
                    let one0 := mulmod(m00, w11, R)
                    let one1 := mulmod(m01, w11, R)
                    if or(m10, m11) {
                        zero0 := addmod(zero0, mulmod(m10, w01, R), R)
                        zero1 := addmod(zero1, mulmod(m11, w01, R), R)
                        b10 := mulmod(m10, w10, R)
                        b11 := mulmod(m11, w10, R)
                    }
                    switch set
                    case 0 {
                        a00 := addmod(zero0, addmod(one0, one1, R), R)
                        a01 := zero1
                        b10 := addmod(b10, b11, R)
                        b11 := 0
                    }
                    default {
                        a00 := one0
                        a01 := addmod(one1, addmod(zero0, zero1, R), R)
                    }
                }
                default {
                    // k=0: row bit 1⊕c, carries if c. k=1: row bit c, carries.
                    let zero0 := mulmod(m00, w01, R)
                    let zero1 := mulmod(m01, w01, R)
                    let one0 := mulmod(m00, w10, R)
                    let one1 := mulmod(m01, w10, R)
                    let carried0 := 0
                    let carried1 := 0
                    if or(m10, m11) {
                        carried0 := mulmod(m10, w00, R)
                        carried1 := mulmod(m11, w00, R)
                        one0 := addmod(one0, mulmod(m10, w11, R), R)
                        one1 := addmod(one1, mulmod(m11, w11, R), R)
                    }
                    switch set
                    case 0 {
                        a00 := zero0
                        a01 := zero1
                        b10 := addmod(carried0, addmod(one0, one1, R), R)
                        b11 := carried1
                    }
                    default {
                        a01 := addmod(zero0, zero1, R)
                        b10 := one0
                        b11 := addmod(one1, addmod(carried0, carried1, R), R)
                    }
                }
                m00 := a00
                m01 := a01
                m10 := b10
                m11 := b11
            }
            sum := addmod(m01, m11, R)
            if shr(n, end) { sum := addmod(sum, addmod(m00, m10, R), R) }
        }
    }

    /// @dev rate·Σ_{s<t<S} eq(p, t)·eq(q, s). From the lowest bit on, m[a][l] is the sum
    /// over the low bits of s and t with s < t (a), and t < S (l).
    function _filter(uint256 program, uint256 values) private pure returns (uint256 sum, uint256 next) {
        assembly ("memory-safe") {
            let word := mload(program)
            let n := byte(0, word)
            let steps := and(shr(216, word), 0xffffffff)
            let rate := sar(192, shl(40, word))
            if slt(rate, 0) { rate := add(rate, R) }
            let p := add(add(program, 13), shl(1, n))
            let q := add(p, shl(1, n))
            next := q
            let m00 := 1
            let m01 := 0
            let m10 := 0
            let m11 := 0
            for { let i := 0 } lt(i, n) { i := add(i, 1) } {
                p := sub(p, 2)
                q := sub(q, 2)
                let x := mload(add(values, shl(5, shr(240, mload(p)))))
                let y := mload(add(values, shl(5, shr(240, mload(q)))))
                // w_ts weighs bit t of the later step and bit s of the earlier one.
                let w11 := mulmod(x, y, R)
                let w10 := addmod(x, sub(R, w11), R)
                let w01 := addmod(y, sub(R, w11), R)
                let w00 := addmod(1, sub(R, addmod(x, w01, R)), R)
                let a00 := 0
                let a01 := 0
                let a10 := 0
                let a11 := 0
                switch and(shr(i, steps), 1)
                case 0 {
                    // t's bit is 0: l stays; 1: t is above S.
                    let s0 := addmod(m00, m01, R)
                    let s1 := addmod(m10, m11, R)
                    a00 := addmod(mulmod(m00, addmod(w00, w01, R), R), mulmod(m10, w01, R), R)
                    a00 := addmod(a00, mulmod(s0, w11, R), R)
                    a01 := addmod(mulmod(m01, addmod(w00, w01, R), R), mulmod(m11, w01, R), R)
                    a10 := addmod(mulmod(m10, w00, R), addmod(mulmod(s0, w10, R), mulmod(s1, addmod(w10, w11, R), R), R), R)
                    a11 := mulmod(m11, w00, R)
                }
                default {
                    // t's bit is 0: t is below S; 1: l stays.
                    let s0 := addmod(m00, m01, R)
                    let s1 := addmod(m10, m11, R)
                    a00 := mulmod(m00, w11, R)
                    a01 := addmod(mulmod(s0, addmod(w00, w01, R), R), mulmod(s1, w01, R), R)
                    a01 := addmod(a01, mulmod(m01, w11, R), R)
                    a10 := addmod(mulmod(m00, w10, R), mulmod(m10, addmod(w10, w11, R), R), R)
                    a11 := addmod(mulmod(s1, w00, R), addmod(mulmod(m01, w10, R), mulmod(m11, addmod(w10, w11, R), R), R), R)
                }
                m00 := a00
                m01 := a01
                m10 := a10
                m11 := a11
            }
            sum := m11
            if shr(n, steps) { sum := addmod(m10, m11, R) }
            sum := mulmod(sum, rate, R)
        }
    }

    /// @dev rate·Σ_{s<S} eq(p, s): bit by bit from the top, a step below S agrees with it
    /// up to a set bit and has 0 there.
    function _rate(uint256 program, uint256 values) private pure returns (uint256 sum, uint256 next) {
        assembly ("memory-safe") {
            let word := mload(program)
            let n := byte(0, word)
            let steps := and(shr(216, word), 0xffffffff)
            let rate := sar(192, shl(40, word))
            if slt(rate, 0) { rate := add(rate, R) }
            let p := add(program, 13)
            next := add(p, shl(1, n))
            let agree := 1
            if shr(n, steps) {
                sum := 1
                agree := 0
            }
            for {} lt(p, next) { p := add(p, 2) } {
                n := sub(n, 1)
                let one := mulmod(agree, mload(add(values, shl(5, shr(240, mload(p))))), R)
                let zero := addmod(agree, sub(R, one), R)
                switch and(shr(n, steps), 1)
                case 0 { agree := zero }
                default {
                    sum := addmod(sum, zero, R)
                    agree := one
                }
            }
            sum := mulmod(sum, rate, R)
        }
    }
}
