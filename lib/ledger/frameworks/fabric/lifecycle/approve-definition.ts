import { checkDefinition } from './check-definition';
import { defaultEndorsementPolicy } from './default-policies';
import { NAMESPACES, PARAMETERS_TYPE, readDefinition, readParameters, readSequence, recordOfParameters, SOURCES, toParameters, type Parameters } from './definition';
import { readCommittedCollections } from './committed-collections';
import { findDifference } from './find-difference';
import { recordOfSource, sourceName } from './installed-packages';
import { organisationState, publicState, type LifecycleChannel, type LifecycleInvocation } from './invocation';
import { LifecycleRefusal, within } from './lifecycle-refusal';
import type { ProposedDefinition } from './messages';
import { readDatatype, readText, writeRecord, type RecordState } from './records';

/**
 * An organisation approves a definition: the one in force, or the next one; which package it runs for it, if any, stays
 * with it (core/chaincode/lifecycle/lifecycle.go, ApproveChaincodeDefinitionForOrg). Throws {@link LifecycleRefusal}.
 */
export function approveDefinition(invocation: LifecycleInvocation, proposed: ProposedDefinition, packageId: string): void {
  const channel = within('error validating chaincode definition', () => checkProposed(invocation, proposed));
  const { name, sequence } = proposed;
  const state = publicState(invocation);
  const current = readSequence(state.get, name);
  if (current === sequence && sequence === 0n) throw new LifecycleRefusal('requested sequence is 0, but first definable sequence number is 1');
  if (sequence < current) throw new LifecycleRefusal(`currently defined sequence ${current} is larger than requested sequence ${sequence}`);
  if (sequence > current + 1n) throw new LifecycleRefusal(`requested sequence ${sequence} is larger than the next available sequence number ${current + 1n}`);
  const parameters = withDefaults(channel, toParameters(proposed));
  if (sequence === current) requireSame(state, name, current, parameters);
  const privately = organisationState(invocation);
  const privateName = sourceName(name, sequence);
  if (sequence === current + 1n) requireNews(privately, { name, privateName, sequence }, parameters, packageId);
  writeRecord(privately, NAMESPACES, privateName, recordOfParameters(parameters));
  // An empty package id too: so an organisation says that its peers shall not run the chaincode (any more).
  writeRecord(privately, SOURCES, privateName, recordOfSource(packageId));
}

/** Name, version and collections, in whichever channel. */
export function checkProposed(invocation: LifecycleInvocation, { name, version, collections, endorsementPlugin, validationPlugin }: ProposedDefinition): LifecycleChannel {
  checkDefinition(name, version, collections, () => {
    if (invocation.channel === undefined) throw new LifecycleRefusal("could not get channelconfig for channel ''");
    return { msps: invocation.channel.rules.msps, committed: () => readCommittedCollections(invocation, name) };
  });
  // A definition that asks for another plugin would be one that nobody can endorse or validate here.
  if (!['', 'escc'].includes(endorsementPlugin)) throw new LifecycleRefusal(`endorsement plugin '${endorsementPlugin}' is not available: use 'escc'`);
  if (!['', 'vscc'].includes(validationPlugin)) throw new LifecycleRefusal(`validation plugin '${validationPlugin}' is not available: use 'vscc'`);
  return invocation.channel as LifecycleChannel;
}

/** Fills what was left empty with the channel's defaults. */
export function withDefaults({ channelId, rules }: LifecycleChannel, parameters: Parameters): Parameters {
  return within(`could not set defaults for chaincode definition in channel ${channelId}`, () => ({
    ...parameters,
    endorsementPlugin: parameters.endorsementPlugin || 'escc',
    validationPlugin: parameters.validationPlugin || 'vscc',
    validationParameter: parameters.validationParameter.length > 0 ? parameters.validationParameter : defaultEndorsementPolicy(rules.policies, channelId),
  }));
}

function requireSame(state: RecordState, name: string, current: bigint, parameters: Parameters): void {
  const defined = readDefinition(state.get, name);
  if (defined === undefined) throw new LifecycleRefusal(`missing metadata for currently committed sequence number (${current})`);
  const difference = findDifference(defined, parameters);
  if (difference !== undefined) throw new LifecycleRefusal(`attempted to redefine the current committed sequence (${current}) for namespace ${name} with different parameters: ${difference}`);
}

/** Refuses what was approved already: the transaction would write nothing. */
function requireNews(privately: RecordState, { name, privateName, sequence }: { name: string; privateName: string; sequence: bigint }, parameters: Parameters, packageId: string): void {
  const approved = within('could not fetch uncommitted definition', () => readDatatype(privately.get, NAMESPACES, privateName));
  if (approved === undefined) return;
  const before = within(`could not deserialize namespace ${privateName} as chaincode`, () => {
    if (approved !== PARAMETERS_TYPE) throw new LifecycleRefusal(`type name mismatch '${PARAMETERS_TYPE}' != '${approved}'`);
    return readParameters(privately.get, privateName);
  });
  if (findDifference(before, parameters) !== undefined) return;
  const source = within(`could not deserialize chaincode-source metadata for ${privateName}`, () => readDatatype(privately.get, SOURCES, privateName));
  if (source === undefined) return;
  if (within(`could not deserialize chaincode package for ${privateName}`, () => readText(privately.get, SOURCES, privateName, 'PackageID')) !== packageId) return;
  throw new LifecycleRefusal(`attempted to redefine uncommitted sequence (${sequence}) for namespace ${name} with unchanged content`);
}
