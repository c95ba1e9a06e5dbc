import { hash, height, timeMs, ZERO_HASH, chainId, type Height, type TimeMs } from '../../../core/types';
import type { ExecutedBlock, FrameworkInstance, ReadView, StoredBlockView } from '../../../core/framework';
import { MapState } from '../../../vm/evm/map-state';
import { ethereumConfigSchema, type EthereumConfig } from '../config';
import { createEthereumFramework, type EthereumFramework } from '../framework';
import type { EthereumBackend } from '../rpc/door';

export const TEST_CHAIN_ID = 1_234_567_890_123n;
export const yieldTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** One sub-chain without ordering, disk or peers: blocks are executed and applied as they are given. */
export class TestChain {
  readonly state = new MapState();
  readonly blocks: (StoredBlockView & { executed: ExecutedBlock })[] = [];
  /** Above 0: as a peer that joined from a snapshot. */
  firstHeight = 0;
  time = timeMs(1_700_000_000_123);

  private constructor(
    readonly framework: EthereumFramework,
    readonly config: EthereumConfig,
    readonly instance: FrameworkInstance,
  ) {}

  static async open(settings: Record<string, unknown> = {}, given?: EthereumFramework): Promise<TestChain> {
    const framework = given ?? (await createEthereumFramework({ yieldTurn }));
    const config = ethereumConfigSchema.parse({ chainId: TEST_CHAIN_ID.toString(), ...settings });
    const chain = new TestChain(framework, config, framework.open({ chain: chainId('test-chain'), config }));
    chain.apply(await chain.instance.initGenesis({ time: chain.time }), chain.time);
    return chain;
  }

  get head(): StoredBlockView & { executed: ExecutedBlock } {
    const head = this.blocks.at(-1);
    if (head === undefined) throw new Error('there is no genesis');
    return head;
  }

  /** Builds the next block, or executes what another built, and applies it. */
  async seal(transactions: readonly Uint8Array[], proposer: Uint8Array = new Uint8Array(91).fill(7), building = true): Promise<ExecutedBlock> {
    this.time = timeMs(this.time + 250);
    const input = { height: height(this.head.height + 1), parentHash: this.head.hash, time: this.time, proposer, engineVersion: 1 };
    const executed = await this.instance.executeBlock({ ...input, transactions, building }, this.state);
    this.apply(executed, this.time);
    return executed;
  }

  view(signal: AbortSignal = new AbortController().signal): ReadView {
    const { height: at } = this.head;
    return { height: at, knownHeight: at, firstHeight: this.firstHeight, state: this.state, signal, blockAt: (wanted: Height) => (wanted < this.firstHeight ? undefined : this.blocks[wanted]) };
  }

  query(method: string, params: unknown[] = [], signal?: AbortSignal): Promise<unknown> {
    return this.instance.query({ method, params }, this.view(signal));
  }

  /** What a door needs: every transaction gets a block of its own. */
  backend(): EthereumBackend {
    return {
      submit: async (bytes) => {
        await this.instance.checkTransaction(bytes, this.state);
        await this.seal([bytes]);
      },
      query: (request, signal) => this.instance.query(request, this.view(signal)),
    };
  }

  private apply(executed: ExecutedBlock, time: TimeMs): void {
    this.state.apply(executed.writes);
    const at = this.blocks.length;
    // The engine's own hash of a block; any 32 bytes do here.
    const engineHash = at === 0 ? ZERO_HASH : hash(at.toString(16).padStart(64, '0'));
    this.blocks.push({ height: height(at), hash: engineHash, time, frameworkHeader: executed.frameworkHeader, transactions: executed.transactions.map(({ bytes }) => bytes), executed });
  }
}
