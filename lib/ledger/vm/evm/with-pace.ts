import type { Evm, EvmPace } from './evm';

/** The machine with a pace for all its sessions. */
export function withPace(evm: Evm, pause: EvmPace['pause']): Evm {
  return { crypto: evm.crypto, open: (environment) => evm.open({ ...environment, pace: { pause } }) };
}
