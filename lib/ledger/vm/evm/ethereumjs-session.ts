import { Common, Hardfork, Mainnet } from '@ethereumjs/common';
import { createEVM, type EVM } from '@ethereumjs/evm';
import { Address } from '@ethereumjs/util';
import { assert } from '@/lib/platform/pure/assert';
import { bytesEqual, bytesToHex } from '@/lib/platform/pure/bytes';
import type { StateWrite } from '../../core/storage';
import { commitState } from './commit-state';
import type { EvmCrypto } from './crypto';
import type { AccountFields, EvmBlockContext, EvmEnvironment, EvmMessage, EvmResult, EvmSession } from './evm';
import { EMPTY_ACCOUNT, EvmState, type AccountState } from './evm-state';
import { failureOf } from './failure';
import { floorGas, intrinsicGas } from './gas';
import { boundedPrecompiles } from './precompiles';
import { TurnKeeper } from './turn-keeper';

export type EvmRules = 'prague' | 'cancun';

export interface SlotOptions {
  readonly crypto: EvmCrypto;
  readonly yieldTurn: () => Promise<void>;
  readonly rules: EvmRules;
}

/** One interpreter of the library, made once and lent to one session after the other, of whichever chain. */
export interface EvmSlot {
  readonly evm: EVM;
  readonly state: EvmState;
  readonly turn: TurnKeeper;
  readonly common: BorrowedCommon;
  readonly options: SlotOptions;
}

/** The library binds an EVM to one chain id for life; a slot serves many chains. */
class BorrowedCommon extends Common {
  lent = 0n;
  override chainId(): bigint {
    return this.lent;
  }
}

export async function createSlot(options: SlotOptions): Promise<EvmSlot> {
  const { crypto } = options;
  const common = new BorrowedCommon({
    chain: Mainnet,
    hardfork: options.rules === 'prague' ? Hardfork.Prague : Hardfork.Cancun,
    customCrypto: {
      keccak256: crypto.keccak256,
      ecrecover: (hash, v, r, s) => {
        const signature = new Uint8Array(64);
        signature.set(r ?? [], 0);
        signature.set(s ?? [], 32);
        return crypto.recoverPublicKey(hash, signature, Number(v) - 27);
      },
    },
  });
  const turn = new TurnKeeper({ pause: options.yieldTurn });
  const state = new EvmState(crypto, () => turn.enterMessage());
  const evm = await createEVM({
    common,
    stateManager: state,
    customOpcodes: [turn.jumpDestination],
    customPrecompiles: boundedPrecompiles(common, turn),
  });
  return { evm, state, turn, common, options };
}

const REFUND_QUOTIENT = 5n;

export class EthereumjsSession implements EvmSession {
  private readonly block: EthereumjsBlock;
  private readonly coinbase: Address;
  private broken = false;
  private closed = false;

  constructor(
    private readonly slot: EvmSlot,
    private readonly environment: EvmEnvironment,
    private readonly giveBack: (slot: EvmSlot, reusable: boolean) => void,
  ) {
    this.coinbase = new Address(environment.block.coinbase);
    this.block = ethereumjsBlock(environment.block, this.coinbase);
    slot.common.lent = environment.chainId;
    slot.state.attach(environment.state);
    slot.evm.blockchain = ancestors(environment.block);
  }

  account(address: Uint8Array): AccountState {
    return this.slot.state.account(address) ?? EMPTY_ACCOUNT;
  }

  hasCode(address: Uint8Array): boolean {
    return !bytesEqual(this.account(address).codeHash, EMPTY_ACCOUNT.codeHash);
  }

  async put(address: Uint8Array, fields: AccountFields): Promise<void> {
    const { state } = this.slot;
    const before = this.account(address);
    const target = new Address(address);
    state.setAccount(address, { ...before, nonce: fields.nonce ?? before.nonce, balance: fields.balance ?? before.balance });
    if (fields.code !== undefined) await state.putCode(target, fields.code);
    if (fields.clearSlots === true) await state.clearStorage(target);
    for (const { slot, value } of fields.slots ?? []) await state.putStorage(target, slot, value);
    state.originalStorageCache.clear();
  }

  async execute(message: EvmMessage, options: { readonly signal?: AbortSignal } = {}): Promise<EvmResult> {
    assert(!this.broken && !this.closed, 'an EVM session is used after it was aborted or closed');
    this.broken = true;
    this.slot.turn.begin(options.signal, this.environment.pace);
    const result = await this.run(message);
    this.broken = false;
    return result;
  }

  discard(): void {
    this.slot.state.discard();
  }

  commit(parentRoot: Uint8Array): { stateRoot: Uint8Array; writes: StateWrite[] } {
    assert(!this.broken && !this.closed, 'an EVM session is committed after it was aborted or closed');
    return commitState(this.slot.options.crypto, this.slot.state, this.environment.state, parentRoot);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.slot.state.detach();
    this.giveBack(this.slot, !this.broken);
  }

