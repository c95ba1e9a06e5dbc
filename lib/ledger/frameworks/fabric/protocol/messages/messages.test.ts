import { common, ledger, orderer, peer } from '@hyperledger/fabric-protos';
import { describe, expect, it } from 'vitest';
import { makeMessage } from '../testing/make-message';
import type { MessageType } from '@/lib/platform/pure/wire';
import * as outerTypes from './envelopes-and-blocks';
import * as configTypes from './config';
import * as peerTypes from './peer';
import * as queryTypes from './queries';

const bytes = (text: string) => Buffer.from(text);
const make = makeMessage;
const time = common.ChannelHeader.deserializeBinary(Buffer.from('1a0608a0c0b3c906', 'hex')).getTimestamp();
time?.setNanos(987_654_321);
const header = make(common.Header, { ChannelHeader: bytes('channel'), SignatureHeader: bytes('signature') });
const metadataSignature = make(common.MetadataSignature, { SignatureHeader: bytes('h'), Signature: bytes('s'), IdentifierHeader: bytes('i') });
const id = make(peer.ChaincodeID, { Path: 'path', Name: 'basic', Version: '1.0' });
const input = make(peer.ChaincodeInput, { ArgsList: [bytes('f'), bytes(''), bytes('b')], DecorationsMap: { two: bytes('2'), one: bytes('') }, IsInit: true });
const spec = make(peer.ChaincodeSpec, { Type: 2, ChaincodeId: id, Input: input, Timeout: -7 });
const response = make(peer.Response, { Status: 500, Message: 'no: ä€😀', Payload: bytes('p') });
const endorsement = make(peer.Endorsement, { Endorser: bytes('e'), Signature: bytes('s') });
const action = make(peer.TransactionAction, { Header: bytes('h'), Payload: bytes('p') });
const event = make(peer.ChaincodeEvent, { ChaincodeId: 'basic', TxId: 'ab', EventName: 'created', Payload: bytes('x') });
const filtered = make(peer.FilteredTransaction, {
  Txid: 'ab',
  Type: 3,
  TxValidationCode: 11,
  TransactionActions: make(peer.FilteredTransactionActions, { ChaincodeActionsList: [make(peer.FilteredChaincodeAction, { ChaincodeEvent: event })] }),
});
const block = make(common.Block, {
  Header: make(common.BlockHeader, { Number: 2 ** 40, PreviousHash: bytes('p'), DataHash: bytes('d') }),
  Data: make(common.BlockData, { DataList: [bytes('one'), bytes('two')] }),
  Metadata: make(common.BlockMetadata, { MetadataList: [bytes(''), bytes('b')] }),
});
const policy = make(common.ConfigPolicy, { Version: 3, Policy: make(common.Policy, { Type: 3, Value: bytes('v') }), ModPolicy: 'Admins' });
const value = make(common.ConfigValue, { Version: 2, Value: bytes('v'), ModPolicy: 'Admins' });
const inner = make(common.ConfigGroup, { Version: 9, ValuesMap: { MSP: value }, ModPolicy: 'Admins' });
const group = make(common.ConfigGroup, { Version: 1, GroupsMap: { b: inner, a: inner }, ValuesMap: { x: value }, PoliciesMap: { Readers: policy }, ModPolicy: '/Channel/Admins' });
const pvt = make(ledger.rwset.TxPvtReadWriteSet, { NsPvtRwsetList: [make(ledger.rwset.NsPvtReadWriteSet, { Namespace: 'basic' })] });
const newest = make(orderer.SeekPosition, { Newest: new orderer.SeekNewest() });
const interest = make(peer.ChaincodeInterest, { ChaincodesList: [make(peer.ChaincodeCall, { Name: 'basic' })] });

