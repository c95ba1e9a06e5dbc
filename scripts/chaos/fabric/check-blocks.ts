import { common } from '@hyperledger/fabric-protos';
import { COUNTERS, type Written } from './writer';

const VALID = 0;
const FILTER_SLOT = 2;
const SIGNATURES_SLOT = 0;

/** Where a transaction stands, by its name: the first that has it. */
export type Places = ReadonlyMap<string, { readonly block: number; readonly code: number }>;

/** What all clients were told, against the blocks that each host gives out. Gives what is wrong, and where transactions stand. */
export function checkBlocks(hosts: readonly { readonly name: string; readonly blocks: readonly Uint8Array[] }[], written: readonly Written[]): { readonly faults: readonly string[]; readonly places: Places } {
  const faults: string[] = [];
  const [first] = hosts;
  const places = new Map<string, { block: number; code: number }>();
  if (first === undefined) return { faults: ['there is no host'], places };
  const wanted = first.blocks.map(withoutSignatures);
  for (const { name, blocks } of hosts) {
    if (blocks.length !== wanted.length) faults.push(`${name} has ${blocks.length} blocks, ${first.name} ${wanted.length}`);
    const different = blocks.findIndex((block, number) => withoutSignatures(block) !== wanted[number]);
    if (different >= 0) faults.push(`block ${different} is another one at ${name} than at ${first.name}`);
  }
  for (const [number, bytes] of first.blocks.entries()) {
    for (const { txId, code } of transactionsOf(bytes)) {
      if (!places.has(txId)) places.set(txId, { block: number, code });
      else if (code === VALID) faults.push(`transaction ${txId} is valid twice`);
    }
  }
  for (const { txId, outcome } of written) {
    const place = places.get(txId);
    if (outcome?.kind === 'unsigned' && place !== undefined) faults.push(`transaction ${txId} was never signed and stands in block ${place.block}`);
    if (outcome?.kind === 'final' && (place?.block !== outcome.block || place.code !== outcome.code)) {
      faults.push(`transaction ${txId} was told to be ${outcome.code} in block ${outcome.block} and is ${place === undefined ? 'nowhere' : `${place.code} in block ${place.block}`}`);
    }
  }
  return { faults, places };
}

/** What each counter must be, and the transactions that made it, newest last. */
export function sumsOf(written: readonly Written[], places: Places): ReadonlyMap<string, { readonly sum: number; readonly txIds: readonly string[] }> {
  const sums = new Map<string, { sum: number; txIds: string[] }>(COUNTERS.map((counter) => [counter, { sum: 0, txIds: [] }]));
  const byId = new Map(written.map((one) => [one.txId, one.wish]));
  for (const [txId, { code }] of places) {
    const wish = byId.get(txId);
    if (code !== VALID || wish?.kind !== 'add') continue;
    const found = sums.get(wish.counter);
    found?.txIds.push(txId);
    if (found !== undefined) found.sum += wish.amount;
  }
  return sums;
}

/** Secrets that are in the chain. */
export function secretsOf(written: readonly Written[], places: Places): readonly { readonly key: string; readonly secret: string }[] {
  return written.flatMap(({ txId, wish }) => (wish.kind === 'hide' && places.get(txId)?.code === VALID ? [{ key: wish.key, secret: wish.secret }] : []));
}

/** Each host's orderer signs its own copy; all else is the same everywhere. */
function withoutSignatures(bytes: Uint8Array): string {
  const block = common.Block.deserializeBinary(bytes);
  const metadata = block.getMetadata();
  const slots = metadata?.getMetadataList_asU8() ?? [];
  metadata?.setMetadataList(slots.map((slot, index) => (index === SIGNATURES_SLOT ? new Uint8Array(0) : slot)));
  return Buffer.from(block.serializeBinary()).toString('base64');
}

function transactionsOf(bytes: Uint8Array): { readonly txId: string; readonly code: number }[] {
  const block = common.Block.deserializeBinary(bytes);
  const codes = block.getMetadata()?.getMetadataList_asU8()[FILTER_SLOT] ?? new Uint8Array(0);
  return (block.getData()?.getDataList_asU8() ?? []).map((envelope, index) => {
    const payload = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(envelope).getPayload_asU8());
    const header = common.ChannelHeader.deserializeBinary(payload.getHeader()?.getChannelHeader_asU8() ?? new Uint8Array(0));
    return { txId: header.getTxId(), code: codes[index] ?? -1 };
  });
}
