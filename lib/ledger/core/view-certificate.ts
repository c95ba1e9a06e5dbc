import type { Certificate } from './consensus/certificate';
import { quorumOf } from './consensus/rules';
import type { CertificateView } from './host-types';
import type { Peer } from './peer';
import type { Height } from './types';

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
