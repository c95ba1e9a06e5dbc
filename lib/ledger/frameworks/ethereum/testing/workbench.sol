// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

/// For tests only: one contract that touches what an execution engine can get wrong.
contract Workbench {
    event Stored(address indexed by, uint256 indexed slot, uint256 value);
    event Blob(bytes data);

    error NotAllowed(address who, uint256 code);

    mapping(uint256 => uint256) public values;
    uint256[] public list;
    address public lastChild;

    constructor(uint256 first) payable {
        values[0] = first;
    }

    receive() external payable {}

    function store(uint256 slot, uint256 value) external payable returns (uint256 before) {
        before = values[slot];
        values[slot] = value;
        emit Stored(msg.sender, slot, value);
    }

    /// Writes and clears within one transaction: EIP-2200's original values and refunds.
    function churn(uint256 slot, uint256 a, uint256 b) external {
        values[slot] = a;
        values[slot] = 0;
        values[slot] = b;
        values[slot + 1] = 0;
    }

    /// Clears what was there: more refund than may be paid out.
    function wipe() external {
        for (uint256 slot = 0; slot < 5; slot++) values[slot] = 0;
    }

    function fill(uint256 value) external {
        for (uint256 slot = 0; slot < 5; slot++) values[slot] = value;
    }

    /// EIP-3651: the coinbase is warm.
    function tip() external view returns (uint256) {
        return block.coinbase.balance;
    }

    function push(uint256 value) external {
        list.push(value);
    }

    function pop() external {
        list.pop();
    }

    function log(bytes calldata data) external {
        emit Blob(data);
    }

    function failWithReason(string calldata reason) external pure {
        revert(reason);
    }

    function failWithError(uint256 code) external view {
        revert NotAllowed(msg.sender, code);
    }

    function failWithPanic(uint256 index) external view returns (uint256) {
        return list[index];
    }

    /// Stores, calls itself to store more and lets that call fail: inner revert, outer success.
    function partlyFails(uint256 slot, uint256 value) external {
        values[slot] = value;
        try this.storeAndFail(slot, value + 1) {
            values[slot] = 0;
        } catch {
            emit Stored(address(this), slot, value);
        }
    }

    function storeAndFail(uint256 slot, uint256 value) external {
        values[slot] = value;
        emit Stored(msg.sender, slot, value);
        revert("inner");
    }

    function spawn(bytes32 salt, uint256 first) external payable returns (address) {
        lastChild = address(new Child{salt: salt, value: msg.value}(first));
        return lastChild;
    }

    /// A contract that is made and destroyed in the same transaction leaves nothing (EIP-6780).
    function spawnAndDestroy(uint256 first, address payable heir) external payable {
        Child child = new Child{value: msg.value}(first);
        child.destroy(heir);
    }

    function destroyLast(address payable heir) external {
        Child(lastChild).destroy(heir);
    }

    function send(address payable to, uint256 amount) external returns (bool sent) {
        (sent, ) = to.call{value: amount}("");
    }

    /// Precompiles: sha256, ripemd160, identity, ecrecover, modexp.
    function precompiles(bytes calldata data, uint8 v, bytes32 r, bytes32 s) external {
        values[uint256(sha256(data))] = 1;
        values[uint256(uint160(ripemd160(data)))] = uint160(ecrecover(keccak256(data), v, r, s));
        (bool ok, bytes memory out) = address(5).staticcall(abi.encode(uint256(32), uint256(32), uint256(32), uint256(r), uint256(65537), uint256(s) | 1));
        require(ok);
        values[1000] = abi.decode(out, (uint256));
    }

    /// There are no blobs: point evaluation fails and the caller carries on.
    function pointEvaluation() external returns (bool ok) {
        (ok, ) = address(10).staticcall{gas: 100000}(new bytes(192));
        values[1001] = ok ? 1 : 2;
    }

    function context() external view returns (uint256 number, uint256 timestamp, uint256 baseFee, uint256 chain, uint256 gasLimit, address coinbase, uint256 randao, bytes32 parent) {
        return (block.number, block.timestamp, block.basefee, block.chainid, block.gaslimit, block.coinbase, block.prevrandao, blockhash(block.number - 1));
    }

    function rememberContext() external {
        values[2000] = uint256(blockhash(block.number - 1));
        values[2001] = block.prevrandao;
        values[2002] = block.timestamp + block.chainid;
    }

    function loop() external {
        while (true) values[3000]++;
    }

    function spin() external pure {
        while (true) {}
    }
}

contract Child {
    uint256 public first;

    constructor(uint256 first_) payable {
        first = first_;
    }

    function destroy(address payable heir) external {
        selfdestruct(heir);
    }
}
