import { statSync } from 'node:fs';
import path from 'node:path';
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { hashAccessKeySecret } from '../../lib/gateway';
import { formatAccessKey } from '../../lib/gateway/client';
import { generousLimits, makeAccessKey, TestHost } from '../../lib/gateway/testing';
import { postCall } from '../post-call';
import { cpuSecondsOf, memoryOf } from '../process-figures';
import { round } from '../statistics';
import { accessKeyAt, chainAt, cityNode, networkIdAt } from './names';

const mib = 2 ** 20;

/** A city-node process as `npm start` runs it, with all its doors open; sub-chains are opened through its control interface. */
export class MeasuredCityNode {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });

  private constructor(private readonly host: TestHost) {}

  /** @param program the bundled city node */
  static async start(program: string): Promise<MeasuredCityNode> {
    const host = await TestHost.prepare([cityNode]);
    host.program = ['--enable-source-maps', program];
    await host.resume();
    return new MeasuredCityNode(host);
  }

  async remove(): Promise<void> {
    this.#agent.destroy();
    await this.host.remove();
  }

  /** Key, genesis block, limits and an access key, as the portal does it. */
  async openChain(index: number): Promise<void> {
    const { client, join, channelAddress } = this.host;
    const peer = { chain: chainAt(index), cityNode };
    const { publicKey } = await client.createPeer(peer);
    await client.openChain(peer, {
      framework: 'ethereum',
      config: { chainId: String(networkIdAt(index)) },
      genesisTimeMs: Date.now(),
      finality: 'solo',
      peers: [{ cityNode, publicKey, orders: true, hostId: join.hostId, channelAddress }],
      limits: generousLimits,
    });
    const { id, secret } = accessKeyAt(index);
    const secretHmac = Buffer.from(hashAccessKeySecret(Buffer.from(join.accessKeyPepper, 'base64'), secret)).toString('base64');
    await client.putAccessKey(makeAccessKey(chainAt(index), { id, secretHmac }).record);
  }

  /** One call of a client of that sub-chain; throws when it is refused. */
  async call(index: number, method: string, params: readonly unknown[]): Promise<string> {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    const answer = await postCall(this.host.endpoint(cityNode, chainAt(index)), body, { agent: this.#agent, key: formatAccessKey(accessKeyAt(index)) });
    if (!answer.includes('"result"')) throw new Error(`${method} of ${chainAt(index)} was refused: ${answer}`);
    return answer;
  }

  send(index: number, transaction: Uint8Array): Promise<string> {
    return this.call(index, 'eth_sendRawTransaction', [`0x${Buffer.from(transaction).toString('hex')}`]);
  }

  /** Ends the process and starts it again; milliseconds until it is ready and each of these sub-chains has answered a call. */
  async restart(indexes: readonly number[]): Promise<number> {
    await this.host.end('SIGTERM');
    const startedAt = performance.now();
    await this.host.resume();
    await Promise.all(indexes.map((index) => this.call(index, 'eth_blockNumber', [])));
    return performance.now() - startedAt;
  }

  /** Anonymous and shared memory of the process; LMDB's mapped pages are the page cache's and stand apart. */
  memory(): { readonly anonymousMiB: number; readonly mappedMiB: number; readonly indexMiB: number } {
    const { anonymousMiB, mappedMiB } = memoryOf(this.host.pid);
    const index = statSync(path.join(this.host.directory, cityNode, 'index/data.mdb'));
    return { anonymousMiB: round(anonymousMiB, 0), mappedMiB: round(mappedMiB, 0), indexMiB: round((index.blocks * 512) / mib, 0) };
  }

  /** Processor time of the process over so many seconds, in per cent of one core. */
  async cpuPercent(seconds: number): Promise<number> {
    const before = cpuSecondsOf(this.host.pid);
    await sleep(seconds * 1_000);
    return round(((cpuSecondsOf(this.host.pid) - before) / seconds) * 100, 3);
  }
}
