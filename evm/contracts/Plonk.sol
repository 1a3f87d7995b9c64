// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title PLONK over BN254, as gnark proves it, down to its pairing equation
/// @notice Gabizon, Williamson and Ciobotaru, "PLONK" (ePrint 2019/953), with the
/// linearised polynomial committed to by the verifier and opened along with the
/// wires. A key is laid out in memory as
///
///     offset  words  what
///     0       1      log n: the circuit has n rows
///     32      1      ω, a primitive n-th root of unity
///     64      1      u: the cosets of the permutation are 1, u, u²
///     96      1      how many public inputs
///     128     6      [S₁], [S₂], [S₃]
///     320     10     [Ql], [Qr], [Qm], [Qo], [Qk]
///
/// and a proof in calldata as
///
///     0       6      [l], [r], [o]
///     192     2      [z]
///     256     6      [h₀], [h₁], [h₂]: the quotient is h₀ + X^(n+2)·h₁ + X^(2n+4)·h₂
///     448     6      l, r, o, s₁, s₂ at ζ, z at ωζ
///     640     4      [W], [W']: quotients of the openings at ζ and at ωζ
///
/// with points as x, y of 32 bytes each and infinity as 0, 0.
library Plonk {
    /// @notice The proof has another length than PROOF_BYTES.
    error PlonkLength(uint256 length);
    /// @notice The key is for another number of public inputs.
    error PlonkInputs(uint256 count);
    /// @notice A public input or a value in the proof is not below the order r.
    error PlonkNotCanonical(uint256 value);
    /// @notice A point is off the curve, or a coordinate is not below the field's prime.
    error PlonkPoint();
    /// @notice ζ is an n-th root of unity, where no Lagrange polynomial can be evaluated by division.
    error PlonkChallenge();
    /// @notice A precompiled contract other than those of the curve failed.
    error PlonkPrecompile();

    /// @notice Length of a key in memory.
    uint256 internal constant KEY_BYTES = 640;
    /// @notice Length of a proof in calldata.
    uint256 internal constant PROOF_BYTES = 768;

    uint256 private constant R = 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001;

    uint256 private constant KEY_LOG = 0;
    uint256 private constant KEY_ROOT = 32;
    uint256 private constant KEY_SHIFT = 64;
    uint256 private constant KEY_INPUTS = 96;
    uint256 private constant KEY_S1 = 128;
    uint256 private constant KEY_S2 = 192;
    uint256 private constant KEY_S3 = 256;
    uint256 private constant KEY_QL = 320;
    uint256 private constant KEY_QR = 384;
    uint256 private constant KEY_QM = 448;
    uint256 private constant KEY_QO = 512;
    uint256 private constant KEY_QK = 576;

    uint256 private constant PROOF_L = 0;
    uint256 private constant PROOF_R = 64;
    uint256 private constant PROOF_O = 128;
    uint256 private constant PROOF_Z = 192;
    uint256 private constant PROOF_H0 = 256;
    uint256 private constant PROOF_H1 = 320;
    uint256 private constant PROOF_H2 = 384;
    uint256 private constant PROOF_VALUES = 448;
    uint256 private constant PROOF_W = 640;
    uint256 private constant PROOF_W_NEXT = 704;

    /// @notice What the verifier draws; the hashes are kept for the chain from one to the next.
    struct Challenges {
        uint256 gamma;
        uint256 beta;
        uint256 alpha;
        uint256 zeta;
    }

    /// @notice What the values at ζ and ωζ come to.
    struct Evaluation {
        uint256 vanishing; // ζⁿ − 1
        uint256 linearised; // what the linearised polynomial must open to at ζ
        uint256 s3; // its coefficient of [S₃]
        uint256 z; // its coefficient of [z]
    }

    /// @notice Reduces a proof to points L = (lx, ly) and W = (wx, wy).
    /// Soundness: over the powers of τ that the key was derived from, whose first point is g, the
    /// proof holds if e(L, G₂) = e(W, [τ]G₂), except with the probability that a random
    /// combination of two false equations is true. The caller must check that equation, that the
    /// key is the one it means, and that the inputs are those of its statement.
    /// @param key where in memory the key begins
    /// @param g where in memory the first power begins
    function reduce(uint256 key, uint256 g, uint256[] memory inputs, bytes calldata proof)
        internal
        view
        returns (uint256 lx, uint256 ly, uint256 wx, uint256 wy)
    {
        if (proof.length != PROOF_BYTES) revert PlonkLength(proof.length);
        if (inputs.length != _word(key + KEY_INPUTS)) revert PlonkInputs(inputs.length);
        uint256 p = _load(proof);
        _checkCanonical(p + PROOF_VALUES, 6);
        _checkCanonical(_elements(inputs), inputs.length);

        Challenges memory c = _challenges(key, inputs, p);
        Evaluation memory e = _evaluate(key, inputs, c, p);
        uint256 sum = _linearise(key, c, e, p);
        uint256 seed = _foldingSeed(key, c.zeta, sum, e.linearised, p);
        return _combine(key, g, p, sum, e, c.zeta, seed);
    }

    /// @notice Draws γ, β, α, ζ: each is SHA-256 of its name, the hash before it and what it depends on.
    function _challenges(uint256 key, uint256[] memory inputs, uint256 p) private view returns (Challenges memory c) {
        uint256 start = _free();
        uint256 to = _name(start, "gamma", 5);
        to = _copy(to, key + KEY_S1, KEY_BYTES - KEY_S1);
        to = _copy(to, _elements(inputs), 32 * inputs.length);
        to = _copy(to, p + PROOF_L, 192);
        uint256 hash = _sha256(start, to);
        c.gamma = hash % R;

        to = _put(_name(start, "beta", 4), hash);
        hash = _sha256(start, to);
        c.beta = hash % R;

        to = _put(_name(start, "alpha", 5), hash);
        hash = _sha256(start, _copy(to, p + PROOF_Z, 64));
        c.alpha = hash % R;

        to = _put(_name(start, "zeta", 4), hash);
        c.zeta = _sha256(start, _copy(to, p + PROOF_H0, 192)) % R;
    }

    /// @notice Hashes everything that the openings at ζ are about. The random combination of
    /// values and commitments is by this hash.
    function _foldingSeed(uint256 key, uint256 zeta, uint256 sum, uint256 linearised, uint256 p)
        private
        view
        returns (uint256)
    {
        uint256 start = _free();
        uint256 to = _put(_name(start, "gamma", 5), zeta);
        to = _copy(to, sum, 64);
        to = _copy(to, p + PROOF_L, 192);
        to = _copy(to, key + KEY_S1, 128);
        to = _put(to, linearised);
        to = _copy(to, p + PROOF_VALUES, 192);
        return _sha256(start, to);
    }

    /// @notice Evaluates all that the values at ζ and ωζ decide.
    ///
    ///     t          = α·(l + β·s₁ + γ)·(r + β·s₂ + γ)·z(ωζ)
    ///     linearised = α²·L₀(ζ) − Σ xᵢ·Lᵢ(ζ) − t·(o + γ)
    ///     s3         = t·β
    ///     z          = α²·L₀(ζ) − α·(l + β·ζ + γ)·(r + β·u·ζ + γ)·(o + β·u²·ζ + γ)
    function _evaluate(uint256 key, uint256[] memory inputs, Challenges memory c, uint256 p)
        private
        view
        returns (Evaluation memory e)
    {
        uint256 first;
        uint256 exposed;
        (e.vanishing, first, exposed) = lagrange(_word(key + KEY_LOG), _word(key + KEY_ROOT), c.zeta, inputs);
        first = mulmod(mulmod(c.alpha, c.alpha, R), first, R);

        uint256 t = mulmod(_shifted(p, 0, c, _value(p, 3)), _shifted(p, 1, c, _value(p, 4)), R);
        t = mulmod(mulmod(t, c.alpha, R), _value(p, 5), R);
        e.s3 = mulmod(t, c.beta, R);
        t = mulmod(t, addmod(_value(p, 2), c.gamma, R), R);
        e.linearised = addmod(first, R - addmod(exposed, t, R), R);

        uint256 shift = _word(key + KEY_SHIFT);
        t = mulmod(c.alpha, _shifted(p, 0, c, c.zeta), R);
        uint256 coset = mulmod(shift, c.zeta, R);
        t = mulmod(t, _shifted(p, 1, c, coset), R);
        t = mulmod(t, _shifted(p, 2, c, mulmod(shift, coset, R)), R);
        e.z = addmod(first, R - t, R);
    }

    /// @notice Returns wire + β·label + γ, for the value of a wire (0: l, 1: r, 2: o) at ζ.
    function _shifted(uint256 p, uint256 wire, Challenges memory c, uint256 label) private pure returns (uint256) {
        return addmod(addmod(_value(p, wire), mulmod(c.beta, label, R), R), c.gamma, R);
    }

    /// @notice Returns ζⁿ − 1, L₀(ζ) and Σ xᵢ·Lᵢ(ζ) for n = 2^log, with
    ///
    ///     Lᵢ(ζ) = ωⁱ·(ζⁿ − 1) / (n·(ζ − ωⁱ))
    ///
    /// Requires at least one input; there are at most n.
    function lagrange(uint256 log, uint256 root, uint256 zeta, uint256[] memory inputs)
        internal
        view
        returns (uint256 vanishing, uint256 first, uint256 sum)
    {
        unchecked {
            vanishing = zeta;
            for (uint256 i = 0; i < log; ++i) {
                vanishing = mulmod(vanishing, vanishing, R);
            }
            if (vanishing == 1) revert PlonkChallenge();
            vanishing = addmod(vanishing, R - 1, R);

            // Σ xᵢ·ωⁱ/(ζ − ωⁱ) = sum / (start·rest), with start = ζ − 1 and rest the other denominators
            uint256 start = addmod(zeta, R - 1, R);
            uint256 rest = 1;
            uint256 power = 1;
            sum = inputs[0];
            for (uint256 i = 1; i < inputs.length; ++i) {
                power = mulmod(power, root, R);
                uint256 term = mulmod(mulmod(inputs[i], power, R), mulmod(start, rest, R), R);
                uint256 next = addmod(zeta, R - power, R);
                sum = addmod(mulmod(sum, next, R), term, R);
                rest = mulmod(rest, next, R);
            }
            uint256 scale = mulmod(vanishing, _inverse(mulmod(1 << log, mulmod(start, rest, R), R)), R);
            first = mulmod(scale, rest, R);
            sum = mulmod(scale, sum, R);
        }
    }

    /// @notice Returns where the commitment to the linearised polynomial is:
    ///
    ///     l·[Ql] + r·[Qr] + l·r·[Qm] + o·[Qo] + [Qk] + s3·[S₃] + z·[z] − (ζⁿ − 1)·([h₀] + ζ^(n+2)·[h₁] + ζ^(2n+4)·[h₂])
    function _linearise(uint256 key, Challenges memory c, Evaluation memory e, uint256 p) private view returns (uint256 sum) {
        unchecked {
            uint256 l = _value(p, 0);
            uint256 r = _value(p, 1);
            sum = _accumulator(key + KEY_QK);
            _add(sum, l, key + KEY_QL);
            _add(sum, r, key + KEY_QR);
            _add(sum, mulmod(l, r, R), key + KEY_QM);
            _add(sum, _value(p, 2), key + KEY_QO);
            _add(sum, e.s3, key + KEY_S3);
            _add(sum, e.z, p + PROOF_Z);

            uint256 power = mulmod(addmod(e.vanishing, 1, R), mulmod(c.zeta, c.zeta, R), R); // ζ^(n+2)
            uint256 scale = R - e.vanishing;
            _add(sum, scale, p + PROOF_H0);
            scale = mulmod(scale, power, R);
            _add(sum, scale, p + PROOF_H1);
            _add(sum, mulmod(scale, power, R), p + PROOF_H2);
        }
    }

    /// @notice Combines the openings of all at ζ, with powers of v, and of z at ωζ, with λ:
    ///
    ///     L = Σ vⁱ·[fᵢ] + ζ·[W] + λ·([z] + ωζ·[W']) − (Σ vⁱ·fᵢ(ζ) + λ·z(ωζ))·[1]
    ///     W = [W] + λ·[W']
    ///
    /// @param sum where [f₀] is, the commitment to the linearised polynomial; it becomes L
    function _combine(uint256 key, uint256 g, uint256 p, uint256 sum, Evaluation memory e, uint256 zeta, uint256 seed)
        private
        view
        returns (uint256, uint256, uint256, uint256)
    {
        unchecked {
            uint256 value = _fold(sum, seed % R, e.linearised, key, p);
            uint256 lambda = _lambda(seed, p);
            _add(sum, zeta, p + PROOF_W);
            _add(sum, lambda, p + PROOF_Z);
            uint256 next = mulmod(zeta, _word(key + KEY_ROOT), R);
            _add(sum, mulmod(lambda, next, R), p + PROOF_W_NEXT);
            value = addmod(value, mulmod(lambda, _value(p, 5), R), R);
            _add(sum, R - value, g);

            uint256 witness = _accumulator(p + PROOF_W);
            _add(witness, lambda, p + PROOF_W_NEXT);
            return (_word(sum), _word(sum + 32), _word(witness), _word(witness + 32));
        }
    }

    /// @notice Adds v·[l] + v²·[r] + v³·[o] + v⁴·[S₁] + v⁵·[S₂] to [f₀], and returns the same sum of values.
    function _fold(uint256 sum, uint256 v, uint256 value, uint256 key, uint256 p) private view returns (uint256) {
        unchecked {
            uint256 power = v;
            for (uint256 i = 0; i < 5; ++i) {
                _add(sum, power, i < 3 ? p + PROOF_L + 64 * i : key + KEY_S1 + 64 * (i - 3));
                value = addmod(value, mulmod(power, _value(p, i), R), R);
                power = mulmod(power, v, R);
            }
            return value;
        }
    }

    /// @notice Draws λ, after everything that the two equations are about. No prover needs it, so any hash will do.
    function _lambda(uint256 seed, uint256 p) private pure returns (uint256 lambda) {
        uint256 start = _free();
        uint256 to = _copy(_put(start, seed), p + PROOF_W, 128);
        assembly ("memory-safe") {
            lambda := mod(keccak256(start, sub(to, start)), R)
        }
    }

    /// @notice Refuses words that are not below r: they would stand for the same scalar as smaller ones.
    function _checkCanonical(uint256 from, uint256 count) private pure {
        unchecked {
            for (uint256 end = from + 32 * count; from < end; from += 32) {
                if (_word(from) >= R) revert PlonkNotCanonical(_word(from));
            }
        }
    }

    /// @notice Returns the i-th of l, r, o, s₁, s₂ at ζ and z at ωζ.
    function _value(uint256 p, uint256 i) private pure returns (uint256) {
        unchecked {
            return _word(p + PROOF_VALUES + 32 * i);
        }
    }

    /// @notice Copies a proof from calldata to memory.
    function _load(bytes calldata proof) private pure returns (uint256 p) {
        bytes memory copy = proof;
        assembly ("memory-safe") {
            p := add(copy, 32)
        }
    }

    /// @notice Where the elements of an array begin.
    function _elements(uint256[] memory array) private pure returns (uint256 start) {
        assembly ("memory-safe") {
            start := add(array, 32)
        }
    }

    function _word(uint256 from) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(from)
        }
    }

    /// @notice Where memory is free: what is written from there on lives until the next allocation.
    function _free() private pure returns (uint256 start) {
        assembly ("memory-safe") {
            start := mload(0x40)
        }
    }

    /// @notice Writes a name and returns where it ends.
    function _name(uint256 to, bytes32 name, uint256 length) private pure returns (uint256) {
        unchecked {
            return _put(to, uint256(name)) - 32 + length;
        }
    }

    /// @notice Writes a word and returns where it ends.
    function _put(uint256 to, uint256 word) private pure returns (uint256) {
        unchecked {
            assembly ("memory-safe") {
                mstore(to, word)
            }
            return to + 32;
        }
    }

    /// @notice Copies bytes of memory and returns where the copy ends.
    function _copy(uint256 to, uint256 from, uint256 length) private pure returns (uint256) {
        unchecked {
            assembly ("memory-safe") {
                mcopy(to, from, length)
            }
            return to + length;
        }
    }

    /// @notice SHA-256 of the memory from start to end.
    function _sha256(uint256 start, uint256 end) private view returns (uint256 hash) {
        bool ok;
        assembly ("memory-safe") {
            ok := staticcall(gas(), 2, start, sub(end, start), 0, 32)
            hash := mload(0)
        }
        if (!ok) revert PlonkPrecompile();
    }

    /// @notice Returns x^(r−2), which is 1/x for x other than 0 (EIP-198).
    function _inverse(uint256 x) private view returns (uint256 inverse) {
        uint256 start = _free();
        _put(_put(_put(start, 32), 32), 32);
        _put(_put(_put(start + 96, x), R - 2), R);
        bool ok;
        assembly ("memory-safe") {
            ok := staticcall(gas(), 5, start, 192, 0, 32)
            inverse := mload(0)
        }
        if (!ok) revert PlonkPrecompile();
    }

    /// @notice Allocates a point to add to, with room for what is added, and copies a point there.
    function _accumulator(uint256 point) private pure returns (uint256 sum) {
        assembly ("memory-safe") {
            sum := mload(0x40)
            mstore(0x40, add(sum, 160))
            mcopy(sum, point, 64)
        }
    }

    /// @notice Adds scalar·point to an accumulator (EIP-196). The precompiled contracts refuse points off
    /// the curve, and coordinates that are not below the field's prime.
    function _add(uint256 sum, uint256 scalar, uint256 point) private view {
        bool ok;
        assembly ("memory-safe") {
            let term := add(sum, 64)
            mcopy(term, point, 64)
            mstore(add(term, 64), scalar)
            ok := staticcall(gas(), 7, term, 96, term, 64)
            ok := and(ok, staticcall(gas(), 6, sum, 128, sum, 64))
        }
        if (!ok) revert PlonkPoint();
    }
}
