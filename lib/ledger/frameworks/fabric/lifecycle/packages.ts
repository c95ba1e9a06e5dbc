import type { InstalledPackage, PackageUse } from './installed-packages';
import type { LifecycleInvocation } from './invocation';
import { LifecycleRefusal } from './lifecycle-refusal';

/** A package with what runs from it, by channel. */
export interface ListedPackage extends InstalledPackage {
  readonly references: ReadonlyMap<string, { readonly chaincodes: readonly { readonly name: string; readonly version: string }[] }>;
}

/** Installs a package for this peer's organisation (lifecycle.go, InstallChaincode). Throws {@link LifecycleRefusal}. */
export async function installPackage({ packages, mspId }: LifecycleInvocation, bytes: Uint8Array): Promise<InstalledPackage> {
  const before = await packages.list(mspId);
  const installed = await packages.put(mspId, bytes);
  if ('refused' in installed) throw new LifecycleRefusal(`could not parse as a chaincode install package: ${installed.refused}`);
  if (before.some(({ packageId }) => packageId === installed.packageId)) throw new LifecycleRefusal(`chaincode already successfully installed (package ID '${installed.packageId}')`);
  return installed;
}

export async function listPackages({ packages, mspId, listUses }: LifecycleInvocation): Promise<ListedPackage[]> {
  const installed = [...(await packages.list(mspId))].sort((a, b) => Buffer.compare(Buffer.from(a.packageId), Buffer.from(b.packageId)));
  const uses = await listUses(installed.map(({ packageId }) => packageId));
  return installed.map(({ packageId, label }) => ({ packageId, label, references: referencesOf(packageId, uses) }));
}

/** Throws {@link LifecycleRefusal} when it is not installed. */
export async function findPackage(invocation: LifecycleInvocation, packageId: string): Promise<ListedPackage> {
  const found = (await listPackages(invocation)).find((one) => one.packageId === packageId);
  if (found === undefined) throw new LifecycleRefusal(`could not find chaincode with package id '${packageId}'`);
  return found;
}

/** Throws {@link LifecycleRefusal} when it is not installed. */
export async function readPackage({ packages, mspId }: LifecycleInvocation, packageId: string): Promise<Uint8Array> {
  const bytes = await packages.get(mspId, packageId);
  if (bytes === undefined) throw new LifecycleRefusal(`could not load cc install package: chaincode install package '${packageId}' not found`);
  return bytes;
}

function referencesOf(packageId: string, uses: ReadonlyMap<string, readonly PackageUse[]>): ListedPackage['references'] {
  const found = new Map<string, { chaincodes: { name: string; version: string }[] }>();
  for (const channel of [...uses.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))) {
    const chaincodes = (uses.get(channel) ?? []).filter((one) => one.packageId === packageId).map(({ name, version }) => ({ name, version }));
    if (chaincodes.length > 0) found.set(channel, { chaincodes });
  }
  return found;
}
