import { isLedgerError, type ChainId, type LedgerHost } from '@/lib/ledger';

/** How long the first reader of a following peer waits for what the peer may have missed while the process was down. */
const catchUpMsMax = 2_000;

/** A bell that rang while this process was down was heard by nobody: a peer that follows looks once before it is read. */
export async function wakePeer(host: Pick<LedgerHost, 'peerStatus' | 'catchUp'>, chain: ChainId): Promise<void> {
  const { orders, state, agreement } = host.peerStatus(chain);
  const ordersAlone = orders && agreement?.validators.length === 1;
  if (ordersAlone || state !== 'running') return;
  const pause = new Promise((resolve) => setTimeout(resolve, catchUpMsMax).unref());
  // Neighbours that are away, or a peer that stops itself over what they send, are no reason not to answer reads.
  const caughtUp = host.catchUp(chain).catch((error: unknown) => {
    if (!isLedgerError(error, 'peers-unreachable') && !isLedgerError(error, 'peer-away') && !isLedgerError(error, 'chain-stopped') && !isLedgerError(error, 'block-refused')) throw error;
  });
  await Promise.race([caughtUp, pause]);
}
