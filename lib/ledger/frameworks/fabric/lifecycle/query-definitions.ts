import { DEFINITION_TYPE, LIFECYCLE, LOCAL_PACKAGE_TYPE, NAMESPACES, PARAMETERS_TYPE, readDefinition, readParameters, readSequence, SOURCES, type Parameters, type StoredDefinition } from './definition';
import { sourceName } from './installed-packages';
import { organisationState, publicState, type LifecycleInvocation } from './invocation';
import { LifecycleRefusal, within } from './lifecycle-refusal';
import { LISTED_MAX, stateMetadata } from './messages';
import { metadataKey, readDatatype, readText, unmarshal } from './records';

/** The definition in force. Throws {@link LifecycleRefusal}, 404 when there is none. */
export function queryDefinition(invocation: LifecycleInvocation, name: string): StoredDefinition {
  const stored = readDefinition(publicState(invocation).get, name);
  if (stored === undefined) throw new LifecycleRefusal(`namespace ${name} is not defined`, 404);
  return stored;
}

/** All definitions in force, by their names. Throws {@link LifecycleRefusal}. */
export function queryDefinitions(invocation: LifecycleInvocation): (StoredDefinition & { readonly name: string })[] {
  return listNames(invocation).map((name) => ({ name, ...queryDefinition(invocation, name) }));
}

function listNames(invocation: LifecycleInvocation): string[] {
  // The first read also tells who calls without a channel.
  const simulator = invocation.channel?.simulator;
  if (simulator === undefined) throw new LifecycleRefusal(`GET_STATE_BY_RANGE failed: transaction ID: ${invocation.txId}: no ledger context`);
  const prefix = metadataKey(NAMESPACES, '');
  const rows = simulator.getStateByRange(LIFECYCLE, prefix, `${prefix}\x7f`);
  const names: string[] = [];
  for (let row = rows.next(); row !== undefined; row = rows.next()) {
    if (names.length >= LISTED_MAX) throw new LifecycleRefusal(`the channel has more than ${LISTED_MAX} chaincodes: ask for one by its name`);
    const { datatype } = unmarshal(`error unmarshalling metadata for key ${row.key}`, stateMetadata, row.value);
    if (datatype === DEFINITION_TYPE) names.push(row.key.slice(prefix.length));
  }
  return names;
}

/** What this peer's organisation approved; `packageId` is empty when it runs nothing for it. */
export interface ApprovedDefinition extends Parameters {
  readonly sequence: bigint;
  readonly packageId: string;
}

/** The approval of a sequence, 0 for the latest (QueryApprovedChaincodeDefinition). Throws {@link LifecycleRefusal}. */
export function queryApproved(invocation: LifecycleInvocation, name: string, requested: bigint): ApprovedDefinition {
  const { get } = organisationState(invocation);
  const sequence = requested === 0n ? findLatest(invocation, name) : requested;
  const privateName = sourceName(name, sequence);
  const missing = (): LifecycleRefusal =>
    new LifecycleRefusal(`could not fetch approved chaincode definition (name: '${name}', sequence: '${requested}') on channel '${invocation.channel?.channelId ?? ''}'`);
  const datatype = within(`could not deserialize namespace metadata for ${privateName}`, () => readDatatype(get, NAMESPACES, privateName));
  if (datatype === undefined) throw missing();
  if (datatype !== PARAMETERS_TYPE) throw new LifecycleRefusal(`not a chaincode parameters type: ${datatype}`);
  const parameters = within(`could not deserialize chaincode parameters for ${privateName}`, () => readParameters(get, privateName));
  const source = within(`could not deserialize chaincode-source metadata for ${privateName}`, () => readDatatype(get, SOURCES, privateName));
  if (source === undefined) throw missing();
  if (source !== LOCAL_PACKAGE_TYPE) throw new LifecycleRefusal(`not a chaincode local package type: ${source}`);
  const packageId = within(`could not deserialize chaincode package for ${privateName}`, () => readText(get, SOURCES, privateName, 'PackageID'));
  return { ...parameters, sequence, packageId };
}

/** The next sequence when it is approved already, else the one in force. */
function findLatest(invocation: LifecycleInvocation, name: string): bigint {
  const current = readSequence(publicState(invocation).get, name);
  const next = within(`could not deserialize namespace metadata for next sequence ${current + 1n}`, () => readDatatype(organisationState(invocation).get, NAMESPACES, sourceName(name, current + 1n)));
  return next === undefined ? current : current + 1n;
}
