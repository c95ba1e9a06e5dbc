import type { AccountFields, StateManagerInterface } from '@ethereumjs/common';
import { Account, KECCAK256_NULL, type Address } from '@ethereumjs/util';
import { assert } from '@/lib/platform/pure/assert';
import type { StateReader } from '../../core/storage';
import type { AccountRecord } from './account';
import { readAccount, readCode, readStorage } from './read-state';
import { emptyTrieRoot } from './trie/trie';
import type { EvmCrypto } from './crypto';

/** What one block changed about one account's storage. */
export interface StorageChanges {
  /** True when the account was made anew: nothing of the slots below counts any more. */
  readonly cleared: boolean;
  /** Slot (32 bytes as Latin-1) → value without leading zeros; empty is deleted. */
  readonly slots: Map<string, Uint8Array>;
}

/** The account's fields that execution can change; the storage root follows from the slots at the end of the block. */
export type AccountState = Pick<AccountRecord, 'nonce' | 'balance' | 'codeHash'>;

/**
 * The state as @ethereumjs/evm wants it: flat reads through the given reader, changes kept in memory with an undo log.
 *
 * Nothing is hashed here; `commitState` turns the changes into a root and writes once per block. The interface is
 * asynchronous because the library asks so; nothing in here waits.
 */
export class EvmState implements StateManagerInterface {
  private base: StateReader = NO_STATE;
  private readonly baseAccounts = new Map<string, AccountRecord | undefined>();
  private readonly baseSlots = new Map<string, Uint8Array>();
  private readonly codes = new Map<string, Uint8Array>();
  private readonly undo: (() => void)[] = [];
  private readonly checkpoints: number[] = [];
  /** Values of slots before the current transaction, recorded when it first writes them (EIP-2200). */
  private readonly originals = new Map<string, Uint8Array>();

  /** Address (Latin-1) → state; undefined: the account was deleted. */
  readonly accounts = new Map<string, AccountState | undefined>();
  readonly storages = new Map<string, StorageChanges>();

  readonly originalStorageCache = {
    get: async (address: Address, slot: Uint8Array): Promise<Uint8Array> => {
      const account = latin1(address.bytes);
      return this.originals.get(account + latin1(slot)) ?? this.slot(account, address.bytes, slot);
    },
    clear: (): void => this.originals.clear(),
  };

  /** @param onCheckpoint called at each checkpoint, that is, for each message; may wait or throw */
  constructor(
    private readonly crypto: EvmCrypto,
    private readonly onCheckpoint: () => Promise<void> | undefined = () => undefined,
  ) {}

  /** Forgets everything and reads from `base` from now on. */
  attach(base: StateReader): void {
    this.base = base;
    this.baseAccounts.clear();
    this.baseSlots.clear();
    this.codes.clear();
    this.discard();
  }

  detach(): void {
    this.attach(NO_STATE);
  }

  /** Forgets the changes, keeps what was read. */
  discard(): void {
    this.accounts.clear();
    this.storages.clear();
    this.originals.clear();
    this.undo.length = 0;
    this.checkpoints.length = 0;
  }

  baseAccount(address: string): AccountRecord | undefined {
    const known = this.baseAccounts.get(address);
    if (known !== undefined || this.baseAccounts.has(address)) return known;
    const account = readAccount(this.base, bytes(address));
    this.baseAccounts.set(address, account);
    return account;
  }

  baseSlot(address: string, slot: string): Uint8Array {
    const key = address + slot;
    let value = this.baseSlots.get(key);
    if (value === undefined) {
      value = readStorage(this.base, bytes(address), bytes(slot));
      this.baseSlots.set(key, value);
    }
    return value;
  }

  account(address: Uint8Array): AccountState | undefined {
    const key = latin1(address);
    const changed = this.accounts.get(key);
    return changed !== undefined || this.accounts.has(key) ? changed : this.baseAccount(key);
  }

  setAccount(address: Uint8Array, account: AccountState | undefined): void {
    const key = latin1(address);
    const had = this.accounts.has(key);
    const before = this.accounts.get(key);
    this.undo.push(() => {
      if (had) this.accounts.set(key, before);
      else this.accounts.delete(key);
    });
    this.accounts.set(key, account);
  }

  code(codeHash: Uint8Array): Uint8Array {
    const key = latin1(codeHash);
    let code = this.codes.get(key);
    if (code === undefined) {
      code = readCode(this.base, codeHash);
      this.codes.set(key, code);
    }
    return code;
  }

  private slot(address: string, addressBytes: Uint8Array, slotBytes: Uint8Array): Uint8Array {
    assert(slotBytes.length === 32 && addressBytes.length === 20, 'a storage slot is 32 bytes of a 20-byte address');
    const slot = latin1(slotBytes);
    const changes = this.storages.get(address);
    return changes?.slots.get(slot) ?? (changes?.cleared === true ? NOTHING : this.baseSlot(address, slot));
  }

