// The city-node processes of this machine: what each is called, where it keeps its things and on which ports it listens.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isPortFree } from './ports.mjs';
import { hostDirectory } from './project.mjs';
import { SetupError } from './setup-error.mjs';

/** Where ports are looked for; for the next process one more, for a port that is taken a hundred more. */
const firstPorts = { control: 4121, channel: 4131, fabric: 4141 };
const attemptsMax = 50;
/** Fabric organisations that share a channel here have each a port: where those of the first process begin, and how many each process has. */
const peerPorts = { first: 20_000, count: 32 };

/** What a process is called in messages and logs; they are counted from 1. */
export function hostName(number) {
  return number === 1 ? 'city-node' : `city-node-${number}`;
}

/** They are tried in order when they are needed: others may hold some of them. */
export function peerPortsOf(number) {
  const first = peerPorts.first + (number - 1) * peerPorts.count;
  return { first, last: first + peerPorts.count - 1 };
}

/**
 * @param {{ data: string, count: number, gatewayPort: number, gatewayUrls: string[], portalPort: number }} options the
 *   gateways take ports in a row; one address for all of them means a proxy that tells them apart by the city node in the path
 * @returns {Promise<{ number: number, name: string, directory: string, gatewayUrl: string,
 *   ports: { gateway: number, control: number, channel: number, fabric: number } }[]>}
 */
export async function planHosts({ data, count, gatewayPort, gatewayUrls, portalPort }) {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const told = new Set([portalPort]);
  for (const number of numbers) takeTold(gatewayPort + number - 1, { told, what: `gateway ${number} of ${count}` });
  const known = numbers.map((number) => knownPorts(hostDirectory(data, number)));
  // What one of them had before is not for another.
  const taken = new Set([...told, ...known.flatMap((ports) => Object.values(ports))]);
  const hosts = [];
  for (const number of numbers) {
    const choose = (kind) => choosePort({ kind, number, count, known: known[number - 1][kind], told, taken });
    hosts.push({
      number,
      name: hostName(number),
      directory: hostDirectory(data, number),
      gatewayUrl: gatewayUrls[number - 1] ?? gatewayUrls[0],
      ports: { gateway: gatewayPort + number - 1, control: await choose('control'), channel: await choose('channel'), fabric: await choose('fabric') },
    });
  }
  return hosts;
}

function takeTold(port, { told, what }) {
  if (told.has(port)) throw new SetupError(`Port ${port}, meant for ${what}, is also meant for the portal. Choose another --port or --gateway-port.`);
  told.add(port);
}

/** The ports of the last start. The join file may be of a release that knew no channel, or no door for Fabric's clients. */
function knownPorts(directory) {
  const file = path.join(directory, 'join.json');
  if (!existsSync(file)) return {};
  try {
    const { control, channel, fabric } = JSON.parse(readFileSync(file, 'utf8'));
    return Object.fromEntries(Object.entries({ control, channel, fabric }).flatMap(([kind, listener]) => (isPort(listener?.port) ? [[kind, listener.port]] : [])));
  } catch {
    return {}; // not readable as JSON: it is written anew
  }
}

function isPort(port) {
  return Number.isInteger(port) && port > 0 && port < 65_536;
}

async function choosePort({ kind, number, count, known, told, taken }) {
  if (known !== undefined) {
    if (!told.has(known) && (await isPortFree(known))) return known;
    // The portal learns a new control port when the process joins; peers in other processes keep the channel that they were told.
    if (kind === 'channel' && count > 1) {
      throw new SetupError(
        `Port ${known} on 127.0.0.1, by which the other city-node processes know the peers of process ${number}, is taken.\n` +
          (told.has(known) ? 'Choose another --port or --gateway-port.' : 'Stop the program that listens there.'),
      );
    }
  }
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const port = firstPorts[kind] + number - 1 + attempt * 100;
    if (taken.has(port) || !(await isPortFree(port))) continue;
    taken.add(port);
    return port;
  }
  throw new SetupError(`The ${kind} listener of city-node process ${number} finds no free port: ${attemptsMax} of them are taken, ${firstPorts[kind] + number - 1} and each hundred more.`);
}
