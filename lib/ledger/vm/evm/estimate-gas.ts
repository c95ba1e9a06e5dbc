import type { EvmMessage, EvmResult, EvmSession } from './evm';
import { floorGas, intrinsicGas } from './gas';

export interface GasEstimate {
  /** Least gas limit found with which the message succeeds, within {@link ERROR_RATIO} above the least there is. */
  readonly gas?: bigint;
  /** What came of the message with all the gas allowed, when even that is not enough. */
  readonly failed?: EvmResult;
}

/**
 * Searches the least gas limit in the way of go-ethereum's estimator, so that clients see the numbers they know:
 * first with everything allowed, then an optimistic guess from what was used, then halving.
 *
 * @param message its gas limit is the most that may be tried
 * @param prepare called on the untouched state before each attempt: overrides of a call
 * @throws the signal's reason when the caller's time is up
 */
export async function estimateGas(
  session: EvmSession,
  message: EvmMessage,
  { signal, prepare }: { readonly signal: AbortSignal; readonly prepare: () => Promise<void> },
): Promise<GasEstimate> {
  const least = max(intrinsicGas(message), floorGas(message));
  const attempt = async (gasLimit: bigint): Promise<EvmResult | undefined> => {
    if (gasLimit < least) return undefined;
    session.discard();
    await prepare();
    return session.execute({ ...message, gasLimit }, { signal });
  };
  const succeeds = async (gasLimit: bigint): Promise<boolean> => {
    const result = await attempt(gasLimit);
    return result !== undefined && result.failure === undefined;
  };

  const most = await attempt(message.gasLimit);
  if (most === undefined) return {};
  if (most.failure !== undefined) return { failed: most };

  let low = most.gasUsed - 1n;
  let high = message.gasLimit;
  // A call keeps a 64th of the gas for itself; the stipend is what a transfer inside may add.
  const optimistic = ((most.gasUsedMax + CALL_STIPEND) * 64n) / 63n;
  if (optimistic < high) {
    if (await succeeds(optimistic)) high = optimistic;
    else low = optimistic;
  }
  while (low + 1n < high) {
    if ((high - low) * ERROR_RATIO < high) break;
    let middle = (high + low) / 2n;
    // Most transactions need little more than they use, so the search leans towards the low side.
    if (middle > low * 2n) middle = low * 2n;
    if (await succeeds(middle)) high = middle;
    else low = middle;
  }
  return { gas: high };
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

const CALL_STIPEND = 2_300n;
/** go-ethereum stops searching within 1.5 %. */
const ERROR_RATIO = 66n;
