import type { Certificate } from './consensus/certificate';
import { indexOfValidator, quorumOf } from './consensus/rules';
import { decodeEvidenceNote } from './evidence-note';
import type { CertificateView, ChainHead, StopNote } from './host-types';
import type { Peer, PeerFacts } from './peer';
import { agreementOf } from './peer-runner';
import type { Height } from './types';

/** How a peer is that is not in use. */
export function statusOf({ publicKey, rules, evidence, head, stopped }: PeerFacts) {
  return { ...headStatus(publicKey, head, stopped), orders: indexOfValidator(rules, publicKey) >= 0, agreement: agreementOf(rules, decodeEvidenceNote(evidence)) };
}

/** What every peer with a ledger has to say of its head. */
export function headStatus(publicKey: Uint8Array, head: ChainHead, stopped: StopNote | undefined) {
  const state = stopped === undefined ? ('running' as const) : ('stopped' as const);
  return { publicKey, state, height: head.height, headHash: head.hash, announcedHeight: head.height, ...(stopped === undefined ? {} : { stopped }) };
}

/** Why the block at a height is final, by the rules there. */
export function viewCertificate(peer: Peer, at: Height, { round, signatures }: Certificate): CertificateView {
  const { finality, validators } = peer.rules.at(at);
  return {
    finality,
    round,
    quorum: quorumOf(finality, validators.length),
    validators: validators.length,
    signatures: signatures.flatMap(({ validator, signature }) => {
      const signer = validators[validator];
      return signer === undefined ? [] : [{ name: signer.name, publicKey: signer.publicKey, signature }];
    }),
  };
}
