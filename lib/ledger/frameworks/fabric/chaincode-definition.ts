/**
 * What the organisations of a channel agreed on for one chaincode: its definition that is in force at a height
 * (lifecycle.ChaincodeEndorsementInfo, ChaincodeValidationInfo and CollectionConfigPackage of the `_lifecycle` namespace).
 */
export interface ChaincodeDefinition {
  readonly name: string;
  /** Counts the definitions of this name, from 1. */
  readonly sequence: bigint;
  readonly version: string;
  /** The chaincode refuses every call until one that initialises it was committed. */
  readonly initRequired: boolean;
  /** Bytes of a protos.ApplicationPolicy: who must endorse. */
  readonly endorsementPolicy: Uint8Array;
  readonly collections: readonly CollectionDefinition[];
}

/** One protos.StaticCollectionConfig. */
export interface CollectionDefinition {
  readonly name: string;
  /** Bytes of the common.SignaturePolicyEnvelope that says who is a member. */
  readonly memberPolicy: Uint8Array;
  /** Bytes of a protos.ApplicationPolicy for writes to the collection; undefined: the chaincode's. */
  readonly endorsementPolicy: Uint8Array | undefined;
  /** Blocks; 0: never expires. */
  readonly blockToLive: number;
  readonly memberOnlyRead: boolean;
  readonly memberOnlyWrite: boolean;
  readonly requiredPeerCount: number;
  readonly maxPeerCount: number;
}

/** The definitions in force as of one height. System chaincodes have none. */
export type FindDefinition = (name: string) => ChaincodeDefinition | undefined;
