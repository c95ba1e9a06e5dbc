import { privateKeyToAccount } from 'viem/accounts';

/** Transfers of nothing, signed before the clock starts: gas is free on a sub-chain, so nobody has to be funded. */
export interface TransferLane {
  /** The next signed transfer of this sender. Throws when more are taken than were signed. */
  take(): Uint8Array;
}

const recipient = '0x00000000000000000000000000000000000000c0';

export async function signTransfers(chainId: number, lanes: number, perLane: number, firstKey = 1): Promise<TransferLane[]> {
  return Promise.all(
    Array.from({ length: lanes }, async (_, lane) => {
      const account = privateKeyToAccount(`0x${(firstKey + lane).toString(16).padStart(64, '0')}`);
      const sign = (nonce: number) => account.signTransaction({ type: 'eip1559', chainId, nonce, to: recipient, value: 0n, gas: 21_000n, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n });
      const signed: Uint8Array[] = [];
      for (let nonce = 0; nonce < perLane; nonce += 1) signed.push(Buffer.from((await sign(nonce)).slice(2), 'hex'));
      let next = 0;
      return {
        take: () => {
          const bytes = signed[next++];
          if (bytes === undefined) throw new RangeError('more transfers were taken than signed');
          return bytes;
        },
      };
    }),
  );
}
