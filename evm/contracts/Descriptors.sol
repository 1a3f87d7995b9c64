// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Descriptors of classes
/// @notice A descriptor is stored as the code of a contract, which costs less to read
/// than storage. The code begins with STOP, so that it can neither be called nor
/// destroyed.
contract Descriptors {
    /// @notice A class was registered.
    event Registered(bytes32 indexed class_, address code);

    /// @notice Code of a contract is at most 24,576 bytes (EIP-170), one of them STOP.
    error DescriptorTooLong(uint256 length);
    /// @notice Nobody has registered the class.
    error UnknownClass(bytes32 class_);
    /// @notice The contract that holds the descriptor could not be made.
    error DescriptorNotStored();

    uint256 private constant MAX_LENGTH = 24_575;

    mapping(bytes32 class_ => address code) private _code;

    /// @notice Stores a descriptor. Registering it again changes nothing.
    function register(bytes calldata descriptor) public virtual returns (bytes32 class_) {
        if (descriptor.length > MAX_LENGTH) revert DescriptorTooLong(descriptor.length);
        class_ = keccak256(descriptor);
        if (_code[class_] != address(0)) return class_;
        // Init code of 10 bytes that returns what follows it: PUSH2 n DUP1 PUSH1 10
        // PUSH0 CODECOPY PUSH0 RETURN.
        bytes memory init =
            abi.encodePacked(hex"61", uint16(descriptor.length + 1), hex"80600a5f395ff3", hex"00", descriptor);
        address code;
        assembly ("memory-safe") {
            code := create(0, add(init, 32), mload(init))
        }
        if (code == address(0)) revert DescriptorNotStored();
        _code[class_] = code;
        emit Registered(class_, code);
    }

    /// @notice The descriptor of a class.
    function descriptorOf(bytes32 class_) public view returns (bytes memory descriptor) {
        address code = _code[class_];
        if (code == address(0)) revert UnknownClass(class_);
        uint256 length = code.code.length - 1;
        descriptor = new bytes(length);
        assembly ("memory-safe") {
            extcodecopy(code, add(descriptor, 32), 1, length)
        }
    }
}
