import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { createEmbeddedOrdering } from '../../../ordering/embedded/embedded-ordering';
import { createLedgerHost } from '../../../core/host';
import type { LedgerHost, PeerLink } from '../../../core/host-types';
import type { MachinePorts } from '../../../core/ports';
import { chainId, timeMs } from '../../../core/types';
import { createMemoryKeys } from '../../../storage/memory/memory-keys';
import { createMemoryStorage } from '../../../storage/memory/memory-storage';
import { createEthereumFramework } from '../framework';
import { createEthereumDoor } from '../rpc/door';
import { parseRequests } from '../rpc/parse-requests';
import { TEST_CHAIN_ID, yieldTurn } from './test-chain';
import { lonelyLink } from '../../../testing/lonely-link';

/**
 * A sub-chain in this process behind plain HTTP, as small as it can be: the real host, ordering and door, storage in
 * memory. What the gateway adds (keys, quotas, limits) is not here.
 */
export interface HttpNode {
  readonly url: string;
  readonly host: LedgerHost;
  /** Errors that the door called unexpected. */
  readonly unexpected: unknown[];
  close(): Promise<void>;
}

export interface HttpNodeOptions {
  readonly config?: Record<string, unknown>;
  readonly readMs?: number;
}

export async function openHttpNode({ config, readMs = 5_000 }: HttpNodeOptions = {}): Promise<HttpNode> {
  const chain = chainId('test-chain');
  const framework = await createEthereumFramework({ yieldTurn, clientVersion: 'Chainworks/test' });
  const host = createLedgerHost({ storage: createMemoryStorage(), keys: createMemoryKeys(), ordering: createEmbeddedOrdering(), frameworks: [framework], link: NO_OTHERS, ports: HTTP_NODE_PORTS });
  const { publicKey } = await host.createPeer(chain);
  await host.createChain({ chain, framework: 'ethereum', config: { chainId: TEST_CHAIN_ID.toString(), ...config }, time: HTTP_NODE_PORTS.now(), finality: 'solo', peers: [{ name: 'SIN', publicKey, orders: true }] });

  const unexpected: unknown[] = [];
  const door = await createEthereumDoor({ onUnexpected: (error) => void unexpected.push(error) });
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const backend = { submit: (bytes: Uint8Array, options: { signal: AbortSignal }) => host.submit(chain, bytes, options), query: (query: unknown, signal: AbortSignal) => host.query(chain, query, signal) };
      const answer = door.answer(parseRequests(Buffer.concat(parts)), (call) => door.handle(call, backend, { readSignal: AbortSignal.timeout(readMs), sendSignal: AbortSignal.timeout(2_000) }));
      void answer.then((bytes) => response.writeHead(bytes === undefined ? 204 : 200, { 'content-type': 'application/json' }).end(bytes));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the test server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    host,
    unexpected,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await host.close();
    },
  };
}

export const HTTP_NODE_PORTS: MachinePorts = {
  now: () => timeMs(Math.floor(performance.timeOrigin + performance.now())),
  schedule: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
  yieldTurn,
  elapsedMs: () => performance.now(),
  nonce: () => randomBytes(16),
  logger: { info: () => {}, warn: () => {}, error: () => {} },
};

export const NO_OTHERS: PeerLink = { ...lonelyLink, fetchBlocks: async () => [] };
