import { bool, bytes, embedded, embeddedBytes, int32, int64, mapOfMessages, message, repeatedMessages, repeatedStrings, string, uint64, type Decoded, type Field } from '@/lib/platform/pure/wire';

/** Collections of one chaincode. */
export const COLLECTIONS_MAX = 500;
/** Organisations, channels, packages and chaincodes that one answer names. */
export const LISTED_MAX = 10_000;

/** One arm of a choice: undefined when it is not chosen, and written also when it is empty. */
function chosen<T>(field: Field<T>): Field<T | undefined> {
  return {
    ...field,
    empty: () => undefined,
    isEmpty: (value) => value === undefined,
    read: (reader, before, progress) => field.read(reader, before ?? field.empty(), progress),
    write: (writer, value) => field.write(writer, value ?? field.empty()),
  };
}

/** lifecycle.StateMetadata: what kind of thing a name stands for, and its fields. */
export const stateMetadata = message('StateMetadata', { datatype: string(1), fields: repeatedStrings(2, 100) });
/** lifecycle.StateData: the value of one field. */
export const stateData = message('StateData', { number: chosen(int64(1)), bytes: chosen(bytes(2)), text: chosen(string(3)) });

export const endorsementInfo = message('ChaincodeEndorsementInfo', { version: string(1), initRequired: bool(2), endorsementPlugin: string(3) });
export const validationInfo = message('ChaincodeValidationInfo', { validationPlugin: string(1), validationParameter: bytes(2) });

/** protos.CollectionPolicyConfig; its policy are bytes of a common.SignaturePolicyEnvelope. */
export const collectionPolicyConfig = message('CollectionPolicyConfig', { signaturePolicy: embeddedBytes(1) });
export const staticCollectionConfig = message('StaticCollectionConfig', {
  name: string(1),
  memberOrgsPolicy: embedded(2, collectionPolicyConfig),
  requiredPeerCount: int32(3),
  maximumPeerCount: int32(4),
  blockToLive: uint64(5),
  memberOnlyRead: bool(6),
  memberOnlyWrite: bool(7),
  endorsementPolicy: embeddedBytes(8),
});
export type StaticCollectionConfig = Decoded<typeof staticCollectionConfig>;
export const collectionConfig = message('CollectionConfig', { staticCollectionConfig: embedded(1, staticCollectionConfig) });
export const collectionConfigPackage = message('CollectionConfigPackage', { config: repeatedMessages(1, COLLECTIONS_MAX, collectionConfig) });
export type CollectionConfigPackage = Decoded<typeof collectionConfigPackage>;

const nothing = message('Unavailable', {});
const localPackage = message('Local', { packageId: string(1) });
export const chaincodeSource = message('ChaincodeSource', { unavailable: embedded(1, nothing), localPackage: embedded(2, localPackage) });

const proposedFields = {
  sequence: int64(1),
  name: string(2),
  version: string(3),
  endorsementPlugin: string(4),
  validationPlugin: string(5),
  validationParameter: bytes(6),
  collections: embedded(7, collectionConfigPackage),
  initRequired: bool(8),
};
export const approveArgs = message('ApproveChaincodeDefinitionForMyOrgArgs', { ...proposedFields, source: embedded(9, chaincodeSource) });
export const commitArgs = message('CommitChaincodeDefinitionArgs', proposedFields);
export const checkCommitReadinessArgs = message('CheckCommitReadinessArgs', proposedFields);
export type ProposedDefinition = Decoded<typeof commitArgs>;

export const installArgs = message('InstallChaincodeArgs', { chaincodeInstallPackage: bytes(1) });
export const packageIdArgs = message('QueryInstalledChaincodeArgs', { packageId: string(1) });
export const queryApprovedArgs = message('QueryApprovedChaincodeDefinitionArgs', { name: string(1), sequence: int64(2) });
export const queryDefinitionArgs = message('QueryChaincodeDefinitionArgs', { name: string(1) });
export const noArgs = message('NoArgs', {});

export const noResult = message('NoResult', {});
/** Note the order: the package id comes first here, and the label in {@link installedChaincode}'s second place. */
export const installResult = message('InstallChaincodeResult', { packageId: string(1), label: string(2) });
export const getPackageResult = message('GetInstalledChaincodePackageResult', { chaincodeInstallPackage: bytes(1) });
const reference = message('Chaincode', { name: string(1), version: string(2) });
const references = message('References', { chaincodes: repeatedMessages(1, LISTED_MAX, reference) });
/** Result of QueryInstalledChaincode, and each entry of the one of QueryInstalledChaincodes. References by channel. */
export const installedChaincode = message('InstalledChaincode', { packageId: string(1), label: string(2), references: mapOfMessages(3, LISTED_MAX, () => references) });
export const queryInstalledResult = message('QueryInstalledChaincodesResult', { installedChaincodes: repeatedMessages(1, LISTED_MAX, installedChaincode) });

/** An entry of a map from text to bool, which has both fields also when they are empty. */
const approval = message('ApprovalsEntry', { mspId: { ...string(1), isEmpty: () => false }, approved: { ...bool(2), isEmpty: () => false } });
export const checkCommitReadinessResult = message('CheckCommitReadinessResult', { approvals: repeatedMessages(1, LISTED_MAX, approval) });

const definedFields = {
  sequence: int64(1),
  version: string(2),
  endorsementPlugin: string(3),
  validationPlugin: string(4),
  validationParameter: bytes(5),
  collections: embedded(6, collectionConfigPackage),
  initRequired: bool(7),
};
export const queryApprovedResult = message('QueryApprovedChaincodeDefinitionResult', { ...definedFields, source: embedded(8, chaincodeSource) });
export const queryDefinitionResult = message('QueryChaincodeDefinitionResult', { ...definedFields, approvals: repeatedMessages(8, LISTED_MAX, approval) });
const listedDefinition = message('ChaincodeDefinition', {
  name: string(1),
  sequence: int64(2),
  version: string(3),
  endorsementPlugin: string(4),
  validationPlugin: string(5),
  validationParameter: bytes(6),
  collections: embedded(7, collectionConfigPackage),
  initRequired: bool(8),
});
export const queryDefinitionsResult = message('QueryChaincodeDefinitionsResult', { chaincodeDefinitions: repeatedMessages(1, LISTED_MAX, listedDefinition) });
