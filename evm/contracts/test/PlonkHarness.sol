// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {R} from "../Field.sol";
import {Points} from "../Points.sol";
import {Batch, BatchLibrary} from "../Batch.sol";
import {Opening} from "../Evaluation.sol";
import {Plonk} from "../Plonk.sol";

/// @title What tests call library Plonk through
contract PlonkHarness {
    /// @notice The proof has another length than PROOF_BYTES.
    error ProofLength(uint256 length);

    /// @notice Reverts unless a proof holds, and returns what it has cost.
    /// @param setup G, G₂ and [τ]G₂
    function verify(uint256[10] memory setup, bytes memory key, uint256[] memory inputs, bytes calldata proof)
        external
        view
        returns (uint256 reduction, uint256 pairing)
    {
        if (proof.length != Plonk.PROOF_BYTES) revert ProofLength(proof.length);
        uint256 before = gasleft();
        Batch memory b = BatchLibrary.create(uint256(keccak256(proof)) % R, 2);
        Opening memory o;
        o.left = Points.zero();
        o.right = Points.zero();
        uint256 atKey;
        uint256 atInputs;
        uint256 atProof;
        uint256 atSetup;
        assembly ("memory-safe") {
            atKey := add(key, 32)
            atInputs := add(inputs, 32)
            atProof := proof.offset
            atSetup := setup
        }
        Plonk.add(o, b, atKey, atInputs, inputs.length, atProof);
        Points.addFromMemory(o.left, atSetup, o.scalar);
        reduction = before - gasleft();
        before = gasleft();
        b.pair(o.left, atSetup + 64, false);
        b.pair(o.right, atSetup + 192, true);
        b.check();
        pairing = before - gasleft();
    }

    /// @notice What the library computes for a challenge, here given.
    function lagrange(uint256 log, uint256 root, uint256 zeta, uint256[] memory inputs)
        external
        view
        returns (uint256 vanishing, uint256 first, uint256 sum)
    {
        uint256 atInputs;
        assembly ("memory-safe") {
            atInputs := add(inputs, 32)
        }
        return Plonk.lagrange(log, root, zeta, atInputs, inputs.length);
    }
}
