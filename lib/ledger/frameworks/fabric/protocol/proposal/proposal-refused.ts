/**
 * `malformed`: the bytes are no proposal. `invalid`: they say something that may not be. `denied`: its creator may not
 * speak here. `stale`: its time is too far from ours.
 */
export type ProposalRefusal = 'malformed' | 'invalid' | 'denied' | 'stale';

/** A proposal that is not executed; the message is what Fabric answers, and clients show. */
export class ProposalRefused extends Error {
  override readonly name = 'ProposalRefused';
  constructor(
    readonly code: ProposalRefusal,
    message: string,
  ) {
    super(message);
  }
}
