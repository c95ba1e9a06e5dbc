import { beforeEach, describe, expect, it } from 'vitest';
import { createKey } from '../core/crypto';
import { TransactionRefused, type BlockInput, type ExecutedBlock, type Framework, type FrameworkInstance } from '../core/framework';
import { writesOnThisPeer } from '../core/local-writes';
import type { ChainStorage } from '../core/storage';
import { chainId, height, timeMs, ZERO_HASH } from '../core/types';
import { createMemoryStorage } from '../storage/memory/memory-storage';

/** What the suite must know of a framework to use it. */
export interface FrameworkUnderTest {
  readonly framework: Framework;
  readonly config: unknown;
  /** A config that the schema must refuse. */
  readonly wrongConfig: unknown;
  /**
   * Valid transactions of one sender, the next in sequence each time the index grows by one; those of different
   * senders do not depend on each other.
   */
  transaction(sender: number, index: number): Uint8Array | Promise<Uint8Array>;
  /** A transaction that enters a block and fails there, as the sender's transaction number `index`. */
  failing(sender: number, index: number): Uint8Array | Promise<Uint8Array>;
  /** Bytes that are no transaction, or may never be queued. */
  readonly malformed: readonly Uint8Array[];
}

const PROPOSER = createKey().signer.publicKey;
const GENESIS_TIME = timeMs(1_760_000_000_000);

