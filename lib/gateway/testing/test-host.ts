import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createControlClient, type AccessKeyRecord, type ChainLimits, type ControlClient, type JoinConfig, type OpenChain } from '@/lib/control';
import { checkRequest } from '@/lib/x509';
import { createTestAuthority } from '@/lib/x509/testing';
import { formatAccessKey, formatEndpoint } from '../access-key-format';
import { createAccessKeySecret, hashAccessKeySecret } from '../access-key-secret';
import { bundledProgram } from './bundled-program';

/** Two cores shared with a database and a browser: slow is not wrong. */
const startMsMax = 60_000;
const projectDirectory = path.resolve(import.meta.dirname, '../../..');
/** One pepper and one authority for all hosts of an installation. */
const pepper = randomBytes(32);
export const testAuthority = createTestAuthority();

export const generousLimits: ChainLimits = {
  transactionsPerSecond: 10_000,
  transactionBurst: 10_000,
  requestsPerSecond: 100_000,
  requestBurst: 100_000,
  period: 'total',
  storageBytesMax: 1e10,
};

/** A real city-node process in a directory of its own, joined by hand. */
export class TestHost {
  output = '';
  isCertified = false;
  /** Further arguments of the program. */
  args: readonly string[] = [];
  private child: ChildProcess | undefined;

  private constructor(
    readonly directory: string,
    readonly join: JoinConfig,
    readonly client: ControlClient,
    /** What Node.js is started with. */
    public program: readonly string[],
  ) {}

  static async start(cityNodes: string[], hostId?: string): Promise<TestHost> {
    const host = await TestHost.prepare(cityNodes, hostId);
    await host.resume();
    return host;
  }

  /** Joined, not started. */
  static async prepare(cityNodes: string[], hostId = 'host_test'): Promise<TestHost> {
    const directory = await mkdtemp(path.join(tmpdir(), 'city-node-'));
    const [gatewayPort, controlPort, channelPort, fabricPort, peerPort] = await Promise.all([freePort(), freePort(), freePort(), freePort(), freePort()]);
    const join: JoinConfig = {
      hostId,
      secret: randomBytes(32).toString('base64'),
      accessKeyPepper: pepper.toString('base64'),
      authority: testAuthority.rootPem,
      cityNodes,
      gateway: { host: '127.0.0.1', port: gatewayPort },
      control: { host: '127.0.0.1', port: controlPort },
      channel: { host: '127.0.0.1', port: channelPort },
      fabric: { host: '127.0.0.1', port: fabricPort, peerPorts: { first: peerPort, last: peerPort + 15 } },
    };
    mkdirSync(directory, { recursive: true });
    writeFileSync(path.join(directory, 'join.json'), JSON.stringify(join), { mode: 0o600 });
    const client = createControlClient({ controlUrl: `http://127.0.0.1:${controlPort}`, secret: join.secret, hostId });
    return new TestHost(directory, join, client, [await bundledProgram('cityNode')]);
  }

  get controlUrl(): string {
    return `http://127.0.0.1:${this.join.control.port}`;
  }

  get channelAddress(): string {
    return `127.0.0.1:${this.join.channel.port}`;
  }

