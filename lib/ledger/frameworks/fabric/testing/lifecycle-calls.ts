import type { Contract } from '@hyperledger/fabric-gateway';
import type { peer } from '@hyperledger/fabric-protos';
import lifecycle from '@hyperledger/fabric-protos/lib/peer/lifecycle/lifecycle_pb';

/** What organisations agree on. */
export interface TestDefinition {
  readonly name: string;
  readonly version?: string;
  /** The first definition of a chaincode is 1. */
  readonly sequence?: number;
  /** Bytes of a protos.ApplicationPolicy. */
  readonly policy?: Uint8Array;
  readonly collections?: peer.CollectionConfigPackage | undefined;
  readonly initRequired?: boolean;
}

/** As an organisation's administrator installs a package, by its contract `_lifecycle` of the official client; the package's id. */
export async function installPackage(contract: Contract, mspId: string, bytes: Uint8Array): Promise<string> {
  const args = new lifecycle.InstallChaincodeArgs();
  args.setChaincodeInstallPackage(bytes);
  const answer = await contract.evaluate('InstallChaincode', { arguments: [args.serializeBinary()], endorsingOrganizations: [mspId] });
  return lifecycle.InstallChaincodeResult.deserializeBinary(answer).getPackageId();
}

/** Without a package the organisation approves and runs nothing. */
export async function approveDefinition(contract: Contract, mspId: string, definition: TestDefinition, packageId?: string): Promise<void> {
  const args = new lifecycle.ApproveChaincodeDefinitionForMyOrgArgs();
  fill(args, definition);
  if (packageId !== undefined) {
    const local = new lifecycle.ChaincodeSource.Local();
    local.setPackageId(packageId);
    const source = new lifecycle.ChaincodeSource();
    source.setLocalPackage(local);
    args.setSource(source);
  }
  await contract.submit('ApproveChaincodeDefinitionForMyOrg', { arguments: [args.serializeBinary()], endorsingOrganizations: [mspId] });
}

/** Without organisations the gateway chooses whose peers endorse it. */
export async function commitDefinition(contract: Contract, definition: TestDefinition, mspIds: readonly string[] = []): Promise<void> {
  const args = new lifecycle.CommitChaincodeDefinitionArgs();
  fill(args, definition);
  await contract.submit('CommitChaincodeDefinition', { arguments: [args.serializeBinary()], ...(mspIds.length > 0 ? { endorsingOrganizations: [...mspIds] } : {}) });
}

function fill(args: lifecycle.ApproveChaincodeDefinitionForMyOrgArgs | lifecycle.CommitChaincodeDefinitionArgs, { name, version = '1.0', sequence = 1, policy, collections, initRequired = false }: TestDefinition): void {
  args.setName(name);
  args.setVersion(version);
  args.setSequence(sequence);
  if (policy !== undefined) args.setValidationParameter(policy);
  args.setCollections(collections);
  args.setInitRequired(initRequired);
}
