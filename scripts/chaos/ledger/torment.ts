import { setTimeout as delay } from 'node:timers/promises';
import type { History } from './history';
import type { Network } from './network';
import type { Fault, Strike } from './nemesis';
import type { Node } from './node';

export interface TormentOptions {
  readonly nodes: readonly Node[];
  readonly network: Network;
  readonly history: History;
  readonly strikes: Iterator<Strike>;
  readonly untilMs: number;
  readonly say: (line: string) => void;
}

/** Plays the plan until the time is up, and puts everything right. Answers how often what was done. */
export async function torment(options: TormentOptions): Promise<Record<string, number>> {
  const { history, strikes, untilMs, say } = options;
  const counts: Record<string, number> = {};
  while (history.nowMs() < untilMs) {
    const strike = strikes.next();
    if (strike.done) break;
    const { calmMs, faults, holdMs, isHasty } = strike.value;
    await delay(Math.min(calmMs, Math.max(0, untilMs - history.nowMs())));
    if (history.nowMs() >= untilMs) break;
    for (const fault of faults) counts[fault.kind] = (counts[fault.kind] ?? 0) + 1;
    history.note('begin', { faults, holdMs });
    say(`${(history.nowMs() / 1_000).toFixed(1)} s: ${faults.map(describe(options.nodes)).join(' and ')} for ${(holdMs / 1_000).toFixed(1)} s`);
    await Promise.all([...faults.map((fault) => strikeWith(fault, options)), delay(holdMs)]);
    await heal(options);
    history.note('end', {});
    // On a busy machine a start takes longer than the calm before the next strike: then nothing would ever be up.
    if (!isHasty) await Promise.all(options.nodes.map((node) => node.untilReady()));
  }
  return counts;
}

async function strikeWith(fault: Fault, { nodes, network }: TormentOptions): Promise<void> {
  switch (fault.kind) {
    case 'kill':
      await Promise.all(fault.nodes.map((place) => nodes[place]?.end('SIGKILL')));
      await delay(fault.downMs);
      for (const place of fault.nodes) nodes[place]?.start();
      return;
    case 'pause':
      for (const place of fault.nodes) nodes[place]?.pause();
      return;
    case 'isolate':
      await cut(network, [fault.node], nodes.keys());
      return;
    case 'split':
      await cut(network, fault.left, fault.right);
      return;
    case 'mute':
      for (const to of fault.towards) await network.drop(fault.node, to);
      return;
    case 'unplug':
      await network.unplug(fault.node);
  }
}

/** Both ways. */
async function cut(network: Network, left: Iterable<number>, right: Iterable<number>): Promise<void> {
  const others = [...right];
  for (const one of left) for (const other of others) if (one !== other) await Promise.all([network.drop(one, other), network.drop(other, one)]);
}

async function heal({ nodes, network }: TormentOptions): Promise<void> {
  for (const node of nodes) node.resume();
  await network.heal();
}

function describe(nodes: readonly Node[]): (fault: Fault) => string {
  const names = (places: readonly number[]) => places.map((place) => nodes[place]?.cityNode).join('+');
  return (fault) => {
    switch (fault.kind) {
      case 'kill':
        return `kill ${names(fault.nodes)}, up again after ${Math.round(fault.downMs)} ms`;
      case 'pause':
        return `pause ${names(fault.nodes)}`;
      case 'isolate':
        return `isolate ${names([fault.node])}`;
      case 'unplug':
        return `unplug ${names([fault.node])}`;
      case 'split':
        return `split ${names(fault.left)} from ${names(fault.right)}`;
      case 'mute':
        return `mute ${names([fault.node])} towards ${names(fault.towards)}`;
    }
  };
}
