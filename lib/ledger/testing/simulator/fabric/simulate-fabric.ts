import type { Finality } from '../../../core/consensus/rules';
import type { Plan } from '../plan';
import { simulateFramework, type Outcome, type SimulateOptions } from '../simulate';
import { createFabricChannel } from './fabric-channel';
import type { FabricProgram } from './program';

export interface SimulateFabricOptions extends Omit<SimulateOptions, 'framework'> {
  /** What the peer of a host does with the channel; a test may put other parts in. */
  readonly programOf?: (host: number) => FabricProgram;
}

/** One seed with a Fabric channel: the schedule of faults that the seed has with any framework, and clients that keep the channel busier. */
export function simulateFabric(seed: number, mode: Finality, { programOf, adjust, ...options }: SimulateFabricOptions = {}): Promise<Outcome> {
  return simulateFramework(seed, mode, { ...options, adjust: (plan) => adjust?.(busier(plan)) ?? busier(plan), framework: createFabricChannel(programOf) });
}

function busier(plan: Plan): Plan {
  return { ...plan, heightsWanted: plan.heightsWanted * 3, load: { ...plan.load, gapMs: Math.min(plan.load.gapMs, 700) } };
}
