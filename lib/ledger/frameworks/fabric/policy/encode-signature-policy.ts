import { common, msp } from '@hyperledger/fabric-protos';
import type { RawPrincipal } from '../msp/principal';
import type { SignaturePolicy, SignatureRule } from './signature-policy';

/** Bytes of common.SignaturePolicyEnvelope. */
export function encodeSignaturePolicy(policy: SignaturePolicy): Uint8Array {
  const envelope = new common.SignaturePolicyEnvelope();
  envelope.setVersion(policy.version);
  envelope.setRule(encodeRule(policy.rule));
  envelope.setIdentitiesList(policy.principals.map(({ raw }) => encodePrincipal(raw)));
  return envelope.serializeBinary();
}

function encodeRule(rule: SignatureRule): common.SignaturePolicy {
  const message = new common.SignaturePolicy();
  if (rule.kind === 'signedBy') message.setSignedBy(rule.principal);
  else {
    const gate = new common.SignaturePolicy.NOutOf();
    gate.setN(rule.n);
    gate.setRulesList(rule.rules.map(encodeRule));
    message.setNOutOf(gate);
  }
  return message;
}

function encodePrincipal({ classification, principal }: RawPrincipal): msp.MSPPrincipal {
  const message = new msp.MSPPrincipal();
  // The class names the numbers that it knows; a principal of another number is carried as it came.
  message.setPrincipalClassification(classification as msp.MSPPrincipal.ClassificationMap[keyof msp.MSPPrincipal.ClassificationMap]);
  message.setPrincipal(principal);
  return message;
}
