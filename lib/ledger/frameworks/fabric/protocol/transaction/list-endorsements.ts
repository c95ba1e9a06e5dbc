import { endorsementStatement } from '../endorsement/endorse';
import type { EndorsedAction } from './unpack-endorsed-action';

/** Somebody's signature over bytes, as a policy weighs it. */
export interface SignedStatement {
  /** Bytes of a SerializedIdentity. */
  readonly identity: Uint8Array;
  readonly statement: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * The endorsements as an endorsement policy weighs them, in their order, none verified. One certificate may stand
 * there twice, even in two encodings: whoever weighs counts a person once (common/policies/policy.go).
 */
export function listEndorsements({ responsePayload, endorsements }: EndorsedAction): readonly SignedStatement[] {
  return endorsements.map(({ endorser, signature }) => ({ identity: endorser, statement: endorsementStatement(responsePayload, endorser), signature }));
}
