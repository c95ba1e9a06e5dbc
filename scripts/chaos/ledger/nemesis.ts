/** What may happen to the nodes. Numbers are places, from 0. */
export type Fault =
  /** kill -9, and a new start after a while. */
  | { readonly kind: 'kill'; readonly nodes: readonly number[]; readonly downMs: number }
  | { readonly kind: 'pause'; readonly nodes: readonly number[] }
  /** Cut off from the other nodes, both ways; clients reach it. */
  | { readonly kind: 'isolate'; readonly node: number }
  /** Two halves that do not hear each other. */
  | { readonly kind: 'split'; readonly left: readonly number[]; readonly right: readonly number[] }
  /** Some nodes no longer hear one, which hears them. */
  | { readonly kind: 'mute'; readonly node: number; readonly towards: readonly number[] }
  /** Off the network, also for clients. */
  | { readonly kind: 'unplug'; readonly node: number };

export interface Strike {
  /** Peace before it. */
  readonly calmMs: number;
  /** One, or two at the same time. */
  readonly faults: readonly Fault[];
  /** How long it lasts before everything is put right. */
  readonly holdMs: number;
  /** The next one does not wait until every node is up again. */
  readonly isHasty: boolean;
}

export const faultKinds = ['kill', 'pause', 'isolate', 'split', 'mute', 'unplug'] as const satisfies readonly Fault['kind'][];

/** What shall happen, by seed, without an end. A fault that lasts is mostly as long as a round of the consensus or longer. */
export function* planStrikes(nodes: number, random: () => number): Generator<Strike> {
  for (;;) {
    const first = planFault(nodes, random);
    const second = random() < 0.25 ? planFault(nodes, random) : first;
    const faults = second.kind === first.kind ? [first] : [first, second];
    yield { calmMs: 500 + random() * 3_500, faults, holdMs: 500 + random() ** 2 * 11_500, isHasty: random() < 0.25 };
  }
}

function planFault(nodes: number, random: () => number): Fault {
  const below = (limit: number) => Math.floor(random() * limit);
  const order = shuffled(nodes, random);
  const node = order[0] ?? 0;
  const kind = faultKinds[below(faultKinds.length)] ?? 'kill';
  switch (kind) {
    case 'kill':
      // Now and then all of them at once: what was answered must be on their disks.
      return { kind, nodes: order.slice(0, random() < 0.15 ? nodes : 1 + below(2)), downMs: 100 + random() * 3_000 };
    case 'pause':
      return { kind, nodes: order.slice(0, 1 + below(2)) };
    case 'isolate':
    case 'unplug':
      return { kind, node };
    case 'split':
      return { kind, left: order.slice(0, nodes >> 1), right: order.slice(nodes >> 1) };
    case 'mute':
      return { kind, node, towards: order.slice(1, 2 + below(nodes - 1)) };
  }
}

function shuffled(count: number, random: () => number): number[] {
  const order = Array.from({ length: count }, (_, index) => index);
  for (let at = count - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [order[at], order[other]] = [order[other] ?? 0, order[at] ?? 0];
  }
  return order;
}
