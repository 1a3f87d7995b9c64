// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Tokens for tests: as the standard has them, and as some are
contract Token {
    error Insufficient(uint256 balance);

    enum Answer {
        True,
        Nothing,
        False
    }

    mapping(address => uint256) public balanceOf;

    /// @notice What transfers answer. One that answers False does nothing.
    Answer public answer;
    /// @notice What a transfer keeps of its amount, from an account that is not exempt.
    uint256 public fee;
    mapping(address => bool) public exempt;
    /// @notice Whose `called` is called before anything is moved.
    address public hook;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function behave(Answer answer_, uint256 fee_, address exempt_, address hook_) external {
        (answer, fee, hook) = (answer_, fee_, hook_);
        exempt[exempt_] = true;
    }

    function transfer(address to, uint256 amount) external {
        _move(msg.sender, to, amount);
    }

    /// @dev Tests need no allowances.
    function transferFrom(address from, address to, uint256 amount) external {
        _move(from, to, amount);
    }

    function _move(address from, address to, uint256 amount) private {
        if (hook != address(0)) Hook(hook).called();
        if (answer != Answer.False) {
            if (balanceOf[from] < amount) revert Insufficient(balanceOf[from]);
            balanceOf[from] -= amount;
            balanceOf[to] += exempt[from] ? amount : amount - fee;
        }
        if (answer == Answer.Nothing) return;
        uint256 word = answer == Answer.True ? 1 : 0;
        assembly ("memory-safe") {
            mstore(0, word)
            return(0, 32)
        }
    }
}

interface Hook {
    function called() external;
}
