import { common, peer } from '@hyperledger/fabric-protos';
import { encodeSignaturePolicy } from '../policy/encode-signature-policy';
import { parsePolicy } from '../policy/parse-policy';

/** Bytes of a common.SignaturePolicyEnvelope. */
export function signaturePolicyBytes(text: string): Uint8Array {
  return encodeSignaturePolicy(parsePolicy(text));
}

/** Any member of one of these organisations, in Fabric's words. */
export function anyMemberOf(mspIds: readonly string[]): string {
  return `OR(${mspIds.map((mspId) => `'${mspId}.member'`).join(', ')})`;
}

export interface TestCollection {
  readonly name: string;
  /** A policy in Fabric's words. */
  readonly members: string;
  readonly required?: number;
  readonly max?: number;
  readonly memberOnlyRead?: boolean;
  /** In blocks; absent: for ever. */
  readonly blockToLive?: number;
}

/** Collections of a definition as the official classes have them. */
export function collections(...all: readonly TestCollection[]): peer.CollectionConfigPackage {
  const whole = new peer.CollectionConfigPackage();
  for (const { name, members, required = 0, max = 1, memberOnlyRead = false, blockToLive = 0 } of all) {
    const policy = new peer.CollectionPolicyConfig();
    policy.setSignaturePolicy(common.SignaturePolicyEnvelope.deserializeBinary(signaturePolicyBytes(members)));
    const one = new peer.StaticCollectionConfig();
    one.setName(name);
    one.setMemberOrgsPolicy(policy);
    one.setRequiredPeerCount(required);
    one.setMaximumPeerCount(max);
    one.setMemberOnlyRead(memberOnlyRead);
    one.setBlockToLive(blockToLive);
    const config = new peer.CollectionConfig();
    config.setStaticCollectionConfig(one);
    whole.addConfig(config);
  }
  return whole;
}
