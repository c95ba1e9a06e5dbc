import { readPrincipal } from '../msp/principal';
import { FabricRefusal } from '../msp/refusal';
import { readWire } from '../msp/wire';
import { createSignaturePolicy, policyBytesMax, principalsMax, rulesMax, type SignaturePolicy, type SignatureRule } from './signature-policy';

/**
 * Decodes a serialised common.SignaturePolicyEnvelope.
 * @throws FabricRefusal malformed, limit, not-allowed
 */
export function decodeSignaturePolicy(bytes: Uint8Array): SignaturePolicy {
  if (bytes.length > policyBytesMax) throw new FabricRefusal('limit', `A policy is larger than ${policyBytesMax} bytes`);
  const envelope = readWire(bytes, 'SignaturePolicyEnvelope');
  const principals = envelope.all(3);
  if (principals.length > principalsMax) throw new FabricRefusal('limit', `A policy has more than ${principalsMax} identities`);
  const rule = envelope.message(2);
  if (!rule) throw new FabricRefusal('malformed', 'Empty policy element');
  return createSignaturePolicy(decodeRule(rule, { left: rulesMax }), principals.map(readPrincipal), envelope.int32(1));
}

/**
 * Of the two fields of the choice the one that comes last counts, as in every reader of protocol buffers. The number of rules
 * bounds how deep this goes; `createSignaturePolicy` bounds it further.
 */
function decodeRule(bytes: Uint8Array, budget: { left: number }): SignatureRule {
  budget.left -= 1;
  if (budget.left < 0) throw new FabricRefusal('limit', `A policy has more than ${rulesMax} rules`);
  const message = readWire(bytes, 'SignaturePolicy');
  const choice = message.order.findLast((field) => field === 1 || field === 2);
  if (choice === undefined) throw new FabricRefusal('malformed', 'Unknown type: a rule of the policy is neither SignedBy nor NOutOf');
  if (choice === 1) return { kind: 'signedBy', principal: message.int32(1) };
  const gate = readWire(message.message(2) ?? new Uint8Array(), 'NOutOf');
  return { kind: 'outOf', n: gate.int32(1), rules: gate.all(2).map((rule) => decodeRule(rule, budget)) };
}
