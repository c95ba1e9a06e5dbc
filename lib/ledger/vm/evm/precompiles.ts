import type { Common } from '@ethereumjs/common';
import { EVMError, getActivePrecompiles, type CustomPrecompile, type PrecompileFunc } from '@ethereumjs/evm';
import { Address } from '@ethereumjs/util';
import { hexToBytes } from '@/lib/platform/pure/bytes';
import type { TurnKeeper } from './turn-keeper';

/**
 * Most gas that one call of a precompile may cost; a dearer one fails as if it had run out of gas. A precompile runs
 * in one piece, and nothing else of the process runs meanwhile: at Ethereum's prices 30 million gas of BLAKE2 or of
 * pairings are more than ten seconds in JavaScript. 1 million are 28 pairings, or RSA with 2,048 bits.
 */
export const PRECOMPILE_GAS_MAX = 1_000_000n;

const POINT_EVALUATION = '000000000000000000000000000000000000000a';

/** The fork's precompiles, capped, and counted as work of the current slice. */
export function boundedPrecompiles(common: Common, turn: TurnKeeper): CustomPrecompile[] {
  return [...getActivePrecompiles(common)].map(([address, precompile]) => ({
    address: new Address(hexToBytes(address)),
    function: address === POINT_EVALUATION ? refusePointEvaluation : bounded(precompile, turn),
  }));
}

function bounded(precompile: PrecompileFunc, turn: TurnKeeper): PrecompileFunc {
  return async (input) => {
    const isCapped = input.gasLimit > PRECOMPILE_GAS_MAX;
    const result = await precompile(isCapped ? { ...input, gasLimit: PRECOMPILE_GAS_MAX } : input);
    await turn.spend(Number(result.executionGasUsed));
    // A failed precompile takes all the gas it was given, not only what it was allowed to use.
    return isCapped && result.exceptionError !== undefined ? { ...result, executionGasUsed: input.gasLimit } : result;
  };
}

/**
 * There are no blobs on a sub-chain, so nothing can be evaluated: the precompile fails like one given a wrong proof.
 * (Without trusted set-up the library would throw, and an exception while a block is executed stops the peer.)
 */
const refusePointEvaluation: PrecompileFunc = ({ gasLimit }) => ({
  executionGasUsed: gasLimit,
  exceptionError: new EVMError(EVMError.errorMessages.INVALID_PROOF),
  returnValue: new Uint8Array(0),
});
