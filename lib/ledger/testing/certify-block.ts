import { hashHeader } from '../core/block';
import type { Certificate } from '../core/consensus/certificate';
import { precommitStatement } from '../core/consensus/statements';
import type { Signer } from '../core/crypto';
import type { BlockHeader } from '../core/host-types';

/** What makes the block final when these are the validators, in their order, and all sign: with solo finality one. */
export function certifyBlock(header: BlockHeader, signers: readonly Signer[], round = 0): Certificate {
  const statement = precommitStatement(header.chain, header.height, round, hashHeader(header));
  return { round, signatures: signers.map((signer, validator) => ({ validator, signature: signer.sign(statement) })) };
}
