import { bytes, chosenInt32, embedded, int32, message, repeatedMessages, string } from '@/lib/platform/pure/wire';
import { CONFIG_VALUES_MAX } from '../limits';

/** common.MSPRole.MSPRoleType. */
export const MSP_ROLES = { MEMBER: 0, ADMIN: 1, CLIENT: 2, PEER: 3, ORDERER: 4 } as const;

const signedBy = message('SignaturePolicy', { signedBy: chosenInt32(1) });
const nOutOf = message('NOutOf', { n: int32(1), rules: repeatedMessages(2, CONFIG_VALUES_MAX, signedBy) });
const rule = message('SignaturePolicy', { nOutOf: embedded(2, nOutOf) });
const principal = message('MSPPrincipal', { classification: int32(1), principal: bytes(2) });

export const mspRole = message('MSPRole', { mspId: string(1), role: int32(2) });

/** A policy of one level: so many of these identities. Deeper ones are read and weighed where policies are. */
export const flatSignaturePolicy = message('SignaturePolicyEnvelope', {
  version: int32(1),
  rule: embedded(2, rule),
  identities: repeatedMessages(3, CONFIG_VALUES_MAX, principal),
});
