// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {R, Field} from "./Field.sol";
import {Points} from "./Points.sol";
import {Transcript} from "./Transcript.sol";
import {Class, ClassLibrary} from "./Class.sol";
import {Rows} from "./Rows.sol";
import {PublicTensors} from "./PublicTensors.sol";
import {Opening, Evaluation} from "./Evaluation.sol";
import {Tables} from "./Tables.sol";
import {Batch, BatchLibrary} from "./Batch.sol";
import {Groth16, Groth16Sums} from "./Groth16.sol";
import {Plonk} from "./Plonk.sol";
import {Descriptors} from "./Descriptors.sol";
import {IArgumentVerifier} from "./IArgumentVerifier.sol";

/// @title Verification of wrapped proofs
/// @notice An accepted proof shows, under the assumptions of the proof system and of the
/// setup of its class, that whoever made it knows cells behind the commitments that
/// satisfy the system of relations that head names by its digest. The caller must still
/// know that the class is the one that belongs to head: whoever chooses a class chooses
/// what is checked.
///
///     proof   commitments to the witness tensors, then the mask row   64 a row, x and y
///             exposed values, seal, ρ_F                               32 each
///             evaluation proof                                        see Evaluation
///             proof of the opened tensors, if there are any           see Tables
///             SNARK                                                   see Groth16, Plonk
contract ArgumentVerifier is IArgumentVerifier, Descriptors {
    /// @notice The proof does not have the bytes that its class asks for.
    error ProofLength(uint256 have, uint256 want);
    /// @notice There are not two coordinates for each external row.
    error ExternalLength(uint256 have, uint256 want);
    /// @notice The class is of a system of SNARK that this contract does not know.
    error UnknownSystem(uint256 system);

    /// @dev A system's ID, wrap.ProofSystem.
    uint256 private constant PLONK = 3;
    uint256 private constant GROTH16 = 4;
    /// @dev The domain of θ, with its length in front, little-endian.
    uint256 private constant BASE_DOMAIN = 0x17000000000000007a6b61756469742f777261702f6578706f7365642f763100; // "zkaudit/wrap/exposed/v1"
    uint256 private constant BASE_DOMAIN_LENGTH = 31;

    /// @dev Equations of all statements of one call.
    struct Equations {
        Batch batch;
        Opening opening;
        uint256 setup; // memory: of the opening's setup; 0: none yet
        Groth16Sums groth16;
        bytes32 class_; // of groth16
    }

    /// @dev What the check of one statement has in hand.
    struct Check {
        Class class_;
        uint256 external_; // calldata
        uint256 proof; // calldata
        uint256 snark; // calldata
        uint256 program; // memory: what of the descriptor is still to be read
        uint256 values; // memory: 0, the exposed values, the seal, ρ_F
        uint256 opened; // memory, see PublicTensors.check
        uint256 digest; // c0
        uint256 base; // θ
    }

    /// @inheritdoc IArgumentVerifier
    function verify(bytes32 class_, bytes calldata head, uint256[] calldata external_, bytes calldata proof)
        external
        view
    {
        bytes32 seed = _seed(0, class_, head, external_, proof);
        Equations memory e = _begin(seed, 1);
        _check(e, class_, head, external_, proof);
        _end(e);
    }

    /// @inheritdoc IArgumentVerifier
    function verifyMany(Statement[] calldata statements) external view {
        bytes32 seed;
        for (uint256 i = 0; i < statements.length; ++i) {
            Statement calldata s = statements[i];
            seed = _seed(seed, s.class_, s.head, s.external_, s.proof);
        }
        Equations memory e = _begin(seed, statements.length);
        for (uint256 i = 0; i < statements.length; ++i) {
            Statement calldata s = statements[i];
            _check(e, s.class_, s.head, s.external_, s.proof);
        }
        _end(e);
    }

    /// @inheritdoc IArgumentVerifier
    function register(bytes calldata descriptor) public override(IArgumentVerifier, Descriptors) returns (bytes32) {
        return super.register(descriptor);
    }

    /// @dev A hash of one more statement and its proof: the challenge that weighs the
    /// equations is of all of them.
    function _seed(
        bytes32 before,
        bytes32 class_,
        bytes calldata head,
        uint256[] calldata external_,
        bytes calldata proof
    ) private pure returns (bytes32 seed) {
        assembly ("memory-safe") {
            let m := mload(0x40)
            let data := add(m, 160)
            mstore(m, before)
            mstore(add(m, 32), class_)
            calldatacopy(data, head.offset, head.length)
            mstore(add(m, 64), keccak256(data, head.length))
            calldatacopy(data, external_.offset, shl(5, external_.length))
            mstore(add(m, 96), keccak256(data, shl(5, external_.length)))
            calldatacopy(data, proof.offset, proof.length)
            mstore(add(m, 128), keccak256(data, proof.length))
            seed := keccak256(m, 160)
        }
    }

    function _begin(bytes32 seed, uint256 statements) private pure returns (Equations memory e) {
        e.batch = BatchLibrary.create(uint256(seed) % R, 6 * statements);
    }

    function _end(Equations memory e) private view {
        _closeOpening(e);
        _closeGroth16(e);
        e.batch.check();
    }

    function _check(
        Equations memory e,
        bytes32 class_,
        bytes calldata head,
        uint256[] calldata external_,
        bytes calldata proof
    ) private view {
        Check memory k = _read(class_, head, external_, proof);
        _bind(k, k.class_);
        _useSetup(e, k.class_);
        _checkSNARK(e, k, k.class_);
        _checkOpenings(e, k, k.class_);
    }

    function _read(bytes32 class_, bytes calldata head, uint256[] calldata external_, bytes calldata proof)
        private
        view
        returns (Check memory k)
    {
        Class memory c = ClassLibrary.parse(class_, descriptorOf(class_));
        k.class_ = c;
        _checkLengths(c, external_.length, proof.length);
        uint256 first;
        assembly ("memory-safe") {
            first := external_.offset
        }
        k.external_ = first;
        assembly ("memory-safe") {
            first := proof.offset
        }
        k.proof = first;
        k.snark = first + proof.length - _snarkBytes(c);
        (k.digest, k.program) = Rows.digest(c, head, k.external_, first);
        _readValues(k, c);
    }

    function _checkLengths(Class memory c, uint256 external_, uint256 proof) private pure {
        if (external_ != 2 * c.externalRows()) revert ExternalLength(external_, 2 * c.externalRows());
        uint256 want = 64 * c.witnessRows() + 32 * (c.exposed() + 2) + Evaluation.length(c) + Tables.length(c)
            + _snarkBytes(c);
        if (proof != want) revert ProofLength(proof, want);
    }

    function _snarkBytes(Class memory c) private pure returns (uint256) {
        uint256 system = c.system();
        if (system == GROTH16) return Groth16.PROOF_BYTES;
        if (system == PLONK) return Plonk.PROOF_BYTES;
        revert UnknownSystem(system);
    }

    function _readValues(Check memory k, Class memory c) private pure {
        uint256 count = c.exposed() + 2;
        uint256 opened = c.openedClaims();
        uint256 values;
        uint256 records;
        assembly ("memory-safe") {
            values := mload(0x40)
            mstore(values, 0)
            records := add(values, shl(5, add(count, 1)))
            mstore(0x40, add(records, shl(6, opened)))
        }
        k.values = values;
        k.opened = records;
        Field.load(values + 32, k.proof + 64 * c.witnessRows(), count);
    }

    /// @dev θ: 248 bits of SHA-256(domain ‖ c0 ‖ s ‖ exposed values).
    function _bind(Check memory k, Class memory c) private view {
        uint256 values = k.values;
        uint256 digest = k.digest;
        uint256 count = c.exposed();
        uint256 m;
        assembly ("memory-safe") {
            m := mload(0x40)
            mstore(m, BASE_DOMAIN)
            let to := add(m, BASE_DOMAIN_LENGTH)
            mstore(to, digest)
            mstore(add(to, 32), mload(add(values, shl(5, add(count, 1)))))
            mcopy(add(to, 64), add(values, 32), shl(5, count))
        }
        k.base = Transcript.hash(m, BASE_DOMAIN_LENGTH + 64 + 32 * count) >> 8;
    }

    /// @dev The SNARK is about c0, s, θ and v = Σ θ^i·x_i.
    function _checkSNARK(Equations memory e, Check memory k, Class memory c) private view {
        uint256 count = c.exposed();
        uint256 values = k.values;
        uint256[4] memory inputs;
        inputs[0] = k.digest;
        assembly ("memory-safe") {
            mstore(add(inputs, 32), mload(add(values, shl(5, add(count, 1)))))
        }
        inputs[2] = k.base;
        inputs[3] = Field.powerSum(inputs[2], values + 32, count);
        if (c.system() == PLONK) {
            uint256 start;
            assembly ("memory-safe") {
                start := inputs
            }
            Plonk.add(e.opening, e.batch, c.key(), start, 4, k.snark);
        } else {
            _addGroth16(e, c, inputs, k.snark);
        }
    }

    /// @dev Proofs of one key are added up.
    function _addGroth16(Equations memory e, Class memory c, uint256[4] memory inputs, uint256 snark) private view {
        if (e.class_ != c.id) {
            _closeGroth16(e);
            Groth16Sums memory sums;
            sums.key = c.key();
            e.groth16 = sums;
            e.class_ = c.id;
        }
        Groth16.add(e.batch, e.groth16, e.batch.next(), inputs, snark);
    }

    function _checkOpenings(Equations memory e, Check memory k, Class memory c) private view {
        uint256 rows;
        (rows, k.program) = Rows.coefficients(c, k.program, k.values);
        PublicTensors.check(c, k.program, k.values, k.opened);
        uint256 last = k.values + 32 * c.exposed();
        Evaluation.Claim memory claim;
        claim.seed = k.digest;
        claim.point = k.values + 32 * (c.coordinates() - c.rowBits() + 1);
        uint256 blinding;
        uint256 value;
        assembly ("memory-safe") {
            value := mload(last)
            blinding := mload(add(last, 64))
        }
        claim.value = value;
        claim.commitment = Rows.fold(c, rows, k.external_, k.proof, blinding);
        claim.proof = k.proof + 64 * c.witnessRows() + 32 * (c.exposed() + 2);
        claim.weight = e.batch.next();
        Evaluation.add(e.opening, c, claim);
        if (c.tables() > 0) _checkTables(e, k, c);
    }

    function _checkTables(Equations memory e, Check memory k, Class memory c) private view {
        Tables.Claims memory claims;
        claims.weight = e.batch.next();
        claims.seed = k.base;
        claims.records = k.opened;
        claims.values = k.values;
        claims.proof = k.snark - Tables.length(c);
        Tables.add(e.opening, c, claims);
    }

    /// @dev Openings of one setup are added up.
    function _useSetup(Equations memory e, Class memory c) private view {
        uint256 now_ = c.setup();
        uint256 before = e.setup;
        bool same;
        if (before != 0) {
            assembly ("memory-safe") {
                same := eq(keccak256(before, 384), keccak256(now_, 384))
            }
        }
        if (same) return;
        _closeOpening(e);
        Opening memory o;
        o.left = Points.zero();
        o.right = Points.zero();
        e.opening = o;
        e.setup = now_;
    }

    /// @dev e(left, G₂) = e(right, [τ]G₂).
    function _closeOpening(Equations memory e) private view {
        uint256 setup = e.setup;
        if (setup == 0) return;
        Points.addFromMemory(e.opening.left, setup, e.opening.scalar);
        e.batch.pair(e.opening.left, setup + 128, false);
        e.batch.pair(e.opening.right, setup + 256, true);
    }

    function _closeGroth16(Equations memory e) private view {
        if (e.groth16.key != 0) Groth16.close(e.batch, e.groth16);
    }
}
