import { bool, bytes, embedded, embeddedBytes, int32, mapOfBytes, mapOfBytesByNumber, message, repeatedBytes, repeatedMessages, string, uint64, type Decoded } from '@/lib/platform/pure/wire';
import { ACTIONS_MAX, ARGUMENTS_MAX, BLOCK_TRANSACTIONS_MAX, ENDORSEMENTS_MAX, TRANSIENT_ENTRIES_MAX } from '../limits';
import { timestamp } from './envelopes-and-blocks';

export const signedProposal = message('SignedProposal', { proposalBytes: bytes(1), signature: bytes(2) });
export type SignedProposal = Decoded<typeof signedProposal>;

export const proposal = message('Proposal', { header: bytes(1), payload: bytes(2), extension: bytes(3) });

export const chaincodeId = message('ChaincodeID', { path: string(1), name: string(2), version: string(3) });
export type ChaincodeId = Decoded<typeof chaincodeId>;

export const chaincodeHeaderExtension = message('ChaincodeHeaderExtension', { chaincodeId: embedded(2, chaincodeId) });

export const chaincodeProposalPayload = message('ChaincodeProposalPayload', { input: bytes(1), transientMap: mapOfBytes(2, TRANSIENT_ENTRIES_MAX) });

export const chaincodeInput = message('ChaincodeInput', {
  args: repeatedBytes(1, ARGUMENTS_MAX),
  decorations: mapOfBytes(2, TRANSIENT_ENTRIES_MAX),
  isInit: bool(3),
});

export const chaincodeSpec = message('ChaincodeSpec', { type: int32(1), chaincodeId: embedded(2, chaincodeId), input: embedded(3, chaincodeInput), timeout: int32(4) });

export const chaincodeInvocationSpec = message('ChaincodeInvocationSpec', { chaincodeSpec: embedded(1, chaincodeSpec) });

export const endorsement = message('Endorsement', { endorser: bytes(1), signature: bytes(2) });
export type Endorsement = Decoded<typeof endorsement>;

export const response = message('Response', { status: int32(1), message: string(2), payload: bytes(3) });
export type Response = Decoded<typeof response>;

/** `interest` holds what an endorser tells the gateway about policies: bytes of a ChaincodeInterest. */
export const proposalResponse = message('ProposalResponse', {
  version: int32(1),
  timestamp: embedded(2, timestamp),
  response: embedded(4, response),
  payload: bytes(5),
  endorsement: embedded(6, endorsement),
  interest: embeddedBytes(7),
});
export type ProposalResponse = Decoded<typeof proposalResponse>;

export const proposalResponsePayload = message('ProposalResponsePayload', { proposalHash: bytes(1), extension: bytes(2) });

export const chaincodeAction = message('ChaincodeAction', { results: bytes(1), events: bytes(2), response: embedded(3, response), chaincodeId: embedded(4, chaincodeId) });
export type ChaincodeAction = Decoded<typeof chaincodeAction>;

export const chaincodeEvent = message('ChaincodeEvent', { chaincodeId: string(1), txId: string(2), eventName: string(3), payload: bytes(4) });
export type ChaincodeEvent = Decoded<typeof chaincodeEvent>;

export const transactionAction = message('TransactionAction', { header: bytes(1), payload: bytes(2) });

export const transaction = message('Transaction', { actions: repeatedMessages(1, ACTIONS_MAX, transactionAction) });

export const chaincodeEndorsedAction = message('ChaincodeEndorsedAction', {
  proposalResponsePayload: bytes(1),
  endorsements: repeatedMessages(2, ENDORSEMENTS_MAX, endorsement),
});

export const chaincodeActionPayload = message('ChaincodeActionPayload', { chaincodeProposalPayload: bytes(1), action: embedded(2, chaincodeEndorsedAction) });

export const filteredChaincodeAction = message('FilteredChaincodeAction', { chaincodeEvent: embedded(1, chaincodeEvent) });

export const filteredTransactionActions = message('FilteredTransactionActions', { chaincodeActions: repeatedMessages(1, ACTIONS_MAX, filteredChaincodeAction) });

export const filteredTransaction = message('FilteredTransaction', {
  txId: string(1),
  type: int32(2),
  validationCode: int32(3),
  transactionActions: embedded(4, filteredTransactionActions),
});
export type FilteredTransaction = Decoded<typeof filteredTransaction>;

export const filteredBlock = message('FilteredBlock', {
  channelId: string(1),
  number: uint64(2),
  filteredTransactions: repeatedMessages(4, BLOCK_TRANSACTIONS_MAX, filteredTransaction),
});
export type FilteredBlock = Decoded<typeof filteredBlock>;

export const blockAndPrivateData = message('BlockAndPrivateData', { block: embeddedBytes(1), privateDataMap: mapOfBytesByNumber(2, BLOCK_TRANSACTIONS_MAX) });
