// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DatasetRegistry} from "./DatasetRegistry.sol";
import {IArgumentVerifier} from "./IArgumentVerifier.sol";
import {Commitments} from "./Commitments.sol";
import {Templates} from "./Templates.sol";

/// @title Trainings, segment by segment
/// @notice Keeps, of each run, the commitments to its weights as far as it has been proven.
/// A run follows a plan: templates of all its statements, which whoever asks for the
/// training has derived and pinned. Anybody may hand in proofs; nothing depends on who does.
contract TrainingVerifier {
    using Templates for bytes;

    error AlreadyStarted(bytes32 run);
    error NotStarted(bytes32 run);
    error NotFinished(bytes32 run);
    error NotNext(bytes32 segments);
    error WrongData();
    error WrongWeights();

    event Started(bytes32 indexed run, bytes32 indexed plan, bytes32 indexed context, bytes32 digest);
    event Advanced(bytes32 indexed run, bytes32 weights, bytes32 rest);
    event Claimed(bytes32 indexed run, bytes32 indexed claim);

    /// @notice A part that is trained on, the certificate that it must have, and how many
    /// slots of the schedule read a row of it.
    struct Part {
        bytes32 digest;
        bytes32 certificate;
        uint64 reads;
    }

    /// @notice What a training must be. `segments` is a chain,
    ///
    ///     s_n = 0,   s_i = keccak256(abi.encode(keccak256(template of segment i), s_(i+1))),
    ///
    /// of which s_0 stands here. Segments read the first `tensors` tensors of every part.
    struct Plan {
        bytes32 run;
        bytes32 weights;
        bytes32 segments;
        uint64 tensors;
        Part[] parts;
    }

    /// @notice What a trainer begins with: the initial weights, committed, and the proof of
    /// their certificate.
    struct Beginning {
        bytes32 runId;
        bytes runTemplate;
        bytes weightsTemplate;
        uint256[][] weights;
        bytes proof;
    }

    /// @notice A segment's proof: the weights after it, and the chain after its template.
    struct Segment {
        bytes template;
        bytes32 rest;
        bytes certificates;
        uint256[][] next;
        bytes proof;
    }

    /// @notice Where a tensor that a claim reads comes from.
    struct Source {
        bytes32 part;
        bytes32 certificate;
        uint64 tensor;
    }

    /// @notice A claim about the weights that came of a run, with the rows that it reads.
    struct Claim {
        Source[] sources;
        bytes template;
        uint256[][] data;
        bytes proof;
    }

    /// @notice Names a run: the plan, the context that stands in its statement, and the digest
    /// of its statement.
    struct Name {
        bytes32 plan;
        bytes32 context;
        bytes32 digest;
    }

    /// @notice How far a run has come.
    /// @param data the names of all tensors that segments read
    /// @param weights the names of all weight tensors at this border
    /// @param rest the chain of segments to come; 0 once it is finished
    struct Run {
        bytes32 data;
        bytes32 weights;
        bytes32 rest;
        uint64 started;
    }

    IArgumentVerifier public immutable verifier;
    DatasetRegistry public immutable registry;

    mapping(bytes32 run => Run) private _runs;
    mapping(bytes32 run => mapping(bytes32 claim => bool)) public claimed;

    constructor(IArgumentVerifier verifier_, DatasetRegistry registry_) {
        verifier = verifier_;
        registry = registry_;
    }

    /// @notice Starts a run: computes the digest of its statement, verifies the certificate of
    /// its initial weights, and looks up its parts.
    /// @return name the run's name; its statement is the filled template
    function start(Plan calldata plan, bytes32 context, Beginning calldata b) external returns (Name memory name) {
        b.runTemplate.pinned(plan.run);
        b.weightsTemplate.pinned(plan.weights);
        Templates.Pools memory pools;
        pools.weights = b.weights;
        name = Name(planHash(plan), context, _statementDigest(b, context, pools.weights));
        bytes32 run = key(name);
        if (_runs[run].started != 0) revert AlreadyStarted(run);
        if (pools.weights.length != b.weightsTemplate.spans()) revert WrongWeights();
        Templates.Holes memory none;
        verifier.verify(
            b.weightsTemplate.classOf(), b.weightsTemplate.fill(none), b.weightsTemplate.externals(pools), b.proof
        );
        _runs[run] = Run(_data(plan), Templates.hashAll(pools.weights), plan.segments, uint64(block.timestamp));
        emit Started(run, name.plan, context, name.digest);
    }

    /// @notice Verifies the next segments of a run, all in one batch.
    /// @param data the tensors that segments read, part by part
    /// @param weights all weight tensors where the run stands
    function advance(
        Name calldata name,
        uint256[][] calldata data,
        uint256[][] calldata weights,
        Segment[] calldata segments
    ) external {
        bytes32 run = key(name);
        Run memory state = _runs[run];
        if (state.started == 0) revert NotStarted(run);
        Templates.Pools memory pools;
        pools.data = data;
        pools.weights = weights;
        if (Templates.hashAll(pools.data) != state.data) revert WrongData();
        if (Templates.hashAll(pools.weights) != state.weights) revert WrongWeights();
        IArgumentVerifier.Statement[] memory statements = new IArgumentVerifier.Statement[](segments.length);
        for (uint256 i = 0; i < segments.length; ++i) {
            statements[i] = _segment(name.digest, state.rest, segments[i], pools);
            state.rest = segments[i].rest;
        }
        state.weights = Templates.hashAll(pools.weights);
        _runs[run] = state;
        emit Advanced(run, state.weights, state.rest);
        verifier.verifyMany(statements);
    }

    /// @notice Verifies claims about the weights that came of a run.
    /// @param weights all weight tensors after the run
    function claim(Name calldata name, uint256[][] calldata weights, Claim[] calldata claims) external {
        bytes32 run = key(name);
        Run memory state = _runs[run];
        if (!_finished(state)) revert NotFinished(run);
        Templates.Pools memory pools;
        pools.weights = weights;
        if (Templates.hashAll(pools.weights) != state.weights) revert WrongWeights();
        Templates.Holes memory holes;
        holes.given = 1 << Templates.CONTEXT | 1 << Templates.RUN | 1 << Templates.WEIGHTS;
        holes.context = name.context;
        holes.run = name.digest;
        holes.weights = pools.weights;
        IArgumentVerifier.Statement[] memory statements = new IArgumentVerifier.Statement[](claims.length);
        for (uint256 i = 0; i < claims.length; ++i) {
            Claim calldata c = claims[i];
            pools.data = c.data;
            _read(c.sources, pools.data, state.started);
            statements[i] = IArgumentVerifier.Statement(
                c.template.classOf(), c.template.fill(holes), c.template.externals(pools), c.proof
            );
            bytes32 hash = claimHash(keccak256(c.template), c.sources);
            claimed[run][hash] = true;
            emit Claimed(run, hash);
        }
        verifier.verifyMany(statements);
    }

    /// @notice How far a run has come; all zero if it has not started.
    function runOf(bytes32 run) external view returns (Run memory) {
        return _runs[run];
    }

    /// @notice Whether all segments of a run, and these claims about it, have been proven.
    function proven(bytes32 run, bytes32[] calldata claims) external view returns (bool) {
        if (!_finished(_runs[run])) return false;
        for (uint256 i = 0; i < claims.length; ++i) {
            if (!claimed[run][claims[i]]) return false;
        }
        return true;
    }

    /// @notice The name of a run as a key: a hash of its statement and what else decides what
    /// has been proven of it, and of no proof.
    function key(Name memory name) public pure returns (bytes32) {
        return keccak256(abi.encode(name));
    }

    /// @notice The hash by which an order pins a plan.
    function planHash(Plan calldata plan) public pure returns (bytes32) {
        return keccak256(abi.encode(plan));
    }

    /// @notice The hash by which an order pins a claim.
    function claimHash(bytes32 template, Source[] calldata sources) public pure returns (bytes32) {
        return keccak256(abi.encode(template, sources));
    }

    function _finished(Run memory state) private pure returns (bool) {
        return state.started != 0 && state.rest == 0;
    }

    function _statementDigest(Beginning calldata b, bytes32 context, uint256[][] memory weights)
        private
        pure
        returns (bytes32)
    {
        Templates.Holes memory holes;
        holes.given = 1 << Templates.RUN_ID | 1 << Templates.CONTEXT | 1 << Templates.WEIGHTS;
        holes.runId = b.runId;
        holes.context = context;
        holes.weights = weights;
        return sha256(b.runTemplate.fill(holes));
    }

    /// @dev The names of the tensors that segments read. Reverts unless every part is
    /// certified and none is revoked.
    function _data(Plan calldata plan) private view returns (bytes32) {
        bytes32[] memory list = new bytes32[](plan.parts.length * plan.tensors);
        uint256 n = 0;
        for (uint256 i = 0; i < plan.parts.length; ++i) {
            Part calldata p = plan.parts[i];
            bytes32[] memory tensors = registry.tensorsOf(p.digest, p.certificate, type(uint256).max);
            for (uint256 t = 0; t < plan.tensors; ++t) {
                list[n++] = tensors[t];
            }
        }
        return Templates.hashList(list);
    }

    /// @dev The statement of a segment, which must be the next one; its weights take the place
    /// of those before it.
    function _segment(bytes32 digest, bytes32 expected, Segment calldata s, Templates.Pools memory pools)
        private
        pure
        returns (IArgumentVerifier.Statement memory statement)
    {
        if (keccak256(abi.encode(keccak256(s.template), s.rest)) != expected) revert NotNext(expected);
        Templates.Holes memory holes;
        holes.given = 1 << Templates.RUN | 1 << Templates.CERTIFICATES;
        holes.run = digest;
        holes.certificates = s.certificates;
        pools.next = s.next;
        statement = IArgumentVerifier.Statement(
            s.template.classOf(), s.template.fill(holes), s.template.externals(pools), s.proof
        );
        uint256 next = 0;
        for (uint256 i = 0; i < s.template.spans(); ++i) {
            Templates.Span memory span = s.template.span(i);
            if (span.pool == Templates.POOL_NEXT) pools.weights[span.tensor] = pools.next[next++];
        }
    }

    /// @dev Reverts unless the tensors are those of the sources, of parts that are certified
    /// and were not revoked before the run started.
    function _read(Source[] calldata sources, uint256[][] memory data, uint64 started) private view {
        if (sources.length != data.length) revert WrongData();
        for (uint256 i = 0; i < sources.length; ++i) {
            Source calldata s = sources[i];
            bytes32[] memory tensors = registry.tensorsOf(s.part, s.certificate, started);
            if (Commitments.hash(data[i]) != tensors[s.tensor]) revert WrongData();
        }
    }
}
