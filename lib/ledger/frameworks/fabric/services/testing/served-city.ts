import { createLedgerHost } from '../../../../core/host';
import type { LedgerHost } from '../../../../core/host-types';
import { createEmbeddedOrdering, type QueueBudget } from '../../../../ordering/embedded/embedded-ordering';
import { createMemoryKeys } from '../../../../storage/memory/memory-keys';
import { createMemoryStorage } from '../../../../storage/memory/memory-storage';
import { lonelyLink } from '../../../../testing/lonely-link';
import { createRealPorts } from '../../../../testing/real-ports';
import { openTestChain, TEST_CHAIN } from '../../../../testing/test-nodes';
import { ChaincodeRefusal, type ChaincodeWorld } from '../../../../vm/chaincode';
import { createFabricFramework, FABRIC } from '../../framework';
import { nobodyElse, type ChannelPeers } from '../../channel-peers';
import { portsOfHost } from '../../endorser';
import { MemoryPackages } from '../../lifecycle/testing/memory-packages';
import { chaincodeInput, response } from '../../protocol';
import { TEST_CHANNEL, TestChannel } from '../../testing/test-channel';
import { createTestOrganisation, issueTestRevocations, testStartMs, type TestSigner } from '../../testing/test-organisation';
import { createFabricServices } from '../create-fabric-services';
import { serviceLimitDefaults, type ServiceLimits, type ServiceMethod, type ServicePorts, type ServiceQuota } from '../ports';
import { serveChannel } from '../serve-channel';

const TEN_YEARS_MS = 3_600 * 86_400_000;

/** A chaincode as a function; `{ event }` is a serialised ChaincodeEvent. */
export type ServedChaincode = (args: readonly string[], world: ChaincodeWorld) => Promise<string | { readonly event: Uint8Array }>;

/** A city node with one real channel of two organisations in memory, chaincodes that are functions, and the services in front. */
export interface FabricTestCity {
  readonly channelId: string;
  readonly host: LedgerHost;
  readonly chain: typeof TEST_CHAIN;
  readonly methods: readonly ServiceMethod[];
  /** By the label of their package. */
  readonly chaincodes: Map<string, ServedChaincode>;
  readonly organisations: readonly string[];
  issue(mspId: string, unit: string, notAfterMs?: number): TestSigner;
  /** A client of the first organisation whose certificate was taken back before the channel was opened. */
  readonly revoked: TestSigner;
  /** Somebody with a certificate of another authority of that name. */
  issueStrange(mspId: string, unit: string): TestSigner;
  /** PEM for a server named `localhost`, and of the root that clients trust. */
  issueTls(): { readonly cert: string; readonly key: string; readonly root: Buffer };
  /** Installs a package `label:code` on an organisation's peer; its id. */
  install(mspId: string, label: string): Promise<string>;
  /** May be replaced. */
  quota: ServiceQuota;
  takeLocalRequest: ServicePorts['takeLocalRequest'];
  clock: () => number;
  close(): Promise<void>;
}

export interface TestCityOptions {
  readonly limits?: Partial<ServiceLimits>;
  /** Shared with whatever else waits in the process. */
  readonly queue?: QueueBudget;
  /** Absent: all peers of the channel are here. */
  readonly elsewhere?: ChannelPeers;
}

