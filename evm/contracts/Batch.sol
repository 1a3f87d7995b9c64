// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {P, R} from "./Field.sol";
import {Points} from "./Points.sol";

/// @title Equations between pairings, checked together
/// @notice Equation j is multiplied by weight^j, a power of a challenge that hashes
/// all proofs of the call: if one of them is false, so is the sum, but for a
/// negligible part of the challenges. What is paired with one point of the second group
/// is added up first.
struct Batch {
    uint256 base; // the challenge
    uint256 weight; // of the next equation
    uint256 pairs; // memory: x and y of the first group, four words of the second
    uint256 count; // of pairs
    uint256 room; // for how many
}

using BatchLibrary for Batch global;

library BatchLibrary {
    /// @notice The equations between pairings do not hold, all together; or a point of
    /// the second group is not of its subgroup.
    error PairingsDiffer();

    uint256 private constant PAIR = 192;

    /// @notice An empty batch with room for pairs.
    function create(uint256 base, uint256 room) internal pure returns (Batch memory b) {
        b.base = base;
        b.weight = 1;
        b.room = room;
        uint256 pairs;
        assembly ("memory-safe") {
            pairs := mload(0x40)
            mstore(0x40, add(pairs, mul(room, PAIR)))
        }
        b.pairs = pairs;
    }

    /// @notice The weight of one more equation.
    function next(Batch memory b) internal pure returns (uint256 weight) {
        weight = b.weight;
        b.weight = mulmod(weight, b.base, R);
    }

    /// @notice Adds the pairing of a sum with a point of the second group in memory.
    function pair(Batch memory b, uint256 sum, uint256 second, bool negative) internal pure {
        uint256 to = _place(b, sum, negative);
        assembly ("memory-safe") {
            mcopy(add(to, 64), second, 128)
        }
    }

    /// @notice Adds the pairing of a sum with a point of the second group in calldata.
    function pairWithCalldata(Batch memory b, uint256 sum, uint256 second) internal pure {
        uint256 to = _place(b, sum, false);
        assembly ("memory-safe") {
            calldatacopy(add(to, 64), second, 128)
        }
    }

    function _place(Batch memory b, uint256 sum, bool negative) private pure returns (uint256 to) {
        assert(b.count < b.room);
        to = b.pairs + PAIR * b.count++;
        assembly ("memory-safe") {
            mstore(to, mload(sum))
            let y := mload(add(sum, 32))
            if and(negative, iszero(iszero(y))) { y := sub(P, y) }
            mstore(add(to, 32), y)
        }
    }

    /// @notice Reverts unless the product of all pairings is 1.
    function check(Batch memory b) internal view {
        uint256 pairs = b.pairs;
        uint256 length = PAIR * b.count;
        bool ok;
        assembly ("memory-safe") {
            ok := staticcall(gas(), 8, pairs, length, 0, 32)
            ok := and(and(ok, eq(returndatasize(), 32)), eq(mload(0), 1))
        }
        if (!ok) revert PairingsDiffer();
    }
}
