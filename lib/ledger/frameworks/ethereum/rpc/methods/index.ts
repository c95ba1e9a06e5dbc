import { blockMethods } from './block-methods';
import { callMethods } from './call-methods';
import { logMethods } from './log-methods';
import { nodeMethods } from './node-methods';
import type { ReadMethod } from './read-method';
import { stateMethods } from './state-methods';
import { transactionMethods } from './transaction-methods';

/** Every method that reads, by name. The only one that writes is eth_sendRawTransaction, which the door handles. */
export const readMethods: ReadonlyMap<string, ReadMethod> = new Map<string, ReadMethod>(
  Object.entries({ ...nodeMethods, ...stateMethods, ...callMethods, ...blockMethods, ...transactionMethods, ...logMethods }),
);
