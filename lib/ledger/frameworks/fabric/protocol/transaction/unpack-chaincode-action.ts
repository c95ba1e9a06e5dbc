import {
  chaincodeAction,
  chaincodeEvent,
  chaincodeHeaderExtension,
  type ChaincodeEvent,
  type ChaincodeId,
  type Response,
} from '../messages';
import { decodeOrInvalid } from './decode-or-invalid';
import type { EndorsedAction } from './unpack-endorsed-action';
import type { UnpackedHeaders } from './unpack-headers';
import { TransactionInvalid } from './validation-codes';

/** What a call did, as its endorsers agreed. */
export interface UnpackedAction {
  /** Bytes of a TxReadWriteSet. */
  readonly results: Uint8Array;
  readonly event: ChaincodeEvent | undefined;
  readonly response: Response | undefined;
  /** Whose policy decides; its name is that of the header. */
  readonly chaincode: ChaincodeId;
}

/** Namespaces of a TxReadWriteSet, each as often as it stands there; undefined when the bytes are none. */
export type ReadNamespaces = (results: Uint8Array) => readonly string[] | undefined;

/**
 * Reads what was endorsed and checks that it agrees with the header
 * (core/committer/txvalidator/v20/plugindispatcher/dispatcher.go). Throws {@link TransactionInvalid}.
 */
export function unpackChaincodeAction({ channelHeader }: UnpackedHeaders, { responsePayload, extension }: EndorsedAction, readNamespaces: ReadNamespaces): UnpackedAction {
  const { chaincodeId: named } = decodeOrInvalid(chaincodeHeaderExtension, channelHeader.extension, 'BAD_HEADER_EXTENSION');
  if (responsePayload.length === 0) throw new TransactionInvalid('BAD_RESPONSE_PAYLOAD', 'no payload in ChaincodeActionPayload');
  if (extension.length === 0) throw new TransactionInvalid('BAD_RESPONSE_PAYLOAD', 'response payload is missing extension');
  const { results, events, response, chaincodeId: chaincode } = decodeOrInvalid(chaincodeAction, extension, 'BAD_RESPONSE_PAYLOAD');
  const namespaces = readNamespaces(results);
  if (namespaces === undefined) throw new TransactionInvalid('BAD_RWSET', 'txRWSet.FromProtoBytes failed');
  if (named === undefined) throw new TransactionInvalid('INVALID_OTHER_REASON', 'nil ChaincodeId in header extension');
  if (chaincode === undefined) throw new TransactionInvalid('INVALID_OTHER_REASON', 'nil ChaincodeId in ChaincodeAction');
  checkChaincode(named.name, chaincode);
  const event = events.length === 0 ? undefined : decodeOrInvalid(chaincodeEvent, events, 'INVALID_OTHER_REASON');
  if (event !== undefined && event.chaincodeId !== named.name) {
    throw new TransactionInvalid('INVALID_OTHER_REASON', 'chaincode event chaincode id does not match chaincode action chaincode id');
  }
  const twice = namespaces.find((namespace, index) => namespaces.indexOf(namespace) !== index);
  if (twice !== undefined) throw new TransactionInvalid('ILLEGAL_WRITESET', `duplicate namespace '${twice}' in txRWSet`);
  return { results, event, response, chaincode };
}

function checkChaincode(name: string, chaincode: ChaincodeId): void {
  if (name === '') throw new TransactionInvalid('INVALID_CHAINCODE', 'invalid chaincode ID');
  if (name !== chaincode.name) throw new TransactionInvalid('INVALID_CHAINCODE', `inconsistent ccid info (${name}/${chaincode.name})`);
  if (chaincode.version === '') throw new TransactionInvalid('INVALID_CHAINCODE', 'invalid chaincode version');
}
