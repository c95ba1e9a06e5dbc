// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title Evidence notary
/// @notice Records the fingerprint of a document once: who recorded it, when, and with which note.
/// The document itself never touches the ledger.
contract EvidenceNotary {
    struct Evidence {
        address registrar;
        /// @dev Seconds since 1970, from the block.
        uint64 recordedAt;
        string note;
    }

    uint256 public constant noteBytesMax = 256;

    mapping(bytes32 digest => Evidence evidence) private records;
    uint256 public count;

    event EvidenceRecorded(bytes32 indexed digest, address indexed registrar, uint64 recordedAt, string note);

    error AlreadyRecorded(bytes32 digest, address registrar, uint64 recordedAt);
    error NotRecorded(bytes32 digest);
    error NoteTooLong(uint256 length, uint256 limit);
    error EmptyDigest();

    /// @param digest SHA-256 (or any 32-byte hash) of the document
    function record(bytes32 digest, string calldata note) external {
        if (digest == bytes32(0)) revert EmptyDigest();
        if (bytes(note).length > noteBytesMax) revert NoteTooLong(bytes(note).length, noteBytesMax);
        Evidence storage evidence = records[digest];
        if (evidence.registrar != address(0)) revert AlreadyRecorded(digest, evidence.registrar, evidence.recordedAt);
        evidence.registrar = msg.sender;
        evidence.recordedAt = uint64(block.timestamp);
        evidence.note = note;
        unchecked {
            ++count;
        }
        emit EvidenceRecorded(digest, msg.sender, uint64(block.timestamp), note);
    }

    function evidenceOf(bytes32 digest) external view returns (address registrar, uint64 recordedAt, string memory note) {
        Evidence storage evidence = records[digest];
        if (evidence.registrar == address(0)) revert NotRecorded(digest);
        return (evidence.registrar, evidence.recordedAt, evidence.note);
    }

    function isRecorded(bytes32 digest) external view returns (bool) {
        return records[digest].registrar != address(0);
    }
}
