// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {R} from "./Field.sol";
import {Points} from "./Points.sol";
import {Batch} from "./Batch.sol";

/// @dev Sums of the proofs of one key that are checked together: what is paired with β,
/// γ and δ of the key.
struct Groth16Sums {
    uint256 key; // memory: α (64), β, γ, δ (128 each), K_0 … K_4 (64 each); 0: no proof yet
    uint256 c;
    uint256[5] scalars; // of K_0, which is that of α, to K_4
}

/// @title Groth16 proofs of four public inputs
/// @notice A proof A (64), B (128), C (64), the points as the pairing takes them, is one
/// of x_1 … x_4 if
///
///     e(A, B) = e(α, β)·e(K_0 + Σ x_i·K_i, γ)·e(C, δ)
///
/// A proof can be randomised by anyone, so that several byte strings prove the same.
library Groth16 {
    /// @notice A point of a proof is infinity, which no honest one is.
    error SNARKPointAtInfinity();

    uint256 internal constant PROOF_BYTES = 256;
    uint256 internal constant KEY_BYTES = 768;

    /// @notice Adds the equation of a proof, with a weight.
    function add(
        Batch memory b,
        Groth16Sums memory sums,
        uint256 weight,
        uint256[4] memory inputs,
        uint256 proof
    ) internal view {
        unchecked {
            _refuseInfinity(proof);
            uint256 a = Points.zero();
            Points.addFromCalldata(a, proof, weight);
            b.pairWithCalldata(a, proof + 64);
            if (sums.c == 0) sums.c = Points.zero();
            Points.addFromCalldata(sums.c, proof + 192, weight);
            sums.scalars[0] = addmod(sums.scalars[0], weight, R);
            for (uint256 i = 0; i < 4; ++i) {
                sums.scalars[i + 1] = addmod(sums.scalars[i + 1], mulmod(weight, inputs[i], R), R);
            }
        }
    }

    /// @notice Adds the pairings with points of the key to the batch.
    function close(Batch memory b, Groth16Sums memory sums) internal view {
        unchecked {
            uint256 key = sums.key;
            uint256 alpha = Points.zero();
            Points.addFromMemory(alpha, key, sums.scalars[0]);
            b.pair(alpha, key + 64, true);
            uint256 x = Points.zero();
            for (uint256 i = 0; i < 5; ++i) {
                Points.addFromMemory(x, key + 448 + 64 * i, sums.scalars[i]);
            }
            b.pair(x, key + 192, true);
            b.pair(sums.c, key + 320, true);
        }
    }

    function _refuseInfinity(uint256 proof) private pure {
        bool infinity;
        assembly ("memory-safe") {
            infinity := iszero(or(calldataload(proof), calldataload(add(proof, 32))))
            infinity := or(infinity, iszero(or(calldataload(add(proof, 192)), calldataload(add(proof, 224)))))
            let first := or(calldataload(add(proof, 64)), calldataload(add(proof, 96)))
            infinity := or(infinity, iszero(or(first, or(calldataload(add(proof, 128)), calldataload(add(proof, 160))))))
        }
        if (infinity) revert SNARKPointAtInfinity();
    }
}
