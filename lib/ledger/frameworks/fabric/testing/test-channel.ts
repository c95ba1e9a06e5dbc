import { createHash } from 'node:crypto';
import type { StateReader } from '../../../core/storage';
import type { FabricConfig } from '../config';
import { createChannel } from '../channel';
import { readDefinitions } from '../definitions';
import { LIFECYCLE } from '../lifecycle';
import { NAMESPACES, recordOfDefinition } from '../lifecycle/definition';
import type { StaticCollectionConfig } from '../lifecycle/messages';
import { writeRecord } from '../lifecycle/records';
import { encodeSignaturePolicy } from '../policy/encode-signature-policy';
import { parsePolicy } from '../policy/parse-policy';
import {
  buildResponsePayload,
  chaincodeHeaderExtension,
  chaincodeInvocationSpec,
  chaincodeProposalPayload,
  channelHeader,
  computeTxId,
  endorse,
  envelope,
  header,
  HEADER_TYPES,
  prepareTransaction,
  proposal,
  signatureHeader,
  unpackProposal,
  type IdentitySigner,
} from '../protocol';
import { encodeRwset, Simulator, type SimulationResult, type TxRwset } from '../state';
import { createTestOrganisation, type TestOrganisation, type TestSigner } from './test-organisation';
import { FieldWriter } from '@/lib/platform/pure/wire';

export const TEST_CHANNEL = 'mychannel';

/** A call of a chaincode as its endorsers would have answered it. */
export interface TestCall {
  readonly chaincode: string;
  /** Bytes of the TxReadWriteSet. */
  readonly results: Uint8Array;
  readonly event?: { readonly eventName: string; readonly payload: Uint8Array };
  readonly args?: readonly string[];
  /** The same text makes the same transaction's name. */
  readonly nonce?: string;
  readonly creator?: IdentitySigner;
  readonly endorsers?: readonly IdentitySigner[];
  readonly channelId?: string;
  readonly type?: number;
  /** Changes the payload that the creator signs. */
  readonly change?: (payload: Uint8Array) => Uint8Array;
}

export interface TestTransaction {
  readonly txId: string;
  readonly bytes: Uint8Array;
}

/** The organisations of a channel with everybody's keys. Not for production. */
export class TestChannel {
  readonly organisations: readonly TestOrganisation[];
  readonly orderers: TestOrganisation;
  readonly peers: readonly TestSigner[];
  readonly client: TestSigner;
  readonly orderer: TestSigner;
  readonly config: FabricConfig;
  #nonces = 0;

  constructor(mspIds: readonly string[] = ['Org1MSP', 'Org2MSP'], changes: Partial<FabricConfig> | ((organisations: readonly TestOrganisation[]) => Partial<FabricConfig>) = {}) {
    this.organisations = mspIds.map((mspId) => createTestOrganisation(mspId));
    this.orderers = createTestOrganisation('OrdererMSP');
    this.peers = this.organisations.map((one) => one.issue({ units: ['peer'] }));
    const [first] = this.organisations;
    if (first === undefined) throw new Error('a channel has an organisation');
    this.client = first.issue({ units: ['client'] });
    this.orderer = this.orderers.issue({ units: ['orderer'] });
    const describe = ({ mspId, root }: TestOrganisation) => ({ mspId, rootCertificates: [Buffer.from(root.pem).toString('utf8')] });
    this.config = { channelId: TEST_CHANNEL, organisations: this.organisations.map(describe), ordererOrganisations: [describe(this.orderers)], ...(typeof changes === 'function' ? changes(this.organisations) : changes) };
  }

