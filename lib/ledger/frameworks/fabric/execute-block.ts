import { assert } from '@/lib/platform/pure/assert';
import { ByteWriter } from '../../core/codec';
import { TransactionRefused, type BlockInput, type ExecutedBlock } from '../../core/framework';
import { merkleRoot } from '../../core/merkle';
import { nextStateRoot } from '../../core/state-root';
import type { StateReader } from '../../core/storage';
import { ZERO_HASH, type Hash } from '../../core/types';
import { headKey } from './chain-keys';
import type { Channel } from './channel';
import { checkEnvelope, type KnownWriters, type OrderableEnvelope } from './check-envelope';
import { readDefinitions, type Definitions } from './definitions';
import { encodeFrameworkHeader, type FrameworkHeader } from './framework-header';
import { decodeHead, encodeHead, type Head } from './head';
import { createJudge } from './judge-transaction';
import { BLOCK_TRANSACTIONS_MAX, buildHeader, computeCommitHash, hashHeader, VALIDATION_CODES } from './protocol';
import { refuseEnvelope } from './refusals';
import { validateBlock, type BlockOutcome, type BlockTransaction, type ValidatedBlock } from './state';

/** So many transactions are judged before sockets and files have their turn. */
const PACE = 8;

/** A block as every peer has it, and what this peer's own state is made from. */
export interface JudgedBlock {
  readonly executed: Omit<ExecutedBlock, 'dropped'>;
  readonly header: FrameworkHeader;
  readonly headerHash: Uint8Array;
  readonly outcome: BlockOutcome;
  readonly definitions: Definitions;
  readonly transactions: readonly BlockTransaction[];
}

/** What may be put in the place of the real ones, to see whether a run notices. */
export interface BlockParts {
  readonly readDefinitions: typeof readDefinitions;
  readonly validateBlock: typeof validateBlock;
}

const PARTS: BlockParts = { readDefinitions, validateBlock };

interface Included {
  readonly bytes: Uint8Array;
  readonly id: Hash;
  readonly transaction: BlockTransaction;
}

/**
 * Judges a block's transactions in order and makes Fabric's block of them. See `Framework.executeBlock`. What is not valid
 * stays in the block with its code; only what no orderer would have taken is left out. It yields where sockets and files may
 * have their turn; the state must not change meanwhile.
 */
export function* executeBlock(channel: Channel, known: KnownWriters, input: BlockInput, state: StateReader, parts: BlockParts = PARTS): Generator<undefined, JudgedBlock & Pick<ExecutedBlock, 'dropped'>> {
  const head = readHead(state);
  assert(head.number + 1 === input.height, `block ${input.height} is executed on top of block ${head.number}`);
  if (!input.building && input.transactions.length > BLOCK_TRANSACTIONS_MAX) throw new Error(`block ${input.height} has ${input.transactions.length} transactions, at most ${BLOCK_TRANSACTIONS_MAX} are possible`);
  const definitions = parts.readDefinitions(channel, state);
  const judge = createJudge(channel, input.height, definitions, state);
  const included: Included[] = [];
  const seen = new Set<Hash>();
  const dropped: { index: number; reason: TransactionRefused }[] = [];
  for (const [index, bytes] of input.transactions.entries()) {
    if (included.length === BLOCK_TRANSACTIONS_MAX || (index > 0 && input.isEnough?.() === true)) break;
    if (index > 0 && index % PACE === 0) yield undefined;
    try {
      const envelope = checkOnce(checkEnvelope(channel, bytes, state, known), seen);
      included.push({ bytes, id: envelope.id, transaction: judge(bytes, envelope, included.length) });
    } catch (error) {
      if (!(error instanceof TransactionRefused)) throw error;
      if (!input.building) throw new Error(`block ${input.height} carries at ${index} an envelope that may not be in it: ${error.message}`, { cause: error });
      dropped.push({ index, reason: error });
    }
  }
  return { ...sealBlock(head, included, definitions, parts, state), dropped };
}

/** The same envelope twice says nothing new, and costs who sends it nothing: two of one transaction are its writer's own. */
function checkOnce(envelope: OrderableEnvelope, seen: Set<Hash>): OrderableEnvelope {
  if (seen.has(envelope.id)) throw refuseEnvelope('repeated', `duplicate transaction found [${envelope.txId}]`);
  seen.add(envelope.id);
  return envelope;
}

export function readHead(state: StateReader): Head {
  const bytes = state.get(headKey);
  assert(bytes !== undefined, 'a block of a channel is executed before its first');
  return decodeHead(bytes);
}

function sealBlock(head: Head, included: readonly Included[], definitions: Definitions, parts: BlockParts, state: StateReader): JudgedBlock {
  const envelopes = included.map(({ bytes }) => bytes);
  const transactions = included.map(({ transaction }) => transaction);
  const number = head.number + 1;
  const header = buildHeader(BigInt(number), head.headerHash, envelopes);
  const headerHash = hashHeader(header);
  const validated = parts.validateBlock({ number, headerHash, transactions, collectionsOf: definitions.collectionsOf }, state);
  const commitHash = computeCommitHash(validated.codes, validated.updates, head.commitHash);
  const frameworkHeader: FrameworkHeader = { ...header, lastConfig: 0n, codes: validated.codes, commitHash };
  const executed = toExecuted(frameworkHeader, included, { number, headerHash, commitHash }, validated, head.stateRoot);
  return { executed, header: frameworkHeader, headerHash, outcome: validated.outcome, definitions, transactions };
}

/** Roots and writes of a block whose transactions have their codes; also of block 0, which the engine has none of. */
export function toExecuted(header: FrameworkHeader, included: readonly Included[], place: Omit<Head, 'stateRoot'>, { codes, writes }: Pick<ValidatedBlock, 'codes' | 'writes'>, rootBefore: Hash): Omit<ExecutedBlock, 'dropped'> {
  const stateRoot = nextStateRoot(rootBefore, writes);
  const head = { key: headKey, value: encodeHead({ ...place, stateRoot }) };
  return {
    transactions: included.map(({ bytes, id }, index) => ({ id, bytes, succeeded: codes[index] === VALIDATION_CODES.VALID })),
    stateRoot,
    receiptRoot: merkleRoot(included.map(({ transaction }, index) => new ByteWriter(80).string(transaction.txId).u8(codes[index] ?? VALIDATION_CODES.NOT_VALIDATED).finish())),
    transactionRoot: Buffer.from(header.dataHash).toString('hex') as Hash,
    eventRoot: ZERO_HASH,
    frameworkHeader: encodeFrameworkHeader(header),
    writes: [...writes, head].sort((a, b) => Buffer.compare(a.key, b.key)),
  };
}
