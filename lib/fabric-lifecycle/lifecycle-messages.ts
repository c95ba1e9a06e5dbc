import lifecycle from '@hyperledger/fabric-protos/lib/peer/lifecycle/lifecycle_pb';
import collection from '@hyperledger/fabric-protos/lib/peer/collection_pb';

/** A package may have to be unpacked and its dependencies checked. */
export const LIFECYCLE_MS_MAX = 60_000;

/** What the organisations of a channel agree on for one chaincode. */
export interface Definition {
  /** By which clients call it. */
  readonly name: string;
  readonly version: string;
  /** 1 for the first definition, one more for each change. */
  readonly sequence: number;
  /** Bytes of a protos.ApplicationPolicy; absent: the channel's own endorsement policy. */
  readonly policy?: Uint8Array | undefined;
  /** Bytes of a protos.CollectionConfigPackage; absent: no private data collections. */
  readonly collections?: Uint8Array | undefined;
  readonly isInitRequired?: boolean | undefined;
}

export interface InstalledPackage {
  /** `label:sha256`. */
  readonly packageId: string;
  readonly label: string;
}

/** Arguments of `_lifecycle`, and what its answers say (Fabric's peer/lifecycle/lifecycle.proto). */
export const messages = {
  install(bytes: Uint8Array): Uint8Array {
    const args = new lifecycle.InstallChaincodeArgs();
    args.setChaincodeInstallPackage(bytes);
    return args.serializeBinary();
  },
  installedId: (answer: Uint8Array): string => lifecycle.InstallChaincodeResult.deserializeBinary(answer).getPackageId(),
  queryInstalled: (): Uint8Array => new lifecycle.QueryInstalledChaincodesArgs().serializeBinary(),
  installed: (answer: Uint8Array): InstalledPackage[] =>
    lifecycle.QueryInstalledChaincodesResult.deserializeBinary(answer)
      .getInstalledChaincodesList()
      .map((one) => ({ packageId: one.getPackageId(), label: one.getLabel() })),
  approve(definition: Definition, packageId: string | undefined): Uint8Array {
    const args = new lifecycle.ApproveChaincodeDefinitionForMyOrgArgs();
    fill(args, definition);
    const source = new lifecycle.ChaincodeSource();
    if (packageId === undefined) source.setUnavailable(new lifecycle.ChaincodeSource.Unavailable());
    else {
      const local = new lifecycle.ChaincodeSource.Local();
      local.setPackageId(packageId);
      source.setLocalPackage(local);
    }
    args.setSource(source);
    return args.serializeBinary();
  },
  commit(definition: Definition): Uint8Array {
    const args = new lifecycle.CommitChaincodeDefinitionArgs();
    fill(args, definition);
    return args.serializeBinary();
  },
  checkReadiness(definition: Definition): Uint8Array {
    const args = new lifecycle.CheckCommitReadinessArgs();
    fill(args, definition);
    return args.serializeBinary();
  },
  readiness: (answer: Uint8Array): Map<string, boolean> => new Map(lifecycle.CheckCommitReadinessResult.deserializeBinary(answer).getApprovalsMap().getEntryList()),
  queryDefinitions: (): Uint8Array => new lifecycle.QueryChaincodeDefinitionsArgs().serializeBinary(),
  definitions: (answer: Uint8Array): Definition[] =>
    lifecycle.QueryChaincodeDefinitionsResult.deserializeBinary(answer)
      .getChaincodeDefinitionsList()
      .map((one) => ({
        name: one.getName(),
        version: one.getVersion(),
        sequence: one.getSequence(),
        policy: one.getValidationParameter_asU8(),
        collections: one.getCollections()?.serializeBinary(),
        isInitRequired: one.getInitRequired(),
      })),
} as const;

type Filled = lifecycle.ApproveChaincodeDefinitionForMyOrgArgs | lifecycle.CommitChaincodeDefinitionArgs | lifecycle.CheckCommitReadinessArgs;

function fill(args: Filled, { name, version, sequence, policy, collections, isInitRequired = false }: Definition): void {
  args.setName(name);
  args.setVersion(version);
  args.setSequence(sequence);
  if (policy !== undefined && policy.length > 0) args.setValidationParameter(policy);
  if (collections !== undefined) args.setCollections(collection.CollectionConfigPackage.deserializeBinary(collections));
  args.setInitRequired(isInitRequired);
}
