import { chaincodeInput, response, signedProposal, unpackProposal } from '../../../frameworks/fabric/protocol';
import { ChaincodeRefusal, type ChaincodeCall, type ChaincodeReply, type ChaincodeWorld } from '../../../vm/chaincode';
import type { Organisation } from './people';

/** What clients of the simulated channel want. */
export type Wish =
  /** Adds to a counter that it reads. */
  | { readonly kind: 'add'; readonly counter: string; readonly amount: number }
  /** Puts an item, or takes it away, without looking. */
  | { readonly kind: 'put'; readonly item: string; readonly value: string }
  | { readonly kind: 'drop'; readonly item: string }
  /** Counts the items in a range query and writes the number. */
  | { readonly kind: 'count' }
  /** Private: a value that nobody reads, one that is added to, and one that leaves no trace. */
  | { readonly kind: 'hide'; readonly collection: CollectionName; readonly key: string; readonly value: string }
  | { readonly kind: 'bump'; readonly collection: CollectionName; readonly key: string; readonly amount: number }
  | { readonly kind: 'purge'; readonly collection: CollectionName; readonly key: string };

/** Collections and who their members are; `short` forgets after so many blocks. */
export const COLLECTIONS = {
  long: { members: ['Org1MSP', 'Org2MSP'], blocksToLive: 0 },
  short: { members: ['Org2MSP', 'Org3MSP'], blocksToLive: 2 },
} as const satisfies Record<string, { readonly members: readonly Organisation[]; readonly blocksToLive: number }>;
export type CollectionName = keyof typeof COLLECTIONS;

export const CHAINCODE = 'store';
export const ITEMS = { from: 'item-', to: 'item.' } as const;
export const TOTAL = 'total';

/** Arguments, and what is said in secret beside them. */
export function argumentsOf(wish: Wish): { readonly args: readonly string[]; readonly secret: string | undefined } {
  switch (wish.kind) {
    case 'add':
      return { args: ['add', wish.counter, `${wish.amount}`], secret: undefined };
    case 'put':
      return { args: ['put', wish.item, wish.value], secret: undefined };
    case 'drop':
      return { args: ['drop', wish.item], secret: undefined };
    case 'count':
      return { args: ['count'], secret: undefined };
    case 'hide':
      return { args: ['hide', wish.collection, wish.key], secret: wish.value };
    case 'bump':
      return { args: ['bump', wish.collection, wish.key], secret: `${wish.amount}` };
    case 'purge':
      return { args: ['purge', wish.collection, wish.key], secret: undefined };
  }
}

/** The chaincode that carries them out: the same on every peer, whatever the order of arrival. */
export async function runStore(call: ChaincodeCall): Promise<ChaincodeReply> {
  const head = { channel: call.channel, txId: call.txId };
  try {
    const [name = '', first = '', second = ''] = chaincodeInput.decode(call.input).args.map((one) => Buffer.from(one).toString('utf8'));
    await carryOut(call.world, name, first, second, secretOf(call));
    return { ...head, isError: false, payload: response.encode({ status: 200, message: '', payload: new Uint8Array(0) }) };
  } catch (error) {
    if (error instanceof ChaincodeRefusal) return { ...head, isError: true, payload: Buffer.from(error.message) };
    throw error;
  }
}

async function carryOut(world: ChaincodeWorld, name: string, first: string, second: string, secret: string): Promise<void> {
  switch (name) {
    case 'add':
      return world.putState('', first, await sumOf(world, '', first, second));
    case 'put':
      return world.putState('', first, Buffer.from(second));
    case 'drop':
      return world.delState('', first);
    case 'count':
      return world.putState('', TOTAL, Buffer.from(`${await countItems(world)}`));
    case 'hide':
      return world.putState(first, second, Buffer.from(secret));
    case 'bump':
      return world.putState(first, second, await sumOf(world, first, second, secret));
    case 'purge':
      return world.purgePrivateData(first, second);
    default:
      throw new ChaincodeRefusal(`nobody knows ${name}`);
  }
}

async function sumOf(world: ChaincodeWorld, collection: string, key: string, amount: string): Promise<Uint8Array> {
  const before = await world.getState(collection, key);
  return Buffer.from(`${Number(Buffer.from(before ?? []).toString() || '0') + Number(amount)}`);
}

async function countItems(world: ChaincodeWorld): Promise<number> {
  const rows = await world.getStateByRange('', ITEMS.from, ITEMS.to);
  let count = 0;
  while ((await rows.next()) !== undefined) count += 1;
  rows.close();
  return count;
}

function secretOf({ proposal }: ChaincodeCall): string {
  if (proposal === undefined) return '';
  return Buffer.from(unpackProposal(signedProposal.decode(proposal)).transientMap.get('secret') ?? []).toString('utf8');
}
