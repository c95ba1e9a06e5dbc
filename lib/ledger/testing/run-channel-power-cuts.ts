import type { ChannelPowerCutOutcome, ChannelPowerCutRun } from './channel-power-cut-run';

/** Power cuts with a Fabric channel on three city nodes. Loaded with its first use: few tools need a whole channel. */
export async function runChannelPowerCuts(run: ChannelPowerCutRun): Promise<ChannelPowerCutOutcome> {
  const loaded = await import('./channel-power-cut-run');
  return loaded.runChannelPowerCuts(run);
}
