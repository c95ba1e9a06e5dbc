import type { Response } from '../protocol';
import type { MessageType } from '@/lib/platform/pure/wire';
import { approveDefinition } from './approve-definition';
import { checkCommitReadiness, commitDefinition, listApprovals } from './commit-definition';
import { LIFECYCLE } from './definition';
import type { LifecycleInvocation } from './invocation';
import { LifecycleRefusal } from './lifecycle-refusal';
import * as messages from './messages';
import { findPackage, installPackage, listPackages, readPackage } from './packages';
import { queryApproved, queryDefinition, queryDefinitions } from './query-definitions';
import { unmarshal } from './records';

type Run = (invocation: LifecycleInvocation, input: Uint8Array, name: string) => Promise<Uint8Array> | Uint8Array;

/** A function of `_lifecycle`: its argument and its result are one message each. */
function define<A>(type: MessageType<A>, run: (invocation: LifecycleInvocation, args: A) => Promise<Uint8Array> | Uint8Array): Run {
  return (invocation, input, name) => run(invocation, unmarshal(`could not decode input arg for *lifecycle.Invocation.${name}`, type, input));
}

const functions: ReadonlyMap<string, Run> = new Map([
  ['InstallChaincode', define(messages.installArgs, async (invocation, args) => messages.installResult.encode(await installPackage(invocation, args.chaincodeInstallPackage)))],
  ['QueryInstalledChaincode', define(messages.packageIdArgs, async (invocation, args) => messages.installedChaincode.encode(await findPackage(invocation, args.packageId)))],
  ['QueryInstalledChaincodes', define(messages.noArgs, async (invocation) => messages.queryInstalledResult.encode({ installedChaincodes: await listPackages(invocation) }))],
  [
    'GetInstalledChaincodePackage',
    define(messages.packageIdArgs, async (invocation, args) => messages.getPackageResult.encode({ chaincodeInstallPackage: await readPackage(invocation, args.packageId) })),
  ],
  [
    'ApproveChaincodeDefinitionForMyOrg',
    define(messages.approveArgs, (invocation, args) => {
      approveDefinition(invocation, args, args.source?.localPackage?.packageId ?? '');
      return messages.noResult.encode({});
    }),
  ],
  [
    'QueryApprovedChaincodeDefinition',
    define(messages.queryApprovedArgs, (invocation, { name, sequence }) => {
      const { packageId, ...approved } = queryApproved(invocation, name, sequence);
      return messages.queryApprovedResult.encode({ ...approved, source: packageId === '' ? { unavailable: {}, localPackage: undefined } : { unavailable: undefined, localPackage: { packageId } } });
    }),
  ],
  ['CheckCommitReadiness', define(messages.checkCommitReadinessArgs, (invocation, args) => messages.checkCommitReadinessResult.encode({ approvals: checkCommitReadiness(invocation, args) }))],
  [
    'CommitChaincodeDefinition',
    define(messages.commitArgs, (invocation, args) => {
      commitDefinition(invocation, args);
      return messages.noResult.encode({});
    }),
  ],
  [
    'QueryChaincodeDefinition',
    define(messages.queryDefinitionArgs, (invocation, { name }) => {
      const definition = queryDefinition(invocation, name);
      return messages.queryDefinitionResult.encode({ ...definition, approvals: listApprovals(invocation, name, definition) });
    }),
  ],
  ['QueryChaincodeDefinitions', define(messages.noArgs, (invocation) => messages.queryDefinitionsResult.encode({ chaincodeDefinitions: queryDefinitions(invocation) }))],
]);

/**
 * Runs a call of `_lifecycle`, in the order and with the words of core/chaincode/lifecycle/scc.go (Invoke). What it writes
 * stands in the simulation of its channel, which counts for nothing unless the response is a success.
 */
export async function invokeLifecycle(invocation: LifecycleInvocation): Promise<Response> {
  const { args } = invocation;
  const [name, input] = args;
  if (name === undefined) return failure('lifecycle scc must be invoked with arguments');
  if (input === undefined || args.length !== 2) return failure(`lifecycle scc operations require exactly two arguments but received ${args.length}`);
  const called = Buffer.from(name).toString('utf8');
  const denied = invocation.checkAccess(`${LIFECYCLE}/${called}`);
  if (denied !== undefined) return failure(`Failed to authorize invocation due to failed ACL check: ${denied}`);
  try {
    const run = functions.get(called);
    if (run === undefined) throw new LifecycleRefusal(`receiver *lifecycle.Invocation.${called} does not exist`);
    return { status: 200, message: '', payload: await run(invocation, input, called) };
  } catch (error) {
    if (!(error instanceof LifecycleRefusal)) throw error;
    return failure(error.status === 404 ? error.message : `failed to invoke backing implementation of '${called}': ${error.message}`, error.status);
  }
}

function failure(message: string, status = 500): Response {
  return { status, message, payload: new Uint8Array(0) };
}
