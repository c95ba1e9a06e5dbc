import { LedgerError, type ChainId, type EndorserPorts } from '@/lib/ledger';
import { Seats } from '@/lib/platform/pure/seats';

export interface ViewBounds {
  /** Views that are held at a time, of all channels and of one. */
  readonly heldMax: number;
  readonly heldPerChannelMax: number;
  /** A view is taken back after so long, whoever still holds it. */
  readonly heldMsMax: number;
}

/** Longer than any call at the door: whoever still holds one then has lost it. */
export const viewBounds: ViewBounds = { heldMax: 500, heldPerChannelMax: 200, heldMsMax: 150_000 };

const RETRY_MS = 1_000;

/** A view keeps a state from being forgotten: only so many are lent, and none for good. Rejects with LedgerError `queue-full`. */
export function boundViews(openView: EndorserPorts['openView'], { heldMax, heldPerChannelMax, heldMsMax }: ViewBounds): EndorserPorts['openView'] {
  const seats = new Seats(heldMax, { channel: heldPerChannelMax });
  return async (channelId) => {
    const end = seats.take({ channel: channelId });
    if (end === undefined) throw new LedgerError('queue-full', { chain: channelId as ChainId, retryAfterMs: RETRY_MS }, 'Too many proposals are simulated on this host at the moment: try again in a second.');
    try {
      const view = await openView(channelId);
      if (view === undefined) {
        end();
        return undefined;
      }
      let isHeld = true;
      const release = (): void => {
        clearTimeout(timer);
        if (!isHeld) return;
        isHeld = false;
        view.release();
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
