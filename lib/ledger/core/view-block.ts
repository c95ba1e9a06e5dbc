import { decodeBlock, hashHeader } from './block';
import { decodeRules } from './consensus/rules';
import { LedgerError } from './errors';
import type { BlockView } from './host-types';
import type { Peer } from './peer';
import type { Height } from './types';
import { viewCertificate } from './view-certificate';

/** A durable block as people see it; undefined above the head. Error `block-missing`: it lies before the snapshot that the peer joined from, and is not here yet. */
export function viewBlock(peer: Peer, at: Height): BlockView | undefined {
  const { chain } = peer;
  const bytes = peer.storage.block(at);
  const { firstHeight } = peer.storage;
  if (bytes === undefined && at < firstHeight) {
    throw new LedgerError('block-missing', { chain, height: at, firstHeight }, `Block ${at} of ${chain} is not in this city node yet: it joined from a snapshot and has the blocks from ${firstHeight} on. Ask again later, or another city node.`);
  }
  if (bytes === undefined) return undefined;
  const { header, frameworkHeader, transactions, certificate, attestation, change } = decodeBlock(bytes);
  return {
    header,
    hash: hashHeader(header),
    frameworkHeader,
    transactions,
    certificate: viewCertificate(peer, at, certificate),
    ...(attestation === undefined ? {} : { attestation }),
    ...(change === undefined ? {} : { change: decodeRules(change) }),
    sizeBytes: bytes.length,
  };
}
