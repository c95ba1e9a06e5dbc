import { evidenceMax, type PeerStatus } from '@/lib/control';
import type { LedgerHost } from '@/lib/ledger';

type EngineStatus = ReturnType<LedgerHost['peerStatus']>;
type AgreementStatus = Pick<PeerStatus, 'finality' | 'validators' | 'quorum' | 'consensus' | 'evidence'>;

/** How a peer agrees with the others, as the control interface tells it. A peer that orders alone has no rounds to tell of. */
export function agreementStatus({ agreement }: EngineStatus): AgreementStatus {
  if (agreement === undefined) return { evidence: [] };
  const { finality, validators, quorum, position } = agreement;
  return {
    finality,
    validators: validators.length,
    quorum,
    ...(position === undefined || validators.length === 1 ? {} : { consensus: consensusStatus(position) }),
    evidence: agreement.evidence
      .slice(-evidenceMax)
      .toReversed()
      .map(({ evidence: { kind, height, round, first, second }, culprit, time }) => ({ culprit, kind, height, round, hashes: [first.hash, second.hash], timeMs: time })),
  };
}

type Position = NonNullable<NonNullable<EngineStatus['agreement']>['position']>;

function consensusStatus({ height, round, step, proposer, lastVote, abstainsThrough }: Position): NonNullable<PeerStatus['consensus']> {
  return {
    height,
    round,
    step,
    proposer,
    ...(lastVote === undefined ? {} : { lastVote: { kind: lastVote.kind, height: lastVote.height, round: lastVote.round, blockHash: lastVote.hash ?? null, timeMs: lastVote.time } }),
    ...(abstainsThrough === undefined ? {} : { abstainsThrough }),
  };
}
