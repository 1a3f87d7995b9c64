// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IArgumentVerifier} from "../IArgumentVerifier.sol";

/// @title A verifier for tests: a proof of a statement is its hash
/// @notice Tests of what contracts do with statements make proofs of any statement at
/// once, and of no two the same. What follows the hash in a proof counts for nothing, so
/// that every proof has variants.
contract Oracle is IArgumentVerifier {
    error ProofFalse(bytes32 statement);

    function register(bytes calldata descriptor) external pure returns (bytes32) {
        return keccak256(descriptor);
    }

    function verify(bytes32 class_, bytes calldata head, uint256[] calldata external_, bytes calldata proof)
        public
        pure
    {
        bytes32 statement = keccak256(abi.encode(class_, head, external_));
        if (bytes32(proof) != statement) revert ProofFalse(statement);
    }

    function verifyMany(Statement[] calldata statements) external view {
        for (uint256 i = 0; i < statements.length; ++i) {
            Statement calldata s = statements[i];
            this.verify(s.class_, s.head, s.external_, s.proof);
        }
    }
}
