import { FabricRefusal, readWithin } from '../msp/refusal';
import { readWire } from '../msp/wire';
import type { PolicyManager } from './create-policy-manager';
import { decodeSignaturePolicy } from './decode-signature-policy';
import { policyOfSignatures, type Policy } from './policy';
import { policyBytesMax } from './signature-policy';

/**
 * The policy of a serialised protos.ApplicationPolicy, as a chaincode's or a collection's definition holds it: a signature
 * policy of its own, or the path of one of the channel, which is looked up as it stands now (core/policy/application.go).
 * @throws FabricRefusal malformed, limit, not-allowed
 */
export function readApplicationPolicy(bytes: Uint8Array, channel: PolicyManager): Policy {
  if (bytes.length > policyBytesMax) throw new FabricRefusal('limit', `A policy is larger than ${policyBytesMax} bytes`);
  const message = readWithin('failed to unmarshal ApplicationPolicy bytes', () => readWire(bytes, 'ApplicationPolicy'));
  const choice = message.order.findLast((field) => field === 1 || field === 2);
  if (choice === 1) {
    return readWithin('could not create evaluator for signature policy', () => policyOfSignatures(decodeSignaturePolicy(message.message(1) ?? new Uint8Array())));
  }
  if (choice === undefined) throw new FabricRefusal('malformed', 'unsupported policy type: neither a signature policy nor a reference');
  const reference = message.text(2);
  const policy = channel.findPolicy(reference);
  if (!policy) throw new FabricRefusal('not-allowed', `could not create evaluator for channel reference policy: failed to retrieve policy for reference ${reference}`);
  return policy;
}