const samples: [Pick<MessageType<unknown>, 'name' | 'decode' | 'encode'>, { serializeBinary(): Uint8Array }][] = [
  [outerTypes.envelope, make(common.Envelope, { Payload: bytes('p'), Signature: bytes('s') })],
  [outerTypes.payload, make(common.Payload, { Header: header, Data: bytes('d') })],
  [
    outerTypes.channelHeader,
    make(common.ChannelHeader, { Type: 3, Version: 1, Timestamp: time, ChannelId: 'one', TxId: 'ab', Epoch: 2 ** 33, Extension$: bytes('x'), TlsCertHash: bytes('t') }),
  ],
  [outerTypes.signatureHeader, make(common.SignatureHeader, { Creator: bytes('c'), Nonce: bytes('n') })],
  [outerTypes.block, block],
  [outerTypes.blockParts, block],
  [outerTypes.metadata, make(common.Metadata, { Value: bytes('v'), SignaturesList: [metadataSignature, metadataSignature] })],
  [outerTypes.ordererBlockMetadata, make(common.OrdererBlockMetadata, { LastConfig: make(common.LastConfig, { Index: 7 }), ConsenterMetadata: bytes('c') })],
  [peerTypes.signedProposal, make(peer.SignedProposal, { ProposalBytes: bytes('p'), Signature: bytes('s') })],
  [peerTypes.proposal, make(peer.Proposal, { Header: bytes('h'), Payload: bytes('p'), Extension$: bytes('x') })],
  [peerTypes.chaincodeHeaderExtension, make(peer.ChaincodeHeaderExtension, { ChaincodeId: id })],
  [peerTypes.chaincodeProposalPayload, make(peer.ChaincodeProposalPayload, { Input: bytes('i'), TransientmapMap: { zz: bytes('z'), a: bytes('1') } })],
  [peerTypes.chaincodeInvocationSpec, make(peer.ChaincodeInvocationSpec, { ChaincodeSpec: spec })],
  [
    peerTypes.proposalResponse,
    make(peer.ProposalResponse, { Version: 1, Timestamp: time, Response: response, Payload: bytes('p'), Endorsement: endorsement, Interest: interest }),
  ],
  [peerTypes.proposalResponsePayload, make(peer.ProposalResponsePayload, { ProposalHash: bytes('h'), Extension$: bytes('x') })],
  [peerTypes.chaincodeAction, make(peer.ChaincodeAction, { Results: bytes('r'), Events: bytes('e'), Response: response, ChaincodeId: id })],
  [peerTypes.transaction, make(peer.Transaction, { ActionsList: [action, action] })],
  [
    peerTypes.chaincodeActionPayload,
    make(peer.ChaincodeActionPayload, {
      ChaincodeProposalPayload: bytes('p'),
      Action: make(peer.ChaincodeEndorsedAction, { ProposalResponsePayload: bytes('r'), EndorsementsList: [endorsement, endorsement] }),
    }),
  ],
  [peerTypes.filteredBlock, make(peer.FilteredBlock, { ChannelId: 'one', Number: 12, FilteredTransactionsList: [filtered, filtered] })],
  [peerTypes.blockAndPrivateData, make(peer.BlockAndPrivateData, { Block: block, PrivateDataMapMap: new Map([[3, pvt], [0, pvt]]) })],
  [queryTypes.seekInfo, make(orderer.SeekInfo, { Start: newest, Stop: make(orderer.SeekPosition, { Specified: make(orderer.SeekSpecified, { Number: 7 }) }), Behavior: 1, ErrorResponse: 1, ContentType: 1 })],
  [queryTypes.processedTransaction, make(peer.ProcessedTransaction, { Transactionenvelope: make(common.Envelope, { Payload: bytes('p') }), Validationcode: 11 })],
  [queryTypes.blockchainInfo, make(common.BlockchainInfo, { Height: 7, Currentblockhash: bytes('c'), Previousblockhash: bytes('p') })],
  [configTypes.configEnvelope, make(common.ConfigEnvelope, { Config: make(common.Config, { Sequence: 4, ChannelGroup: group }), LastUpdate: make(common.Envelope, { Payload: bytes('p') }) })],
  [configTypes.implicitMetaPolicy, make(common.ImplicitMetaPolicy, { SubPolicy: 'Readers', Rule: 2 })],
  [configTypes.hashingAlgorithm, make(common.HashingAlgorithm, { Name: 'SHA256' })],
  [configTypes.blockDataHashingStructure, make(common.BlockDataHashingStructure, { Width: 2 ** 32 - 1 })],
  [configTypes.ordererAddresses, make(common.OrdererAddresses, { AddressesList: ['a:1', 'b:2'] })],
  [configTypes.capabilities, make(common.Capabilities, { CapabilitiesMap: { V2_5: new common.Capability(), V2_0: new common.Capability() } })],
  [configTypes.consensusType, make(orderer.ConsensusType, { Type: 'etcdraft', Metadata: bytes('m'), State: 1 })],
  [configTypes.batchSize, make(orderer.BatchSize, { MaxMessageCount: 500, AbsoluteMaxBytes: 10_485_760, PreferredMaxBytes: 2_097_152 })],
  [configTypes.batchTimeout, make(orderer.BatchTimeout, { Timeout: '200ms' })],
  [configTypes.channelRestrictions, make(orderer.ChannelRestrictions, { MaxCount: 5 })],
  [configTypes.anchorPeers, make(peer.AnchorPeers, { AnchorPeersList: [make(peer.AnchorPeer, { Host: 'peer', Port: 7051 })] })],
  [configTypes.accessRules, make(peer.ACLs, { AclsMap: { 'peer/Propose': make(peer.APIResource, { PolicyRef: '/Channel/Application/Writers' }) } })],
];

describe('messages of the protocol', () => {
  it.each(samples.map(([type, made]) => [type.name, type, made] as const))('%s has the fields of the published class, byte for byte', (_name, type, made) => {
    const published = Buffer.from(made.serializeBinary());
    expect(published.length).toBeGreaterThan(0);
    const decoded = type.decode(published);
    expect(Buffer.from(type.encode(decoded as never)).toString('hex')).toBe(published.toString('hex'));
    // A field that we did not know would be dropped by decode, one of another kind misread: nothing decoded is empty.
    const nothing = type.decode(new Uint8Array(0)) as Record<string, unknown>;
    for (const [field, one] of Object.entries(decoded as Record<string, unknown>)) expect(one, field).not.toEqual(nothing[field]);
  });

  it('has the published values of header types, metadata slots and policies', () => {
    expect({ ...common.HeaderType }).toMatchObject(outerTypes.HEADER_TYPES);
    expect({ ...common.BlockMetadataIndex }).toMatchObject(outerTypes.METADATA_SLOTS);
    expect(Object.keys(common.BlockMetadataIndex)).toHaveLength(outerTypes.METADATA_SLOT_COUNT);
    expect({ ...orderer.SeekInfo.SeekBehavior }).toEqual(queryTypes.SEEK_BEHAVIORS);
    expect({ ...common.Policy.PolicyType }).toMatchObject(configTypes.POLICY_TYPES);
    expect({ ...common.ImplicitMetaPolicy.Rule }).toEqual(configTypes.IMPLICIT_META_RULES);
  });
});
