// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {P} from "./Field.sol";

/// @title Sums of points of BN254's first group
/// @notice A sum is a place of five words in memory: the sum, x and y; room for a
/// point, x and y; and for its scalar. The precompiled contracts read and write it in
/// place. They refuse coordinates that are not below P and points off the curve;
/// infinity is (0, 0).
library Points {
    /// @notice A coordinate is not below P, or a point is off the curve.
    error InvalidPoint();

    uint256 private constant WORDS = 160;

    /// @notice The empty sum.
    function zero() internal pure returns (uint256 sum) {
        assembly ("memory-safe") {
            sum := mload(0x40)
            mstore(0x40, add(sum, WORDS))
            calldatacopy(sum, calldatasize(), WORDS)
        }
    }

    /// @notice Adds a point.
    function add(uint256 sum, uint256 x, uint256 y) internal view {
        bool ok;
        assembly ("memory-safe") {
            mstore(add(sum, 64), x)
            mstore(add(sum, 96), y)
            ok := staticcall(gas(), 6, sum, 128, sum, 64)
            ok := and(ok, eq(returndatasize(), 64))
        }
        if (!ok) revert InvalidPoint();
    }

    /// @notice Adds k times a point.
    function addMultiple(uint256 sum, uint256 x, uint256 y, uint256 k) internal view {
        if (k == 1) {
            add(sum, x, y);
            return;
        }
        bool ok;
        assembly ("memory-safe") {
            let point := add(sum, 64)
            mstore(point, x)
            mstore(add(sum, 96), y)
            mstore(add(sum, 128), k)
            ok := staticcall(gas(), 7, point, 96, point, 64)
            ok := and(ok, eq(returndatasize(), 64))
            ok := and(staticcall(gas(), 6, sum, 128, sum, 64), ok)
        }
        if (!ok) revert InvalidPoint();
    }

    /// @notice Adds k times a point that stands in calldata.
    function addFromCalldata(uint256 sum, uint256 from, uint256 k) internal view {
        uint256 x;
        uint256 y;
        assembly ("memory-safe") {
            x := calldataload(from)
            y := calldataload(add(from, 32))
        }
        addMultiple(sum, x, y, k);
    }

    /// @notice Adds k times a point that stands in memory.
    function addFromMemory(uint256 sum, uint256 from, uint256 k) internal view {
        uint256 x;
        uint256 y;
        assembly ("memory-safe") {
            x := mload(from)
            y := mload(add(from, 32))
        }
        addMultiple(sum, x, y, k);
    }

    /// @notice The 32 bytes that a point is hashed as: x, and in the two highest bits
    /// 10 if y is the smaller one of y and −y, 11 if the larger; 01 for infinity.
    function compress(uint256 x, uint256 y) internal pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := or(x, shl(254, add(2, gt(y, shr(1, P)))))
            if iszero(or(x, y)) { word := shl(254, 1) }
        }
    }

    /// @notice Writes the compressed forms of points in calldata one after the other.
    /// @return infinity whether one of them is infinity
    function compressAll(uint256 to, uint256 from, uint256 count) internal pure returns (bool infinity) {
        unchecked {
            for (uint256 i = 0; i < count; ++i) {
                uint256 x;
                uint256 y;
                assembly ("memory-safe") {
                    x := calldataload(from)
                    y := calldataload(add(from, 32))
                }
                uint256 word = compress(x, y);
                assembly ("memory-safe") {
                    mstore(to, word)
                    infinity := or(infinity, iszero(or(x, y)))
                    to := add(to, 32)
                    from := add(from, 64)
                }
            }
        }
    }
}
