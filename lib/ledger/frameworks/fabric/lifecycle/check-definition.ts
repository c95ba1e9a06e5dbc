import type { MspManager } from '../msp/create-msp-manager';
import { classification } from '../msp/principal';
import { FabricRefusal } from '../msp/refusal';
import { decodeSignaturePolicy } from '../policy/decode-signature-policy';
import type { PolicyPrincipal, SignaturePolicy, SignatureRule } from '../policy/signature-policy';
import { mspRole } from '../protocol';
import { bytes, message, string } from '@/lib/platform/pure/wire';
import { LifecycleRefusal } from './lifecycle-refusal';
import type { CollectionConfigPackage, StaticCollectionConfig } from './messages';
import { unmarshal } from './records';

const NAME = /^[a-zA-Z0-9]+([-_][a-zA-Z0-9]+)*$/;
const VERSION = /^[A-Za-z0-9_.+-]+$/;
/** Fabric's expression, without its nested repetition, which JavaScript would need hours for. */
const COLLECTION_NAME = /^[A-Za-z0-9-][A-Za-z0-9_-]*$/;
const SYSTEM_NAMES: ReadonlySet<string> = new Set(['cscc', 'escc', 'lscc', 'qscc', 'vscc']);
/** What the world state has room for; Fabric has no such limits. */
const NAME_BYTES_MAX = 96;
const VERSION_CHARS_MAX = 256;
const COLLECTION_BYTES_MAX = 128;

/** msp.OrganizationUnit, as far as it is looked at. */
const organizationUnit = message('OrganizationUnit', { mspId: string(1), unit: string(2), certifiers: bytes(3) });

/** Whether a chaincode may have this name. System chaincodes have others. */
export function isChaincodeName(name: string): boolean {
  return name.length <= NAME_BYTES_MAX && NAME.test(name) && !SYSTEM_NAMES.has(name);
}

/** What a definition must be held against. */
export interface DefinitionContext {
  readonly msps: MspManager;
  /** Collections of the definition in force; undefined when there is none. Read last: the read is part of the transaction. */
  committed(): CollectionConfigPackage | undefined;
}

/**
 * Checks name, version and collections before they are approved or committed, in Fabric's order and words
 * (core/chaincode/lifecycle/scc.go, validateInput). Throws {@link LifecycleRefusal}.
 */
export function checkDefinition(name: string, version: string, collections: CollectionConfigPackage | undefined, findContext: () => DefinitionContext): void {
  if (!NAME.test(name)) throw new LifecycleRefusal(`invalid chaincode name '${name}'. Names can only consist of alphanumerics, '_', and '-' and can only begin with alphanumerics`);
  if (SYSTEM_NAMES.has(name)) throw new LifecycleRefusal(`chaincode name '${name}' is the name of a system chaincode`);
  if (name.length > NAME_BYTES_MAX) throw new LifecycleRefusal(`invalid chaincode name '${name}'. Names have at most ${NAME_BYTES_MAX} characters here`);
  if (!VERSION.test(version)) throw new LifecycleRefusal(`invalid chaincode version '${version}'. Versions can only consist of alphanumerics, '_', '-', '+', and '.'`);
  if (version.length > VERSION_CHARS_MAX) throw new LifecycleRefusal(`invalid chaincode version '${version}'. Versions have at most ${VERSION_CHARS_MAX} characters here`);
  const configs = (collections?.config ?? []).map(({ staticCollectionConfig: config }) => {
    if (config === undefined) throw new LifecycleRefusal('collection config contains unexpected payload type: <nil>');
    return config;
  });
  const { msps, committed } = findContext();
  checkCollections(configs, msps);
  checkAgainstCommitted(configs, committed());
}

function checkCollections(configs: readonly StaticCollectionConfig[], msps: MspManager): void {
  const names = new Set<string>();
  for (const config of configs) {
    const { name, maximumPeerCount, requiredPeerCount } = config;
    if (!COLLECTION_NAME.test(name)) throw new LifecycleRefusal(`invalid collection name '${name}'. Names can only consist of alphanumerics, '_', and '-' and cannot begin with '_'`);
    if (name.length > COLLECTION_BYTES_MAX) throw new LifecycleRefusal(`invalid collection name '${name}'. Names have at most ${COLLECTION_BYTES_MAX} characters here`);
    if (names.has(name)) throw new LifecycleRefusal(`collection-name: ${name} -- found duplicate in collection configuration`);
    names.add(name);
    if (maximumPeerCount < requiredPeerCount) {
      throw new LifecycleRefusal(`collection-name: ${name} -- maximum peer count (${maximumPeerCount}) cannot be less than the required peer count (${requiredPeerCount})`);
    }
    if (requiredPeerCount < 0) throw new LifecycleRefusal(`collection-name: ${name} -- requiredPeerCount (${requiredPeerCount}) cannot be less than zero`);
    checkMembers(config, msps);
  }
}

