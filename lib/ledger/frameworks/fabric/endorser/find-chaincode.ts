import type { ChaincodeDefinition } from '../chaincode-definition';
import { LIFECYCLE, LifecycleRefusal, readSequence } from '../lifecycle';
import type { Simulator } from '../state';
import { ExecutionFailed } from './execution-failed';
import { lifecycleOf } from './lifecycle-of-view';
import type { SimulationView, EndorserPorts } from './ports';

/** System chaincodes; all of them have this version. */
export const SYSTEM_VERSION = 'syscc';
const systemNames: ReadonlySet<string> = new Set([LIFECYCLE, 'cscc', 'lscc', 'qscc']);

export function isSystemChaincode(name: string): boolean {
  return systemNames.has(name);
}

/** A chaincode as an organisation runs it. */
export interface RunnableChaincode {
  readonly definition: ChaincodeDefinition;
  readonly packageId: string;
}

/**
 * What an organisation runs for a chaincode of the channel; the sequence of its definition becomes a part of what the
 * transaction depends on (core/chaincode/lifecycle/endorsement_info.go). Throws {@link ExecutionFailed}.
 */
export async function findChaincode(ports: EndorserPorts, view: SimulationView, simulator: Simulator, mspId: string, name: string): Promise<RunnableChaincode> {
  const { channelId } = view;
  const lifecycle = lifecycleOf(view);
  const sequence = readInForce(simulator, channelId, name);
  if (sequence === 0n) throw new ExecutionFailed(`chaincode ${name} not found`);
  const definition = lifecycle.find(name);
  if (definition === undefined) throw new ExecutionFailed(`could not get approved chaincode info from cache: unknown chaincode '${name}' for channel '${channelId}'`);
  const installed = (await ports.packages.list(mspId)).map(({ packageId }) => packageId);
  const { isApproved, packageId } = lifecycle.approvalOf(name, mspId, installed);
  if (!isApproved) throw new ExecutionFailed(`chaincode definition for '${name}' at sequence ${sequence} on channel '${channelId}' has not yet been approved by this org`);
  if (packageId === undefined) throw new ExecutionFailed(`chaincode definition for '${name}' exists, but chaincode is not installed`);
  return { definition, packageId };
}

/** Whether an organisation runs a chaincode of the channel, as gateways ask it of peers. */
export async function runsChaincode(ports: EndorserPorts, view: SimulationView, mspId: string, name: string): Promise<boolean> {
  if (isSystemChaincode(name)) return true;
  const lifecycle = lifecycleOf(view);
  if (lifecycle.find(name) === undefined) return false;
  const installed = (await ports.packages.list(mspId)).map(({ packageId }) => packageId);
  const { isApproved, packageId } = lifecycle.approvalOf(name, mspId, installed);
  return isApproved && packageId !== undefined;
}

function readInForce(simulator: Simulator, channelId: string, name: string): bigint {
  try {
    return readSequence((key) => simulator.getState(LIFECYCLE, key), name);
  } catch (error) {
    if (error instanceof LifecycleRefusal) throw new ExecutionFailed(`could not get current sequence for chaincode '${name}' on channel '${channelId}': ${error.message}`);
    throw error;
  }
}
