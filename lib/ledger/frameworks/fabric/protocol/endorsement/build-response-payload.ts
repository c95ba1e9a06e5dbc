import { chaincodeAction, chaincodeEvent, proposalResponsePayload, type Response } from '../messages';

/** What a simulation came to. */
export interface Simulation {
  /** SHA-256 of the proposal as it goes into the transaction, 32 bytes. */
  readonly proposalHash: Uint8Array;
  /** Bytes of a TxReadWriteSet; empty when nothing was simulated (qscc, cscc). */
  readonly results: Uint8Array;
  /** The event that the chaincode set; the peer writes down whose it is. */
  readonly event?: { readonly eventName: string; readonly payload: Uint8Array } | undefined;
  readonly response: Response;
  readonly chaincode: { readonly name: string; readonly version: string };
  readonly txId: string;
}

/**
 * Bytes of the ProposalResponsePayload, which every endorser has to come to (protoutil/proputils.go,
 * GetBytesProposalResponsePayload): endorsements sign them, and they go into the transaction as they are.
 */
export function buildResponsePayload({ proposalHash, results, event, response, chaincode, txId }: Simulation): Uint8Array {
  const events = event === undefined ? new Uint8Array(0) : chaincodeEvent.encode({ chaincodeId: chaincode.name, txId, ...event });
  const extension = chaincodeAction.encode({ results, events, response, chaincodeId: { path: '', ...chaincode } });
  return proposalResponsePayload.encode({ proposalHash, extension });
}