export async function openServedCity({ limits = {}, queue, elsewhere = nobodyElse }: TestCityOptions = {}): Promise<FabricTestCity> {
  const { channel, revoked } = openChannelWithRevoked();
  const mspIds = channel.organisations.map(({ mspId }) => mspId);
  const packages = new MemoryPackages();
  const framework = createFabricFramework({ yieldTurn: () => new Promise((resolve) => setImmediate(resolve)), rolesOf: () => ({ organisations: mspIds }) });
  const host = createLedgerHost({ storage: createMemoryStorage(), keys: createMemoryKeys(), ordering: createEmbeddedOrdering(queue), frameworks: [framework], link: lonelyLink, ports: createRealPorts() });
  await openTestChain([{ host }], TEST_CHAIN, channel.config, 'solo', FABRIC);
  const quota: ServiceQuota = { takeRequest: (nowMs) => city.quota.takeRequest(nowMs), takeTransaction: (nowMs, size) => city.quota.takeTransaction(nowMs, size) };
  const served = serveChannel({ host, chain: TEST_CHAIN, config: channel.config, homeMspId: mspIds[0] ?? '', quota, sizeBytes: () => 0 });
  const chaincodes = new Map<string, ServedChaincode>();
  const closing = new AbortController();
  const ports: ServicePorts = {
    findChannel: (channelId) => (channelId === TEST_CHANNEL ? served : undefined),
    takeLocalRequest: (mspId) => city.takeLocalRequest(mspId),
    addressOf: (mspId) => (mspId === '' ? 'orderer.test:7050' : `${mspId.toLowerCase()}.test:7051`),
    neighboursOf: () => mspIds,
    tlsRoots: () => [Buffer.from(channel.orderers.root.pem).toString()],
    nowMs: () => city.clock(),
    yieldTurn: () => new Promise((resolve) => setImmediate(resolve)),
    limits: { ...serviceLimitDefaults, ...limits },
    endorser: {
      ...portsOfHost({ host, channels: { find: (channelId) => (channelId === TEST_CHANNEL ? TEST_CHAIN : undefined), list: () => [TEST_CHANNEL] }, signal: closing.signal }),
      async runChaincode({ packageId }, call) {
        const head = { channel: call.channel, txId: call.txId };
        const run = chaincodes.get(packageId.split(':', 1)[0] ?? '');
        if (run === undefined) throw new Error(`no chaincode ${packageId}`);
        try {
          const answer = await run(chaincodeInput.decode(call.input).args.map((one) => Buffer.from(one).toString()), call.world);
          const payload = response.encode({ status: 200, message: '', payload: typeof answer === 'string' ? Buffer.from(answer) : new Uint8Array(0) });
          return { ...head, isError: false, payload, ...(typeof answer === 'string' ? {} : answer) };
        } catch (error) {
          if (error instanceof ChaincodeRefusal) return { ...head, isError: true, payload: Buffer.from(error.message) };
          throw error;
        }
      },
      indexesOf: () => [],
      packages,
      signerOf: (mspId) => channel.peers[mspIds.indexOf(mspId)],
      localMsps: (mspId) => (mspIds.includes(mspId) ? served.configuration().rules.msps : undefined),
      elsewhere,
      hostId: 'host_test',
      signal: closing.signal,
      nowMs: () => city.clock(),
      executeTimeoutMs: 30_000,
    },
  };
  const city: FabricTestCity = {
    channelId: TEST_CHANNEL,
    host,
    chain: TEST_CHAIN,
    methods: createFabricServices(ports),
    chaincodes,
    organisations: mspIds,
    issue(mspId, unit, notAfterMs = testStartMs + TEN_YEARS_MS) {
      const organisation = channel.organisations.find((one) => one.mspId === mspId) ?? channel.orderers;
      return organisation.issue({ units: [unit], notAfterMs });
    },
    revoked,
    issueStrange: (mspId, unit) => createTestOrganisation(mspId).issue({ units: [unit], notAfterMs: testStartMs + TEN_YEARS_MS }),
    issueTls() {
      const { pem, key } = channel.orderers.issue({ commonName: 'localhost', notAfterMs: testStartMs + TEN_YEARS_MS });
      return { cert: Buffer.from(pem).toString(), key: key.export({ format: 'pem', type: 'pkcs8' }).toString(), root: Buffer.from(channel.orderers.root.pem) };
    },
    async install(mspId, label) {
      const installed = await packages.put(mspId, Buffer.from(`${label}:code`));
      if ('refused' in installed) throw new Error(installed.refused);
      return installed.packageId;
    },
    takeLocalRequest: () => undefined,
    quota: { takeRequest: () => undefined, takeTransaction: () => ({ done: () => undefined }) },
    clock: () => Date.now(),
    async close() {
      closing.abort(new Error('the test is over'));
      await host.close();
    },
  };
  return city;
}

function openChannelWithRevoked(): { readonly channel: TestChannel; readonly revoked: TestSigner } {
  const revoked: TestSigner[] = [];
  const channel = new TestChannel(undefined, (organisations) => ({
    organisations: organisations.map((one, index) => {
      if (index === 0) revoked.push(one.issue({ units: ['client'], notAfterMs: testStartMs + TEN_YEARS_MS }));
      const serials = index === 0 ? revoked.map(({ serial }) => serial) : [];
      return { mspId: one.mspId, rootCertificates: [Buffer.from(one.root.pem).toString()], revocationLists: [Buffer.from(issueTestRevocations(one.root, serials)).toString()] };
    }),
  }));
  const [first] = revoked;
  if (first === undefined) throw new Error('a channel has an organisation');
  return { channel, revoked: first };
}
