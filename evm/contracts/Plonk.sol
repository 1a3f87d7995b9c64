// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {R, Field} from "./Field.sol";
import {Points} from "./Points.sol";
import {Transcript} from "./Transcript.sol";
import {Batch} from "./Batch.sol";
import {Opening} from "./Evaluation.sol";

/// @title PLONK proofs, as gnark makes them
/// @notice Gabizon, Williamson and Ciobotaru, "PLONK" (ePrint 2019/953): the verifier
/// commits to the linearised polynomial, which is opened at ζ along with the wires.
///
///     key, in memory    log n, ω, u: the rows are the powers of ω, ωⁿ = 1, and the
///                       permutation is on them, on u and on u² times them   32 each
///                       number of public inputs                             32
///                       S₁, S₂, S₃, Ql, Qr, Qm, Qo, Qk                      64 each
///     proof, in calldata   l, r, o, z, h₀, h₁, h₂                           64 each
///                          l, r, o, s₁, s₂ at ζ, z at ωζ                    32 each
///                          W, W′: the quotients of the openings             64 each
///
/// The quotient of all constraints is h₀ + X^(n+2)·h₁ + X^(2n+4)·h₂. Infinity, which is
/// the commitment to 0, is a point as any other.
library Plonk {
    /// @notice The key is for another number of public inputs.
    error InputCount(uint256 have, uint256 want);
    /// @notice ζ is a power of ω, where the polynomials of the inputs are no quotients.
    error ChallengeInDomain();

    uint256 internal constant KEY_BYTES = 640;
    uint256 internal constant PROOF_BYTES = 768;

    uint256 private constant LOG = 0;
    uint256 private constant ROOT = 32;
    uint256 private constant SHIFT = 64;
    uint256 private constant INPUTS = 96;
    uint256 private constant S1 = 128;
    uint256 private constant S3 = 256;
    uint256 private constant QL = 320;
    uint256 private constant QR = 384;
    uint256 private constant QM = 448;
    uint256 private constant QO = 512;
    uint256 private constant QK = 576;

    uint256 private constant WIRES = 0;
    uint256 private constant PRODUCTS = 192;
    uint256 private constant QUOTIENT = 256;
    uint256 private constant VALUES = 448;
    uint256 private constant OPENING = 640;
    uint256 private constant SHIFTED = 704;

    /// @dev What the verifier has in hand.
    struct State {
        uint256 key;
        uint256 proof;
        uint256 values; // memory: l, r, o, s₁, s₂ at ζ, z at ωζ
        uint256 gamma;
        uint256 beta;
        uint256 alpha;
        uint256 zeta;
        uint256 vanishing; // ζⁿ − 1
        uint256 first; // α²·L₀(ζ)
        uint256 linearised; // what the linearised polynomial must be at ζ
        uint256 sum; // commitment to it
    }

    /// @notice Checks a proof but for its two equations, of the openings at ζ and at ωζ,
    /// which it adds to an opening over the same powers of τ:
    ///
    ///     e(Σ vⁱ·fᵢ − Σ vⁱ·fᵢ(ζ)·G + ζ·W, G₂) = e(W, [τ]G₂)
    ///     e(z − z(ωζ)·G + ωζ·W′, G₂) = e(W′, [τ]G₂)
    ///
    /// @param inputs memory: the public inputs
    function add(Opening memory o, Batch memory b, uint256 key, uint256 inputs, uint256 count, uint256 proof)
        internal
        view
    {
        State memory s;
        s.key = key;
        s.proof = proof;
        s.values = _load(proof + VALUES);
        _checkInputs(s, inputs, count);
        _drawChallenges(s, inputs, count);
        _evaluate(s, inputs, count);
        _linearise(s);
        _open(o, b.next(), s);
        _openShifted(o, b.next(), s);
    }

    function _load(uint256 from) private pure returns (uint256 values) {
        assembly ("memory-safe") {
            values := mload(0x40)
            mstore(0x40, add(values, 192))
        }
        Field.load(values, from, 6);
    }

    function _checkInputs(State memory s, uint256 inputs, uint256 count) private pure {
        if (count != _word(s.key + INPUTS)) revert InputCount(count, _word(s.key + INPUTS));
        bool above;
        assembly ("memory-safe") {
            for { let end := add(inputs, shl(5, count)) } lt(inputs, end) { inputs := add(inputs, 32) } {
                above := or(above, iszero(lt(mload(inputs), R)))
            }
        }
        if (above) revert Field.ScalarNotCanonical();
    }

    /// @dev γ, β, α, ζ: each is SHA-256, modulo R, of its name, the hash before it and
    /// what it depends on.
    function _drawChallenges(State memory s, uint256 inputs, uint256 count) private view {
        uint256 points = s.key + S1;
        uint256 proof = s.proof;
        uint256 m;
        assembly ("memory-safe") {
            m := mload(0x40)
            mstore(m, "gamma")
            mcopy(add(m, 5), points, 512)
            mcopy(add(m, 517), inputs, shl(5, count))
            calldatacopy(add(add(m, 517), shl(5, count)), proof, 192)
        }
        uint256 digest = Transcript.hash(m, 709 + 32 * count);
        s.gamma = digest % R;
        digest = _next("beta", 4, digest, 0, 0);
        s.beta = digest % R;
        digest = _next("alpha", 5, digest, proof + PRODUCTS, 64);
        s.alpha = digest % R;
        s.zeta = _next("zeta", 4, digest, proof + QUOTIENT, 192) % R;
    }

    function _next(bytes32 name, uint256 nameLength, uint256 before, uint256 from, uint256 length)
        private
        view
        returns (uint256)
    {
        uint256 m;
        assembly ("memory-safe") {
            m := mload(0x40)
            mstore(m, name)
            mstore(add(m, nameLength), before)
            calldatacopy(add(add(m, nameLength), 32), from, length)
        }
        return Transcript.hash(m, nameLength + 32 + length);
    }

    /// @dev What the constraints come to at ζ, without the linearised polynomial:
    ///
    ///     α²·L₀(ζ) − Σ xᵢ·Lᵢ(ζ) − α·(l + β·s₁ + γ)·(r + β·s₂ + γ)·(o + γ)·z(ωζ)
    function _evaluate(State memory s, uint256 inputs, uint256 count) private view {
        uint256 sum;
        (s.vanishing, s.first, sum) = lagrange(_word(s.key + LOG), _word(s.key + ROOT), s.zeta, inputs, count);
        s.first = mulmod(mulmod(s.alpha, s.alpha, R), s.first, R);
        uint256 product = mulmod(_permuted(s), addmod(_value(s, 2), s.gamma, R), R);
        s.linearised = Field.sub(Field.sub(s.first, sum), product);
    }

    /// @dev α·(l + β·s₁ + γ)·(r + β·s₂ + γ)·z(ωζ).
    function _permuted(State memory s) private pure returns (uint256) {
        uint256 product = mulmod(_factor(s, 0, _value(s, 3)), _factor(s, 1, _value(s, 4)), R);
        return mulmod(mulmod(product, s.alpha, R), _value(s, 5), R);
    }

    /// @dev α·(l + β·ζ + γ)·(r + β·u·ζ + γ)·(o + β·u²·ζ + γ).
    function _unpermuted(State memory s) private pure returns (uint256 product) {
        uint256 label = s.zeta;
        product = s.alpha;
        for (uint256 wire = 0; wire < 3; ++wire) {
            product = mulmod(product, _factor(s, wire, label), R);
            label = mulmod(label, _word(s.key + SHIFT), R);
        }
    }

    /// @dev wire + β·label + γ.
    function _factor(State memory s, uint256 wire, uint256 label) private pure returns (uint256) {
        return addmod(addmod(_value(s, wire), mulmod(s.beta, label, R), R), s.gamma, R);
    }

    /// @notice ζⁿ − 1, L₀(ζ) and Σ xᵢ·Lᵢ(ζ), for n = 2^log, with
    ///
    ///     Lᵢ(ζ) = ωⁱ·(ζⁿ − 1) / (n·(ζ − ωⁱ))
    ///
    /// Requires 0 < count <= n.
    function lagrange(uint256 log, uint256 root, uint256 zeta, uint256 inputs, uint256 count)
        internal
        view
        returns (uint256 vanishing, uint256 first, uint256 sum)
    {
        // Σ xᵢ·ωⁱ/(ζ − ωⁱ) = sum/((ζ − 1)·rest), rest the product of the other denominators
        uint256 rest;
        uint256 all;
        assembly ("memory-safe") {
            vanishing := zeta
            for { let i := 0 } lt(i, log) { i := add(i, 1) } { vanishing := mulmod(vanishing, vanishing, R) }
            vanishing := addmod(vanishing, sub(R, 1), R)
            let start := addmod(zeta, sub(R, 1), R)
            let power := 1
            let end := add(inputs, shl(5, count))
            all := start
            rest := 1
            sum := mload(inputs)
            for { let x := add(inputs, 32) } lt(x, end) { x := add(x, 32) } {
                power := mulmod(power, root, R)
                let next := addmod(zeta, sub(R, power), R)
                sum := addmod(mulmod(sum, next, R), mulmod(mulmod(mload(x), power, R), all, R), R)
                rest := mulmod(rest, next, R)
                all := mulmod(all, next, R)
            }
        }
        if (vanishing == 0) revert ChallengeInDomain();
        uint256 scale = mulmod(vanishing, Field.inverse(mulmod(1 << log, all, R)), R);
        first = mulmod(scale, rest, R);
        sum = mulmod(scale, sum, R);
    }

    /// @dev What the linearised polynomial is committed to as, f₀:
    ///
    ///     l·Ql + r·Qr + l·r·Qm + o·Qo + Qk
    ///         + α·(l + β·s₁ + γ)·(r + β·s₂ + γ)·β·z(ωζ)·S₃
    ///         + (α²·L₀(ζ) − α·(l + β·ζ + γ)·(r + β·u·ζ + γ)·(o + β·u²·ζ + γ))·z
    ///         − (ζⁿ − 1)·(h₀ + ζ^(n+2)·h₁ + ζ^(2n+4)·h₂)
    function _linearise(State memory s) private view {
        uint256 key = s.key;
        uint256 proof = s.proof;
        uint256 l = _value(s, 0);
        uint256 r = _value(s, 1);
        uint256 sum = Points.zero();
        Points.addFromMemory(sum, key + QL, l);
        Points.addFromMemory(sum, key + QR, r);
        Points.addFromMemory(sum, key + QM, mulmod(l, r, R));
        Points.addFromMemory(sum, key + QO, _value(s, 2));
        Points.add(sum, _word(key + QK), _word(key + QK + 32));
        Points.addFromMemory(sum, key + S3, mulmod(_permuted(s), s.beta, R));
        Points.addFromCalldata(sum, proof + PRODUCTS, Field.sub(s.first, _unpermuted(s)));
        uint256 scale = R - s.vanishing;
        uint256 power = mulmod(addmod(s.vanishing, 1, R), mulmod(s.zeta, s.zeta, R), R);
        for (uint256 i = 0; i < 3; ++i) {
            Points.addFromCalldata(sum, proof + QUOTIENT + 64 * i, scale);
            scale = mulmod(scale, power, R);
        }
        s.sum = sum;
    }

    /// @dev Adds the opening at ζ of f₀ … f₅, which are the linearised polynomial, l, r, o,
    /// s₁ and s₂, combined by powers of v.
    function _open(Opening memory o, uint256 weight, State memory s) private view {
        uint256 v = _drawFold(s);
        uint256 scale = weight;
        uint256 value = mulmod(scale, s.linearised, R);
        Points.addFromMemory(o.left, s.sum, scale);
        for (uint256 i = 0; i < 5; ++i) {
            scale = mulmod(scale, v, R);
            value = addmod(value, mulmod(scale, _value(s, i), R), R);
            if (i < 3) Points.addFromCalldata(o.left, s.proof + WIRES + 64 * i, scale);
            else Points.addFromMemory(o.left, s.key + S1 + 64 * (i - 3), scale);
        }
        _addOpening(o, weight, value, s.zeta, s.proof + OPENING);
    }

    /// @dev Adds the opening of z at ωζ.
    function _openShifted(Opening memory o, uint256 weight, State memory s) private view {
        Points.addFromCalldata(o.left, s.proof + PRODUCTS, weight);
        uint256 point = mulmod(s.zeta, _word(s.key + ROOT), R);
        _addOpening(o, weight, mulmod(weight, _value(s, 5), R), point, s.proof + SHIFTED);
    }

    /// @dev Adds what an equation has beside the commitment, value having its weight.
    function _addOpening(Opening memory o, uint256 weight, uint256 value, uint256 point, uint256 quotient) private view {
        o.scalar = Field.sub(o.scalar, value);
        Points.addFromCalldata(o.left, quotient, mulmod(weight, point, R));
        Points.addFromCalldata(o.right, quotient, weight);
    }

    /// @dev v, drawn after ζ, all that is opened there and all that it opens to.
    function _drawFold(State memory s) private view returns (uint256) {
        uint256 zeta = s.zeta;
        uint256 linearised = s.linearised;
        uint256 sum = s.sum;
        uint256 wires = s.proof + WIRES;
        uint256 permutation = s.key + S1;
        uint256 values = s.values;
        uint256 m;
        assembly ("memory-safe") {
            m := mload(0x40)
            mstore(m, "gamma")
            mstore(add(m, 5), zeta)
            mcopy(add(m, 37), sum, 64)
            calldatacopy(add(m, 101), wires, 192)
            mcopy(add(m, 293), permutation, 128)
            mstore(add(m, 421), linearised)
            mcopy(add(m, 453), values, 192)
        }
        return Transcript.hash(m, 645) % R;
    }

    function _value(State memory s, uint256 i) private pure returns (uint256) {
        return _word(s.values + 32 * i);
    }

    function _word(uint256 from) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(from)
        }
    }
}
