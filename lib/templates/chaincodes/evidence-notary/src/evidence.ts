// SPDX-License-Identifier: Apache-2.0

/** A client's identity: of whom, and the names of its certificate and of that certificate's issuer. */
export interface Submitter {
  id: string;
  mspId: string;
}

export interface Evidence {
  /** SHA-256 of the document, 64 hexadecimal digits of lower case. */
  hash: string;
  metadata: Record<string, string>;
  /** As the submitting client's transaction says; ISO 8601. */
  notarisedAt: string;
  /** Why it was revoked. */
  reason?: string | undefined;
  state: 'valid' | 'revoked' | 'superseded';
  submitter: Submitter;
  /** Hash of the evidence that stands in its place, and of the one in whose place it stands. */
  supersededBy?: string | undefined;
  supersedes?: string | undefined;
  title: string;
}

/** Its fields in the order of the alphabet: every endorser has to come to the same bytes. */
export function encodeEvidence({ hash, metadata, notarisedAt, reason, state, submitter: { id, mspId }, supersededBy, supersedes, title }: Evidence): Buffer {
  return Buffer.from(JSON.stringify({ hash, metadata, notarisedAt, reason, state, submitter: { id, mspId }, supersededBy, supersedes, title }));
}

export function decodeEvidence(bytes: Uint8Array): Evidence {
  return JSON.parse(Buffer.from(bytes).toString('utf8')) as Evidence;
}
