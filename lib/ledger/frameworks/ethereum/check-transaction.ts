import { bytesEqual, bytesToHex } from '@/lib/platform/pure/bytes';
import type { CheckedTransaction } from '../../core/framework';
import type { StateReader } from '../../core/storage';
import type { Hash } from '../../core/types';
import { EMPTY_ACCOUNT, readAccount, type Evm } from '../../vm/evm';
import type { ChainRules } from './config';
import { decodeTransaction } from './decode-transaction';
import { recoverSender } from './recover-sender';
import { checkAccount, checkForm, checkNonceAhead } from './transaction-checks';

/** May this transaction wait for a block? See `Framework.checkTransaction`. Throws `TransactionRefused`. */
export async function checkTransaction(evm: Evm, rules: ChainRules, bytes: Uint8Array, state: StateReader): Promise<CheckedTransaction> {
  const transaction = decodeTransaction(evm.crypto, bytes);
  checkForm(transaction, bytes.length, rules);
  const sender = recoverSender(evm.crypto, transaction);
  const account = readAccount(state, sender) ?? EMPTY_ACCOUNT;
  checkNonceAhead(transaction, account.nonce);
  checkAccount(transaction, account, !bytesEqual(account.codeHash, EMPTY_ACCOUNT.codeHash));
  return {
    id: bytesToHex(transaction.hash) as Hash,
    bytes,
    cost: transaction.gasLimit,
    lane: { key: bytesToHex(sender), sequence: transaction.nonce, next: account.nonce },
  };
}
