import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Nobody's: frames to it are delivered to nobody, without a word to the sender. */
const nowhere = '02:00:00:77:77:77';
const bridgeAddress = '10.77.0.1';
const bridgeMac = '02:00:00:77:00:fe';

export interface Place {
  /** From 0. */
  readonly index: number;
  readonly address: string;
  /** What stands before a command that shall run there. */
  readonly enter: readonly string[];
}

/**
 * One network namespace for each place, all of them and this process on one bridge. Needs a user and network namespace of
 * its own (`unshare -rn`), where this process is root; no privileges of the machine.
 *
 * A cut is silent and one-way: the sender's neighbour table is given an address where nobody listens, so that packets
 * vanish and connections hang, as in a real network. Needs nothing of the kernel but bridges and veth pairs.
 */
export interface Network {
  readonly places: readonly Place[];
  /** From now on nothing that `from` sends comes to `to`. */
  drop(from: number, to: number): Promise<void>;
  /** Takes the whole place off the network, also for clients. */
  unplug(place: number): Promise<void>;
  /** Everything reaches everybody again. */
  heal(): Promise<void>;
  close(): void;
}

export async function openNetwork(count: number): Promise<Network> {
  const holders: ChildProcess[] = [];
  const places: Place[] = [];
  await ip(['link set lo up', `link add br0 address ${bridgeMac} type bridge`, 'link set br0 up', `addr add ${bridgeAddress}/24 dev br0`]);
  for (let index = 0; index < count; index++) {
    // It only keeps the namespace, so that this outlives the processes that are killed in it.
    const holder = spawn('setpriv', ['--pdeathsig', 'KILL', '--', 'unshare', '--net', '--', 'sleep', 'infinity'], { stdio: 'ignore' });
    holders.push(holder);
    const enter = ['nsenter', `--net=/proc/${holder.pid}/ns/net`, '--'];
    places.push({ index, address: addressOf(index), enter });
    await untilApart(holder);
    await ip([`link add v${index} type veth peer name eth0 netns ${holder.pid}`, `link set v${index} master br0 up`]);
    await ip(['link set lo up', `link set eth0 address ${macOf(index)} up`, `addr add ${addressOf(index)}/24 dev eth0`], enter);
  }
  const network: Network = {
    places,
    drop: (from, to) => ip([neighbour(addressOf(to), nowhere)], places[from]?.enter),
    unplug: (place) => ip([`link set v${place} down`]),
    async heal() {
      await ip(places.map(({ index }) => `link set v${index} up`));
      // Known for good, so that nobody has to ask around first.
      for (const { index, enter } of places) await ip([...neighboursOf(index, count)], enter);
    },
    close: () => holders.forEach((holder) => holder.kill('SIGKILL')),
  };
  await network.heal();
  return network;
}

function* neighboursOf(index: number, count: number): Generator<string> {
  yield neighbour(bridgeAddress, bridgeMac);
  for (let other = 0; other < count; other++) if (other !== index) yield neighbour(addressOf(other), macOf(other));
}

const neighbour = (address: string, mac: string) => `neigh replace ${address} lladdr ${mac} nud permanent dev eth0`;
const addressOf = (index: number) => `10.77.0.${11 + index}`;
const macOf = (index: number) => `02:00:00:77:00:${(0x11 + index).toString(16)}`;

async function ip(commands: readonly string[], enter: readonly string[] = []): Promise<void> {
  const [program = 'ip', ...args] = [...enter, 'ip', '-batch', '-'];
  const done = run(program, args);
  done.child.stdin?.end(`${commands.join('\n')}\n`);
  await done;
}

/** Until the process has a network namespace of its own, it still stands in ours. */
async function untilApart(holder: ChildProcess): Promise<void> {
  const own = await namespaceOf('self');
  for (let attempt = 0; attempt < 200; attempt++) {
    if (holder.exitCode !== null || holder.pid === undefined) break;
    if ((await namespaceOf(String(holder.pid))) !== own) return;
    await delay(10);
  }
  throw new Error('a network namespace could not be made');
}

async function namespaceOf(pid: string): Promise<string> {
  return (await run('readlink', [`/proc/${pid}/ns/net`])).stdout.trim();
}
