import { ByteReader, ByteWriter } from './codec';
import { decodeEvidence, encodeEvidence, type Evidence } from './consensus/evidence';
import { timeMs, type TimeMs } from './types';

/** Name of the durable note with what validators did that none may do. */
export const EVIDENCE_NOTE = 'evidence';
/** The latest are kept: one is enough to act on. */
export const EVIDENCE_MAX = 16;
/** … and of one validator the first: as many as are tolerated among sixteen cannot push each other out. */
export const EVIDENCE_PER_CULPRIT_MAX = 3;

export interface NotedEvidence {
  readonly evidence: Evidence;
  /** Name of the validator as it was then. */
  readonly culprit: string;
  /** When this peer saw it. */
  readonly time: TimeMs;
}

export function encodeEvidenceNote(noted: readonly NotedEvidence[]): Uint8Array {
  const writer = new ByteWriter(1_024);
  writer.list(noted.slice(-EVIDENCE_MAX), ({ evidence, culprit, time }) => writer.bytes(encodeEvidence(evidence)).string(culprit).u48(time));
  return writer.finish();
}

export function decodeEvidenceNote(bytes: Uint8Array | undefined): readonly NotedEvidence[] {
  if (bytes === undefined) return [];
  const reader = new ByteReader(bytes);
  const noted = reader.list(EVIDENCE_MAX, () => ({ evidence: decodeEvidence(reader.bytes(4_096)), culprit: reader.string(64), time: timeMs(reader.u48()) }));
  reader.end();
  return noted;
}
