import { FabricStateError, checkRwset, commitPrivateData, validateBlock, type BlockTransaction, type PastTransaction } from '../../state';
import { applyTo } from '../../state/testing/test-ledger';
import { MemoryState } from '../../../../storage/memory/memory-state';
import { sha256 } from '../../../../core/crypto';
import { nobodyElse } from '../../channel-peers';
import { createMsp } from '../../msp/create-msp';
import { createMspManager } from '../../msp/create-msp-manager';
import { createCollectionsOf, findDefinition, listPackageUses } from '../../lifecycle';
import { MemoryPackages } from '../../lifecycle/testing/memory-packages';
import { decodeMspConfig } from '../../msp/decode-msp-config';
import { createChannelRules } from '../../policy/create-channel-rules';
import { chaincodeInput, response as responseMessage, unpackTransaction, VALIDATION_CODES, type IdentitySigner, type Response } from '../../protocol';
import { createConfigGroup, createChannelGroups, type TestGroup } from '../../testing/test-policies';
import { createTestOrganisation, testStartMs, type TestOrganisation } from '../../testing/test-organisation';
import { ChaincodeRefusal, type ChaincodeCall, type ChaincodeReply, type ChaincodeWorld } from '../../../../vm/chaincode';
import type { SimulationView, EndorserPorts, PrivatePlaintext } from '../ports';
import type { SystemLedger } from '../../system';

/** What a chaincode of a test answers: a text, a whole response, or a failure thrown. */
export type TestChaincode = (args: readonly string[], world: ChaincodeWorld, call: ChaincodeCall, mspId: string) => Promise<string | Partial<Response> | { readonly event: Uint8Array }>;

interface TestChannel {
  readonly state: MemoryState;
  readonly privateState: MemoryState;
  readonly rules: SimulationView['rules'];
  readonly blocks: (readonly PastTransaction[])[];
  readonly mspIds: readonly string[];
  readonly accessRules: Map<string, string>;
  held: number;
}

/**
 * A city node in memory: channels of test organisations, chaincodes that are functions (found by the label of their package),
 * blocks of one transaction each.
 */
export class TestCity {
  readonly organisations: ReadonlyMap<string, TestOrganisation>;
  readonly channels = new Map<string, TestChannel>();
  readonly chaincodes = new Map<string, TestChaincode>();
  readonly packages = new MemoryPackages();
  readonly signers = new Map<string, IdentitySigner>();
  /** Newest last; by transaction id what comes with its block. */
  readonly plaintexts: PrivatePlaintext[] = [];
  /** Calls of chaincodes: organisation and label. */
  readonly ran: string[] = [];
  nowMs = testStartMs + 1_000_000;

  /** `base`: what of its ports is not in memory. */
  constructor(
    mspIds: readonly string[],
    organisations: readonly TestOrganisation[] = mspIds.map((mspId) => createTestOrganisation(mspId)),
    readonly base: Partial<EndorserPorts> = {},
  ) {
    this.organisations = new Map(organisations.map((one) => [one.mspId, one]));
    for (const [mspId, organisation] of this.organisations) this.signers.set(mspId, organisation.issue({ units: ['peer'] }));
  }

  addChannel(channelId: string, mspIds: readonly string[] = [...this.organisations.keys()], change: (groups: TestGroup) => TestGroup = (groups) => groups): TestChannel {
    const configs = Object.fromEntries(mspIds.map((mspId) => [mspId, this.organisation(mspId).encodeConfig()]));
    const rules = createChannelRules(createConfigGroup(change(createChannelGroups(mspIds, configs))).serializeBinary());
    const channel: TestChannel = { state: new MemoryState(), privateState: new MemoryState(), rules, blocks: [[]], mspIds, accessRules: new Map(), held: 0 };
    this.channels.set(channelId, channel);
    return channel;
  }

  organisation(mspId: string): TestOrganisation {
    const found = this.organisations.get(mspId);
    if (found === undefined) throw new Error(`no organisation ${mspId}`);
    return found;
  }

