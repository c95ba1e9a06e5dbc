import { bytesToUint, decodeRlpFields, encodeRlpBytes, encodeRlpList, uintToBytes } from './rlp';

/** An account as it is stored and as the account trie commits to it. */
export interface AccountRecord {
  readonly nonce: bigint;
  readonly balance: bigint;
  /** Root of the account's storage trie, 32 bytes. */
  readonly storageRoot: Uint8Array;
  /** Keccak-256 of the code, 32 bytes; the hash of nothing when there is none. */
  readonly codeHash: Uint8Array;
}

export function encodeAccount(account: AccountRecord): Uint8Array {
  return encodeRlpList([
    encodeRlpBytes(uintToBytes(account.nonce)),
    encodeRlpBytes(uintToBytes(account.balance)),
    encodeRlpBytes(account.storageRoot),
    encodeRlpBytes(account.codeHash),
  ]);
}

export function decodeAccount(bytes: Uint8Array): AccountRecord {
  const [nonce, balance, storageRoot, codeHash] = decodeRlpFields(bytes, 4);
  return { nonce: bytesToUint(nonce!), balance: bytesToUint(balance!), storageRoot: storageRoot!, codeHash: codeHash! };
}