  private async run(message: EvmMessage): Promise<EvmResult> {
    const { evm, state } = this.slot;
    const { journal } = evm;
    const sender = new Address(message.from);
    const intrinsic = intrinsicGas(message);

    await journal.checkpoint();
    this.warm(message);
    const before = this.account(message.from);
    state.setAccount(message.from, {
      ...before,
      nonce: before.nonce + 1n,
      balance: before.balance - message.gasLimit * message.gasPrice,
    });

    const { execResult, createdAddress } = await evm.runCall({
      block: this.block,
      caller: sender,
      gasPrice: message.gasPrice,
      gasLimit: message.gasLimit - intrinsic,
      ...(message.to === undefined ? {} : { to: new Address(message.to) }),
      value: message.value,
      data: message.data,
      skipNonceIncrement: true,
    });

    const gasUsedFull = intrinsic + execResult.executionGasUsed;
    const floor = this.slot.options.rules === 'prague' ? floorGas(message) : 0n;
    const gasUsedMax = gasUsedFull > floor ? gasUsedFull : floor;
    const refund = min(execResult.gasRefund ?? 0n, gasUsedFull / REFUND_QUOTIENT);
    const gasUsed = max(gasUsedFull - refund, floor);
    await this.pay(message, gasUsed);

    for (const [address] of execResult.selfdestruct ?? []) {
      // EIP-6780: only a contract that was made in the same transaction goes away.
      if (execResult.createdAddresses?.has(address) !== true) continue;
      await journal.deleteAccount(new Address(Uint8Array.from(Buffer.from(address.slice(2), 'hex'))));
    }
    await journal.cleanup();
    await state.commit();
    journal.cleanJournal();
    state.originalStorageCache.clear();

    return {
      ...(execResult.exceptionError === undefined ? {} : { failure: failureOf(execResult.exceptionError) }),
      gasUsed,
      gasUsedMax,
      output: execResult.returnValue,
      logs: execResult.exceptionError === undefined ? (execResult.logs ?? []).map(([address, topics, data]) => ({ address, topics, data })) : [],
      ...(message.to === undefined && createdAddress !== undefined ? { createdAddress: createdAddress.bytes } : {}),
    };
  }

  /** EIP-2929, 2930, 3651: what a transaction may touch at the low price from its start. */
  private warm({ from, to, accessList }: EvmMessage): void {
    const { evm } = this.slot;
    const { journal } = evm;
    for (const address of evm.precompiles.keys()) journal.addAlwaysWarmAddress(address);
    journal.addAlwaysWarmAddress(bytesToHex(from));
    if (to !== undefined) journal.addAlwaysWarmAddress(bytesToHex(to));
    journal.addAlwaysWarmAddress(bytesToHex(this.coinbase.bytes));
    for (const { address, slots } of accessList) {
      const hex = bytesToHex(address);
      journal.addAlwaysWarmAddress(hex);
      for (const slot of slots) journal.addAlwaysWarmSlot(hex, bytesToHex(slot));
    }
  }

  /** Gives the sender what is left and the coinbase its fee. */
  private async pay(message: EvmMessage, gasUsed: bigint): Promise<void> {
    const { evm, state } = this.slot;
    const sender = this.account(message.from);
    const left = (message.gasLimit - gasUsed) * message.gasPrice;
    state.setAccount(message.from, { ...sender, balance: sender.balance + left });
    const coinbase = state.account(this.coinbase.bytes);
    const fee = gasUsed * (message.gasPrice - this.environment.block.baseFee);
    // Without a fee an account that is not there stays so; one that is there counts as touched (EIP-161).
    if (fee === 0n && coinbase === undefined) return;
    const account = await state.getAccount(this.coinbase);
    if (account !== undefined) {
      account.balance += fee;
      await evm.journal.putAccount(this.coinbase, account);
    } else {
      state.setAccount(this.coinbase.bytes, { ...EMPTY_ACCOUNT, balance: fee });
    }
  }
}

type EthereumjsBlock = NonNullable<Parameters<EVM['runCall']>[0]['block']>;

function ethereumjsBlock(block: EvmBlockContext, coinbase: Address): EthereumjsBlock {
  return {
    header: {
      number: block.number,
      coinbase,
      timestamp: block.timestamp,
      difficulty: 0n,
      prevRandao: block.prevRandao,
      gasLimit: block.gasLimit,
      baseFeePerGas: block.baseFee,
      getBlobGasPrice: () => 1n,
    },
  };
}

function ancestors(block: EvmBlockContext): EVM['blockchain'] {
  const chain: EVM['blockchain'] = {
    getBlock: async (number) => ({ hash: () => block.blockHash(BigInt(number)) ?? new Uint8Array(32) }),
    putBlock: async () => {
      throw new Error('blocks are not stored through the EVM');
    },
    shallowCopy: () => chain,
  };
  return chain;
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
