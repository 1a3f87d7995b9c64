// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Plonk} from "../Plonk.sol";

/// @title What tests call library Plonk through
contract PlonkHarness {
    error PairingFailed();

    uint256 private constant P = 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47;

    /// @notice Powers of τ: the first, and τ times that of the other group.
    struct Setup {
        uint256[2] g;
        uint256[4] g2;
        uint256[4] tauG2;
    }

    /// @notice Whether e(L, G₂) = e(W, [τ]G₂), and what L and W have cost and the pairing.
    function verify(bytes memory key, Setup memory setup, uint256[] memory inputs, bytes calldata proof)
        external
        view
        returns (bool holds, uint256 reduction, uint256 pairing)
    {
        uint256 before = gasleft();
        uint256[2] memory g = setup.g;
        uint256 atKey;
        uint256 atG;
        assembly ("memory-safe") {
            atKey := add(key, 32)
            atG := g
        }
        (uint256 lx, uint256 ly, uint256 wx, uint256 wy) = Plonk.reduce(atKey, atG, inputs, proof);
        reduction = before - gasleft();
        before = gasleft();
        holds = _equal(lx, ly, setup.g2, wx, wy == 0 ? 0 : P - wy, setup.tauG2);
        pairing = before - gasleft();
    }

    /// @notice What the library computes for a challenge, here given.
    function lagrange(uint256 log, uint256 root, uint256 zeta, uint256[] memory inputs)
        external
        view
        returns (uint256 vanishing, uint256 first, uint256 sum)
    {
        return Plonk.lagrange(log, root, zeta, inputs);
    }

    function _equal(uint256 ax, uint256 ay, uint256[4] memory a2, uint256 bx, uint256 by, uint256[4] memory b2)
        private
        view
        returns (bool)
    {
        (bool ok, bytes memory result) = address(8).staticcall(abi.encode(ax, ay, a2, bx, by, b2));
        if (!ok) revert PairingFailed();
        return abi.decode(result, (bool));
    }
}
