// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title An account that is a contract, for tests
/// @notice It calls what it is told, and again when it is paid or called by a token.
contract Actor {
    error Refused();

    address private _target;
    bytes private _data;
    uint256 private _value;
    bool public refuses;

    /// @notice What the last call while being called answered.
    bool public succeeded;
    bytes public answer;

    constructor() payable {}

    /// @notice What to do, once, when this account is paid or called by a token.
    function then(address target, uint256 value, bytes calldata data) external {
        (_target, _value, _data) = (target, value, data);
    }

    /// @notice Whether this account takes ether.
    function refuse(bool yes) external {
        refuses = yes;
    }

    function act(address target, uint256 value, bytes calldata data) external payable {
        _call(target, value, data);
    }

    /// @notice One call, and then what this account was told to do.
    function actAndThen(address target, uint256 value, bytes calldata data) external payable {
        _call(target, value, data);
        _again();
    }

    function called() external {
        _again();
    }

    receive() external payable {
        if (refuses) revert Refused();
        _again();
    }

    function _again() private {
        address target = _target;
        if (target == address(0)) return;
        _target = address(0);
        (succeeded, answer) = target.call{value: _value}(_data);
    }

    function _call(address target, uint256 value, bytes memory data) private {
        (bool done, bytes memory result) = target.call{value: value}(data);
        if (done) return;
        assembly ("memory-safe") {
            revert(add(result, 32), mload(result))
        }
    }
}
