// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IArgumentVerifier} from "./IArgumentVerifier.sol";
import {Commitments} from "./Commitments.sol";
import {Templates} from "./Templates.sol";

/// @title Committed parts of datasets: whose they are and what reading them costs
/// @notice A part is named by its digest, as bundles name it. Its certificate is verified
/// here once, for all runs on it. Nobody administers the registry.
contract DatasetRegistry {
    using Templates for bytes;

    error NotReserved(bytes32 reservation);
    error AlreadyReserved(bytes32 reservation);
    error AlreadyRegistered(bytes32 part);
    error NotRegistered(bytes32 part);
    error NotOwner(address caller);
    error AlreadyRevoked(bytes32 part);
    error Revoked(bytes32 part);
    error NotCertified(bytes32 part, bytes32 certificate);
    error WrongChunks(uint256 given);
    error WrongTensor(uint256 tensor);

    event Reserved(bytes32 indexed reservation);
    event Registered(bytes32 indexed part, address indexed owner, uint64 rows, bytes32 licence);
    event Priced(bytes32 indexed part, address currency, uint128 price);
    event Certified(bytes32 indexed part, bytes32 indexed certificate);
    event RevokedPart(bytes32 indexed part);

    /// @notice What the digest of a part is the hash of: its shape, the setup and the row
    /// size of its commitments, the digest of what its numbers mean, and x and y of every
    /// committed row of features, labels and, where there are any, attributes.
    struct Preimage {
        uint64 rows;
        uint64 features;
        uint64 labels;
        uint64 attributes;
        string kind;
        bytes32 setup;
        uint64 rowBits;
        bytes32 meaning;
        uint256[][] tensors;
    }

    /// @notice A registered part. `price` is per PER_READS rows read by a training, in the
    /// smallest unit of `currency`, a token or, if zero, ether.
    struct Part {
        address owner;
        uint64 rows;
        uint32 tensors;
        address currency;
        uint64 revokedAt;
        uint128 price;
        bytes32 licence;
    }

    /// @notice The proof of one chunk of a certificate.
    struct Chunk {
        uint256 index;
        bytes template;
        bytes proof;
    }

    /// @notice How many rows read a price is for.
    uint256 public constant PER_READS = 1e6;

    /// @notice How long a reservation must have stood, in seconds, before a part is registered.
    uint256 public constant MIN_AGE = 60;

    IArgumentVerifier public immutable verifier;

    /// @notice When a reservation was made.
    mapping(bytes32 reservation => uint256) public reservedAt;
    mapping(bytes32 part => Part) private _parts;
    mapping(bytes32 part => mapping(uint256 tensor => bytes32)) private _tensors;
    mapping(bytes32 part => mapping(bytes32 certificate => uint256)) private _chunks;

    uint256 private constant ALL = type(uint256).max;

    constructor(IArgumentVerifier verifier_) {
        verifier = verifier_;
    }

    /// @notice Claims a part without showing it: whoever copies the call that registers it
    /// has no reservation that is old enough. A part must be shown to nobody before.
    /// @param reservation keccak256(abi.encode(part, owner, salt))
    function reserve(bytes32 reservation) external {
        if (reservedAt[reservation] != 0) revert AlreadyReserved(reservation);
        reservedAt[reservation] = block.timestamp;
        emit Reserved(reservation);
    }

    /// @notice Registers a part of the caller, which it has reserved.
    /// @return part the digest of the part
    function register(Preimage calldata preimage, bytes32 salt, bytes32 licence, address currency, uint128 price)
        external
        returns (bytes32 part)
    {
        uint256[][] memory tensors = preimage.tensors;
        part = _digest(preimage, tensors);
        bytes32 reservation = keccak256(abi.encode(part, msg.sender, salt));
        uint256 since = reservedAt[reservation];
        if (since == 0 || block.timestamp < since + MIN_AGE) revert NotReserved(reservation);
        if (_parts[part].owner != address(0)) revert AlreadyRegistered(part);
        _parts[part] = Part(msg.sender, preimage.rows, uint32(tensors.length), currency, 0, price, licence);
        for (uint256 i = 0; i < tensors.length; ++i) {
            _tensors[part][i] = Commitments.hash(tensors[i]);
        }
        emit Registered(part, msg.sender, preimage.rows, licence);
        emit Priced(part, currency, price);
    }

    /// @notice Changes the price for orders that are opened from now on.
    function setPrice(bytes32 part, address currency, uint128 price) external {
        _onlyOwner(part);
        _parts[part].currency = currency;
        _parts[part].price = price;
        emit Priced(part, currency, price);
    }

    /// @notice Withdraws a part for good: no run starts on it any more. Runs that have
    /// started go on.
    function revoke(bytes32 part) external {
        _onlyOwner(part);
        if (_parts[part].revokedAt != 0) revert AlreadyRevoked(part);
        _parts[part].revokedAt = uint64(block.timestamp);
        emit RevokedPart(part);
    }

    /// @notice Verifies chunks of a part's certificate. It is certified when all have been.
    /// Soundness: a certificate is named by its templates, and says what they say. Who
    /// relies on one derives them, and compares the name.
    /// @param chunks keccak256 of the template of every chunk
    /// @param tensors x and y of the rows of every tensor of the part
    /// @return certificate keccak256(abi.encode(chunks))
    function certify(bytes32 part, bytes32[] calldata chunks, uint256[][] calldata tensors, Chunk[] calldata proofs)
        external
        returns (bytes32 certificate)
    {
        if (chunks.length == 0 || chunks.length >= 256) revert WrongChunks(chunks.length);
        certificate = keccak256(abi.encode(chunks));
        Templates.Pools memory pools;
        pools.data = tensors;
        _same(part, pools.data);
        uint256 verified = _chunks[part][certificate];
        IArgumentVerifier.Statement[] memory statements = new IArgumentVerifier.Statement[](proofs.length);
        for (uint256 i = 0; i < proofs.length; ++i) {
            Chunk calldata c = proofs[i];
            c.template.pinned(chunks[c.index]);
            Templates.Holes memory none;
            statements[i] = IArgumentVerifier.Statement(
                c.template.classOf(), c.template.fill(none), c.template.externals(pools), c.proof
            );
            verified |= 1 << c.index;
        }
        verifier.verifyMany(statements);
        if (verified == (1 << chunks.length) - 1) {
            verified = ALL;
            emit Certified(part, certificate);
        }
        _chunks[part][certificate] = verified;
    }

    /// @notice A registered part.
    function partOf(bytes32 part) public view returns (Part memory p) {
        p = _parts[part];
        if (p.owner == address(0)) revert NotRegistered(part);
    }

    /// @notice Whether all chunks of a certificate of the part have been verified.
    function certified(bytes32 part, bytes32 certificate) public view returns (bool) {
        return _chunks[part][certificate] == ALL;
    }

    /// @notice The names (Commitments.hash) of a part's tensors. Reverts unless the part is
    /// certified, and was not revoked before `since`.
    function tensorsOf(bytes32 part, bytes32 certificate, uint256 since) external view returns (bytes32[] memory list) {
        Part memory p = partOf(part);
        if (!certified(part, certificate)) revert NotCertified(part, certificate);
        if (p.revokedAt != 0 && p.revokedAt < since) revert Revoked(part);
        list = new bytes32[](p.tensors);
        for (uint256 i = 0; i < list.length; ++i) {
            list[i] = _tensors[part][i];
        }
    }

    function _onlyOwner(bytes32 part) private view {
        if (partOf(part).owner != msg.sender) revert NotOwner(msg.sender);
    }

    /// @dev Reverts unless the tensors are those of the part.
    function _same(bytes32 part, uint256[][] memory tensors) private view {
        uint256 n = partOf(part).tensors;
        if (tensors.length != n) revert WrongTensor(tensors.length);
        for (uint256 i = 0; i < n; ++i) {
            if (Commitments.hash(tensors[i]) != _tensors[part][i]) revert WrongTensor(i);
        }
    }

    /// @dev The digest of a part:
    ///
    ///     SHA-256(domain ‖ rows ‖ features ‖ labels ‖ attributes ‖ kind ‖ setup ‖ ℓ ‖ meaning ‖ tensors)
    ///
    /// with numbers in 8 bytes, little endian; domain, kind and each tensor after its length.
    function _digest(Preimage calldata p, uint256[][] memory tensors) private pure returns (bytes32) {
        bytes memory b = bytes.concat(
            _little(23),
            "zkaudit/dataset-part/v1",
            _little(p.rows),
            _little(p.features),
            _little(p.labels),
            _little(p.attributes),
            _little(uint64(bytes(p.kind).length)),
            bytes(p.kind),
            p.setup,
            _little(p.rowBits),
            p.meaning
        );
        for (uint256 i = 0; i < tensors.length; ++i) {
            bytes memory rows = new bytes(16 * tensors[i].length);
            uint256 to;
            assembly ("memory-safe") {
                to := add(rows, 32)
            }
            Commitments.write(tensors[i], to);
            b = bytes.concat(b, _little(uint64(rows.length)), rows);
        }
        return sha256(b);
    }

    /// @dev A number in 8 bytes, little endian.
    function _little(uint64 n) private pure returns (bytes8) {
        n = ((n & 0xff00ff00ff00ff00) >> 8) | ((n & 0x00ff00ff00ff00ff) << 8);
        n = ((n & 0xffff0000ffff0000) >> 16) | ((n & 0x0000ffff0000ffff) << 16);
        return bytes8((n >> 32) | (n << 32));
    }
}
