// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DatasetRegistry} from "./DatasetRegistry.sol";
import {TrainingVerifier} from "./TrainingVerifier.sol";

/// @notice What the marketplace asks of a token.
interface IERC20 {
    function balanceOf(address account) external view returns (uint256);
    function transfer(address to, uint256 amount) external returns (bool);
    function transferFrom(address from, address to, uint256 amount) external returns (bool);
}

/// @title Orders for trainings, paid when they are proven
/// @notice A buyer deposits an amount for a training that follows a plan, with claims about
/// the model that comes of it, by a deadline. Proven in time, the owners of the parts get
/// their royalties and the payee the rest; otherwise the buyer gets everything back. Each
/// account withdraws what it is owed. Nobody can change, pause or administer anything.
///
/// What is paid for is a proof. How the model gets from the payee to the buyer is between
/// the two.
contract Marketplace {
    error WrongPlan(bytes32 plan);
    error WrongAmount(uint256 received, uint256 expected);
    error WrongRoyalties(uint256 royalties);
    error WrongShares();
    error WrongCurrency(bytes32 part);
    error DuplicatePart(bytes32 part);
    error RevokedPart(bytes32 part);
    error NoBuyer();
    error NoPayee();
    error AlreadyOpened(bytes32 order);
    error NotOpen(bytes32 order);
    error DeadlinePassed(uint64 deadline);
    error DeadlineNotPassed(uint64 deadline);
    error NotProven(bytes32 run);
    error NothingOwed();
    error TransferFailed(address currency);
    error Reentered();

    event Opened(bytes32 indexed order, address indexed buyer, address indexed payee, Terms terms, Share[] shares);
    event Settled(bytes32 indexed order, bytes32 indexed run);
    event Refunded(bytes32 indexed order);
    event Withdrawn(address indexed account, address indexed currency, address to, uint256 amount);

    /// @notice What a buyer asks for and pays.
    /// @param buyer who pays, and is refunded
    /// @param payee who is paid for the training
    /// @param currency a token or, if zero, ether
    /// @param amount all that is paid, royalties included
    /// @param royalties what the owners of the parts get of it, as the buyer computed it
    /// @param plan TrainingVerifier.planHash
    /// @param claims TrainingVerifier.claimHash of each claim that must be proven
    /// @param deadline the last second in which the order is settled
    /// @param salt tells equal orders apart
    struct Terms {
        address buyer;
        address payee;
        address currency;
        uint256 amount;
        uint256 royalties;
        bytes32 plan;
        bytes32[] claims;
        uint64 deadline;
        bytes32 salt;
    }

    /// @notice What an account gets of a settled order.
    struct Share {
        address account;
        uint256 amount;
    }

    enum State {
        None,
        Open,
        Settled,
        Refunded
    }

    /// @notice An order as the contract keeps it: its terms are in its name.
    /// @param shares keccak256(abi.encode(Share[])): what is paid was fixed when it was opened
    struct Order {
        State state;
        bytes32 shares;
    }

    TrainingVerifier public immutable training;
    DatasetRegistry public immutable registry;

    mapping(bytes32 order => Order) public orders;

    /// @notice What an account may withdraw, by currency.
    mapping(address account => mapping(address currency => uint256)) public owed;

    bool private transient _opening;

    constructor(TrainingVerifier training_) {
        training = training_;
        registry = training_.registry();
    }

    /// @notice Opens an order and takes its amount. Tokens that deliver less are refused.
    /// @return order the name of the order
    /// @return shares what each account will get
    function open(Terms calldata terms, TrainingVerifier.Plan calldata plan)
        external
        payable
        returns (bytes32 order, Share[] memory shares)
    {
        if (_opening) revert Reentered();
        _opening = true;
        bytes32 hash = training.planHash(plan);
        if (hash != terms.plan) revert WrongPlan(hash);
        if (terms.buyer == address(0)) revert NoBuyer();
        if (terms.payee == address(0)) revert NoPayee();
        if (block.timestamp > terms.deadline) revert DeadlinePassed(terms.deadline);
        order = orderOf(terms);
        if (orders[order].state != State.None) revert AlreadyOpened(order);
        shares = _shares(terms, plan.parts);
        orders[order] = Order(State.Open, keccak256(abi.encode(shares)));
        emit Opened(order, terms.buyer, terms.payee, terms, shares);
        _take(terms.currency, terms.amount);
        _opening = false;
    }

    /// @notice Settles an order whose training and claims have been proven. Anybody may.
    /// @param digest of the statement of the run
    function settle(Terms calldata terms, Share[] calldata shares, bytes32 digest) external {
        bytes32 order = orderOf(terms);
        if (orders[order].state != State.Open) revert NotOpen(order);
        if (block.timestamp > terms.deadline) revert DeadlinePassed(terms.deadline);
        if (keccak256(abi.encode(shares)) != orders[order].shares) revert WrongShares();
        bytes32 run = training.key(TrainingVerifier.Name(terms.plan, contextOf(order, terms.payee), digest));
        if (!training.proven(run, terms.claims)) revert NotProven(run);
        orders[order].state = State.Settled;
        for (uint256 i = 0; i < shares.length; ++i) {
            owed[shares[i].account][terms.currency] += shares[i].amount;
        }
        emit Settled(order, run);
    }

    /// @notice Gives the buyer of an order that was not settled in time its amount back.
    /// Anybody may.
    function refund(Terms calldata terms) external {
        bytes32 order = orderOf(terms);
        if (orders[order].state != State.Open) revert NotOpen(order);
        if (block.timestamp <= terms.deadline) revert DeadlineNotPassed(terms.deadline);
        orders[order].state = State.Refunded;
        owed[terms.buyer][terms.currency] += terms.amount;
        emit Refunded(order);
    }

    /// @notice Pays what the caller is owed to an account of its choice.
    function withdraw(address currency, address to) external {
        uint256 amount = owed[msg.sender][currency];
        if (amount == 0) revert NothingOwed();
        owed[msg.sender][currency] = 0;
        emit Withdrawn(msg.sender, currency, to, amount);
        if (currency != address(0)) {
            _call(currency, abi.encodeCall(IERC20.transfer, (to, amount)));
            return;
        }
        (bool done,) = to.call{value: amount}("");
        if (!done) revert TransferFailed(currency);
    }

    /// @notice The name of an order: a hash of all its terms.
    function orderOf(Terms calldata terms) public pure returns (bytes32) {
        return keccak256(abi.encode(terms));
    }

    /// @notice The context that the statement of a run for the order, and those of claims
    /// about it, must have. It names this chain, this contract, the order and the payee.
    function contextOf(bytes32 order, address payee) public view returns (bytes32) {
        return keccak256(abi.encode(block.chainid, address(this), order, payee));
    }

    /// @dev What each account gets: the owner of part p
    ///
    ///     royalty_p = ⌊reads_p · price_p / PER_READS⌋,
    ///
    /// and the payee the rest, what rounding leaves included.
    function _shares(Terms calldata terms, TrainingVerifier.Part[] calldata parts)
        private
        view
        returns (Share[] memory shares)
    {
        uint256 n = parts.length;
        uint256 royalties = 0;
        shares = new Share[](n + 1);
        for (uint256 i = 0; i < n; ++i) {
            bytes32 part = parts[i].digest;
            for (uint256 j = 0; j < i; ++j) {
                if (parts[j].digest == part) revert DuplicatePart(part);
            }
            DatasetRegistry.Part memory p = registry.partOf(part);
            if (p.revokedAt != 0) revert RevokedPart(part);
            if (p.price != 0 && p.currency != terms.currency) revert WrongCurrency(part);
            shares[i] = Share(p.owner, parts[i].reads * uint256(p.price) / registry.PER_READS());
            royalties += shares[i].amount;
        }
        if (royalties != terms.royalties || royalties > terms.amount) revert WrongRoyalties(royalties);
        shares[n] = Share(terms.payee, terms.amount - royalties);
    }

    /// @dev Takes an amount from the caller. A token must deliver exactly as much.
    function _take(address currency, uint256 amount) private {
        if (currency == address(0)) {
            if (msg.value != amount) revert WrongAmount(msg.value, amount);
            return;
        }
        if (msg.value != 0) revert WrongAmount(msg.value, 0);
        uint256 before = IERC20(currency).balanceOf(address(this));
        _call(currency, abi.encodeCall(IERC20.transferFrom, (msg.sender, address(this), amount)));
        uint256 received = IERC20(currency).balanceOf(address(this)) - before;
        if (received != amount) revert WrongAmount(received, amount);
    }

    /// @dev Calls a token, which says true or nothing if it has done what it was asked.
    function _call(address token, bytes memory data) private {
        (bool done, bytes memory answer) = token.call(data);
        if (!done || (answer.length != 0 && !abi.decode(answer, (bool)))) revert TransferFailed(token);
    }
}
