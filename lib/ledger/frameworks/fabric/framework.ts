import type { BlockInput, CheckedTransaction, ExecutedBlock, Framework, FrameworkContext, FrameworkInstance, GenesisInput, ReadView } from '../../core/framework';
import type { StateReader, StateWrite } from '../../core/storage';
import type { ChainId } from '../../core/types';
import { LOCAL_KEYS_FROM } from './chain-keys';
import { createChannel, type Channel } from './channel';
import { KNOWN_WRITERS_MAX, type KnownWriters } from './check-envelope';
import { BLOCK_COST_MAX, checkTransaction } from './check-transaction';
import { fabricConfigSchema, type FabricConfig } from './config';
import { executeBlock } from './execute-block';
import { initGenesis } from './init-genesis';
import { Memory } from './memory';
import { keepLocally, type FabricLocalRequest } from './private-data/keep-locally';
import { localWritesOf, type LocalRoles } from './private-data/local-writes';
import { answerQuery, type FabricQuery } from './read/answer-query';

export const FABRIC = 'fabric';

export interface FabricFrameworkOptions {
  /** Resolves after waiting sockets and files had their turn (`setImmediate`): one long block must not stop the rest. */
  readonly yieldTurn: () => Promise<void>;
  /** Who this city node is in a channel; asked each time, as keys may come later. Absent: nobody's peer, and no orderer. */
  readonly rolesOf?: (chain: ChainId) => LocalRoles;
}

const NO_ROLES: LocalRoles = { organisations: [] };

/** Makes the Fabric framework: a sub-chain is a channel of release 2.5 whose configuration is that of its first block. */
export function createFabricFramework(options: FabricFrameworkOptions): Framework<FabricConfig> {
  return { name: FABRIC, engineVersion: 1, configSchema: fabricConfigSchema, open: (context) => new FabricInstance(options, context) };
}

/** One channel on one peer: a host holds thousands of these, so each is small until it is used. */
class FabricInstance implements FrameworkInstance {
  readonly blockCostMax = BLOCK_COST_MAX;
  readonly localKeysFrom = LOCAL_KEYS_FROM;
  readonly #options: FabricFrameworkOptions;
  readonly #context: FrameworkContext<FabricConfig>;
  readonly #known: KnownWriters = new Memory(KNOWN_WRITERS_MAX);
  #channel: Channel | undefined;

  constructor(options: FabricFrameworkOptions, context: FrameworkContext<FabricConfig>) {
    this.#options = options;
    this.#context = context;
  }

  /** Certificates are read with the first use. */
  get channel(): Channel {
    this.#channel ??= createChannel(this.#context.config);
    return this.#channel;
  }

  async initGenesis(input: GenesisInput): Promise<ExecutedBlock> {
    // What cannot be a channel fails before it is one.
    void this.channel;
    return initGenesis(this.#context.chain, this.#context.config, input);
  }

  async checkTransaction(bytes: Uint8Array, state: StateReader): Promise<CheckedTransaction> {
    return checkTransaction(this.channel, bytes, state, this.#known);
  }

  async executeBlock(input: BlockInput, state: StateReader): Promise<ExecutedBlock> {
    const steps = executeBlock(this.channel, this.#known, input, state);
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) await input.aside?.(this.#options.yieldTurn);
    const { dropped, ...block } = step.value;
    return { ...block.executed, dropped, localWrites: (before) => localWritesOf(block, this.#roles, before) };
  }

  /** `request`: a {@link FabricLocalRequest}. Throws FabricStateError. */
  keepLocally(request: unknown, state: StateReader): readonly StateWrite[] {
    return keepLocally(this.channel, request as FabricLocalRequest, state);
  }

  /** `request`: a {@link FabricQuery}; `queryChannel` asks with types. Throws FabricReadError. */
  query(request: unknown, view: ReadView): Promise<unknown> {
    const { yieldTurn } = this.#options;
    return answerQuery({ chain: this.#context.chain, channel: this.channel, organisations: this.#roles.organisations, yieldTurn }, request as FabricQuery, view);
  }

  get #roles(): LocalRoles {
    return this.#options.rolesOf?.(this.#context.chain) ?? NO_ROLES;
  }
}
