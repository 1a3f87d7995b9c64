// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {R} from "./Field.sol";
import {Points} from "./Points.sol";
import {Transcript} from "./Transcript.sol";
import {Class, ClassLibrary} from "./Class.sol";

/// @title Committed rows
/// @notice The digest of a statement, and the fold of its rows (protocol, sections 12
/// and 13).
library Rows {
    /// @notice A commitment of the proof is infinity, which a hiding one never is.
    error CommitmentAtInfinity();

    /// @notice The statement's digest c0: 248 bits of SHA-256 of its encoding,
    ///
    ///     head ‖ externals ‖ len(32·rows) ‖ rows … ‖ witnesses ‖ len(32·rows) ‖ rows …
    ///
    /// points compressed.
    /// @return c0 the digest
    /// @return program what follows the tensors in the descriptor
    function digest(Class memory c, bytes calldata head, uint256 external_, uint256 witness)
        internal
        view
        returns (uint256 c0, uint256 program)
    {
        uint256 from;
        uint256 to;
        assembly ("memory-safe") {
            from := mload(0x40)
            calldatacopy(from, head.offset, head.length)
            to := add(from, head.length)
        }
        bool infinity;
        (to, program,) = _append(to, c.program, external_);
        (to, program, infinity) = _append(to, program, witness);
        if (infinity) revert CommitmentAtInfinity();
        c0 = Transcript.hash(from, to - from) >> 8;
    }

    /// @dev Appends the number of tensors and the rows of each, as the program says.
    function _append(uint256 to, uint256 program, uint256 from)
        private
        pure
        returns (uint256 end, uint256 next, bool infinity)
    {
        unchecked {
            uint256 tensors = _u16(program);
            program += 2;
            to = _appendNumber(to, tensors);
            for (uint256 i = 0; i < tensors; ++i) {
                uint256 rows = _u16(program);
                program += 2;
                to = _appendNumber(to, 32 * rows);
                infinity = Points.compressAll(to, from, rows) || infinity;
                to += 32 * rows;
                from += 64 * rows;
            }
            return (to, program, infinity);
        }
    }

    /// @dev Appends a number below 2^24, little-endian in 8 bytes.
    function _appendNumber(uint256 to, uint256 n) private pure returns (uint256) {
        unchecked {
            assembly ("memory-safe") {
                mstore(to, or(shl(248, n), or(shl(240, byte(30, n)), shl(232, byte(29, n)))))
            }
            return to + 8;
        }
    }

    /// @notice The coefficient of every row but the mask's, which has 1:
    ///
    ///     c_i = Σ_{g≥1} σ^g·Σ_{claims of group g} γ^c·eq(high_c, i)
    ///
    /// @param values memory: 0, then the exposed values
    /// @return rows where the coefficients stand in memory
    /// @return next what follows the groups in the descriptor
    function coefficients(Class memory c, uint256 program, uint256 values)
        internal
        pure
        returns (uint256 rows, uint256 next)
    {
        unchecked {
            uint256 count = c.externalRows() + c.witnessRows();
            uint256 gamma;
            uint256 sigma;
            {
                uint256 last = values + 32 * c.exposed(); // y; before it σ, before it γ
                assembly ("memory-safe") {
                    rows := mload(0x40)
                    mstore(0x40, add(rows, shl(5, count)))
                    calldatacopy(rows, calldatasize(), shl(5, count))
                    gamma := mload(sub(last, 64))
                    sigma := mload(sub(last, 32))
                }
            }
            uint256 power = 1;
            uint256 groups = _u16(program);
            next = program + 2;
            for (; groups > 0; --groups) {
                power = mulmod(power, sigma, R);
                uint256 weight = power;
                uint256 claims = _u16(next);
                next += 2;
                for (; claims > 0; --claims) {
                    next = _addClaim(rows, rows + 32 * count, next, values, weight);
                    weight = mulmod(weight, gamma, R);
                }
            }
        }
    }

    /// @dev Adds weight·eq(high, i) to the coefficient of each row i of a claim's tensor.
    function _addClaim(uint256 rows, uint256 end, uint256 claim, uint256 values, uint256 weight)
        private
        pure
        returns (uint256 next)
    {
        unchecked {
            uint256 first;
            uint256 high;
            assembly ("memory-safe") {
                let word := mload(claim)
                first := add(rows, shl(5, shr(240, word)))
                high := byte(2, word)
                next := add(claim, add(3, shl(1, high)))
            }
            if (high > 16 || first + (32 << high) > end) revert ClassLibrary.InvalidDescriptor();
            if (high == 0) {
                assembly ("memory-safe") {
                    mstore(first, addmod(mload(first), weight, R))
                }
                return next;
            }
            uint256 cells;
            uint256 size = 1;
            assembly ("memory-safe") {
                cells := mload(0x40)
                mstore(cells, weight)
            }
            for (uint256 place = claim + 3; place < next; place += 2) {
                uint256 x;
                assembly ("memory-safe") {
                    x := mload(add(values, shl(5, shr(240, mload(place)))))
                }
                _double(cells, size, x);
                size *= 2;
            }
            assembly ("memory-safe") {
                let last := add(cells, shl(5, size))
                for { let from := cells } lt(from, last) { from := add(from, 32) } {
                    mstore(first, addmod(mload(first), mload(from), R))
                    first := add(first, 32)
                }
            }
        }
    }

    /// @dev Replaces each cell v by v·(1−x) and v·x.
    function _double(uint256 cells, uint256 size, uint256 x) private pure {
        assembly ("memory-safe") {
            for { let i := shl(5, size) } i {} {
                i := sub(i, 32)
                let v := mload(add(cells, i))
                let one := mulmod(v, x, R)
                mstore(add(cells, add(shl(1, i), 32)), one)
                mstore(add(cells, shl(1, i)), addmod(v, sub(R, one), R))
            }
        }
    }

    /// @notice C_F = C_M + Σ c_i·C_i − ρ_F·H. Every row is added, whatever its
    /// coefficient is, so that every one is on the curve.
    function fold(Class memory c, uint256 rows, uint256 external_, uint256 witness, uint256 blinding)
        internal
        view
        returns (uint256 sum)
    {
        unchecked {
            sum = Points.zero();
            uint256 count = c.externalRows();
            for (uint256 i = 0; i < count; ++i) {
                Points.addFromCalldata(sum, external_ + 64 * i, _word(rows + 32 * i));
            }
            rows += 32 * count;
            count = c.witnessRows() - 1;
            for (uint256 i = 0; i < count; ++i) {
                Points.addFromCalldata(sum, witness + 64 * i, _word(rows + 32 * i));
            }
            uint256 mask = witness + 64 * count;
            uint256 x;
            uint256 y;
            assembly ("memory-safe") {
                x := calldataload(mask)
                y := calldataload(add(mask, 32))
            }
            Points.add(sum, x, y);
            if (blinding != 0) Points.addFromMemory(sum, c.setup() + 64, R - blinding);
        }
    }

    function _u16(uint256 from) private pure returns (uint256 n) {
        assembly ("memory-safe") {
            n := shr(240, mload(from))
        }
    }

    function _word(uint256 from) private pure returns (uint256 w) {
        assembly ("memory-safe") {
            w := mload(from)
        }
    }
}
