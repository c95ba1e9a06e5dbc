import { bytesEqual } from '@/lib/platform/pure/bytes';
import { sha256 } from '../../../core/crypto';
import type { StateReader } from '../../../core/storage';
import { keyHashOf, worldState } from '../state';
import { LIFECYCLE, LOCAL_PACKAGE_TYPE, NAMESPACES, readDefinition, recordOfParameters, SOURCES } from './definition';
import { nameImplicitCollection } from './implicit-collections';
import { LifecycleRefusal } from './lifecycle-refusal';
import { encodeField, fieldKey, isWritten, metadataKey, type LifecycleRecord } from './records';

export interface InstalledPackage {
  /** `label:` and the hexadecimal SHA-256 of the package. */
  readonly packageId: string;
  readonly label: string;
}

/** Port: the packages that the organisations have installed on this city node, each its own. */
export interface InstalledPackages {
  list(mspId: string): Promise<readonly InstalledPackage[]>;
  /** The package as it was installed; undefined when it is not there. */
  get(mspId: string, packageId: string): Promise<Uint8Array | undefined>;
  /** Keeps a package for good, or says why it is none. */
  put(mspId: string, bytes: Uint8Array): Promise<InstalledPackage | { readonly refused: string }>;
}

/** What an organisation said about the definition in force. */
export interface Approval {
  /** It agreed to exactly this definition. */
  readonly isApproved: boolean;
  /** Of the given ones, the one that it said to run; undefined when it is none of them. */
  readonly packageId: string | undefined;
}

export function sourceName(name: string, sequence: bigint): string {
  return `${name}#${sequence}`;
}

export function recordOfSource(packageId: string): LifecycleRecord {
  return { datatype: LOCAL_PACKAGE_TYPE, fields: [['PackageID', packageId]] };
}

/**
 * Whether an organisation approved the definition in force, and which of its packages it runs for it. From hashes alone,
 * which every peer of the channel has (core/chaincode/lifecycle/cache.go, update).
 */
export function findApproval(state: StateReader, name: string, mspId: string, packageIds: readonly string[]): Approval {
  return readApproval(state, name, mspId).of(packageIds);
}

/** An approval as it was read once. */
export interface StoredApproval {
  of(packageIds: readonly string[]): Approval;
}

/** The same, for whoever asks again: what is installed changes between two blocks. */
export function readApproval(state: StateReader, name: string, mspId: string): StoredApproval {
  const world = worldState(state, state);
  const stored = readDefinition((key) => world.get(LIFECYCLE, key)?.value, name);
  if (stored === undefined) return notApproved;
  const privateName = sourceName(name, stored.sequence);
  const hashOf = (key: string): Uint8Array | undefined => world.getHashed(LIFECYCLE, nameImplicitCollection(mspId), keyHashOf(key))?.value;
  if (!isWritten(hashOf, NAMESPACES, privateName, recordOfParameters(stored), sha256)) return notApproved;
  const hash = hashOf(fieldKey(SOURCES, privateName, 'PackageID'));
  return { of: (packageIds) => ({ isApproved: true, packageId: hash && packageIds.find((one) => bytesEqual(sha256(encodeField(one)), hash)) }) };
}

const notApproved: StoredApproval = { of: () => ({ isApproved: false, packageId: undefined }) };

export interface PackageUse {
  readonly packageId: string;
  readonly name: string;
  readonly version: string;
  /** Of the definition in force. */
  readonly sequence: bigint;
}

const CHAINCODES_MAX = 10_000;

/** The chaincodes of a channel that an organisation runs from these packages, by their names. */
export function listPackageUses(state: StateReader, mspId: string, packageIds: readonly string[]): PackageUse[] {
  const world = worldState(state, state);
  const prefix = metadataKey(NAMESPACES, '');
  const uses: PackageUse[] = [];
  let seen = 0;
  for (const { key } of world.range(LIFECYCLE, prefix, `${prefix}\x7f`)) {
    seen += 1;
    if (seen > CHAINCODES_MAX) break;
    const name = key.slice(prefix.length);
    const use = findUse(state, name, mspId, packageIds);
    if (use !== undefined) uses.push(use);
  }
  return uses;
}

function findUse(state: StateReader, name: string, mspId: string, packageIds: readonly string[]): PackageUse | undefined {
  const world = worldState(state, state);
  try {
    const stored = readDefinition((key) => world.get(LIFECYCLE, key)?.value, name);
    const { packageId } = findApproval(state, name, mspId, packageIds);
    return stored === undefined || packageId === undefined ? undefined : { packageId, name, version: stored.version, sequence: stored.sequence };
  } catch (error) {
    // One definition that cannot be read does not hide the others.
    if (error instanceof LifecycleRefusal) return undefined;
    throw error;
  }
}
