import type { Response } from '../protocol';
import { invokeCscc } from './invoke-cscc';
import { invokeLscc } from './invoke-lscc';
import { invokeQscc } from './invoke-qscc';
import type { SystemLedger } from './ports';

/** One call of a system chaincode, on the peer of one organisation. */
export interface SystemInvocation {
  readonly args: readonly Uint8Array[];
  readonly mspId: string;
  /** The chaincode that the proposal names: qscc and cscc answer nobody else. */
  readonly proposedChaincode: string;
  readonly ledger: SystemLedger;
  /** Undefined when the caller may use a resource of a channel, else the reason. */
  checkAccess(resource: string, channelId: string): Promise<string | undefined>;
}

const chaincodes: ReadonlyMap<string, (invocation: SystemInvocation) => Promise<Response>> = new Map([
  ['cscc', invokeCscc],
  ['lscc', invokeLscc],
  ['qscc', invokeQscc],
]);

/** Runs a call of `qscc`, `cscc` or `lscc`; undefined for every other name. */
export function invokeSystemChaincode(name: string, invocation: SystemInvocation): Promise<Response> | undefined {
  return chaincodes.get(name)?.(invocation);
}