  get isAlive(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  endpoint(cityNode: string, chain: string): string {
    return formatEndpoint(`http://127.0.0.1:${this.join.gateway.port}`, cityNode, chain);
  }

  /** Starts a process that is expected to give up; answers its exit code and what it said. */
  async startInVain(): Promise<{ code: number | null; output: string }> {
    const before = this.output.length;
    const child = this.spawn();
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { code, output: this.output.slice(before) };
  }

  private spawn(): ChildProcess {
    const child = spawn(process.execPath, [...this.program, '--data', this.directory, ...this.args], { cwd: projectDirectory, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (this.output += part.toString()));
    // A test that is broken off must not leave its hosts behind.
    const killChild = () => child.kill('SIGKILL');
    process.once('exit', killChild);
    child.once('exit', () => process.off('exit', killChild));
    return child;
  }

  /** Starts the process and waits until it says that it is ready. */
  async resume(): Promise<void> {
    if (this.child && this.child.exitCode === null && this.child.signalCode === null) throw new Error('this host runs already: end it first');
    const child = this.spawn();
    this.child = child;
    for (const startedAt = performance.now(); ; ) {
      if (child.exitCode !== null || performance.now() - startedAt > startMsMax) throw new Error(`the city node did not start:\n${this.output}`);
      const ready = await fetch(`${this.controlUrl}/readyz`).then((response) => response.ok, () => false);
      if (ready) return;
      await sleep(20);
    }
  }

  /** Ends the process and waits for its end; answers its exit code, or null when the signal ended it. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
    child.kill(signal);
    return ended;
  }

  async remove(): Promise<void> {
    await this.end('SIGKILL');
    await rm(this.directory, { recursive: true, force: true });
  }

  /** Issues its channel certificate and hands it over, as the portal does. */
  async certify(): Promise<{ serial: string }> {
    const { request } = await this.client.channelRequest();
    const { chainPem, serial } = testAuthority.issueHost({ hostId: this.join.hostId, publicKey: checkRequest(request) });
    await this.client.putChannelCertificate({ chain: chainPem, root: testAuthority.rootPem, revocations: testAuthority.revocationsPem() });
    this.isCertified = true;
    return { serial };
  }

  async makeKey(chain: string, change: Partial<AccessKeyRecord> = {}): Promise<{ text: string; secret: string; record: AccessKeyRecord }> {
    const made = makeAccessKey(chain, change);
    await this.client.putAccessKey(made.record);
    return made;
  }
}

export function makeAccessKey(chain: string, change: Partial<AccessKeyRecord> = {}): { text: string; secret: string; record: AccessKeyRecord } {
  const secret = createAccessKeySecret();
  const record: AccessKeyRecord = {
    id: `ck_${randomBytes(13).toString('hex')}`,
    chain,
    kind: 'header',
    scope: 'write',
    secretHmac: Buffer.from(hashAccessKeySecret(pepper, secret)).toString('base64'),
    origins: [],
    revoked: false,
    version: 1,
    ...change,
  };
  return { text: formatAccessKey({ id: record.id, secret }), secret, record };
}

let chainsMade = 0;

/**
 * Opens an Ethereum sub-chain on these peers. With solo finality the first orders, otherwise all do. Hosts of different
 * processes get their certificates.
 */
export async function openTestChain(places: [TestHost, string][], change: Partial<ChainLimits> = {}, finality: OpenChain['finality'] = 'solo'): Promise<{ chain: string; chainId: number; input: OpenChain }> {
  const chainId = 2 ** 40 + Math.floor(Math.random() * 2 ** 40);
  return { chainId, ...(await openTestLedger(places, { framework: 'ethereum', config: { chainId: String(chainId) }, finality, limits: { ...generousLimits, ...change } })) };
}

/** The same for a sub-chain of any framework. */
export async function openTestLedger(places: [TestHost, string][], kind: Pick<OpenChain, 'framework' | 'config'> & Partial<Pick<OpenChain, 'finality' | 'limits'>>): Promise<{ chain: string; input: OpenChain }> {
  const { framework, config, finality = 'solo', limits = generousLimits } = kind;
  const chain = `tide-${++chainsMade}-${randomBytes(3).toString('hex')}`;
  const hosts = new Set(places.map(([host]) => host));
  if (hosts.size > 1) await Promise.all([...hosts].map((host) => host.isCertified || host.certify()));
  const peers = await Promise.all(
    places.map(async ([host, cityNode], index) => ({
      cityNode,
      publicKey: (await host.client.createPeer({ chain, cityNode })).publicKey,
      orders: index === 0 || finality !== 'solo',
      hostId: host.join.hostId,
      channelAddress: host.channelAddress,
    })),
  );
  const input: OpenChain = {
    framework,
    config,
    genesisTimeMs: Date.now(),
    finality,
    peers,
    limits,
  };
  await Promise.all(places.map(([host, cityNode]) => host.client.openChain({ chain, cityNode }, input)));
  return { chain, input };
}

/** Below the range from which the system takes ports for connections: a host that starts again must find its own free. */
const [portMin, portMax] = [10_000, 32_000];

export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(portMin, portMax);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}
