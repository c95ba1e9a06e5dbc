import { blockchainInfo, processedTransaction, type Response } from '../protocol';
import type { SystemInvocation } from './invoke-system-chaincode';
import { failure, success, textOf } from './responses';

const UINT64_MAX = 2n ** 64n - 1n;

type Run = (invocation: SystemInvocation, channelId: string, argument: Uint8Array) => Promise<Response>;

const functions: ReadonlyMap<string, Run> = new Map<string, Run>([
  ['GetChainInfo', getChainInfo],
  ['GetBlockByNumber', getBlockByNumber],
  ['GetBlockByHash', getBlockByHash],
  ['GetTransactionByID', getTransactionById],
  ['GetBlockByTxID', getBlockByTxId],
]);

/** Blocks and transactions of a channel, in the order of checks and the words of core/scc/qscc/query.go. */
export async function invokeQscc(invocation: SystemInvocation): Promise<Response> {
  const { args, proposedChaincode, ledger } = invocation;
  if (args.length < 2) return failure(`Incorrect number of arguments, ${args.length}`);
  const [name, channelId] = [textOf(args[0]), textOf(args[1])];
  if (proposedChaincode !== 'qscc') return failure(`Rejecting invoke of QSCC from another chaincode because of potential for deadlocks, original invocation for '${proposedChaincode}'`);
  if (name !== 'GetChainInfo' && args.length < 3) return failure(`missing 3rd argument for ${name}`);
  if ((await ledger.getInfo(channelId)) === undefined) return failure(`Invalid chain ID, ${channelId}`);
  const denied = await invocation.checkAccess(`qscc/${name}`, channelId);
  if (denied !== undefined) return failure(`access denied for [${name}][${channelId}]: [${denied}]`);
  const run = functions.get(name);
  return run === undefined ? failure(`Requested function ${name} not found.`) : run(invocation, channelId, args[2] ?? new Uint8Array(0));
}

async function getChainInfo({ ledger }: SystemInvocation, channelId: string): Promise<Response> {
  const info = await ledger.getInfo(channelId);
  return info === undefined ? failure(`Invalid chain ID, ${channelId}`) : success(blockchainInfo.encode(info));
}

async function getBlockByNumber({ ledger }: SystemInvocation, channelId: string, argument: Uint8Array): Promise<Response> {
  const text = textOf(argument);
  if (!/^[0-9]{1,40}$/.test(text)) return failure(`Failed to parse block number with error strconv.ParseUint: parsing ${JSON.stringify(text.slice(0, 100))}: invalid syntax`);
  const number = BigInt(text);
  if (number > UINT64_MAX) return failure(`Failed to parse block number with error strconv.ParseUint: parsing "${text}": value out of range`);
  // Fabric's word for "the last one".
  const wanted = number === UINT64_MAX ? ((await ledger.getInfo(channelId))?.height ?? 1n) - 1n : number;
  const block = await ledger.getBlock(channelId, wanted);
  return block === undefined ? failure(`Failed to get block number ${number}, error no such block number [${number}] in index`) : success(block);
}

async function getBlockByHash({ ledger }: SystemInvocation, channelId: string, hash: Uint8Array): Promise<Response> {
  const block = await ledger.getBlockByHash(channelId, hash);
  return block === undefined ? failure(`Failed to get block hash ${textOf(hash)}, error no such block hash [${Buffer.from(hash).toString('hex')}] in index`) : success(block);
}

async function getTransactionById({ ledger }: SystemInvocation, channelId: string, argument: Uint8Array): Promise<Response> {
  const txId = textOf(argument);
  const found = await ledger.getTransaction(channelId, txId);
  if (found === undefined) return failure(`Failed to get transaction with id ${txId}, error no such transaction ID [${txId}] in index`);
  return success(processedTransaction.encode({ transactionEnvelope: found.envelope, validationCode: found.code }));
}

async function getBlockByTxId({ ledger }: SystemInvocation, channelId: string, argument: Uint8Array): Promise<Response> {
  const txId = textOf(argument);
  const block = await ledger.getBlockByTxId(channelId, txId);
  return block === undefined ? failure(`Failed to get block for txID ${txId}, error no such transaction ID [${txId}] in index`) : success(block);
}
