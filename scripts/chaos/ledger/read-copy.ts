import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { keccak256 } from 'viem';
import { createEthereumFramework, openLedgerHost, type ChainId, type Height, type MachinePorts, type PeerLink, type TimeMs } from '@/lib/ledger';
import { AppError } from '@/lib/platform';
import type { ChainCopy, CopiedBlock } from './check-chains';
import { findCertificateFault, type Signers } from './find-certificate-fault';
import type { Node } from './node';

/**
 * What a city node has on its disk, read after its process ended: no running program's word is taken for it. Every byte of
 * its log is read (checksums), and each block's hash and certificate are looked at again.
 */
export async function readCopy({ directory, cityNode }: Node, chain: string, signers: Signers): Promise<ChainCopy> {
  const host = await openLedgerHost({
    directory: path.join(directory, cityNode),
    keyEncryptionKey: new Uint8Array(readFileSync(path.join(directory, 'node.key'))),
    frameworks: [await createEthereumFramework({ yieldTurn: () => setImmediate(), clientVersion: 'chaos' })],
    link: nobody,
    ports: quiet,
  });
  try {
    await host.verify();
    const id = chain as ChainId;
    const blocks: CopiedBlock[] = [];
    for (let height = 0; height <= host.head(id).height; height++) {
      const block = host.blockAt(id, height as Height);
      if (!block) break;
      blocks.push({
        height: block.header.height,
        hash: keccak256(block.frameworkHeader),
        engineHash: block.hash,
        previousHash: block.header.previousHash,
        transactions: block.transactions.map((bytes) => keccak256(bytes)),
        certificateFault: height === 0 ? undefined : findCertificateFault(block, signers),
      });
      if (height % 500 === 0) await setImmediate();
    }
    return { peer: cityNode, blocks };
  } finally {
    await host.close();
  }
}

const away = async (): Promise<never> => {
  throw new AppError('UNAVAILABLE', { what: 'peers' }, { publicMessage: 'Nobody is there.' });
};
const nobody: PeerLink = { announce: () => undefined, peers: () => [], send: () => undefined, fetchBlocks: away, askSnapshot: away, fetchRange: away, submit: away };

const quiet: MachinePorts = {
  now: () => Date.now() as TimeMs,
  schedule: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
  yieldTurn: () => setImmediate(),
  elapsedMs: () => performance.now(),
  nonce: () => randomBytes(16),
  logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
};