  async getAccount(address: Address): Promise<Account | undefined> {
    const account = this.account(address.bytes);
    if (account === undefined) return undefined;
    const key = latin1(address.bytes);
    const cleared = this.storages.get(key)?.cleared === true;
    const storageRoot = cleared ? undefined : this.baseAccount(key)?.storageRoot;
    // The library changes the object it is given, so each caller gets its own.
    return new Account(account.nonce, account.balance, storageRoot ?? emptyTrieRoot(this.crypto.keccak256), account.codeHash);
  }

  async putAccount(address: Address, account?: Account): Promise<void> {
    const state = account === undefined ? undefined : { nonce: account.nonce, balance: account.balance, codeHash: account.codeHash };
    this.setAccount(address.bytes, state);
  }

  async deleteAccount(address: Address): Promise<void> {
    this.setAccount(address.bytes, undefined);
    await this.clearStorage(address);
  }

  async modifyAccountFields(address: Address, fields: AccountFields): Promise<void> {
    const account = this.account(address.bytes) ?? EMPTY_ACCOUNT;
    this.setAccount(address.bytes, {
      nonce: fields.nonce ?? account.nonce,
      balance: fields.balance ?? account.balance,
      codeHash: fields.codeHash ?? account.codeHash,
    });
  }

  async putCode(address: Address, code: Uint8Array): Promise<void> {
    const codeHash = this.crypto.keccak256(code);
    this.codes.set(latin1(codeHash), code);
    this.setAccount(address.bytes, { ...(this.account(address.bytes) ?? EMPTY_ACCOUNT), codeHash });
  }

  async getCode(address: Address): Promise<Uint8Array> {
    const account = this.account(address.bytes);
    return account === undefined ? NOTHING : this.code(account.codeHash);
  }

  async getCodeSize(address: Address): Promise<number> {
    return (await this.getCode(address)).length;
  }

  async getStorage(address: Address, slot: Uint8Array): Promise<Uint8Array> {
    return this.slot(latin1(address.bytes), address.bytes, slot);
  }

  async putStorage(address: Address, slot: Uint8Array, value: Uint8Array): Promise<void> {
    const account = latin1(address.bytes);
    const key = latin1(slot);
    const before = this.slot(account, address.bytes, slot);
    if (!this.originals.has(account + key)) this.originals.set(account + key, before);
    let changes = this.storages.get(account);
    if (changes === undefined) {
      changes = { cleared: false, slots: new Map() };
      this.storages.set(account, changes);
    }
    const { slots } = changes;
    const previous = slots.get(key);
    this.undo.push(() => {
      if (previous === undefined) slots.delete(key);
      else slots.set(key, previous);
    });
    slots.set(key, withoutLeadingZeros(value));
  }

  async clearStorage(address: Address): Promise<void> {
    const key = latin1(address.bytes);
    const before = this.storages.get(key);
    this.undo.push(() => {
      if (before === undefined) this.storages.delete(key);
      else this.storages.set(key, before);
    });
    this.storages.set(key, { cleared: true, slots: new Map() });
  }

  async checkpoint(): Promise<void> {
    this.checkpoints.push(this.undo.length);
    await this.onCheckpoint();
  }

  async commit(): Promise<void> {
    assert(this.checkpoints.pop() !== undefined, 'a checkpoint is committed that was never made');
    if (this.checkpoints.length === 0) this.undo.length = 0;
  }

  async revert(): Promise<void> {
    const mark = this.checkpoints.pop();
    assert(mark !== undefined, 'a checkpoint is reverted that was never made');
    while (this.undo.length > mark) this.undo.pop()?.();
  }

  /** The library's own block and genesis handling is not used, so roots are nobody's business here. */
  async getStateRoot(): Promise<Uint8Array> {
    throw new Error('the state root is made by commitState, once per block');
  }

  async setStateRoot(): Promise<void> {
    throw new Error('historical state is not kept');
  }

  async hasStateRoot(): Promise<boolean> {
    return false;
  }

  clearCaches(): void {
    this.attach(this.base);
  }

  shallowCopy(): StateManagerInterface {
    const copy = new EvmState(this.crypto);
    copy.attach(this.base);
    return copy;
  }
}

/** Bytes as a string of characters 0 to 255: the cheapest key a Map can have. */
export function latin1(value: Uint8Array): string {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1');
}

export function bytes(value: string): Uint8Array {
  return new Uint8Array(Buffer.from(value, 'latin1'));
}

function withoutLeadingZeros(value: Uint8Array): Uint8Array {
  let start = 0;
  while (start < value.length && value[start] === 0) start++;
  return start === 0 ? value : value.slice(start);
}

const NOTHING = new Uint8Array(0);
export const EMPTY_ACCOUNT: AccountState = { nonce: 0n, balance: 0n, codeHash: KECCAK256_NULL };

const NO_STATE: StateReader = {
  get() {
    throw new Error('the EVM is not attached to a state');
  },
  range() {
    throw new Error('the EVM is not attached to a state');
  },
};
