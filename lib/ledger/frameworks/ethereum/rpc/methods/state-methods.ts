import { readAccount, readCode, readStorage } from '../../../../vm/evm';
import { data, quantity, word } from '../hex';
import { addressParam, blockOrHeadParam, parseParams, slotParam } from '../params';
import { requireHeadState } from '../read-context';
import type { ReadMethod } from './read-method';

/** Accounts at the head. */
export const stateMethods = {
  eth_getBalance: (params, context) => {
    const [address, block] = parseParams([addressParam, blockOrHeadParam], params);
    requireHeadState(context, block);
    return quantity(readAccount(context.view.state, address)?.balance ?? 0n);
  },
  eth_getTransactionCount: (params, context) => {
    const [address, block] = parseParams([addressParam, blockOrHeadParam], params);
    requireHeadState(context, block);
    return quantity(readAccount(context.view.state, address)?.nonce ?? 0n);
  },
  eth_getCode: (params, context) => {
    const [address, block] = parseParams([addressParam, blockOrHeadParam], params);
    requireHeadState(context, block);
    const account = readAccount(context.view.state, address);
    return account === undefined ? '0x' : data(readCode(context.view.state, account.codeHash));
  },
  eth_getStorageAt: (params, context) => {
    const [address, slot, block] = parseParams([addressParam, slotParam, blockOrHeadParam], params);
    requireHeadState(context, block);
    return word(readStorage(context.view.state, address, slot));
  },
} satisfies Record<string, ReadMethod>;
