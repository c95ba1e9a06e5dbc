import { createKey } from '../../../core/crypto';
import type { ExecutedBlock, FrameworkInstance, ReadView } from '../../../core/framework';
import { writesOnThisPeer } from '../../../core/local-writes';
import type { ChainStorage } from '../../../core/storage';
import { chainId, height, timeMs, ZERO_HASH } from '../../../core/types';
import { createMemoryStorage } from '../../../storage/memory/memory-storage';
import { createFabricFramework } from '../framework';
import type { FabricLocalRequest } from '../private-data/keep-locally';
import type { LocalRoles } from '../private-data/local-writes';
import type { FabricQuery, FabricReads } from '../read/answer-query';
import { decodeFrameworkHeader } from '../framework-header';
import type { TestChannel } from './test-channel';

const GENESIS_TIME = timeMs(1_760_000_000_000);
const CHAIN = chainId('reef-2209');
const PROPOSER = createKey().signer.publicKey;

/** One peer's copy of a channel on a storage of its own, without a host around it. */
export class TestChannelPeer {
  readonly #bodies: { readonly frameworkHeader: Uint8Array; readonly transactions: readonly Uint8Array[] }[] = [];

  private constructor(
    readonly instance: FrameworkInstance,
    readonly storage: ChainStorage,
  ) {}

  static async open(channel: TestChannel, roles?: LocalRoles): Promise<TestChannelPeer> {
    const framework = createFabricFramework({ yieldTurn: async () => undefined, ...(roles === undefined ? {} : { rolesOf: () => roles }) });
    const instance = framework.open({ chain: CHAIN, config: framework.configSchema.parse(channel.config) });
    const peer = new TestChannelPeer(instance, createMemoryStorage().create(CHAIN));
    const genesis = await instance.initGenesis({ time: GENESIS_TIME });
    await peer.storage.commit(height(0), Buffer.from('genesis'), genesis.writes);
    peer.#bodies.push({ frameworkHeader: genesis.frameworkHeader, transactions: [] });
    return peer;
  }

  execute(transactions: readonly Uint8Array[], building = true, isEnough?: () => boolean): Promise<ExecutedBlock> {
    const at = this.storage.pendingHeight + 1;
    return this.instance.executeBlock(
      { height: height(at), parentHash: ZERO_HASH, time: timeMs(GENESIS_TIME + at), proposer: PROPOSER, engineVersion: 1, transactions, building, ...(isEnough === undefined ? {} : { isEnough }) },
      this.storage.pendingState,
    );
  }

  /** Makes a block of them; their codes. */
  async commit(...transactions: readonly Uint8Array[]): Promise<number[]> {
    return this.keep(await this.execute(transactions));
  }

  /** Executes another peer's block again and keeps it. */
  async follow(block: ExecutedBlock): Promise<number[]> {
    return this.keep(await this.execute(block.transactions.map(({ bytes }) => bytes), false));
  }

  async keep(block: ExecutedBlock): Promise<number[]> {
    this.#bodies.push({ frameworkHeader: block.frameworkHeader, transactions: block.transactions.map(({ bytes }) => bytes) });
    const { storage } = this;
    await storage.commit(height(storage.pendingHeight + 1), Buffer.from('block'), writesOnThisPeer(this.instance, block, storage.pendingState));
    return [...decodeFrameworkHeader(block.frameworkHeader).codes];
  }

  async keepLocally(request: FabricLocalRequest): Promise<void> {
    const writes = this.instance.keepLocally?.(request, this.storage.pendingState) ?? [];
    if (writes.length > 0) await this.storage.writeLocal(writes);
  }

  async query<Q extends FabricQuery>(query: Q): Promise<FabricReads[Q['kind']]['answer']> {
    const state = this.storage.snapshot();
    const view: ReadView = {
      height: height(state.height),
      knownHeight: state.height,
      state,
      firstHeight: 0,
      blockAt: (at) => {
        const body = this.#bodies[at];
        return body && { ...body, height: at, hash: ZERO_HASH, time: GENESIS_TIME };
      },
      signal: new AbortController().signal,
    };
    try {
      return (await this.instance.query(query, view)) as FabricReads[Q['kind']]['answer'];
    } finally {
      state.release();
    }
  }

  /** All blocks as Fabric has them. */
  async blocks(): Promise<Uint8Array[]> {
    const blocks: Uint8Array[] = [];
    for (let number = 0; number <= this.storage.height; number += 1) blocks.push((await this.query({ kind: 'block', number })) ?? new Uint8Array(0));
    return blocks;
  }
}
