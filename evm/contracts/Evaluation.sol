// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {R, Field} from "./Field.sol";
import {Points} from "./Points.sol";
import {Transcript} from "./Transcript.sol";
import {Class} from "./Class.sol";

/// @dev The two sums of an equation e(left, G₂) = e(right, [τ]G₂), and the multiple of
/// G that is still to be added to the left one.
struct Opening {
    uint256 left;
    uint256 right;
    uint256 scalar;
}

/// @title The evaluation proof of one row
/// @notice That the row committed in C_F has the multilinear extension y at r*
/// (package commitments, "Evaluation proofs"), down to its equation between pairings.
///
///     proof, in calldata   C_1 … C_{ℓ−1}, Q, W   64 each
///                          P_i(β), P_i(−β), P_0(β²)   32 each
library Evaluation {
    /// @notice β is 0, 1 or −1: two of the points β, −β and β² are one.
    error DegenerateChallenge();
    /// @notice The folds do not end in the value claimed.
    error FoldsEndElsewhere();

    /// @dev What the verifier has in hand.
    struct Claim {
        uint256 seed; // of the transcript: c0
        uint256 commitment; // C_F, a sum
        uint256 point; // r* in memory, first coordinate first
        uint256 value; // y
        uint256 proof; // calldata
        uint256 weight; // of the equation
    }

    struct State {
        uint256 transcript;
        uint256 evaluations; // memory: P_i(β), P_i(−β), P_0(β²)
        uint256 squares; // memory: P_i(β²)
        uint256 beta;
        uint256 square; // β²
        uint256 gamma;
        uint256 z;
    }

    /// @notice How many bytes a proof has.
    function length(Class memory c) internal pure returns (uint256) {
        return 128 * c.rowBits() + 96;
    }

    /// @notice Checks a proof but for its equation, which it adds to an opening with a
    /// weight:
    ///
    ///     e(Σ γ^i·C_i − I(z)·G − Z(z)·Q + z·W, G₂) = e(W, [τ]G₂)
    function add(Opening memory o, Class memory c, Claim memory claim) internal view {
        uint256 proof = claim.proof;
        uint256 bits = c.rowBits();
        State memory s;
        {
            uint256 evaluations;
            assembly ("memory-safe") {
                evaluations := mload(0x40)
                mstore(0x40, add(evaluations, add(shl(6, bits), 32)))
            }
            s.evaluations = evaluations;
            Field.load(evaluations, proof + 64 * (bits + 1), 2 * bits + 1);
        }
        _absorbClaim(s, c, claim, bits);
        _absorbPoints(s, "folds", 5, proof, bits - 1);
        (s.transcript, s.beta) = Transcript.challenge(s.transcript, "beta", 4);
        s.square = mulmod(s.beta, s.beta, R);
        if (s.beta == 0 || s.square == 1) revert DegenerateChallenge();
        uint256 inverse = _interpolationInverse(s);
        if (_fold(s, claim.point, bits, inverse) != claim.value) revert FoldsEndElsewhere();
        s.transcript = Transcript.absorbWords(s.transcript, "evaluations", 11, s.evaluations, 2 * bits + 1);
        (s.transcript, s.gamma) = Transcript.challenge(s.transcript, "gamma", 5);
        _absorbPoints(s, "quotient", 8, proof + 64 * (bits - 1), 1);
        (s.transcript, s.z) = Transcript.challenge(s.transcript, "z", 1);
        _addEquation(o, s, claim, inverse, bits);
    }

    function _absorbClaim(State memory s, Class memory c, Claim memory claim, uint256 bits) private view {
        uint256 t = Transcript.absorbWord(c.openingState(), "seed", 4, claim.seed);
        uint256 data = Transcript.open(t, "variables", 9, 8);
        assembly ("memory-safe") {
            mstore(data, shl(192, bits))
        }
        t = Transcript.close(data + 8);
        uint256 x;
        uint256 y;
        uint256 commitment = claim.commitment;
        assembly ("memory-safe") {
            x := mload(commitment)
            y := mload(add(commitment, 32))
        }
        t = Transcript.absorbWord(t, "commitment", 10, Points.compress(x, y));
        t = Transcript.absorbWords(t, "point", 5, claim.point, bits);
        s.transcript = Transcript.absorbWord(t, "value", 5, claim.value);
    }

    function _absorbPoints(State memory s, bytes32 label, uint256 labelLength, uint256 from, uint256 count)
        private
        view
    {
        uint256 data = Transcript.open(s.transcript, label, labelLength, 32 * count);
        Points.compressAll(data, from, count);
        s.transcript = Transcript.close(data + 32 * count);
    }

    /// @dev 1/(2β·(β²+β)·(β²−β)).
    function _interpolationInverse(State memory s) private view returns (uint256) {
        // (β²+β)·(β²−β) = β²·(β²−1)
        uint256 d = mulmod(s.square, addmod(s.square, R - 1, R), R);
        return Field.inverse(mulmod(addmod(s.beta, s.beta, R), d, R));
    }

    /// @dev 2β·P_{i+1}(β²) = (1−x)·β·(P_i(β) + P_i(−β)) + x·(P_i(β) − P_i(−β)), with x
    /// the coordinate ℓ−1−i. Keeps P_i(β²) for i < ℓ and returns P_ℓ.
    function _fold(State memory s, uint256 point, uint256 bits, uint256 inverse) private pure returns (uint256 end) {
        uint256 evaluations = s.evaluations;
        uint256 beta = s.beta;
        uint256 square = s.square;
        uint256 squares;
        assembly ("memory-safe") {
            squares := mload(0x40)
            mstore(0x40, add(squares, shl(5, bits)))
            // 1/2β = (β²+β)·(β²−β)/(2β·(β²+β)·(β²−β))
            let half := mulmod(mulmod(square, addmod(square, sub(R, 1), R), R), inverse, R)
            let length_ := shl(5, bits)
            end := mload(add(evaluations, shl(1, length_)))
            for { let i := 0 } lt(i, length_) { i := add(i, 32) } {
                mstore(add(squares, i), end)
                let positive := mload(add(evaluations, i))
                let negative := mload(add(add(evaluations, length_), i))
                let sum := mulmod(beta, addmod(positive, negative, R), R)
                let difference := addmod(positive, sub(R, negative), R)
                let x := mload(add(point, sub(sub(length_, 32), i)))
                let even := addmod(sum, mulmod(x, addmod(difference, sub(R, sum), R), R), R)
                end := mulmod(even, half, R)
            }
        }
        s.squares = squares;
    }

    function _addEquation(Opening memory o, State memory s, Claim memory claim, uint256 inverse, uint256 bits)
        private
        view
    {
        unchecked {
            uint256 weight = claim.weight;
            uint256 proof = claim.proof;
            uint256 left = o.left;
            o.scalar = addmod(o.scalar, R - mulmod(weight, _interpolated(s, inverse, bits), R), R);
            uint256 power = weight;
            Points.addFromMemory(left, claim.commitment, power);
            for (uint256 i = 1; i < bits; ++i) {
                power = mulmod(power, s.gamma, R);
                Points.addFromCalldata(left, proof, power);
                proof += 64;
            }
            // Z(z) = (z−β)·(z+β)·(z−β²)
            uint256 vanishing = mulmod(
                Field.sub(mulmod(s.z, s.z, R), s.square), Field.sub(s.z, s.square), R
            );
            Points.addFromCalldata(left, proof, R - mulmod(weight, vanishing, R));
            Points.addFromCalldata(left, proof + 64, mulmod(weight, s.z, R));
            Points.addFromCalldata(o.right, proof + 64, weight);
        }
    }

    /// @dev I(z), in Newton's form, of the values of B = Σ γ^i·P_i at β, −β and β².
    function _interpolated(State memory s, uint256 inverse, uint256 bits) private pure returns (uint256) {
        uint256 y0 = Field.powerSum(s.gamma, s.evaluations, bits);
        uint256 y1 = Field.powerSum(s.gamma, s.evaluations + 32 * bits, bits);
        uint256 y2 = Field.powerSum(s.gamma, s.squares, bits);
        uint256 twice = addmod(s.beta, s.beta, R);
        uint256 above = addmod(s.square, s.beta, R);
        uint256 below = Field.sub(s.square, s.beta);
        uint256 s01 = mulmod(Field.sub(y0, y1), mulmod(mulmod(above, below, R), inverse, R), R);
        uint256 s12 = mulmod(Field.sub(y2, y1), mulmod(mulmod(twice, below, R), inverse, R), R);
        uint256 s012 = mulmod(Field.sub(s12, s01), mulmod(mulmod(twice, above, R), inverse, R), R);
        // y0 + (z−β)·(s01 + (z+β)·s012)
        uint256 inner = addmod(s01, mulmod(addmod(s.z, s.beta, R), s012, R), R);
        return addmod(y0, mulmod(Field.sub(s.z, s.beta), inner, R), R);
    }
}
