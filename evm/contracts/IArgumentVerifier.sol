// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Verification of wrapped proofs of any class
/// @notice A class is a kind of statement: what is fixed of it stands in a descriptor,
/// bytes that package evm writes and documents. Classes are named by the keccak256 of
/// their descriptors, so that nobody can register another one under a name.
interface IArgumentVerifier {
    /// @notice What one proof is about, and the proof.
    /// @param class_ keccak256 of the descriptor
    /// @param head the statement's encoding up to and including the flag of masked
    /// layouts: the caller vouches for it
    /// @param external_ x and y of every row of the external tensors, in order
    /// @param proof as package evm encodes it for the class
    struct Statement {
        bytes32 class_;
        bytes head;
        uint256[] external_;
        bytes proof;
    }

    /// @notice Stores a descriptor. Registering it again changes nothing.
    function register(bytes calldata descriptor) external returns (bytes32 class_);

    /// @notice Reverts, with an error that names the check, unless the proof is one of
    /// the statement.
    function verify(bytes32 class_, bytes calldata head, uint256[] calldata external_, bytes calldata proof)
        external
        view;

    /// @notice Reverts unless every proof is one of its statement. All equations
    /// between pairings are checked in one.
    function verifyMany(Statement[] calldata statements) external view;
}
