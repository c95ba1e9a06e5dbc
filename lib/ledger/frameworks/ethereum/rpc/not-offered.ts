/** Methods that clients try and that this door leaves out on purpose, with what to do instead. */
const SUBSCRIPTIONS = [
  'eth_subscribe',
  'eth_unsubscribe',
  'eth_newFilter',
  'eth_newBlockFilter',
  'eth_newPendingTransactionFilter',
  'eth_getFilterChanges',
  'eth_getFilterLogs',
  'eth_uninstallFilter',
];
const SIGNING = ['eth_sendTransaction', 'eth_signTransaction', 'eth_sign', 'eth_signTypedData', 'eth_signTypedData_v4', 'personal_sign'];

const REASONS: ReadonlyMap<string, string> = new Map([
  ['net_peerCount', 'the method net_peerCount is not available: a peer keeps no connections to others that could be counted, the portal shows the peers of a sub-chain'],
  ['eth_blobBaseFee', 'the method eth_blobBaseFee is not available: there are no blob transactions on this sub-chain'],
  ...SUBSCRIPTIONS.map((method) => [method, `the method ${method} is not available: subscriptions and filters are not offered over HTTP, poll eth_getLogs or eth_getBlockByNumber`] as const),
  ...SIGNING.map((method) => [method, `the method ${method} is not available: this node holds no keys, sign in your client and use eth_sendRawTransaction`] as const),
]);

/** The reason, for a method that is left out on purpose. */
export function whyNotOffered(method: string): string | undefined {
  return REASONS.get(method);
}
