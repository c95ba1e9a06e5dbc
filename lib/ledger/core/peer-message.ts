import { ByteReader, ByteWriter, CodecError } from './codec';
import { MESSAGE_BLOCK_BYTES_MAX } from './consensus/messages';

/** What peers of one sub-chain send each other besides block records. */
export type PeerMessage =
  /** Of the consensus, which checks it. */
  | { readonly kind: 'consensus'; readonly payload: Uint8Array }
  /** Transactions that wait at the sender. Whoever takes them in checks them. */
  | { readonly kind: 'transactions'; readonly transactions: readonly Uint8Array[] }
  /** A reader at the sender is owed a block. */
  | { readonly kind: 'demand' };

const CODES = { consensus: 1, transactions: 2, demand: 3 } as const satisfies Record<PeerMessage['kind'], number>;
export const TRANSACTIONS_PER_MESSAGE_MAX = 256;
export const TRANSACTIONS_BYTES_MAX = 4 * 1024 * 1024;
export const PEER_MESSAGE_BYTES_MAX = MESSAGE_BLOCK_BYTES_MAX + 4_096;

export function encodePeerMessage(message: PeerMessage): Uint8Array {
  switch (message.kind) {
    case 'consensus':
      return new ByteWriter(1 + message.payload.length).u8(CODES.consensus).raw(message.payload).finish();
    case 'transactions': {
      const writer = new ByteWriter(message.transactions.reduce((sum, bytes) => sum + bytes.length + 4, 8)).u8(CODES.transactions);
      return writer.list(message.transactions, (bytes) => writer.bytes(bytes)).finish();
    }
    case 'demand':
      return Uint8Array.of(CODES.demand);
  }
}

/** Throws CodecError unless the bytes are exactly one message within the limits. */
export function decodePeerMessage(bytes: Uint8Array): PeerMessage {
  if (bytes.length > PEER_MESSAGE_BYTES_MAX) throw new CodecError(`message of ${bytes.length} bytes`);
  const reader = new ByteReader(bytes);
  const code = reader.u8();
  if (code === CODES.consensus) return { kind: 'consensus', payload: reader.raw(reader.remaining) };
  if (code === CODES.transactions) {
    const transactions = reader.list(TRANSACTIONS_PER_MESSAGE_MAX, () => reader.bytes(TRANSACTIONS_BYTES_MAX));
    reader.end();
    return { kind: 'transactions', transactions };
  }
  if (code !== CODES.demand) throw new CodecError(`message of kind ${code}, which this program does not know`);
  reader.end();
  return { kind: 'demand' };
}

/** Messages that hold all of the transactions, in order, each within the limits. */
export function packTransactions(transactions: readonly Uint8Array[]): readonly Uint8Array[] {
  const messages: Uint8Array[] = [];
  let pack: Uint8Array[] = [];
  let size = 0;
  const close = (): void => {
    if (pack.length > 0) messages.push(encodePeerMessage({ kind: 'transactions', transactions: pack }));
    pack = [];
    size = 0;
  };
  for (const transaction of transactions) {
    if (pack.length >= TRANSACTIONS_PER_MESSAGE_MAX || (size > 0 && size + transaction.length > TRANSACTIONS_BYTES_MAX)) close();
    pack.push(transaction);
    size += transaction.length;
  }
  close();
  return messages;
}
