import type { StateReader } from '../../core/storage';
import type { Channel } from './channel';
import type { OrderableEnvelope } from './check-envelope';
import type { Definitions } from './definitions';
import { FabricRefusal } from './msp/refusal';
import { validateIdentity } from './msp/validate-identity';
import { createKeyLevelValidation, listWrittenNamespaces, type KeyLevelValidation, type NamespaceWrites } from './policy/key-level';
import { validIdentities } from './policy/valid-identities';
import { checkTransaction, listEndorsements, VALIDATION_CODES, type EndorserTransaction, type ValidationCode } from './protocol';
import { readNamespacesWith } from './read-namespaces';
import { decodeMetadata, keyHashOf, worldState, type BlockTransaction, type CheckedRwset, type NamespaceRwset } from './state';

/** Judges the transactions of one block in their order, up to where reads and names come in. */
export type Judge = (envelopeBytes: Uint8Array, envelope: OrderableEnvelope, index: number) => BlockTransaction;

/**
 * Form, then endorsements, in the order of Fabric 2.5 (txvalidator/v20/validator.go, plugindispatcher/dispatcher.go). Where
 * Fabric asks namespaces in an order of chance, they are asked by name. State and definitions are those before the block.
 */
export function createJudge(channel: Channel, height: number, definitions: Definitions, state: StateReader): Judge {
  const keyLevel = createKeyLevelValidation(BigInt(height), endorsementState(definitions, state), channel.policies);
  return (envelopeBytes, { txId, identity }, index) => {
    let checked: CheckedRwset | undefined;
    const verdict = checkTransaction(envelopeBytes, {
      channelId: channel.id,
      // Its signature over this payload was verified when it was found orderable.
      findIdentity: () => ({ mspId: identity.msp.id, isValid: () => validateIdentity(identity) === undefined, verify: () => true }),
      isKnown: () => false,
      readNamespaces: readNamespacesWith((read) => (checked = read)),
    });
    const invalid = (code: ValidationCode): BlockTransaction => ({ txId, code, rwset: undefined, isEndorsed: true });
    if (verdict.kind === 'invalid') return invalid(VALIDATION_CODES[verdict.code]);
    if (verdict.kind === 'config') return invalid(VALIDATION_CODES.INVALID_CONFIG_TRANSACTION);
    if (checked?.rwset === undefined) return invalid(checked?.code ?? VALIDATION_CODES.BAD_RWSET);
    const { namespaces } = checked.rwset;
    const code = judgeEndorsements(channel, definitions, keyLevel, verdict.transaction, namespaces.map(writesOf), index);
    return code === VALIDATION_CODES.VALID ? { txId, code, rwset: checked.rwset, isEndorsed: true } : invalid(code);
  };
}

function judgeEndorsements(channel: Channel, definitions: Definitions, keyLevel: KeyLevelValidation, transaction: EndorserTransaction, writes: readonly NamespaceWrites[], index: number): ValidationCode {
  const signed = listEndorsements(transaction).map(({ statement, ...rest }) => ({ data: statement, ...rest }));
  let endorsers: ReturnType<typeof validIdentities> | undefined;
  for (const namespace of listWrittenNamespaces(transaction.chaincode.name, writes)) {
    const policy = definitions.policyOf(namespace);
    if (policy === undefined) return VALIDATION_CODES.INVALID_CHAINCODE;
    try {
      endorsers ??= validIdentities(signed, channel.msps);
    } catch (error) {
      if (error instanceof FabricRefusal) return VALIDATION_CODES.ENDORSEMENT_POLICY_FAILURE;
      throw error;
    }
    if (keyLevel.validate({ transaction: index, namespace, policy, writes, endorsers }) !== undefined) return VALIDATION_CODES.ENDORSEMENT_POLICY_FAILURE;
  }
  keyLevel.endorsed(index, writes);
  return VALIDATION_CODES.VALID;
}

function writesOf({ namespace, writes, metadataWrites, collections }: NamespaceRwset): NamespaceWrites {
  return {
    namespace,
    writes: writes.map(({ key }) => key),
    metadataWrites: metadataWrites.map(({ key }) => key),
    collections: collections.map((one) => ({ name: one.collection, hashedWrites: one.writes.map(({ keyHash }) => keyHash), hashedMetadataWrites: one.metadataWrites.map(({ keyHash }) => keyHash) })),
  };
}

/** The metadata entry in which a key's own policy lies (peer.MetaDataKeys). */
const VALIDATION_PARAMETER = 'VALIDATION_PARAMETER';

function endorsementState(definitions: Definitions, state: StateReader): Parameters<typeof createKeyLevelValidation>[1] {
  // Metadata of private keys stand beside their hashes: of the private state nothing is asked.
  const world = worldState(state, state);
  return {
    keyPolicy({ namespace, collection, key }) {
      const item = collection === '' ? world.get(namespace, textOf(key)) : world.getHashed(namespace, collection, typeof key === 'string' ? keyHashOf(key) : key);
      return item === undefined || item.metadata.length === 0 ? undefined : decodeMetadata(item.metadata).get(VALIDATION_PARAMETER);
    },
    collectionPolicy: (namespace, collection) => definitions.collectionPolicyOf(namespace, collection),
  };
}

function textOf(key: string | Uint8Array): string {
  return typeof key === 'string' ? key : Buffer.from(key).toString('utf8');
}
