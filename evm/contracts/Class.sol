// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What a descriptor says
/// @notice Numbers are big-endian. Package evm writes descriptors, and documents what
/// stands in them.
///
///     0     1  system of the SNARK
///     1     1  ℓ: rows have 2^ℓ cells
///     2     2  coordinates among the exposed values, which come first
///     4     2  claims on public tensors
///     6     2  claims of them that are opened
///     8     2  opened tensors
///     10    2  rows of external tensors
///     12    2  rows of witness tensors, the mask row last
///     14    2  bytes of the verifying key, a multiple of 32
///     16   16  0
///     32   32  state of the transcript of evaluation proofs, after the setup's digest
///     64   64  G
///     128  64  H
///     192 128  G₂, as the pairing takes it
///     320 128  [τ]G₂
///     448      verifying key
///              commitments to the opened tensors, 64 each
///              external tensors: how many (2), rows of each (2)
///              witness tensors, likewise
///              groups of claims: how many (2), and of each: claims (2), and of each:
///              first row (2), high coordinates (1), the place of each (2)
///              claims on public tensors, see PublicTensors
///
/// The place of a coordinate is 1 for the first exposed value; 0 is the constant 0.
struct Class {
    bytes32 id;
    uint256 start; // of the descriptor in memory
    uint256 program; // where the external tensors stand
}

using ClassLibrary for Class global;

library ClassLibrary {
    /// @notice A descriptor that contradicts itself.
    error InvalidDescriptor();

    uint256 private constant FIXED = 448;

    /// @notice Reads a descriptor.
    function parse(bytes32 id, bytes memory descriptor) internal pure returns (Class memory c) {
        if (descriptor.length < FIXED) revert InvalidDescriptor();
        c.id = id;
        uint256 start;
        assembly ("memory-safe") {
            start := add(descriptor, 32)
        }
        c.start = start;
        c.program = start + FIXED + c.keyBytes() + 64 * c.tables();
        if (c.program > start + descriptor.length) revert InvalidDescriptor();
    }

    function system(Class memory c) internal pure returns (uint256) {
        return _number(c, 0, 1);
    }

    function rowBits(Class memory c) internal pure returns (uint256) {
        return _number(c, 1, 1);
    }

    function coordinates(Class memory c) internal pure returns (uint256) {
        return _number(c, 2, 2);
    }

    function publicClaims(Class memory c) internal pure returns (uint256) {
        return _number(c, 4, 2);
    }

    function openedClaims(Class memory c) internal pure returns (uint256) {
        return _number(c, 6, 2);
    }

    function tables(Class memory c) internal pure returns (uint256) {
        return _number(c, 8, 2);
    }

    function externalRows(Class memory c) internal pure returns (uint256) {
        return _number(c, 10, 2);
    }

    function witnessRows(Class memory c) internal pure returns (uint256) {
        return _number(c, 12, 2);
    }

    function keyBytes(Class memory c) internal pure returns (uint256) {
        return _number(c, 14, 2);
    }

    /// @notice How many exposed values there are: coordinates, values of public claims,
    /// γ, σ and y.
    function exposed(Class memory c) internal pure returns (uint256) {
        unchecked {
            return c.coordinates() + c.publicClaims() + 3;
        }
    }

    function openingState(Class memory c) internal pure returns (uint256 state) {
        uint256 start = c.start;
        assembly ("memory-safe") {
            state := mload(add(start, 32))
        }
    }

    /// @notice Where G stands in memory. H is after it, then G₂, then [τ]G₂.
    function setup(Class memory c) internal pure returns (uint256) {
        unchecked {
            return c.start + 64;
        }
    }

    function key(Class memory c) internal pure returns (uint256) {
        unchecked {
            return c.start + FIXED;
        }
    }

    /// @notice Where the commitment to the first opened tensor stands.
    function commitments(Class memory c) internal pure returns (uint256) {
        unchecked {
            return c.start + FIXED + c.keyBytes();
        }
    }

    function _number(Class memory c, uint256 offset, uint256 length) private pure returns (uint256 n) {
        uint256 start = c.start;
        assembly ("memory-safe") {
            n := shr(sub(256, shl(3, length)), mload(add(start, offset)))
        }
    }
}