  /** A signed envelope, endorsed by all peers unless others are named. */
  transaction(call: TestCall): TestTransaction {
    const { creator = this.client, endorsers = this.peers, channelId = TEST_CHANNEL, type = HEADER_TYPES.ENDORSER_TRANSACTION } = call;
    this.#nonces += 1;
    const nonce = createHash('sha256').update(call.nonce ?? `nonce ${this.#nonces}`).digest().subarray(0, 24);
    const txId = computeTxId(nonce, creator.serialized);
    const chaincodeId = { path: '', name: call.chaincode, version: '' };
    const input = chaincodeInvocationSpec.encode({ chaincodeSpec: { type: 1, chaincodeId, input: { args: (call.args ?? ['set']).map((one) => Buffer.from(one)), decorations: new Map(), isInit: false }, timeout: 0 } });
    const proposalBytes = proposal.encode({
      header: header.encode({
        channelHeader: channelHeader.encode({ type, timestamp: { seconds: 1_760_000_000n, nanos: 0 }, channelId, txId, extension: chaincodeHeaderExtension.encode({ chaincodeId }) }),
        signatureHeader: signatureHeader.encode({ creator: creator.serialized, nonce }),
      }),
      payload: chaincodeProposalPayload.encode({ input }),
    });
    const unpacked = unpackProposal({ proposalBytes, signature: creator.sign(proposalBytes) });
    const response = { status: 200, message: '', payload: new Uint8Array(0) };
    const payload = buildResponsePayload({ proposalHash: unpacked.proposalHash, results: call.results, event: call.event, response, chaincode: { name: call.chaincode, version: '1.0' }, txId });
    const prepared = prepareTransaction(unpacked, endorsers.map((one) => ({ payload, endorsement: endorse(payload, one) })));
    const signed = call.change?.(prepared) ?? prepared;
    return { txId, bytes: envelope.encode({ payload: signed, signature: creator.sign(signed) }) };
  }

  /** One that puts keys without having read any. */
  put(chaincode: string, values: Readonly<Record<string, string>>, call: Partial<TestCall> = {}): TestTransaction {
    return this.transaction({ chaincode, results: encodeRwset(writing(chaincode, values)), ...call });
  }

  /** One that brings a chaincode's definition into force. `policy`, `members`: in Fabric's words. */
  define(name: string, { policy, sequence = 1n, collections = [] }: { policy: string; sequence?: bigint; collections?: readonly (Partial<StaticCollectionConfig> & { name: string; members: string; endorsement?: string })[] }): TestTransaction {
    const values = new Map<string, Uint8Array>();
    const config = collections.map(({ members, endorsement, ...one }) => ({
      staticCollectionConfig: { requiredPeerCount: 0, maximumPeerCount: 1, blockToLive: 0n, memberOnlyRead: true, memberOnlyWrite: true, ...one, memberOrgsPolicy: { signaturePolicy: signaturePolicy(members) }, endorsementPolicy: endorsement === undefined ? undefined : applicationPolicy(endorsement) },
    }));
    const record = recordOfDefinition({ sequence, version: '1.0', endorsementPlugin: 'escc', initRequired: false, validationPlugin: 'vscc', validationParameter: applicationPolicy(policy), collections: { config } });
    writeRecord({ get: () => undefined, put: (key, value) => void values.set(key, value), delete: () => undefined }, NAMESPACES, name, record);
    const writes = [...values].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => ({ key, isDelete: false, value }));
    return this.transaction({ chaincode: LIFECYCLE, results: encodeRwset({ namespaces: [{ ...EMPTY, namespace: LIFECYCLE, writes }] }) });
  }

  /** Bytes of the policy that a chaincode puts at a key. */
  keyPolicy(text: string): Uint8Array {
    return signaturePolicy(text);
  }

  /** What a chaincode would have read and written on a state. */
  simulate(state: StateReader, run: (simulator: Simulator) => void): SimulationResult {
    const { collectionsOf } = readDefinitions(createChannel(this.config), state);
    const simulator = new Simulator({ txId: 'any', state, privateState: state, collectionsOf, indexesOf: () => [], transactionAt: () => undefined });
    run(simulator);
    return simulator.finish();
  }
}

const EMPTY = { reads: [], rangeQueries: [], metadataWrites: [], collections: [] };

function writing(namespace: string, values: Readonly<Record<string, string>>): TxRwset {
  return { namespaces: [{ ...EMPTY, namespace, writes: Object.entries(values).map(([key, value]) => ({ key, isDelete: false, value: Buffer.from(value) })) }] };
}

function signaturePolicy(text: string): Uint8Array {
  return encodeSignaturePolicy(parsePolicy(text));
}

/** Bytes of a protos.ApplicationPolicy: of its own, or by the path of one of the channel. */
function applicationPolicy(text: string): Uint8Array {
  return text.startsWith('/') ? new FieldWriter().item(2, Buffer.from(text)).finish() : new FieldWriter().item(1, signaturePolicy(text)).finish();
}
