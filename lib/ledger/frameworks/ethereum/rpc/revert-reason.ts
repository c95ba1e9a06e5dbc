import { bytesToUint } from '../../../vm/evm';
import { data } from './hex';
import { EXECUTION_REVERTED, RpcError } from './rpc-error';

/** Selectors of Solidity's `Error(string)` and `Panic(uint256)`. */
const ERROR_SELECTOR = '0x08c379a0';
const PANIC_SELECTOR = '0x4e487b71';
const REASON_BYTES_MAX = 16 * 1024;

/** go-ethereum's words for Solidity's panic codes. */
const PANICS: Readonly<Record<string, string>> = {
  '0': 'generic panic',
  '1': 'assert(false)',
  '17': 'arithmetic underflow or overflow',
  '18': 'division or modulo by zero',
  '33': 'enum overflow',
  '34': 'invalid encoded storage byte array accessed',
  '49': 'out-of-bounds array access; popping on an empty array',
  '50': 'out-of-bounds access of an array or bytesN',
  '65': 'out of memory',
  '81': 'uninitialized function',
};

/** The error of a reverted call, with the revert's data for clients to decode (custom errors). */
export function revertedError(output: Uint8Array): RpcError {
  const reason = revertReason(output);
  return new RpcError(EXECUTION_REVERTED, reason === undefined ? 'execution reverted' : `execution reverted: ${reason}`, data(output));
}

/** What a contract said in Solidity's two built-in ways; undefined for custom errors and bare reverts. */
export function revertReason(output: Uint8Array): string | undefined {
  const selector = data(output.subarray(0, 4));
  const body = output.subarray(4);
  if (selector === PANIC_SELECTOR && body.length === 32) {
    const code = bytesToUint(body);
    return PANICS[code.toString()] ?? `unknown panic code: 0x${code.toString(16)}`;
  }
  if (selector !== ERROR_SELECTOR || body.length < 64) return undefined;
  const offset = bytesToUint(body.subarray(0, 32));
  if (offset !== 32n) return undefined;
  const length = bytesToUint(body.subarray(32, 64));
  if (length > BigInt(Math.min(body.length - 64, REASON_BYTES_MAX))) return undefined;
  return Buffer.from(body.subarray(64, 64 + Number(length))).toString('utf8');
}
