import { chaincodeAction, chaincodeActionPayload, chaincodeEvent, channelHeader, envelope, HEADER_TYPES, METADATA_SLOTS, payload, proposalResponsePayload, transaction, type FilteredBlock, type FilteredTransaction } from '../messages';
import { WireError } from '@/lib/platform/pure/wire';
import { codeAt } from './metadata';
import { BlockInvalid, type UnpackedBlock } from './unpack-block';

/**
 * What a filtered block shows (core/peer/deliverevents.go, toFilteredBlock): each transaction's name, type and code,
 * and its chaincode's event without payload. Invalid transactions are shown too. An envelope that is none is passed
 * over, as Fabric does; throws {@link BlockInvalid} where Fabric sends no block.
 */
export function filterBlock(block: UnpackedBlock): FilteredBlock {
  const filter = block.metadata[METADATA_SLOTS.TRANSACTIONS_FILTER] ?? new Uint8Array(0);
  let channelId = '';
  const filteredTransactions: FilteredTransaction[] = [];
  block.envelopes.forEach((bytes, index) => {
    const read = readHeader(bytes);
    if (read === undefined) return;
    channelId = read.header.channelId;
    const { txId, type } = read.header;
    const transactionActions = type === HEADER_TYPES.ENDORSER_TRANSACTION ? { chaincodeActions: orInvalid(() => listEvents(read.data)) } : undefined;
    filteredTransactions.push({ txId, type, validationCode: codeAt(filter, index), transactionActions });
  });
  return { channelId, number: block.header.number, filteredTransactions };
}

function readHeader(bytes: Uint8Array) {
  let outer: Uint8Array;
  try {
    outer = envelope.decode(bytes).payload;
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return undefined;
  }
  return orInvalid(() => {
    const { header, data } = payload.decode(outer);
    return header && { header: channelHeader.decode(header.channelHeader), data };
  });
}

function listEvents(data: Uint8Array) {
  return transaction.decode(data).actions.flatMap((one) => {
    const { action } = chaincodeActionPayload.decode(one.payload);
    if (action === undefined) return [];
    const { events } = chaincodeAction.decode(proposalResponsePayload.decode(action.proposalResponsePayload).extension);
    const event = chaincodeEvent.decode(events);
    return event.chaincodeId === '' ? [] : [{ chaincodeEvent: { ...event, payload: new Uint8Array(0) } }];
  });
}

function orInvalid<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new BlockInvalid(`a transaction of the block cannot be filtered: ${error.message}`);
  }
}
