import { checkPrincipal } from '../msp/check-principal';
import type { Identity } from '../msp/msp';
import { validIdentities } from '../policy/valid-identities';
import type { SimulationView } from './ports';

const READERS = '/Channel/Application/Readers';
const WRITERS = '/Channel/Application/Writers';

/** Resources that a peer's own organisation rules over, whatever a channel says: who of it may. */
const ofOrganisation: ReadonlyMap<string, 'admin' | 'member'> = new Map([
  ['_lifecycle/InstallChaincode', 'admin'],
  ['_lifecycle/QueryInstalledChaincode', 'admin'],
  ['_lifecycle/GetInstalledChaincodePackage', 'admin'],
  ['_lifecycle/QueryInstalledChaincodes', 'admin'],
  ['_lifecycle/ApproveChaincodeDefinitionForMyOrg', 'admin'],
  ['_lifecycle/QueryApprovedChaincodeDefinition', 'admin'],
  ['cscc/JoinChain', 'admin'],
  ['cscc/JoinChainBySnapshot', 'admin'],
  ['cscc/JoinBySnapshotStatus', 'admin'],
  ['cscc/GetChannels', 'member'],
]);

/** Resources of a channel: the policy that holds unless its configuration names another. */
const ofChannel: ReadonlyMap<string, string> = new Map([
  ['_lifecycle/CommitChaincodeDefinition', WRITERS],
  ['_lifecycle/QueryChaincodeDefinition', WRITERS],
  ['_lifecycle/QueryChaincodeDefinitions', WRITERS],
  ['_lifecycle/CheckCommitReadiness', WRITERS],
  ['qscc/GetChainInfo', READERS],
  ['qscc/GetBlockByNumber', READERS],
  ['qscc/GetBlockByHash', READERS],
  ['qscc/GetTransactionByID', READERS],
  ['qscc/GetBlockByTxID', READERS],
  ['cscc/GetConfigBlock', READERS],
  ['cscc/GetChannelConfig', READERS],
  ['peer/Propose', WRITERS],
  ['peer/ChaincodeToChaincode', WRITERS],
  ['event/Block', READERS],
  ['event/FilteredBlock', READERS],
  ['gateway/CommitStatus', READERS],
  ['gateway/ChaincodeEvents', READERS],
]);

/** Who made a proposal: known to be its creator, by the MSPs of the channel of `view`. */
export interface Caller {
  readonly identity: Identity;
  readonly view: SimulationView | undefined;
  readonly signed: { readonly data: Uint8Array; readonly identity: Uint8Array; readonly signature: Uint8Array };
}

/**
 * Whether the caller may use a resource of a channel, or of a peer of the organisation `mspId`: undefined when it may, else
 * Fabric's words (core/aclmgmt, core/policy/policy.go).
 */
export function checkAccess(resource: string, target: AccessTarget, caller: Caller, mspId: string): string | undefined {
  const role = ofOrganisation.get(resource);
  if (role !== undefined) return checkRole(role, caller.identity, mspId);
  return checkChannelAccess(resource, target, (rules) => (target.view === caller.view ? [caller.identity] : validIdentities([caller.signed], rules.msps)));
}

/** The channel whose resource is wanted, as its configuration says it; `view` undefined: there is no such channel here. */
export interface AccessTarget {
  readonly channelId: string;
  readonly view: Pick<SimulationView, 'rules' | 'accessRules'> | undefined;
}

/** The same for a resource of a channel. `signersIn`: who signed the request, by the channel's MSPs; what it says is true. */
export function checkChannelAccess(resource: string, { channelId, view }: AccessTarget, signersIn: (rules: SimulationView['rules']) => readonly Identity[]): string | undefined {
  const fallback = ofChannel.get(resource);
  const configured = view?.accessRules.get(resource);
  if (configured !== undefined && view !== undefined) {
    const policy = view.rules.policies.findPolicy(configured);
    const reason = policy === undefined ? `policy ${configured} not found` : policy.evaluate(signersIn(view.rules));
    return reason && `failed evaluating policy on signed data during check policy [${configured}]: [${reason}]`;
  }
  if (fallback === undefined) return `Unmapped policy for ${resource}`;
  if (channelId === '') return `Failed getting local MSP principal during channelless check policy with policy [${fallback}]: [principal not found]`;
  if (view === undefined) return `Failed to get policy manager for channel [${channelId}]`;
  const reason = view.rules.policies.getPolicy(fallback).evaluate(signersIn(view.rules));
  return reason && `Failed evaluating policy on signed data during check policy on channel [${channelId}] with policy [${fallback}]: [${reason}]`;
}

function checkRole(role: 'admin' | 'member', identity: Identity, mspId: string): string | undefined {
  const name = role === 'admin' ? 'Admins' : 'Members';
  if (identity.msp.id !== mspId) return `Failed deserializing proposal creator during channelless check policy with policy [${name}]: [expected MSP ID ${mspId}, received ${identity.msp.id}]`;
  const reason = checkPrincipal(identity, { kind: 'role', mspId, role });
  return reason && `Failed verifying that proposal's creator satisfies local MSP principal during channelless check policy with policy [${name}]: [${reason}]`;
}
