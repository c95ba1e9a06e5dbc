import { LedgerError, type ChainId, type EndorserPorts } from '@/lib/ledger';

export interface ViewBounds {
  /** Views that are held at a time. */
  readonly heldMax: number;
  /** A view is taken back after so long, whoever still holds it. */
  readonly heldMsMax: number;
}

/** Longer than any call at the door: whoever still holds one then has lost it. */
export const viewBounds: ViewBounds = { heldMax: 500, heldMsMax: 150_000 };

const RETRY_MS = 1_000;

/** A view keeps a state from being forgotten: only so many are lent, and none for good. Rejects with LedgerError `queue-full`. */
export function boundViews(openView: EndorserPorts['openView'], { heldMax, heldMsMax }: ViewBounds): EndorserPorts['openView'] {
  let held = 0;
  return async (channelId) => {
    if (held >= heldMax) {
      throw new LedgerError('queue-full', { chain: channelId as ChainId, retryAfterMs: RETRY_MS }, `${heldMax} proposals are simulated on this host at the moment: try again in a second.`);
    }
    held += 1;
    let isHeld = true;
    const end = (): void => {
      if (isHeld) held -= 1;
      isHeld = false;
    };
    try {
      const view = await openView(channelId);
      if (view === undefined) {
        end();
        return undefined;
      }
      const release = (): void => {
        clearTimeout(timer);
        if (isHeld) view.release();
        end();
      };
      const timer = setTimeout(release, heldMsMax).unref();
      return { ...view, release };
    } catch (error) {
      end();
      throw error;
    }
  };
}
