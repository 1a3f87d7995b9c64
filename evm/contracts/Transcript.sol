// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {R} from "./Field.sol";

/// @title The transcript of evaluation proofs
/// @notice A chain of labelled messages over SHA-256, commitments.Transcript:
///
///     state ← H(0 ‖ state ‖ len(label) ‖ label ‖ len(data) ‖ data)   absorb
///     state ← H(1 ‖ state ‖ len(label) ‖ label ‖ 0)                   challenge
///     c     ← (H(2 ‖ state) ‖ H(3 ‖ state)) mod r
///
/// A message is written to the memory beyond what is allocated: open says where its
/// data goes, close hashes it.
library Transcript {
    /// @notice The precompiled contract for SHA-256 is missing.
    error NoHash();

    uint256 private constant ABSORB = 0;
    uint256 private constant CHALLENGE = 1;
    /// @dev 2^256 mod R.
    uint256 private constant SHIFT = 0x0e0a77c19a07df2f666ea36f7879462e36fc76959f60cd29ac96341c4ffffffb;

    /// @notice SHA-256 of bytes in memory.
    function hash(uint256 from, uint256 length) internal view returns (uint256 digest) {
        bool ok;
        assembly ("memory-safe") {
            ok := staticcall(gas(), 2, from, length, 0, 32)
            ok := and(ok, eq(returndatasize(), 32))
            digest := mload(0)
        }
        if (!ok) revert NoHash();
    }

    /// @notice Begins a message of a label and a length.
    /// @return data where its data is to be written
    function open(uint256 state, bytes32 label, uint256 labelLength, uint256 length)
        internal
        pure
        returns (uint256 data)
    {
        return _open(ABSORB, state, label, labelLength, length);
    }

    /// @notice Absorbs the message begun by open, which ends before end.
    function close(uint256 end) internal view returns (uint256 state) {
        unchecked {
            uint256 from;
            assembly ("memory-safe") {
                from := mload(0x40)
            }
            return hash(from, end - from);
        }
    }

    /// @notice Absorbs a message of one word.
    function absorbWord(uint256 state, bytes32 label, uint256 labelLength, uint256 word)
        internal
        view
        returns (uint256)
    {
        unchecked {
            uint256 data = open(state, label, labelLength, 32);
            assembly ("memory-safe") {
                mstore(data, word)
            }
            return close(data + 32);
        }
    }

    /// @notice Absorbs words that stand in memory.
    function absorbWords(uint256 state, bytes32 label, uint256 labelLength, uint256 from, uint256 count)
        internal
        view
        returns (uint256)
    {
        unchecked {
            uint256 data = open(state, label, labelLength, 32 * count);
            assembly ("memory-safe") {
                mcopy(data, from, shl(5, count))
            }
            return close(data + 32 * count);
        }
    }

    /// @notice Draws a challenge.
    function challenge(uint256 state, bytes32 label, uint256 labelLength)
        internal
        view
        returns (uint256 next, uint256 c)
    {
        next = close(_open(CHALLENGE, state, label, labelLength, 0));
        uint256 m;
        assembly ("memory-safe") {
            m := mload(0x40)
            mstore8(m, 2)
            mstore(add(m, 1), next)
        }
        uint256 high = hash(m, 33);
        assembly ("memory-safe") {
            mstore8(m, 3)
        }
        uint256 low = hash(m, 33);
        assembly ("memory-safe") {
            c := addmod(mulmod(high, SHIFT, R), low, R)
        }
    }

    function _open(uint256 tag, uint256 state, bytes32 label, uint256 labelLength, uint256 length)
        private
        pure
        returns (uint256 data)
    {
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore8(m, tag)
            mstore(add(m, 1), state)
            mstore(add(m, 33), shl(192, labelLength))
            mstore(add(m, 41), label)
            data := add(add(m, 41), labelLength)
            mstore(data, shl(192, length))
            data := add(data, 8)
        }
    }
}
