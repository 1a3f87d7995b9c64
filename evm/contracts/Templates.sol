// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Commitments} from "./Commitments.sol";

/// @title Templates: statements that are known before their proofs exist
/// @notice A chain cannot derive what a proof must be about. Whoever asks for a training
/// derives it off chain, all but a few values that are not known yet, and pins the
/// keccak256 of each template; contracts fill the holes and compare nothing else.
///
///     template  class (32 bytes), number of spans (2), spans, pieces to the end
///     span      pool (1), tensor (2), first row (4), rows (4): where external
///               commitments of the statement come from, in their order
///     piece     kind (1), argument (3), and, of a literal, its bytes
///
///     piece        argument   stands for
///     LITERAL      length     the bytes that follow
///     RUN_ID       0          32 bytes that the trainer draws
///     CONTEXT      0          the order's context, text of 78 bytes
///     RUN          0          the digest of the run's statement
///     CERTIFICATES number     so many digests of certificates, of 32 bytes each
///     WEIGHTS      tensor     the compressed commitments of a weight tensor
///
/// Soundness: a filled template is an encoding of package proof/statement (or of a run's
/// statement) if the template was derived as package evm does; nothing here checks that.
library Templates {
    error TemplateUnknown(bytes32 hash);
    error HoleNotGiven(uint256 kind);
    error WrongCertificates(uint256 bytes_, uint256 expected);
    error WrongRows(uint256 span);
    error WrongTensors(uint256 given, uint256 expected);

    uint256 internal constant LITERAL = 0;
    uint256 internal constant RUN_ID = 1;
    uint256 internal constant CONTEXT = 2;
    uint256 internal constant RUN = 3;
    uint256 internal constant CERTIFICATES = 4;
    uint256 internal constant WEIGHTS = 5;

    uint256 internal constant POOL_DATA = 0;
    uint256 internal constant POOL_WEIGHTS = 1;
    uint256 internal constant POOL_NEXT = 2;

    uint256 private constant SPANS = 34; // where they begin
    uint256 private constant SPAN = 11; // bytes of one
    uint256 private constant HEADER = 4; // bytes of a piece before its literal

    /// @notice What holes are filled with. A hole of a kind that is not in `given`, a set of
    /// bits 1 << kind, is refused.
    struct Holes {
        uint256 given;
        bytes32 runId;
        bytes32 context;
        bytes32 run;
        bytes certificates;
        uint256[][] weights;
    }

    /// @notice The tensors that spans name, each x and y of its rows: of parts, of the
    /// weights before, of the weights after.
    struct Pools {
        uint256[][] data;
        uint256[][] weights;
        uint256[][] next;
    }

    struct Span {
        uint256 pool;
        uint256 tensor;
        uint256 first;
        uint256 rows;
    }

    /// @notice Reverts unless the template is the one that is pinned.
    function pinned(bytes calldata template, bytes32 by) internal pure {
        bytes32 hash = keccak256(template);
        if (hash != by) revert TemplateUnknown(hash);
    }

    function classOf(bytes calldata template) internal pure returns (bytes32) {
        return bytes32(template[:32]);
    }

    function spans(bytes calldata template) internal pure returns (uint256) {
        return uint16(bytes2(template[32:SPANS]));
    }

    function span(bytes calldata template, uint256 i) internal pure returns (Span memory s) {
        bytes calldata b = template[SPANS + SPAN * i:SPANS + SPAN * (i + 1)];
        s.pool = uint8(b[0]);
        s.tensor = uint16(bytes2(b[1:3]));
        s.first = uint32(bytes4(b[3:7]));
        s.rows = uint32(bytes4(b[7:11]));
    }

    /// @notice The literals of a template with its holes filled.
    function fill(bytes calldata template, Holes memory h) internal pure returns (bytes memory filled) {
        filled = new bytes(_length(template, h));
        uint256 to;
        assembly ("memory-safe") {
            to := add(filled, 32)
        }
        uint256 place = SPANS + SPAN * spans(template);
        while (place < template.length) {
            (uint256 kind, uint256 argument) = _piece(template, place);
            place += HEADER;
            if (kind == LITERAL) {
                bytes calldata literal = template[place:place + argument];
                assembly ("memory-safe") {
                    calldatacopy(to, literal.offset, literal.length)
                }
                place += argument;
                to += argument;
            } else {
                to = _write(h, kind, argument, to);
            }
        }
    }

    function _piece(bytes calldata template, uint256 place) private pure returns (uint256 kind, uint256 argument) {
        bytes4 header = bytes4(template[place:place + HEADER]);
        return (uint8(header[0]), uint32(header) & 0xffffff);
    }

    function _length(bytes calldata template, Holes memory h) private pure returns (uint256 n) {
        uint256 place = SPANS + SPAN * spans(template);
        while (place < template.length) {
            (uint256 kind, uint256 argument) = _piece(template, place);
            place += HEADER;
            if (kind == LITERAL) {
                place += argument;
                n += argument;
                continue;
            }
            if ((h.given >> kind) & 1 == 0) revert HoleNotGiven(kind);
            if (kind == CONTEXT) {
                n += CONTEXT_BYTES;
            } else if (kind == CERTIFICATES) {
                if (h.certificates.length != 32 * argument) {
                    revert WrongCertificates(h.certificates.length, 32 * argument);
                }
                n += 32 * argument;
            } else if (kind == WEIGHTS) {
                n += 16 * h.weights[argument].length;
            } else {
                n += 32;
            }
        }
    }

    /// @dev Requires a kind that _length has taken, and room for what it counted.
    function _write(Holes memory h, uint256 kind, uint256 argument, uint256 to) private pure returns (uint256) {
        if (kind == WEIGHTS) return Commitments.write(h.weights[argument], to);
        if (kind == CERTIFICATES) return _copy(h.certificates, to);
        if (kind == CONTEXT) return _copy(contextText(h.context), to);
        bytes32 word = kind == RUN_ID ? h.runId : h.run;
        assembly ("memory-safe") {
            mstore(to, word)
        }
        return to + 32;
    }

    function _copy(bytes memory b, uint256 to) private pure returns (uint256) {
        assembly ("memory-safe") {
            mcopy(to, add(b, 32), mload(b))
        }
        return to + b.length;
    }

    uint256 private constant CONTEXT_BYTES = 78;

    /// @notice The context as a statement's text: "zkaudit/evm/1/" and 64 hexadecimal digits.
    function contextText(bytes32 context) internal pure returns (bytes memory text) {
        text = new bytes(CONTEXT_BYTES);
        bytes14 prefix = "zkaudit/evm/1/";
        bytes16 digits = "0123456789abcdef";
        for (uint256 i = 0; i < 14; ++i) {
            text[i] = prefix[i];
        }
        for (uint256 i = 0; i < 64; ++i) {
            text[14 + i] = digits[(uint256(context) >> (252 - 4 * i)) & 15];
        }
    }

    /// @notice The external commitments of a statement, as its spans say. Weights are taken
    /// whole: rows that no statement is about would otherwise become part of a run's state.
    function externals(bytes calldata template, Pools memory pools) internal pure returns (uint256[] memory rows) {
        uint256 n = spans(template);
        uint256 total = 0;
        for (uint256 i = 0; i < n; ++i) {
            total += span(template, i).rows;
        }
        rows = new uint256[](2 * total);
        uint256 to;
        assembly ("memory-safe") {
            to := add(rows, 32)
        }
        uint256 next = 0;
        for (uint256 i = 0; i < n; ++i) {
            Span memory s = span(template, i);
            uint256[] memory tensor = s.pool == POOL_DATA
                ? pools.data[s.tensor]
                : s.pool == POOL_WEIGHTS ? pools.weights[s.tensor] : pools.next[next++];
            bool whole = s.first == 0 && 2 * s.rows == tensor.length;
            if (!whole && (s.pool != POOL_DATA || 2 * (s.first + s.rows) > tensor.length)) revert WrongRows(i);
            uint256 from = 64 * s.first;
            uint256 size = 64 * s.rows;
            assembly ("memory-safe") {
                mcopy(to, add(add(tensor, 32), from), size)
            }
            to += size;
        }
        if (next != pools.next.length) revert WrongTensors(pools.next.length, next);
    }

    /// @notice The name under which contracts keep a list of tensors: keccak256 of the
    /// names of each (Commitments.hash), of which there are as many as there are words.
    function hashAll(uint256[][] memory tensors) internal pure returns (bytes32) {
        bytes32[] memory list = new bytes32[](tensors.length);
        for (uint256 i = 0; i < list.length; ++i) {
            list[i] = Commitments.hash(tensors[i]);
        }
        return hashList(list);
    }

    function hashList(bytes32[] memory list) internal pure returns (bytes32 h) {
        assembly ("memory-safe") {
            h := keccak256(add(list, 32), shl(5, mload(list)))
        }
    }
}
