import { readChannel, type AuditedChannel } from './audit-channel';
import { AuditedDefinitions, findUnendorsed, notePolicies, type MovedPolicies } from './audit-endorsements';
import { findStaleRead } from './audit-reads';
import { readRwset, type AuditedNamespace } from './audit-rwset';
import { AuditedState, type AuditedChange } from './audit-state';
import { listForged, type AuditedTransaction } from './audit-transaction';

/** What may become of a transaction whose form is in order (protos.TxValidationCode). */
export const CODES = { VALID: 0, DUPLICATE_TXID: 9, ENDORSEMENT_POLICY_FAILURE: 10, MVCC_READ_CONFLICT: 11, PHANTOM_READ_CONFLICT: 12, INVALID_CHAINCODE: 25 } as const;

interface Verdict {
  readonly code: number;
  readonly words: string;
}

const IN_ORDER: Verdict = { code: CODES.VALID, words: 'nothing is wrong with it' };

/** Derives a channel's codes anew, block after block from its first on. */
export class AuditedLedger {
  readonly #state = new AuditedState();
  #channel: AuditedChannel;
  readonly #names = new Set<string>();
  /** How many transactions' policies and reads were looked at. */
  judged = 0;

  /** @param config of block 0 */
  constructor(channelId: string, config: Buffer) {
    this.#channel = readChannel(channelId, config);
  }

  get channel(): AuditedChannel {
    return this.#channel;
  }

  /**
   * What is wrong with the codes of a block, one sentence each. `undefined` among the transactions: one that cannot be
   * read. State and names go on with what the block says, so that one wrong code is one finding.
   */
  block(number: bigint, transactions: readonly (AuditedTransaction | undefined)[], filter: Buffer): { readonly findings: readonly string[]; readonly changes: readonly AuditedChange[] } {
    const definitions = new AuditedDefinitions(this.#state, this.#channel);
    const moved: MovedPolicies = new Set();
    const passed = new Set<string>();
    const findings = transactions.flatMap((transaction, index) => {
      const claimed = filter[index] ?? -1;
      const namespaces = transaction?.action && readOrNone(transaction.action.results);
      const words = this.#compare(claimed, transaction, this.#judge(transaction, namespaces, definitions, moved, passed));
      if (claimed === CODES.VALID && namespaces !== undefined) {
        this.#state.apply(namespaces, number, index, ({ collection }, namespace) => {
          const lives = definitions.collection(namespace, collection)?.number(5) ?? 0n;
          return lives === 0n ? undefined : lives;
        });
      }
      return words.map((one) => `transaction ${index}: ${one}`);
    });
    const changes = this.#state.changes();
    this.#state.commit(number);
    for (const [index, transaction] of transactions.entries()) {
      if (transaction === undefined) continue;
      this.#names.add(transaction.txId);
      if (transaction.config !== undefined && filter[index] === CODES.VALID) this.#channel = readChannel(this.#channel.channelId, transaction.config);
    }
    return { findings, changes };
  }

  /** What should have become of it, in Fabric's order; words alone when its form is wrong: then by any code but VALID. */
  #judge(transaction: AuditedTransaction | undefined, namespaces: readonly AuditedNamespace[] | undefined, definitions: AuditedDefinitions, moved: MovedPolicies, passed: Set<string>): Verdict | readonly string[] {
    if (transaction === undefined) return ['it cannot be read'];
    if (transaction.findings.length > 0) return transaction.findings;
    const { action, txId } = transaction;
    if (action === undefined) return IN_ORDER;
    if (namespaces === undefined) return ['its read-write set cannot be read'];
    if (transaction.channelId !== this.#channel.channelId) return [`it is of the channel ${transaction.channelId}`];
    if (this.#channel.members.find(transaction.creator) === undefined) return ['its creator is nobody of the channel'];
    this.judged += 1;
    if (this.#names.has(txId)) return { code: CODES.DUPLICATE_TXID, words: 'an earlier block has one of the same name' };
    const endorsed = { ...action, namespaces };
    const unendorsed = findUnendorsed(endorsed, definitions, moved);
    if (unendorsed !== undefined) return { code: unendorsed.isUnknown ? CODES.INVALID_CHAINCODE : CODES.ENDORSEMENT_POLICY_FAILURE, words: unendorsed.words };
    notePolicies(endorsed, moved);
    if (passed.has(txId)) return { code: CODES.DUPLICATE_TXID, words: 'an earlier transaction of the block has the same name' };
    passed.add(txId);
    const stale = findStaleRead(namespaces, this.#state);
    if (stale !== undefined) return { code: stale.isPhantom ? CODES.PHANTOM_READ_CONFLICT : CODES.MVCC_READ_CONFLICT, words: stale.words };
    return IN_ORDER;
  }

  #compare(claimed: number, transaction: AuditedTransaction | undefined, verdict: Verdict | readonly string[]): readonly string[] {
    if (!('code' in verdict)) return claimed === CODES.VALID ? verdict : [];
    if (verdict.code === claimed) return [];
    const isForged = claimed === CODES.VALID && verdict.code === CODES.ENDORSEMENT_POLICY_FAILURE && transaction?.action !== undefined;
    return [...(isForged ? listForged(transaction.action) : []), `it has code ${claimed} and not ${verdict.code}: ${verdict.words}`];
  }
}

/** A namespace that is there twice cannot be read either. */
function readOrNone(results: Buffer): readonly AuditedNamespace[] | undefined {
  try {
    const namespaces = readRwset(results);
    return new Set(namespaces.map(({ name }) => name)).size < namespaces.length ? undefined : namespaces;
  } catch {
    return undefined;
  }
}
