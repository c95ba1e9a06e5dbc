import type { CollectionDefinition } from '../chaincode-definition';
import { LifecycleRefusal, within } from './lifecycle-refusal';
import { collectionConfigPackage, endorsementInfo, validationInfo, type CollectionConfigPackage, type ProposedDefinition } from './messages';
import { readDatatype, readMessage, readNumber, type LifecycleRecord, type ReadKey } from './records';

export const LIFECYCLE = '_lifecycle';
/** Where definitions stand; in an organisation's collection, its approvals. */
export const NAMESPACES = 'namespaces';
/** Where in an organisation's collection its packages stand. */
export const SOURCES = 'chaincode-sources';
export const DEFINITION_TYPE = 'ChaincodeDefinition';
export const PARAMETERS_TYPE = 'ChaincodeParameters';
export const LOCAL_PACKAGE_TYPE = 'ChaincodeLocalPackage';

/** What the organisations agree on, without the sequence. */
export interface Parameters {
  readonly version: string;
  readonly endorsementPlugin: string;
  readonly initRequired: boolean;
  readonly validationPlugin: string;
  /** Bytes of a protos.ApplicationPolicy. */
  readonly validationParameter: Uint8Array;
  readonly collections: CollectionConfigPackage;
}

export interface StoredDefinition extends Parameters {
  readonly sequence: bigint;
}

export function toParameters({ version, endorsementPlugin, initRequired, validationPlugin, validationParameter, collections }: ProposedDefinition): Parameters {
  return { version, endorsementPlugin, initRequired, validationPlugin, validationParameter, collections: collections ?? { config: [] } };
}

export function recordOfParameters(parameters: Parameters): LifecycleRecord {
  return { datatype: PARAMETERS_TYPE, fields: fieldsOf(parameters) };
}

export function recordOfDefinition(definition: StoredDefinition): LifecycleRecord {
  return { datatype: DEFINITION_TYPE, fields: [['Sequence', definition.sequence], ...fieldsOf(definition)] };
}

function fieldsOf({ version, endorsementPlugin, initRequired, validationPlugin, validationParameter, collections }: Parameters): LifecycleRecord['fields'] {
  return [
    ['EndorsementInfo', endorsementInfo.encode({ version, initRequired, endorsementPlugin })],
    ['ValidationInfo', validationInfo.encode({ validationPlugin, validationParameter })],
    ['Collections', collectionConfigPackage.encode(collections)],
  ];
}

export function readSequence(read: ReadKey, name: string): bigint {
  return within('could not get current sequence', () => readNumber(read, NAMESPACES, name, 'Sequence'));
}

export function readParameters(read: ReadKey, name: string): Parameters {
  const endorsement = readMessage(read, NAMESPACES, name, 'EndorsementInfo', endorsementInfo);
  const validation = readMessage(read, NAMESPACES, name, 'ValidationInfo', validationInfo);
  return { ...endorsement, ...validation, collections: readMessage(read, NAMESPACES, name, 'Collections', collectionConfigPackage) };
}

/** The definition of a name in the public state; undefined when there is none. Throws {@link LifecycleRefusal}. */
export function readDefinition(read: ReadKey, name: string): StoredDefinition | undefined {
  const datatype = within(`could not fetch metadata for namespace ${name}`, () => readDatatype(read, NAMESPACES, name));
  if (datatype === undefined) return undefined;
  return within(`could not deserialize namespace ${name} as chaincode`, () => {
    if (datatype !== DEFINITION_TYPE) throw new LifecycleRefusal(`type name mismatch '${DEFINITION_TYPE}' != '${datatype}'`);
    return { sequence: readNumber(read, NAMESPACES, name, 'Sequence'), ...readParameters(read, name) };
  });
}

/** The collections of a definition; entries of a kind that Fabric does not know are left out. */
export function listCollections({ config }: CollectionConfigPackage): CollectionDefinition[] {
  return config.flatMap(({ staticCollectionConfig: one }) => {
    if (one === undefined) return [];
    return {
      name: one.name,
      memberPolicy: one.memberOrgsPolicy?.signaturePolicy ?? new Uint8Array(0),
      endorsementPolicy: one.endorsementPolicy,
      // So long that nobody sees the end is for ever.
      blockToLive: one.blockToLive <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(one.blockToLive) : 0,
      memberOnlyRead: one.memberOnlyRead,
      memberOnlyWrite: one.memberOnlyWrite,
      requiredPeerCount: one.requiredPeerCount,
      maxPeerCount: one.maximumPeerCount,
    };
  });
}
