// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev The order of BN254's groups: scalars are below it.
uint256 constant R = 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001;

/// @dev What coordinates of points are below.
uint256 constant P = 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47;

/// @title Scalars of BN254
library Field {
    /// @notice Division by 0, or the precompiled contract for powers is missing.
    error NoInverse();
    /// @notice A scalar is not below the order of the group.
    error ScalarNotCanonical();

    /// @notice Copies scalars from calldata to memory.
    function load(uint256 to, uint256 from, uint256 count) internal pure {
        uint256 above;
        assembly ("memory-safe") {
            let end := add(to, shl(5, count))
            calldatacopy(to, from, shl(5, count))
            for {} lt(to, end) { to := add(to, 32) } { above := or(above, iszero(lt(mload(to), R))) }
        }
        if (above != 0) revert ScalarNotCanonical();
    }

    /// @notice 1/a = a^(r−2).
    function inverse(uint256 a) internal view returns (uint256 b) {
        bool ok;
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore(m, 32)
            mstore(add(m, 32), 32)
            mstore(add(m, 64), 32)
            mstore(add(m, 96), a)
            mstore(add(m, 128), sub(R, 2))
            mstore(add(m, 160), R)
            ok := staticcall(gas(), 5, m, 192, m, 32)
            ok := and(ok, eq(returndatasize(), 32))
            b := mload(m)
        }
        if (!ok || b == 0) revert NoInverse();
    }

    /// @notice a − b. Requires both below R.
    function sub(uint256 a, uint256 b) internal pure returns (uint256 c) {
        assembly ("memory-safe") {
            c := addmod(a, sub(R, b), R)
        }
    }

    /// @notice Σ_i base^i·x_i over count scalars in memory.
    function powerSum(uint256 base, uint256 x, uint256 count) internal pure returns (uint256 sum) {
        assembly ("memory-safe") {
            for { let i := add(x, shl(5, count)) } gt(i, x) {} {
                i := sub(i, 32)
                sum := addmod(mulmod(sum, base, R), mload(i), R)
            }
        }
    }
}
