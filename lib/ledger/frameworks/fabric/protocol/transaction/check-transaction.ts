import type { FindIdentity, KnownIdentity } from '../identity';
import { HEADER_TYPES } from '../messages';
import { computeTxId } from '../tx-id';
import { unpackChaincodeAction, type ReadNamespaces, type UnpackedAction } from './unpack-chaincode-action';
import { unpackEndorsedAction, type EndorsedAction } from './unpack-endorsed-action';
import { unpackHeaders, type UnpackedHeaders } from './unpack-headers';
import { TransactionInvalid, type ValidationCodeName } from './validation-codes';

/** What a check of a transaction needs to know of its channel. */
export interface TransactionContext {
  readonly channelId: string;
  readonly findIdentity: FindIdentity;
  /** True when an earlier block has a transaction of this name, valid or not. Within a block `markDuplicates` decides. */
  readonly isKnown: (txId: string) => boolean;
  readonly readNamespaces: ReadNamespaces;
}

/** A transaction of sound form. Whether its endorsers suffice and its reads still hold is to be found out. */
export interface EndorserTransaction extends UnpackedHeaders, EndorsedAction, UnpackedAction {
  readonly creator: KnownIdentity;
}

export type TransactionVerdict =
  | { readonly kind: 'endorser'; readonly transaction: EndorserTransaction }
  /** A change of the channel's configuration, whose own signatures are inside. */
  | { readonly kind: 'config'; readonly headers: UnpackedHeaders }
  | { readonly kind: 'invalid'; readonly code: ValidationCodeName; readonly reason: string };

/**
 * Judges one transaction of a block in Fabric's order, up to where policies and state come in
 * (core/common/validation/msgvalidation.go, core/committer/txvalidator/v20/validator.go). Never throws for bytes.
 *
 * One rule is stricter: a transaction must name this channel (`TARGET_CHAIN_NOT_FOUND`). Fabric's committer leaves that
 * to the orderer.
 */
export function checkTransaction(envelopeBytes: Uint8Array, context: TransactionContext): TransactionVerdict {
  try {
    return judge(envelopeBytes, context);
  } catch (error) {
    if (!(error instanceof TransactionInvalid)) throw error;
    return { kind: 'invalid', code: error.code, reason: error.message };
  }
}

function judge(envelopeBytes: Uint8Array, { channelId, findIdentity, isKnown, readNamespaces }: TransactionContext): TransactionVerdict {
  const headers = unpackHeaders(envelopeBytes);
  const { type, txId } = headers.channelHeader;
  // The first block's configuration has neither creator nor signature; it does not come this way.
  const creator = findCreator(headers, findIdentity);
  if (type !== HEADER_TYPES.ENDORSER_TRANSACTION && type !== HEADER_TYPES.CONFIG) throw new TransactionInvalid('UNSUPPORTED_TX_PAYLOAD', 'a change of configuration comes wrapped by the orderer');
  const endorsed = type === HEADER_TYPES.ENDORSER_TRANSACTION ? checkEndorsed(headers) : undefined;
  if (headers.channelHeader.channelId !== channelId) throw new TransactionInvalid('TARGET_CHAIN_NOT_FOUND', `the transaction is for channel '${headers.channelHeader.channelId}', not for '${channelId}'`);
  if (endorsed === undefined) return { kind: 'config', headers };
  if (isKnown(txId)) throw new TransactionInvalid('DUPLICATE_TXID', `duplicate transaction found [${txId}]`);
  return { kind: 'endorser', transaction: { ...headers, ...endorsed, ...unpackChaincodeAction(headers, endorsed, readNamespaces), creator } };
}

function findCreator({ signatureHeader, payload, signature }: UnpackedHeaders, findIdentity: FindIdentity): KnownIdentity {
  const creator = findIdentity(signatureHeader.creator);
  if (creator === undefined) throw new TransactionInvalid('BAD_CREATOR_SIGNATURE', 'MSP error: the creator is of no organisation of the channel');
  if (!creator.isValid()) throw new TransactionInvalid('BAD_CREATOR_SIGNATURE', 'creator certificate is not valid');
  if (signature.length === 0 || !creator.verify(payload, signature)) throw new TransactionInvalid('BAD_CREATOR_SIGNATURE', "creator's signature over the proposal is not valid");
  return creator;
}

function checkEndorsed(headers: UnpackedHeaders): EndorsedAction {
  const { nonce, creator } = headers.signatureHeader;
  const { txId } = headers.channelHeader;
  const expected = computeTxId(nonce, creator);
  if (txId !== expected) throw new TransactionInvalid('BAD_PROPOSAL_TXID', `invalid txid. got [${txId}], expected [${expected}]`);
  return unpackEndorsedAction(headers);
}
