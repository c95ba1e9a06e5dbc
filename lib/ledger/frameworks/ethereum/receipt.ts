import { assert } from '@/lib/platform/pure/assert';
import { bytesToUint, decodeRlp, encodeRlp, uintToBytes, type EvmLog, type RlpItem } from '../../vm/evm';

/** What came of a transaction. */
export interface Receipt {
  readonly type: 0 | 1 | 2;
  readonly succeeded: boolean;
  readonly gasUsed: bigint;
  /** Gas of this transaction and those before it in the block. */
  readonly cumulativeGasUsed: bigint;
  readonly logs: readonly EvmLog[];
  /** 20 bytes. Follows from the signature, kept because recovery is slow. */
  readonly from: Uint8Array;
  readonly contractAddress?: Uint8Array;
}

/** The receipt as the receipts trie commits to it (EIP-2718, EIP-658). */
export function encodeConsensusReceipt(receipt: Receipt, bloom: Uint8Array): Uint8Array {
  const body = encodeRlp([uintToBytes(receipt.succeeded ? 1 : 0), uintToBytes(receipt.cumulativeGasUsed), bloom, receipt.logs.map(logToItem)]);
  if (receipt.type === 0) return body;
  const out = new Uint8Array(body.length + 1);
  out[0] = receipt.type;
  out.set(body, 1);
  return out;
}

/** All receipts of a block as they are stored. Blooms are left out: they follow from the logs. */
export function encodeStoredReceipts(receipts: readonly Receipt[]): Uint8Array {
  return encodeRlp(
    receipts.map((receipt) => [
      uintToBytes(receipt.type),
      uintToBytes(receipt.succeeded ? 1 : 0),
      uintToBytes(receipt.gasUsed),
      uintToBytes(receipt.cumulativeGasUsed),
      receipt.logs.map(logToItem),
      receipt.from,
      receipt.contractAddress ?? NOTHING,
    ]),
  );
}

export function decodeStoredReceipts(bytes: Uint8Array): Receipt[] {
  return listItems(decodeRlp(bytes)).map((item) => {
    const [type, succeeded, gasUsed, cumulativeGasUsed, logs, from, contractAddress] = listItems(item);
    const created = byteString(contractAddress);
    return {
      type: receiptType(Number(bytesToUint(byteString(type)))),
      succeeded: bytesToUint(byteString(succeeded)) === 1n,
      gasUsed: bytesToUint(byteString(gasUsed)),
      cumulativeGasUsed: bytesToUint(byteString(cumulativeGasUsed)),
      logs: listItems(logs).map(itemToLog),
      from: byteString(from),
      ...(created.length === 0 ? {} : { contractAddress: created }),
    };
  });
}

function logToItem({ address, topics, data }: EvmLog): RlpItem {
  return [address, topics, data];
}

function itemToLog(item: RlpItem): EvmLog {
  const [address, topics, data] = listItems(item);
  return { address: byteString(address), topics: listItems(topics).map(byteString), data: byteString(data) };
}

function receiptType(value: number): Receipt['type'] {
  assert(value === 0 || value === 1 || value === 2, 'a stored receipt has an unknown type');
  return value;
}

function listItems(item: RlpItem | undefined): readonly RlpItem[] {
  assert(item !== undefined && !(item instanceof Uint8Array), 'a stored receipt lacks a list');
  return item;
}

function byteString(item: RlpItem | undefined): Uint8Array {
  assert(item instanceof Uint8Array, 'a stored receipt lacks a byte string');
  return item;
}

const NOTHING = new Uint8Array(0);
