import { MemoryState } from '../../../../storage/memory/memory-state';
import { chaincodeProposalPayload, chaincodeInvocationSpec, hashHeader, HEADER_TYPES, unpackBlock, unpackTransaction, VALIDATION_CODES, type UnpackedBlock } from '../../protocol';
import { unpackEndorsedAction } from '../../protocol/transaction/unpack-endorsed-action';
import { unpackHeaders } from '../../protocol/transaction/unpack-headers';
import { checkRwset, validateBlock, type BlockTransaction } from '../../state';
import { applyTo } from '../../state/testing/test-ledger';
import { readRealBlocks } from '../../vectors/read-block-file';

/** What a client of the real channel asked for, and what its peers made of it. */
export interface RealCall {
  readonly block: number;
  readonly txId: string;
  readonly creator: Uint8Array;
  readonly chaincode: string;
  readonly args: readonly Uint8Array[];
  /** Bytes of the TxReadWriteSet. */
  readonly results: Uint8Array;
  readonly response: { readonly status: number; readonly message: string; readonly payload: Uint8Array };
}

const blocks: readonly UnpackedBlock[] = readRealBlocks().map((bytes) => unpackBlock(bytes));

/** The envelope of the channel's last configuration. */
export function readRealConfig(): Uint8Array {
  const envelope = blocks.flatMap(({ envelopes }) => envelopes).findLast((one) => unpackHeaders(one).channelHeader.type === HEADER_TYPES.CONFIG);
  if (envelope === undefined) throw new Error('there is a configuration');
  return envelope;
}

/** The public state that blocks 0 … `until` of a real Fabric leave. */
export function replayRealState(until: number): MemoryState {
  const state = new MemoryState();
  for (const [index, block] of blocks.slice(0, until + 1).entries()) {
    const validated = validateBlock({ number: index, headerHash: hashHeader(block.header), transactions: block.envelopes.map(transactionOf), collectionsOf: () => undefined }, state);
    applyTo(state, validated.writes);
  }
  return state;
}

/** The calls of chaincodes in the channel, in their order. */
export function listRealCalls(): RealCall[] {
  return blocks.flatMap(({ envelopes }, block) => envelopes.filter(isEndorsed).map((envelope) => callOf(envelope, block)));
}

function callOf(envelope: Uint8Array, block: number): RealCall {
  const headers = unpackHeaders(envelope);
  const { results, ...action } = unpack(envelope);
  const { chaincodeProposalPayload: payload } = unpackEndorsedAction(headers);
  const spec = chaincodeInvocationSpec.decode(chaincodeProposalPayload.decode(payload).input).chaincodeSpec;
  const { response } = action;
  if (spec?.input === undefined || response === undefined) throw new Error('a call has an input and a response');
  return { block, txId: headers.channelHeader.txId, creator: headers.signatureHeader.creator, chaincode: spec.chaincodeId?.name ?? '', args: spec.input.args, results, response };
}

function isEndorsed(envelope: Uint8Array): boolean {
  return unpackHeaders(envelope).channelHeader.type === HEADER_TYPES.ENDORSER_TRANSACTION;
}

function unpack(envelope: Uint8Array) {
  return unpackTransaction(envelope, (rwset) => checkRwset(rwset).rwset?.namespaces.map(({ namespace }) => namespace));
}

function transactionOf(envelope: Uint8Array): BlockTransaction {
  const { txId } = unpackHeaders(envelope).channelHeader;
  if (!isEndorsed(envelope)) return { txId, code: VALIDATION_CODES.VALID, rwset: undefined, isEndorsed: false };
  const checked = checkRwset(unpack(envelope).results);
  return { txId, code: checked.code, rwset: checked.rwset, isEndorsed: true };
}