/** The members of a collection are organisations of the channel, any one of which suffices. */
function checkMembers({ name, memberOrgsPolicy }: StaticCollectionConfig, msps: MspManager): void {
  if (memberOrgsPolicy === undefined) throw new LifecycleRefusal(`collection member policy is not set for collection '${name}'`);
  if (memberOrgsPolicy.signaturePolicy === undefined) throw new LifecycleRefusal(`collection member org policy is empty for collection '${name}'`);
  const policy = readPolicy(name, memberOrgsPolicy.signaturePolicy);
  checkAlternatives(name, policy.rule);
  for (const principal of policy.principals) checkPrincipal(name, principal, msps);
}

function readPolicy(name: string, bytesOfPolicy: Uint8Array): SignaturePolicy {
  try {
    return decodeSignaturePolicy(bytesOfPolicy);
  } catch (error) {
    if (error instanceof FabricRefusal) throw new LifecycleRefusal(`invalid member org policy for collection '${name}': ${error.message}`);
    throw error;
  }
}

function checkAlternatives(name: string, rule: SignatureRule): void {
  if (rule.kind === 'signedBy') return;
  if (rule.n !== 1) throw new LifecycleRefusal(`collection-name: ${name} -- error in member org policy: signature policy is not an OR concatenation, NOutOf ${rule.n}`);
  for (const inner of rule.rules) checkAlternatives(name, inner);
}

function checkPrincipal(name: string, { raw }: PolicyPrincipal, msps: MspManager): void {
  const at = `collection-name: ${name} --`;
  const checkMember = (mspId: string): void => {
    if (!msps.msps.has(mspId)) throw new LifecycleRefusal(`${at} collection member '${mspId}' is not part of the channel`);
  };
  switch (raw.classification) {
    case classification.role:
      return checkMember(unmarshal(`${at} cannot unmarshal identity bytes into MSPRole`, mspRole, raw.principal).mspId);
    case classification.organizationUnit:
      return checkMember(unmarshal(`${at} cannot unmarshal identity bytes into OrganizationUnit`, organizationUnit, raw.principal).mspId);
    case classification.identity:
      return checkIdentity(at, raw.principal, msps);
    default:
      throw new LifecycleRefusal(`${at} principal type ${nameOf(raw.classification)} is not supported`);
  }
}

function checkIdentity(at: string, identity: Uint8Array, msps: MspManager): void {
  try {
    msps.deserializeIdentity(identity);
  } catch (error) {
    if (error instanceof FabricRefusal) throw new LifecycleRefusal(`${at} contains an identity that is not part of the channel`);
    throw error;
  }
}

function nameOf(kind: number): string {
  return { [classification.anonymity]: 'ANONYMITY', [classification.combined]: 'COMBINED' }[kind] ?? String(kind);
}

/** Collections never leave a chaincode, and keep their time to live: data that stand there depend on it. */
function checkAgainstCommitted(configs: readonly StaticCollectionConfig[], committed: CollectionConfigPackage | undefined): void {
  if (committed === undefined || committed.config.length === 0) return;
  if (configs.length === 0) throw new LifecycleRefusal('the proposed collection config does not contain previously defined collections');
  const proposed = new Map(configs.map((config) => [config.name, config]));
  for (const { staticCollectionConfig: before } of committed.config) {
    if (before === undefined) throw new LifecycleRefusal('unknown collection configuration type');
    const after = proposed.get(before.name);
    if (after === undefined) throw new LifecycleRefusal(`existing collection [${before.name}] missing in the proposed collection configuration`);
    if (after.blockToLive !== before.blockToLive) {
      throw new LifecycleRefusal(`the BlockToLive in an existing collection [${before.name}] modified. Existing value [${before.blockToLive}]`);
    }
  }
}
