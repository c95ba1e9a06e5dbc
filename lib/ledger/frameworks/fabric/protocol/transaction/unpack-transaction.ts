import { unpackChaincodeAction, type ReadNamespaces, type UnpackedAction } from './unpack-chaincode-action';
import { unpackEndorsedAction, type EndorsedAction } from './unpack-endorsed-action';
import { unpackHeaders, type UnpackedHeaders } from './unpack-headers';

/** A transaction of a block, for who shows or audits it: its form is checked, nobody's signature is. */
export type UnpackedTransaction = UnpackedHeaders & EndorsedAction & UnpackedAction;

/** Reads an endorser's transaction to its innermost part. Throws `TransactionInvalid`. */
export function unpackTransaction(envelopeBytes: Uint8Array, readNamespaces: ReadNamespaces): UnpackedTransaction {
  const headers = unpackHeaders(envelopeBytes);
  const endorsed = unpackEndorsedAction(headers);
  return { ...headers, ...endorsed, ...unpackChaincodeAction(headers, endorsed, readNamespaces) };
}
