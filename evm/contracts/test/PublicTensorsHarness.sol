// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Class, ClassLibrary} from "../Class.sol";
import {PublicTensors} from "../PublicTensors.sol";

/// @title What tests call library PublicTensors through
contract PublicTensorsHarness {
    /// @notice Checks the claims that a descriptor ends with, the program beginning with
    /// them.
    /// @param values 0, then the exposed values
    function check(bytes memory descriptor, uint256[] memory values) external pure returns (uint256 opened) {
        Class memory c = ClassLibrary.parse(0, descriptor);
        uint256[] memory records = new uint256[](2 * c.openedClaims() + 1);
        uint256 first;
        uint256 from;
        assembly ("memory-safe") {
            first := add(records, 32)
            from := add(values, 32)
        }
        PublicTensors.check(c, c.program, from, first);
        return c.openedClaims();
    }
}
