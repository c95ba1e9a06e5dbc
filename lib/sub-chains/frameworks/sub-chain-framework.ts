import type { StepContext, StepOutcome } from '@/lib/operations';
import type { LoadedPeer, LoadedSubChain } from '../load-sub-chain';
import type { ApplicationInput } from '../operation-input';

export type ProvisionContext = StepContext<ApplicationInput>;

/** What provisioning does differently for each framework. Every part may be interrupted anywhere and run again. */
export interface SubChainFramework {
  /** The framework's part of the first block, from rows alone and always the same: each try and each host has to come to one genesis. */
  genesisConfig(subChain: LoadedSubChain): Promise<Record<string, unknown>>;
  /** What hosts must hold beside the peers' keys before the first block; absent: nothing. Answers a sentence about it. */
  prepareHosts?(subChain: LoadedSubChain, signal: AbortSignal): Promise<string>;
  /** Lets go of what `prepareHosts` gave, once the peers are gone; absent: nothing. */
  releaseHosts?(subChain: LoadedSubChain, signal: AbortSignal): Promise<void>;
  /** Where clients call a peer: an address with its protocol. */
  endpointOf(subChain: LoadedSubChain, peer: LoadedPeer): string;
  /** Puts the application's contract package on the sub-chain. */
  deploy(subChain: LoadedSubChain, context: ProvisionContext): Promise<StepOutcome>;
  /** Proves the way that clients will take, through every public door. */
  prove(subChain: LoadedSubChain, context: ProvisionContext): Promise<StepOutcome>;
}
