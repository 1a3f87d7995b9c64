// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {R, Field} from "./Field.sol";
import {Points} from "./Points.sol";
import {Class} from "./Class.sol";
import {Opening} from "./Evaluation.sol";

/// @title Public tensors that are opened
/// @notice Claim c, of weight η^c, says that the tensor with cells t_j has the value v_c
/// at r. With T(X) = Σ t_j·X^j and e_c(X) = Σ eq(r, j)·X^j = Π_i (1 − r_i + r_i·X^(2^i)), r_0
/// the last coordinate, 2·v_c is the constant term of T(X)·e_c(1/X) + T(1/X)·e_c(X). So
/// all claims are true, but for a negligible part of the η, if there is S with
///
///     Σ_c η^c·(T_c(X)·e_c(1/X) + T_c(1/X)·e_c(X)) = 2·Σ_c η^c·v_c + X·S(X) + S(1/X)/X
///
/// which is checked at β. The commitments to the tensors stand in the descriptor, so they
/// are what the class says; anyone computes the proof.
///
///     proof, in calldata   S, Q, W                     64 each
///                          T(β), T(1/β) of each tensor, S(β)   32 each
library Tables {
    /// @notice β is 0, 1 or −1: β and 1/β are one.
    error DegenerateTableChallenge();

    /// @dev What the verifier has in hand.
    struct Claims {
        uint256 weight; // of the equation
        uint256 seed; // of the challenges: a hash of the values exposed
        uint256 records; // memory: see PublicTensors.check
        uint256 values; // memory: 0, then the exposed values
        uint256 proof; // calldata
    }

    struct State {
        uint256 count; // of tensors
        uint256 eta;
        uint256 beta;
        uint256 inverse; // 1/β
        uint256 slope; // 1/(1/β − β)
        uint256 evaluations; // memory: T(β), T(1/β) of each tensor, S(β)
        uint256 powers; // memory: β, β², β⁴ …, one for each bit of a row
        uint256 inversePowers; // memory: 1/β, 1/β², …
        uint256 transcript;
        uint256 gamma;
        uint256 z;
    }

    /// @notice How many bytes a proof has.
    function length(Class memory c) internal pure returns (uint256) {
        uint256 count = c.tables();
        return count == 0 ? 0 : 224 + 64 * count;
    }

    /// @notice Adds the equation of a proof to an opening, with a weight:
    ///
    ///     B(X) = Σ γ^t·T_t(X) + γ^count·S(X),   I(β) = B(β), I(1/β) = B(1/β)
    ///     e([B] − I(z)·G − (z−β)·(z−1/β)·Q + z·W, G₂) = e(W, [τ]G₂)
    ///
    function add(Opening memory o, Class memory c, Claims memory claims) internal view {
        State memory s;
        s.count = c.tables();
        _challenges(s, c, claims.seed, claims.proof);
        uint256 other = _sumAtInverse(s, claims, c.openedClaims());
        _addEquation(o, s, c, claims, other);
    }

    function _challenges(State memory s, Class memory c, uint256 seed, uint256 proof) private view {
        bytes32 id = c.id;
        uint256 bits = c.rowBits();
        uint256 scalars = 2 * s.count + 1;
        uint256 evaluations;
        uint256 powers;
        assembly ("memory-safe") {
            powers := mload(0x40)
            evaluations := add(powers, shl(6, bits))
            // The state of the transcript stands before what it absorbs.
            evaluations := add(evaluations, 32)
            mstore(0x40, add(evaluations, shl(5, scalars)))
        }
        s.powers = powers;
        s.inversePowers = powers + 32 * bits;
        s.evaluations = evaluations;
        Field.load(evaluations, proof + 192, scalars);
        uint256 state;
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore(m, id)
            mstore(add(m, 32), seed)
            state := keccak256(m, 64)
            mstore(m, state)
            calldatacopy(add(m, 32), proof, 64)
            mstore(sub(evaluations, 32), keccak256(m, 96))
        }
        s.eta = state % R;
        assembly ("memory-safe") {
            state := mload(sub(evaluations, 32))
        }
        s.beta = state % R;
        assembly ("memory-safe") {
            state := keccak256(sub(evaluations, 32), add(32, shl(5, scalars)))
            let m := mload(0x40)
            mstore(m, state)
            calldatacopy(add(m, 32), add(proof, 64), 64)
            mstore(m, keccak256(m, 96))
        }
        s.gamma = state % R;
        assembly ("memory-safe") {
            state := mload(mload(0x40))
        }
        s.z = state % R;
        _powers(s, bits);
    }

    /// @dev β^(2^k) and β^−(2^k), by one inversion: 1/(β·(1−β²)).
    function _powers(State memory s, uint256 bits) private view {
        uint256 beta = s.beta;
        uint256 square = mulmod(beta, beta, R);
        if (beta == 0 || square == 1) revert DegenerateTableChallenge();
        uint256 inverse = Field.inverse(mulmod(beta, Field.sub(1, square), R));
        s.slope = mulmod(square, inverse, R);
        inverse = mulmod(inverse, Field.sub(1, square), R);
        s.inverse = inverse;
        uint256 powers = s.powers;
        assembly ("memory-safe") {
            let end := add(powers, shl(5, bits))
            for { let to := powers } lt(to, end) { to := add(to, 32) } {
                mstore(to, beta)
                mstore(add(to, shl(5, bits)), inverse)
                beta := mulmod(beta, beta, R)
                inverse := mulmod(inverse, inverse, R)
            }
        }
    }

    /// @dev S(1/β), from the identity at β.
    function _sumAtInverse(State memory s, Claims memory claims, uint256 count) private pure returns (uint256 other) {
        unchecked {
            uint256 weight = 1;
            for (uint256 i = 0; i < count; ++i) {
                other = addmod(other, mulmod(weight, _term(s, claims, i), R), R);
                weight = mulmod(weight, s.eta, R);
            }
            uint256 last = s.evaluations + 64 * s.count;
            uint256 sum;
            assembly ("memory-safe") {
                sum := mload(last)
            }
            // β·(Σ η^c·(…) − β·S(β))
            other = mulmod(s.beta, Field.sub(other, mulmod(s.beta, sum, R)), R);
        }
    }

    /// @dev T(β)·e_c(1/β) + T(1/β)·e_c(β) − 2·v_c.
    function _term(State memory s, Claims memory claims, uint256 claim) private pure returns (uint256 term) {
        unchecked {
            uint256 record = claims.records + 64 * claim;
            uint256 value;
            assembly ("memory-safe") {
                value := mload(add(record, 32))
                record := mload(record)
            }
            uint256 first = _eq(record, claims.values, s.inversePowers);
            uint256 second = _eq(record, claims.values, s.powers);
            uint256 table = s.evaluations;
            assembly ("memory-safe") {
                table := add(table, shl(6, shr(240, mload(record))))
                term := addmod(mulmod(mload(table), first, R), mulmod(mload(add(table, 32)), second, R), R)
                term := addmod(term, sub(R, addmod(value, value, R)), R)
            }
        }
    }

    /// @dev e_c(X) = Π_i (1 − r_i + r_i·X^(2^i)), of the powers X^(2^i).
    function _eq(uint256 record, uint256 values, uint256 powers) private pure returns (uint256 product) {
        assembly ("memory-safe") {
            let first := add(record, 3)
            let place := add(first, shl(1, byte(2, mload(record))))
            product := 1
            for {} gt(place, first) {} {
                place := sub(place, 2)
                let r := mload(add(values, shl(5, shr(240, mload(place)))))
                let factor := addmod(addmod(1, sub(R, r), R), mulmod(r, mload(powers), R), R)
                product := mulmod(product, factor, R)
                powers := add(powers, 32)
            }
        }
    }

    function _addEquation(Opening memory o, State memory s, Class memory c, Claims memory claims, uint256 other)
        private
        view
    {
        unchecked {
            uint256 weight = claims.weight;
            uint256 proof = claims.proof;
            uint256 left = o.left;
            uint256 power = 1;
            uint256 atBeta;
            uint256 atInverse;
            uint256 commitments = c.commitments();
            uint256 evaluations = s.evaluations;
            for (uint256 t = 0; t < s.count; ++t) {
                Points.addFromMemory(left, commitments + 64 * t, mulmod(weight, power, R));
                assembly ("memory-safe") {
                    atBeta := addmod(atBeta, mulmod(power, mload(evaluations), R), R)
                    atInverse := addmod(atInverse, mulmod(power, mload(add(evaluations, 32)), R), R)
                }
                evaluations += 64;
                power = mulmod(power, s.gamma, R);
            }
            assembly ("memory-safe") {
                atBeta := addmod(atBeta, mulmod(power, mload(evaluations), R), R)
                atInverse := addmod(atInverse, mulmod(power, other, R), R)
            }
            Points.addFromCalldata(left, proof, mulmod(weight, power, R));
            uint256 z = s.z;
            uint256 difference = Field.sub(z, s.beta);
            uint256 interpolated = mulmod(difference, mulmod(Field.sub(atInverse, atBeta), s.slope, R), R);
            interpolated = addmod(interpolated, atBeta, R);
            o.scalar = Field.sub(o.scalar, mulmod(weight, interpolated, R));
            uint256 vanishing = mulmod(difference, Field.sub(z, s.inverse), R);
            Points.addFromCalldata(left, proof + 64, R - mulmod(weight, vanishing, R));
            Points.addFromCalldata(left, proof + 128, mulmod(weight, z, R));
            Points.addFromCalldata(o.right, proof + 128, weight);
        }
    }
}
