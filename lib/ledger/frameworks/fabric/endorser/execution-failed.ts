import { isChaincodeError } from '../../../vm/chaincode';
import { ChaincodeUnavailable } from './ports';

/** A call of a chaincode that came to no answer of the chaincode. The message is what Fabric's peer says of it. */
export class ExecutionFailed extends Error {
  override readonly name = 'ExecutionFailed';
}

/**
 * Why a chaincode's process gave no answer, in Fabric's words (core/chaincode/chaincode_support.go, handler.go). Other errors
 * are ours: they are thrown.
 */
export function toExecutionFailed(error: unknown, packageId: string): ExecutionFailed {
  if (error instanceof ChaincodeUnavailable) return new ExecutionFailed(`could not launch chaincode ${packageId}: ${error.message}`, { cause: error });
  // What the world failed with is no fault of the chaincode.
  if (isChaincodeError(error) && error.code !== 'world-failed') return new ExecutionFailed(`error sending: ${error.message}`, { cause: error });
  throw error;
}
