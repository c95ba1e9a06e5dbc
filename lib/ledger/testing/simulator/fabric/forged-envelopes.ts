import { buildResponsePayload, endorse, prepareTransaction } from '../../../frameworks/fabric/protocol';
import { encodeRwset } from '../../../frameworks/fabric/state';
import type { Plan } from '../plan';
import { CHAINCODE } from './chaincode';
import { rwsetOf, signEnvelope, signProposal, type SimulatedTransaction } from './envelopes';
import { ORGANISATIONS, type Organisation, type People } from './people';

/** Bytes that no honest peer may find in a block. */
export interface ForgedEnvelope {
  readonly envelope: Uint8Array;
}

const EACH = 4;

/**
 * What Byzantine peers have to put into blocks: transactions whose results their organisations made up, which count as
 * far as the policy takes their word, and one that is signed by nobody of the channel.
 */
export function forgeEnvelopes(people: People, { byzantine, seed }: Plan, organisationsOf: (host: number) => readonly Organisation[]): readonly (Omit<SimulatedTransaction, 'id'> | ForgedEnvelope)[] {
  if (byzantine.length === 0) return [];
  const endorsers = new Map(byzantine.flatMap((host) => organisationsOf(host).map((organisation) => [organisation, people.peer(organisation, host)] as const)));
  const forge = (number: number, creator: People['orderer']) => {
    const writes = [{ key: `forged-${number}`, isDelete: false, value: Buffer.from('made up') }];
    const results = encodeRwset({ namespaces: [{ namespace: CHAINCODE, reads: [], rangeQueries: [], writes, metadataWrites: [], collections: [] }] });
    const { unpacked } = signProposal({ channelId: people.channel.id, chaincode: CHAINCODE, args: ['forged'], creator, nonce: `forged ${seed} ${number}` });
    const response = { status: 200, message: '', payload: new Uint8Array(0) };
    const payload = buildResponsePayload({ proposalHash: unpacked.proposalHash, results, event: undefined, response, chaincode: { name: CHAINCODE, version: '1.0' }, txId: unpacked.txId });
    const envelope = signEnvelope(prepareTransaction(unpacked, [...endorsers.values()].map((one) => ({ payload, endorsement: endorse(payload, one) }))), creator);
    return { envelope, txId: unpacked.txId };
  };
  const made = Array.from({ length: EACH }, (_, number) => {
    const { envelope, txId } = forge(number, people.client(ORGANISATIONS[0], 'client'));
    return { envelope, txId, rwset: rwsetOf(envelope), endorsers: [...endorsers.keys()], intent: { kind: 'forged' as const }, hosts: [] };
  });
  return [...made, { envelope: forge(EACH, people.stranger).envelope }];
}
