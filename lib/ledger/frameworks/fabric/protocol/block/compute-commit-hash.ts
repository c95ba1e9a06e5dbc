import { bool, bytes, message, repeatedMessages, string, WireWriter } from '@/lib/platform/pure/wire';
import { sha256 } from '../../../../core/crypto';

/** One key that a block wrote, in the value that it has after the block. */
export interface StateUpdate {
  /** The key, or the hash of a private key. */
  readonly key: Uint8Array;
  /** Undefined: the key was deleted. */
  readonly value: Uint8Array | undefined;
  /** Which transaction wrote it. */
  readonly version: { readonly block: bigint; readonly transaction: bigint };
}

/** What a block did to one chaincode's state. The order of both is open: the hash puts them into the order of their bytes. */
export interface NamespaceUpdates {
  readonly namespace: string;
  readonly updates: readonly StateUpdate[];
  /** Hashed writes of private collections. */
  readonly collections: readonly { readonly collection: string; readonly updates: readonly StateUpdate[] }[];
}

/** core/ledger/kvledger/txmgmt/txmgr/updates.proto. */
const kvWrite = message('KVWrite', { namespace: string(1), collection: string(2), key: bytes(3), isDelete: bool(4), value: bytes(5), versionBytes: bytes(6) });
const updates = message('Updates', { kvWrites: repeatedMessages(1, Number.MAX_SAFE_INTEGER, kvWrite) });

/**
 * The hash by which peers notice that their states went apart, 32 bytes: over the codes of the transactions, all
 * updates and the hash of the block before (core/ledger/kvledger/kv_ledger.go, addBlockCommitHash). The first block has
 * none; for block 1 `previous` is empty. The channel's configuration (namespace '') is left out, as there.
 */
export function computeCommitHash(filter: Uint8Array, namespaces: readonly NamespaceUpdates[], previous: Uint8Array): Uint8Array {
  const length = new WireWriter().varint(filter.length, 0).finish();
  return sha256(length, filter, encodeUpdates(namespaces), previous);
}

/** Deterministic bytes of all updates (txmgr/update_batch_bytes.go): namespace and collection stand at their first entry only. */
export function encodeUpdates(namespaces: readonly NamespaceUpdates[]): Uint8Array {
  const written = byBytes(namespaces, (one) => Buffer.from(one.namespace)).filter((one) => one.namespace !== '');
  const entries = written.flatMap(({ namespace, updates: own, collections }) => {
    const all = [
      ...listWrites(own, ''),
      ...byBytes(collections, (one) => Buffer.from(one.collection)).flatMap((one) => listWrites(one.updates, one.collection)),
    ];
    return all.map((entry, index) => ({ ...entry, namespace: index === 0 ? namespace : '' }));
  });
  return updates.encode({ kvWrites: entries });
}

function listWrites(list: readonly StateUpdate[], collection: string) {
  return byBytes(list, (one) => one.key).map(({ key, value, version }, index) => ({
    namespace: '',
    collection: index === 0 ? collection : '',
    key,
    isDelete: value === undefined,
    value: value ?? new Uint8Array(0),
    versionBytes: Buffer.concat([encodeOrdered(version.block), encodeOrdered(version.transaction)]),
  }));
}

/** A number as its length in bytes and its bytes, so that bytes sort as numbers do (common/ledger/util/util.go). */
function encodeOrdered(number: bigint): Buffer {
  if (number === 0n) return Buffer.of(0);
  const hex = number.toString(16);
  const digits = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return Buffer.concat([Buffer.of(digits.length), digits]);
}

function byBytes<T>(list: readonly T[], key: (one: T) => Uint8Array): T[] {
  return [...list].sort((a, b) => Buffer.compare(key(a), key(b)));
}
