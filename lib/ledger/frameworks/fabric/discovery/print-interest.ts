import type { Interest, InterestCall } from './messages';

/** An interest as Go prints it in errors; the bytes of keys' policies are left out. */
export function printInterest({ chaincodes }: Interest): string {
  return chaincodes.map((call) => `chaincodes:{${printCall(call)}}`).join(' ');
}

function printCall({ name, collectionNames, noPrivateReads, noPublicReads, disregardNamespacePolicy }: InterestCall): string {
  const flags = { no_private_reads: noPrivateReads, no_public_reads: noPublicReads, disregard_namespace_policy: disregardNamespacePolicy };
  const parts = [
    `name:${JSON.stringify(name)}`,
    ...collectionNames.map((one) => `collection_names:${JSON.stringify(one)}`),
    ...Object.entries(flags).flatMap(([flag, isSet]) => (isSet ? [`${flag}:true`] : [])),
  ];
  return parts.join(' ');
}
