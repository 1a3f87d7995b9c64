// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Commitments as the encodings of statements hold them
/// @notice Calldata has both coordinates of a point, 64 bytes; what is hashed by
/// SHA-256 has its compressed form, 32 bytes: x below two bits that say which root y is.
library Commitments {
    /// @notice Row `row` of a tensor is no point of the curve, or infinity.
    error NotOnCurve(uint256 row);

    uint256 private constant P = 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47;
    uint256 private constant SMALLER_ROOT = 2 << 254;
    uint256 private constant LARGER_ROOT = 3 << 254;

    /// @notice Writes the compressed form of every row at memory address `at`.
    ///
    ///     y² = x³ + 3,   x, y < p
    ///
    /// Infinity, (0, 0), is not on the curve. A pair off the curve would be compressed
    /// like a point of the same x: one encoding, two commitments.
    /// @param rows x and y of each row, in order
    /// @return end the address after the last row
    function write(uint256[] memory rows, uint256 place) internal pure returns (uint256 end) {
        uint256 n = rows.length / 2;
        if (rows.length != 2 * n) revert NotOnCurve(n);
        for (uint256 i = 0; i < n; ++i) {
            uint256 x = rows[2 * i];
            uint256 y = rows[2 * i + 1];
            if (x >= P || y >= P || mulmod(y, y, P) != addmod(mulmod(mulmod(x, x, P), x, P), 3, P)) {
                revert NotOnCurve(i);
            }
            uint256 compressed = x | (y > P / 2 ? LARGER_ROOT : SMALLER_ROOT);
            assembly ("memory-safe") {
                mstore(place, compressed)
            }
            place += 32;
        }
        return place;
    }

    /// @notice The name under which contracts keep the rows of a tensor: keccak256 of
    /// all coordinates in order.
    function hash(uint256[] memory rows) internal pure returns (bytes32 h) {
        assembly ("memory-safe") {
            h := keccak256(add(rows, 32), shl(5, mload(rows)))
        }
    }
}
