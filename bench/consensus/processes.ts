import { Agent } from 'node:http';
import { makeAccessKey, openTestChain, TestHost } from '../../lib/gateway/testing';
import { postCall } from '../post-call';
import { median, round } from '../statistics';
import type { Measured } from './in-process';
import { signTransfers, type TransferLane } from './signed-transfers';

const cityNodes = ['SIN', 'PAR', 'NRT', 'SYD', 'JNB', 'HKG', 'SAO'];
const lanes = 16;
const warmUp = 50;
const sequential = 300;
const loadMs = 6_000;

/** Validators of one sub-chain, each a city-node process of its own; clients over HTTP, peers over gRPC with mutual TLS. */
export async function measureProcesses(validators: number): Promise<Measured> {
  const agent = new Agent({ keepAlive: true });
  const hosts: TestHost[] = [];
  try {
    for (const code of cityNodes.slice(0, validators)) hosts.push(await TestHost.start([code], `host_${code.toLowerCase()}`));
    const places = hosts.map((host, at): [TestHost, string] => [host, cityNodes[at]!]);
    const { chain, chainId } = await openTestChain(places, {}, 'byzantine');
    const key = makeAccessKey(chain);
    for (const host of hosts) await host.client.putAccessKey(key.record);
    const send = async (at: number, transfer: Uint8Array): Promise<void> => {
      const [host, code] = places[at % validators]!;
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_sendRawTransaction', params: [`0x${Buffer.from(transfer).toString('hex')}`] });
      const answer = await postCall(host.endpoint(code, chain), body, { agent, key: key.text });
      if (!answer.includes('"result"')) throw new Error(`a transfer was not taken: ${answer}`);
    };
    const heightOf = async () => (await hosts[0]!.client.peerStatus({ chain, cityNode: cityNodes[0]! })).height;
    const syncsOf = async () => (await hosts[0]!.client.report()).cityNodes[0]!.syncs;
    return await measure(chainId, send, heightOf, syncsOf);
  } finally {
    agent.destroy();
    for (const host of hosts) await host.remove();
  }
}

async function measure(chainId: number, send: (at: number, transfer: Uint8Array) => Promise<void>, heightOf: () => Promise<number>, syncsOf: () => Promise<number>): Promise<Measured> {
  const [single] = await signTransfers(chainId, 1, warmUp + sequential);
  const samples: number[] = [];
  for (let index = 0; index < warmUp + sequential; index += 1) {
    const startedAt = performance.now();
    await send(index, single!.take());
    if (index >= warmUp) samples.push(performance.now() - startedAt);
  }
  const load: TransferLane[] = await signTransfers(chainId, lanes, 1_500, 100);
  const before = { height: await heightOf(), syncs: await syncsOf(), at: performance.now() };
  let transactions = 0;
  await Promise.all(
    load.map(async (lane, index) => {
      while (performance.now() - before.at < loadMs) {
        await send(index, lane.take());
        transactions += 1;
      }
    }),
  );
  const seconds = (performance.now() - before.at) / 1_000;
  const blocks = (await heightOf()) - before.height;
  return {
    blocksPerSecond: round(blocks / seconds, 0),
    transactionsPerSecond: round(transactions / seconds, 0),
    p50Ms: round(median(samples), 2),
    fsyncsPerBlock: round(((await syncsOf()) - before.syncs) / blocks, 2),
  };
}
