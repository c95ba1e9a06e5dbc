import type { Outcome, SimulateOptions } from './simulator';

/** As `simulate`, with a Fabric channel and its clients. Loaded with its first use: few tools need a whole channel. */
export async function simulateFabric(seed: number, mode: Outcome['mode'], options: Pick<SimulateOptions, 'print'> = {}): Promise<Outcome> {
  const simulator = await import('./simulator/fabric/simulate-fabric');
  return simulator.simulateFabric(seed, mode, options);
}