/** The framework socket's contract as tests: what every peer relies on. */
export function describeFrameworkConformance(name: string, subject: FrameworkUnderTest): void {
  describe(`framework conformance: ${name}`, () => {
    /** One peer's copy: the framework on a storage of its own. */
    const createReplica = async () => {
      const chain = chainId('conformance-1');
      const instance: FrameworkInstance = subject.framework.open({ chain, config: subject.framework.configSchema.parse(subject.config) });
      const storage: ChainStorage = createMemoryStorage().create(chain);
      const genesis = await instance.initGenesis({ time: GENESIS_TIME });
      await storage.commit(height(0), Buffer.from('genesis'), genesis.writes);
      const input = (transactions: readonly Uint8Array[], building: boolean, isEnough?: () => boolean): BlockInput => {
        const at = storage.pendingHeight + 1;
        return { height: height(at), parentHash: ZERO_HASH, time: timeMs(GENESIS_TIME + at * 1_000), proposer: PROPOSER, engineVersion: subject.framework.engineVersion, transactions, building, ...(isEnough === undefined ? {} : { isEnough }) };
      };
      return {
        instance,
        storage,
        genesis,
        execute: (transactions: readonly Uint8Array[], building = true, isEnough?: () => boolean) => instance.executeBlock(input(transactions, building, isEnough), storage.pendingState),
        commit: (executed: ExecutedBlock) => storage.commit(height(storage.pendingHeight + 1), Buffer.from('block'), writesOnThisPeer(instance, executed, storage.pendingState)),
      };
    };
    type Replica = Awaited<ReturnType<typeof createReplica>>;
    let replica: Replica;
    beforeEach(async () => {
      replica = await createReplica();
    });
    const roots = ({ stateRoot, receiptRoot, transactionRoot, eventRoot, frameworkHeader }: ExecutedBlock) => ({ stateRoot, receiptRoot, transactionRoot, eventRoot, frameworkHeader: Buffer.from(frameworkHeader).toString('hex') });
    const writesOf = ({ writes }: ExecutedBlock): string[] => writes.map(({ key, value }) => `${Buffer.from(key).toString('hex')}=${value === undefined ? '' : Buffer.from(value).toString('hex')}`);

    it('refuses settings it does not understand', () => {
      expect(subject.framework.configSchema.safeParse(subject.wrongConfig).success).toBe(false);
      expect(subject.framework.configSchema.safeParse(subject.config).success).toBe(true);
    });

    it('makes the same genesis everywhere', async () => {
      const other = await createReplica();
      expect(roots(other.genesis)).toEqual(roots(replica.genesis));
      expect(writesOf(other.genesis)).toEqual(writesOf(replica.genesis));
    });

    it('gives the same block on a peer that re-executes it from its bytes', async () => {
      const follower = await createReplica();
      for (let round = 0; round < 4; round += 1) {
        const transactions = await Promise.all([0, 1, 2].map((sender) => (round === 2 && sender === 1 ? subject.failing(sender, round) : subject.transaction(sender, round))));
        const built = await replica.execute(transactions, true);
        expect(built.dropped).toEqual([]);
        const again = await follower.execute(built.transactions.map(({ bytes }) => bytes), false);
        expect(roots(again)).toEqual(roots(built));
        expect(writesOf(again)).toEqual(writesOf(built));
        expect(again.transactions.map(({ id, succeeded }) => [id, succeeded])).toEqual(built.transactions.map(({ id, succeeded }) => [id, succeeded]));
        await Promise.all([replica.commit(built), follower.commit(again)]);
      }
    });

    it('hands over write sets that a storage takes: sorted, each key once, no empty value', async () => {
      const built = await replica.execute([await subject.transaction(0, 0), await subject.transaction(1, 0)]);
      await replica.commit(built);
      expect(replica.storage.height).toBe(1);
    });

    it('keeps a peer’s own keys apart from those that all peers have alike', async () => {
      const { localKeysFrom = 0x100 } = replica.instance;
      const built = await replica.execute([await subject.transaction(0, 0), await subject.failing(1, 0)]);
      const first = ({ key }: { readonly key: Uint8Array }): number => key[0] ?? 0;
      for (const write of [...replica.genesis.writes, ...built.writes]) expect(first(write)).toBeLessThan(localKeysFrom);
      const own = built.localWrites?.(replica.storage.pendingState) ?? [];
      for (const write of own) expect(first(write)).toBeGreaterThanOrEqual(localKeysFrom);
      // Asked twice on one state, they change the same keys: signatures in them may differ.
      expect((built.localWrites?.(replica.storage.pendingState) ?? []).map(({ key }) => Buffer.from(key).toString('hex'))).toEqual(own.map(({ key }) => Buffer.from(key).toString('hex')));
      await replica.commit(built);
    });

    it('does not change the state it executes on, nor remember an execution that was not committed', async () => {
      const transactions = [await subject.transaction(0, 0)];
      const first = await replica.execute(transactions);
      const second = await replica.execute(transactions);
      expect(roots(second)).toEqual(roots(first));
      expect(writesOf(second)).toEqual(writesOf(first));
    });

    it('depends on the order of a sender’s transactions, and on the transactions', async () => {
      const [first, second] = [await replica.execute([await subject.transaction(0, 0)]), await replica.execute([await subject.transaction(1, 0)])];
      expect(first.transactionRoot).not.toBe(second.transactionRoot);
      expect(first.stateRoot).not.toBe(second.stateRoot);
      expect(first.stateRoot).not.toBe(replica.genesis.stateRoot);
    });

    it('records a transaction that fails as a receipt, not as an exception', async () => {
      const built = await replica.execute([await subject.failing(0, 0)]);
      expect(built.dropped).toEqual([]);
      expect(built.transactions.map(({ succeeded }) => succeeded)).toEqual([false]);
    });

    it('drops a repeated transaction while building, and calls it a wrong block when following', async () => {
      const transaction = await subject.transaction(0, 0);
      const built = await replica.execute([transaction, transaction]);
      expect(built.transactions).toHaveLength(1);
      expect(built.dropped.map(({ index }) => index)).toEqual([1]);
      expect(built.dropped[0]?.reason).toBeInstanceOf(TransactionRefused);
      await expect(replica.execute([transaction, transaction], false)).rejects.toThrow();
    });

    it('leaves the rest for a later block when the builder has enough: neither included nor dropped, the order kept', async () => {
      const transactions = await Promise.all([0, 1, 2, 3, 4].map((sender) => subject.transaction(sender, 0)));
      for (const wanted of [1, 3]) {
        let asked = 0;
        const built = await replica.execute(transactions, true, () => (asked += 1) >= wanted);
        expect(built.transactions.map(({ bytes }) => Buffer.from(bytes))).toEqual(transactions.slice(0, wanted).map((bytes) => Buffer.from(bytes)));
        expect([built.dropped, asked]).toEqual([[], wanted]);
        expect(roots(built)).toEqual(roots(await replica.execute(transactions.slice(0, wanted), false)));
      }
      expect((await replica.execute(transactions, true, () => false)).transactions).toHaveLength(transactions.length);
    });

    it('comes on with each block, however soon the builder has enough: at least one transaction is included or dropped', async () => {
      const first = await subject.transaction(0, 0);
      await replica.commit(await replica.execute([first]));
      const built = await replica.execute([first, await subject.transaction(1, 0)], true, () => true);
      expect([built.transactions.length, built.dropped.map(({ index }) => index)]).toEqual([0, [0]]);
    });

    it('refuses a transaction that is in a block already', async () => {
      const transaction = await subject.transaction(0, 0);
      await replica.commit(await replica.execute([transaction]));
      await expect(replica.instance.checkTransaction(transaction, replica.storage.pendingState)).rejects.toBeInstanceOf(TransactionRefused);
      expect((await replica.execute([transaction])).dropped).toHaveLength(1);
    });

    it('names a transaction alike when it checks and when it executes it', async () => {
      const bytes = await subject.transaction(0, 0);
      const checked = await replica.instance.checkTransaction(bytes, replica.storage.pendingState);
      const built = await replica.execute([checked.bytes]);
      expect(built.transactions[0]?.id).toBe(checked.id);
      expect(checked.cost).toBeGreaterThanOrEqual(0n);
      expect(replica.instance.blockCostMax === undefined || checked.cost <= replica.instance.blockCostMax).toBe(true);
    });

    it('tells the queue the lane of a transaction that comes too early, instead of refusing it', async () => {
      const first = await replica.instance.checkTransaction(await subject.transaction(0, 0), replica.storage.pendingState);
      if (first.lane === undefined) return;
      const third = await replica.instance.checkTransaction(await subject.transaction(0, 2), replica.storage.pendingState);
      expect(third.lane?.key).toBe(first.lane.key);
      expect(third.lane?.sequence).toBe(first.lane.sequence + 2n);
      expect(third.lane?.next).toBe(first.lane.sequence);
    });

    it('refuses what is no transaction with a code, whatever the bytes', async () => {
      const good = await subject.transaction(0, 0);
      const wrong = [...subject.malformed, new Uint8Array(0), Uint8Array.of(0), good.subarray(0, good.length - 1), Buffer.concat([good, Uint8Array.of(0)]), new Uint8Array(1_000)];
      for (const bytes of wrong) {
        const refusal: unknown = await replica.instance.checkTransaction(bytes, replica.storage.pendingState).catch((error: unknown) => error);
        expect(refusal).toBeInstanceOf(TransactionRefused);
        expect(refusal).toMatchObject({ code: expect.stringMatching(/^[a-z0-9-]+$/), message: expect.stringMatching(/./) });
      }
    });

    it('executes an empty block', async () => {
      const follower = await createReplica();
      const built = await replica.execute([]);
      expect(built.transactions).toEqual([]);
      expect(roots(await follower.execute([], false))).toEqual(roots(built));
      await replica.commit(built);
    });
  });
}
