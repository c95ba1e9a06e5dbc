import { expect, vi } from 'vitest';
import type { PeerHomeName, PeerName } from '@/lib/control';
import type { TestHost } from '@/lib/gateway/testing';

/** From its sources a process takes seconds to start. */
const moveMsMax = 60_000;

/** Takes a peer to that home and waits until it is there. */
export async function moveTestPeer(host: TestHost, peer: PeerName, to: PeerHomeName): Promise<void> {
  await host.client.movePeer(peer, to);
  const memory = to === 'own' ? { memoryBytes: expect.any(Number) } : {};
  await vi.waitFor(async () => expect((await host.client.peerStatus(peer)).home).toEqual({ at: to, ...memory }), { timeout: moveMsMax, interval: 50 });
}
