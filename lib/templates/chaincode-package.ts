import { buildPackage, openPackage, packageLimits, type BuiltPackage } from '@/lib/chaincode-packages';
import { providedPackages } from '@/lib/sandbox/client';
import assetTransfer from './artefacts/asset-transfer-chaincode.json';
import evidenceNotary from './artefacts/evidence-notary-chaincode.json';
import type { ChaincodeTemplateDescriptor } from './chaincode-descriptors';

const artefacts: Readonly<Record<ChaincodeTemplateDescriptor['id'], { readonly version: string; readonly files: Readonly<Record<string, string>> }>> = {
  'asset-transfer': assetTransfer,
  'evidence-notary': evidenceNotary,
};

/** A template as `_lifecycle` installs it. */
export interface TemplatePackage extends BuiltPackage {
  /** Of the template's code, for the chaincode's definition. */
  readonly version: string;
}

/**
 * The package of a ready chaincode: the same bytes and id on each machine. Throws `PackageInvalid` for a label that Fabric or a
 * city node would refuse.
 */
export function chaincodePackageOf(id: ChaincodeTemplateDescriptor['id'], label?: string): TemplatePackage {
  const { version, files } = artefacts[id];
  return { ...buildPackage({ label: label ?? `${id}_${version}`, files }), version };
}

/** What a package that somebody uploaded says of itself. */
export interface CheckedPackage {
  readonly packageId: string;
  readonly label: string;
  /** Of the code and of the indexes beside it. */
  readonly fileCount: number;
}

/**
 * Judges a publisher's own package as the city nodes will that install it, without running anything of it. Throws
 * `PackageInvalid`, whose message says what to change.
 */
export async function checkChaincodePackage(bytes: Uint8Array): Promise<CheckedPackage> {
  const { packageId, label, files } = await openPackage(bytes, (name) => providedPackages.has(name), packageLimits);
  return { packageId, label, fileCount: files.length };
}
