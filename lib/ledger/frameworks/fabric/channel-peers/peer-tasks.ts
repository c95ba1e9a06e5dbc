import { bool, bytes, embedded, embeddedBytes, message, repeatedMessages, string, uint64, type Decoded } from '@/lib/platform/pure/wire';
import { ProposalRefused, signedProposal, type ProposalRefusal } from '../protocol';
import { peerStatement } from './peer-statement';

/** What hosts with peers of one channel ask of each other. Exactly one of the fields is there. */

/** Organisations that have their peer on one host. */
export const INTRODUCTIONS_MAX = 100;

const proposeTask = message('ProposeTask', { mspId: string(1), height: uint64(2), proposal: embedded(3, signedProposal) });

export const peerTask = message('PeerTask', {
  /** Who are you? 16 bytes or more that were never used: each peer there signs them. */
  introduce: bytes(1),
  /** Simulate and endorse, as the peer of this organisation, on so many blocks of the channel at least. */
  propose: embedded(2, proposeTask),
  /** Keep this until its block comes: a signed offer of private data. */
  keep: embedded(3, peerStatement),
});
export type PeerTask = Decoded<typeof peerTask>;

/** A proposal that is refused before it is simulated; `code` is that of {@link ProposalRefused}. */
const taskRefusal = message('TaskRefusal', { code: string(1), message: string(2) });

export const peerTaskAnswer = message('PeerTaskAnswer', {
  introductions: repeatedMessages(1, INTRODUCTIONS_MAX, peerStatement),
  /** Bytes of a ProposalResponse. */
  response: embeddedBytes(2),
  refusal: embedded(3, taskRefusal),
  isKept: bool(4),
});

const refusalCodes: ReadonlySet<string> = new Set<ProposalRefusal>(['malformed', 'invalid', 'denied', 'stale']);

/** The refusal as the peer there threw it; undefined when it is none of a proposal's. */
export function toProposalRefused({ code, message: words }: Decoded<typeof taskRefusal>): ProposalRefused | undefined {
  return refusalCodes.has(code) ? new ProposalRefused(code as ProposalRefusal, words) : undefined;
}
