import { createHash } from 'node:crypto';
import type { StateReader } from '../../../core/storage';
import { genesisKey, blockSignatureKey, LOCAL_KEYS_FROM } from '../../../frameworks/fabric/chain-keys';
import { metadataOf, type FrameworkHeader } from '../../../frameworks/fabric/framework-header';
import { aside } from '../../../frameworks/fabric/private-data/plaintext-store';
import { encodeBlock } from '../../../frameworks/fabric/protocol';
import { keyHashOf, listMissing, privateWriteSetKey, readHistory, worldState, type TransactionAt } from '../../../frameworks/fabric/state';
import { auditBlocks } from '../../../frameworks/fabric/testing/audit-blocks';
import { sha256Hex } from '../../../core/crypto';
import { CHAINCODE, COLLECTIONS, type CollectionName } from './chaincode';
import type { SimulatedTransaction } from './envelopes';
import { hashText, secretName, type Model } from './model';
import type { Organisation } from './people';

/** A peer at rest, as it is looked at. */
export interface PeerAtRest {
  readonly index: number;
  readonly organisations: readonly Organisation[];
  readonly state: StateReader;
  readonly transactionAt: TransactionAt;
}

export interface ChannelAtRest {
  readonly model: Model;
  readonly transactions: readonly SimulatedTransaction[];
  readonly peers: readonly PeerAtRest[];
  /** Peers that never lost what they had. */
  readonly keeps: (host: number) => boolean;
}

export type Complain = (what: 'roots' | 'values' | 'history' | 'private data', why: string) => void;

/** All that peers must have alike and right when nothing happens any more. */
export function judgeChannel({ model, transactions, peers, keeps }: ChannelAtRest, complain: Complain): void {
  const digests = new Set(peers.map(({ state }) => digestOf(state)));
  if (digests.size > 1) complain('roots', `${peers.length} peers hold ${digests.size} different states`);
  for (const peer of peers) {
    judgeValues(model, peer, complain);
    judgeHistory(model, peer, complain);
    for (const { id, txId } of transactions) {
      if (model.places.has(id) && aside.list(txId, peer.state).length > 0) complain('private data', `p${peer.index} still keeps aside what belongs to transaction ${id}, which is in a block`);
    }
  }
  judgeSecrets({ model, transactions, peers, keeps }, complain);
}

function judgeValues(model: Model, { index, state }: PeerAtRest, complain: Complain): void {
  const world = worldState(state, state);
  const found = new Map([...world.range(CHAINCODE, '', '')].map(({ key, value }) => [key, Buffer.from(value).toString('utf8')]));
  for (const key of new Set([...found.keys(), ...model.values.keys()])) {
    if (!key.startsWith('forged') && found.get(key) !== model.values.get(key)) complain('values', `${key} is ${found.get(key) ?? 'nothing'} at p${index}, where ${model.values.get(key) ?? 'nothing'} came of what clients wanted`);
  }
}

function judgeHistory(model: Model, { index, state, transactionAt }: PeerAtRest, complain: Complain): void {
  for (const [key, writes] of model.history) {
    let told: string;
    try {
      told = JSON.stringify([...readHistory(state, transactionAt, CHAINCODE, key)].map(({ txId, isDelete, value }) => [txId, isDelete ? null : Buffer.from(value).toString('utf8')]));
    } catch (error) {
      told = error instanceof Error ? error.message : String(error);
    }
    const right = JSON.stringify(writes.map(({ txId, value }) => [txId, value ?? null]));
    if (told !== right) complain('history', `p${index} tells the past of ${key} as ${told}, where ${right} is right`);
  }
}

function judgeSecrets({ model, transactions, peers, keeps }: ChannelAtRest, complain: Complain): void {
  for (const collection of Object.keys(COLLECTIONS) as CollectionName[]) {
    const keys = new Set(transactions.flatMap(({ intent }) => (intent.kind === 'wish' && 'collection' in intent.wish && intent.wish.collection === collection ? [intent.wish.key] : [])));
    for (const key of keys) {
      const secret = model.secrets.get(secretName(collection, key));
      const found = peers.map((peer) => ({ peer, ...lookAt(peer, collection, key) }));
      const writer = transactions.find(({ id }) => {
        const place = model.places.get(id);
        return place?.block === secret?.block && place?.index === secret?.transaction && secret !== undefined;
      });
      // Not whoever reads the right text: that may have come of an older write of the same, which others may not have missed.
      const isHeld = secret !== undefined && peers.some(({ state }) => state.get(privateWriteSetKey(secret.block, secret.transaction, CHAINCODE, collection)) !== undefined);
      const isOwed = isHeld || writer?.hosts.some(keeps) === true;
      for (const { peer, hash, plain, isCurrent } of found) {
        const where = `${collection}/${key} at p${peer.index}`;
        const isMember = peer.organisations.some((one) => (COLLECTIONS[collection].members as readonly Organisation[]).includes(one));
        if (hash !== (secret && hashText(secret.value))) complain('private data', `${where} has the hash ${hash ?? 'of nothing'}, where ${secret?.value ?? 'nothing'} is right`);
        if (plain !== undefined && !isMember) complain('private data', `${where} is there, where nobody may have it`);
        if (plain !== undefined && isCurrent && plain !== secret?.value) complain('private data', `${where} is ${plain}, where ${secret?.value ?? 'nothing'} is right`);
        if (secret === undefined && plain !== undefined) complain('private data', `${where} is ${plain}, which should be gone`);
        if (secret !== undefined && isMember && isOwed && plain !== secret.value) complain('private data', `${where} is ${plain ?? 'missing'}, where ${secret.value} is right; missing are ${JSON.stringify(listMissing(peer.state, 5))}`);
      }
    }
  }
}

/** `isCurrent`: the plaintext says that it is what the hash stands for. */
function lookAt({ state }: PeerAtRest, collection: CollectionName, key: string): { readonly hash: string | undefined; readonly plain: string | undefined; readonly isCurrent: boolean } {
  const world = worldState(state, state);
  const hashed = world.getHashed(CHAINCODE, collection, keyHashOf(key));
  const plain = world.getPrivate(CHAINCODE, collection, key);
  const isCurrent = hashed !== undefined && plain !== undefined && hashed.version.block === plain.version.block && hashed.version.transaction === plain.version.transaction;
  return { hash: hashed && Buffer.from(hashed.value).toString('hex'), plain: plain && Buffer.from(plain.value).toString('utf8'), isCurrent };
}

const PAGE = 500;

/** Of what all peers must have alike. */
function digestOf(state: StateReader): string {
  const digest = createHash('sha256');
  for (let from = Uint8Array.of(0); ; ) {
    const page = state.range({ from, to: Uint8Array.of(LOCAL_KEYS_FROM), limit: PAGE });
    for (const { key, value } of page) digest.update(`${sha256Hex(key)} ${sha256Hex(value)}\n`);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return digest.digest('hex');
    from = Buffer.concat([last.key, Uint8Array.of(0)]);
  }
}

export interface StoredBlock {
  readonly header: FrameworkHeader;
  readonly envelopes: readonly Uint8Array[];
}

/** Fabric's blocks as this peer gives them out, looked at by who shares no code with it. */
export function auditPeer(state: StateReader, blocks: readonly StoredBlock[]): readonly string[] {
  const genesis = state.get(genesisKey);
  if (genesis === undefined) return ['there is no first block'];
  const rest = blocks.map(({ header, envelopes }) => encodeBlock(header, envelopes, metadataOf(header, state.get(blockSignatureKey(Number(header.number))))));
  return auditBlocks([genesis, ...rest]).findings;
}
