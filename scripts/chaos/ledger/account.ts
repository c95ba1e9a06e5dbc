import { keccak256, numberToHex, stringToHex, type Hex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';

/**
 * The contract of the load, by hand: it keeps the word that it is called with for its caller, in the storage slot that is
 * the caller's address. `SSTORE(CALLER, CALLDATALOAD(0))`; in front of it what returns these six bytes as the code.
 */
export const registerCode = '0x65600035335500600052600660' + '1af3';

export interface SignedTransaction {
  readonly raw: Hex;
  readonly hash: Hex;
  readonly account: string;
  readonly nonce: number;
  /** What it writes into its account's register. */
  readonly value?: number;
}

/** Signs the transactions of one account, one after the other. The same seed and name give the same bytes. */
export class Account {
  readonly address: string;
  private readonly key: ReturnType<typeof privateKeyToAccount>;
  private nonce = 0;

  constructor(
    name: string,
    private readonly chainId: number,
    private readonly register: Hex,
  ) {
    this.key = privateKeyToAccount(keccak256(stringToHex(name)));
    this.address = this.key.address.toLowerCase();
  }

  /** The next one: it writes its number, counted from 1, or sends nothing to somebody. */
  async sign(kind: 'write' | 'transfer'): Promise<SignedTransaction> {
    const nonce = this.nonce++;
    const free = { type: 'eip1559', chainId: this.chainId, nonce, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n } as const;
    const raw =
      kind === 'write'
        ? await this.key.signTransaction({ ...free, to: this.register, data: numberToHex(nonce + 1, { size: 32 }), gas: 60_000n })
        : await this.key.signTransaction({ ...free, to: this.key.address, gas: 21_000n });
    return { raw, hash: keccak256(raw), account: this.address, nonce, ...(kind === 'write' ? { value: nonce + 1 } : {}) };
  }
}