  /** Puts one transaction into a block, as it was submitted; its validation code. Policies are not asked. */
  commit(channelId: string, envelope: Uint8Array): number | Promise<number> {
    const channel = this.channel(channelId);
    const action = unpackTransaction(envelope, (rwset) => checkRwset(rwset).rwset?.namespaces.map(({ namespace }) => namespace));
    const { txId, timestamp } = action.channelHeader;
    const checked = checkRwset(action.results);
    const number = channel.blocks.length;
    const transactions: BlockTransaction[] = [{ txId, code: checked.code, rwset: checked.rwset, isEndorsed: true }];
    const collectionsOf = this.#collectionsOf(channel);
    const validated = validateBlock({ number, headerHash: sha256(Buffer.from(`${channelId} ${number}`)), transactions, collectionsOf }, channel.state);
    const plaintext = this.plaintexts.find((one) => one.txId === txId && one.channelId === channelId);
    const plaintexts = new Map(plaintext === undefined ? [] : [[0, plaintext.privateRwset]]);
    const privately = commitPrivateData({ outcome: validated.outcome, privateState: channel.privateState, plaintexts, collectionsOf, isMember: () => true });
    applyTo(channel.state, validated.writes);
    applyTo(channel.privateState, privately.writes);
    channel.blocks.push([{ txId, timestamp: timestamp ?? { seconds: 0n, nanos: 0 }, rwset: action.results }]);
    return validated.codes[0] ?? VALIDATION_CODES.INVALID_OTHER_REASON;
  }

  channel(channelId: string): TestChannel {
    const found = this.channels.get(channelId);
    if (found === undefined) throw new FabricStateError('history-missing', `no channel ${channelId}`);
    return found;
  }

  ports(changes: Partial<EndorserPorts> = {}): EndorserPorts {
    return {
      openView: async (channelId) => this.#view(channelId),
      runChaincode: ({ packageId, mspId }, call) => this.#run(packageId, mspId, call),
      indexesOf: () => [],
      packages: this.packages,
      listUses: async (mspId, packageIds) => new Map([...this.channels].map(([channelId, { state }]) => [channelId, listPackageUses(state, mspId, packageIds)])),
      signerOf: (mspId) => this.signers.get(mspId),
      localMsps: (mspId) => {
        const organisation = this.organisations.get(mspId);
        return organisation && createMspManager([createMsp(decodeMspConfig(organisation.encodeConfig()))]);
      },
      keepPlaintext: async (plaintext) => void this.plaintexts.push(plaintext),
      elsewhere: nobodyElse,
      hostId: 'host_test',
      signal: new AbortController().signal,
      system: noLedger,
      nowMs: () => this.nowMs,
      executeTimeoutMs: 30_000,
      ...this.base,
      ...changes,
    };
  }

  #view(channelId: string): SimulationView | undefined {
    const channel = this.channels.get(channelId);
    if (channel === undefined) return undefined;
    channel.held += 1;
    let isHeld = true;
    return {
      channelId,
      height: channel.blocks.length,
      state: channel.state.pin(),
      privateState: channel.privateState.pin(),
      rules: channel.rules,
      organisations: channel.mspIds.map((mspId) => ({ name: mspId, mspId })),
      accessRules: channel.accessRules,
      transactionAt: (block, transaction) => channel.blocks[block]?.[transaction],
      release: () => {
        if (isHeld) channel.held -= 1;
        isHeld = false;
      },
    };
  }

  #collectionsOf({ state, mspIds }: TestChannel) {
    return createCollectionsOf((name) => findDefinition(state, name), mspIds);
  }

  async #run(packageId: string, mspId: string, call: ChaincodeCall): Promise<ChaincodeReply> {
    const label = packageId.split(':', 1)[0] ?? '';
    this.ran.push(`${mspId} ${label}`);
    const chaincode = this.chaincodes.get(label);
    if (chaincode === undefined) throw new Error(`no chaincode ${label}`);
    const head = { channel: call.channel, txId: call.txId };
    try {
      const answer = await chaincode(chaincodeInput.decode(call.input).args.map((one) => Buffer.from(one).toString()), call.world, call, mspId);
      const given = typeof answer === 'string' ? { payload: Buffer.from(answer) } : answer;
      return { ...head, isError: false, payload: responseMessage.encode({ status: 200, message: '', ...given }), ...('event' in given ? { event: given.event } : {}) };
    } catch (error) {
      // As the shim answers for a contract that throws.
      if (error instanceof ChaincodeRefusal) return { ...head, isError: true, payload: Buffer.from(error.message) };
      throw error;
    }
  }
}

const noLedger: SystemLedger = {
  listChannels: async () => [],
  getInfo: async () => undefined,
  getBlock: async () => undefined,
  getBlockByHash: async () => undefined,
  getBlockByTxId: async () => undefined,
  getTransaction: async () => undefined,
  getConfigBlock: async () => undefined,
  getConfig: async () => undefined,
};
