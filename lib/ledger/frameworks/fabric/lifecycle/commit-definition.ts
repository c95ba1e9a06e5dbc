import { sha256 } from '../../../core/crypto';
import { checkProposed, withDefaults } from './approve-definition';
import { NAMESPACES, readSequence, recordOfDefinition, recordOfParameters, toParameters, type StoredDefinition } from './definition';
import { sourceName } from './installed-packages';
import { hashesOf, publicState, requireChannel, type LifecycleInvocation } from './invocation';
import { LifecycleRefusal, within } from './lifecycle-refusal';
import type { ProposedDefinition } from './messages';
import { isWritten, writeRecord } from './records';

/** Which organisations of the channel agreed, by MSP id in the order of their names. */
export type Approvals = readonly { readonly mspId: string; readonly approved: boolean }[];

/**
 * Puts a definition in force that this peer's organisation approved; whether enough others did is for the channel's
 * policy of endorsement to say (lifecycle.go, CommitChaincodeDefinition). Throws {@link LifecycleRefusal}.
 */
export function commitDefinition(invocation: LifecycleInvocation, proposed: ProposedDefinition): void {
  within('error validating chaincode definition', () => checkProposed(invocation, proposed));
  const { organisations } = requireChannel(invocation);
  if (!organisations.some(({ mspId }) => mspId === invocation.mspId)) throw new LifecycleRefusal("impossibly, this peer's org is processing requests for a channel it is not a member of");
  const { definition, approvals } = prepare(invocation, proposed);
  within('could not serialize chaincode definition', () => writeRecord(publicState(invocation), NAMESPACES, proposed.name, recordOfDefinition(definition)));
  if (!approvals.some(({ mspId, approved }) => mspId === invocation.mspId && approved)) throw new LifecycleRefusal(`chaincode definition not agreed to by this org (${invocation.mspId})`);
}

/** Who approved what is about to be committed (CheckCommitReadiness). Throws {@link LifecycleRefusal}. */
export function checkCommitReadiness(invocation: LifecycleInvocation, proposed: ProposedDefinition): Approvals {
  return prepare(invocation, proposed).approvals;
}

function prepare(invocation: LifecycleInvocation, proposed: ProposedDefinition): { definition: StoredDefinition; approvals: Approvals } {
  const channel = requireChannel(invocation);
  const { name, sequence } = proposed;
  const next = readSequence(publicState(invocation).get, name) + 1n;
  if (sequence !== next) throw new LifecycleRefusal(`requested sequence is ${sequence}, but new definition must be sequence ${next}`);
  const definition = { sequence, ...withDefaults(channel, toParameters(proposed)) };
  return { definition, approvals: listApprovals(invocation, name, definition) };
}

/** Who approved exactly this definition (QueryOrgApprovals). */
export function listApprovals(invocation: LifecycleInvocation, name: string, definition: StoredDefinition): Approvals {
  const privateName = sourceName(name, definition.sequence);
  const record = recordOfParameters(definition);
  const mspIds = requireChannel(invocation).organisations.map(({ mspId }) => mspId).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return mspIds.map((mspId) => ({ mspId, approved: within(`serialization check failed for key ${privateName}`, () => isWritten(hashesOf(invocation, mspId), NAMESPACES, privateName, record, sha256)) }));
}
