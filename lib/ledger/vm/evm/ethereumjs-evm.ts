import { loadEvmCrypto } from './crypto';
import type { Evm } from './evm';
import { createSlot, EthereumjsSession, type EvmRules, type EvmSlot } from './ethereumjs-session';

export interface EthereumjsEvmOptions {
  /** Resolves after waiting sockets and files had their turn (`setImmediate`). */
  readonly yieldTurn: () => Promise<void>;
  /** Sub-chains run the Prague rules; older ones are there for published test cases. */
  readonly rules?: EvmRules;
}

/**
 * An {@link Evm} over @ethereumjs/evm. Interpreters are pooled per process, not held per chain: an idle chain costs
 * nothing here, and at most {@link SLOTS_KEPT} interpreters wait for the next session.
 */
export async function createEthereumjsEvm(options: EthereumjsEvmOptions): Promise<Evm> {
  const crypto = await loadEvmCrypto();
  const slotOptions = { crypto, yieldTurn: options.yieldTurn, rules: options.rules ?? 'prague' };
  const idle: EvmSlot[] = [];
  const giveBack = (slot: EvmSlot, reusable: boolean): void => {
    // An aborted session leaves half a call stack behind: its interpreter is thrown away.
    if (reusable && idle.length < SLOTS_KEPT) idle.push(slot);
  };
  return {
    crypto,
    open: async (environment) => new EthereumjsSession(idle.pop() ?? (await createSlot(slotOptions)), environment, giveBack),
  };
}

const SLOTS_KEPT = 4;
