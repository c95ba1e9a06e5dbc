import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { generousLimits, loadFabricHostTesting, openTestLedger, testAuthority, TestHost } from '../../lib/gateway/testing';
import { contractOf, makeChaincode, runtimeDirectory } from '../../lib/sandbox/testing';
import { cpuSecondsOf, descendantsOf, memoryOf } from '../process-figures';
import type { Load, LoadResult } from './load';

const { channelConfig, createTestOrganisation, FabricClients, giveIdentity } = await loadFabricHostTesting();
export const cityNode = 'SIN';
const chaincode = 'bench';
const tenYearsMs = 3_650 * 86_400_000;

/** As a Fabric developer writes it: one that only writes, and one that looks whether the asset is there, as Fabric's sample does. */
const contract = contractOf(`
  async put(ctx, key, value) { await ctx.stub.putState(key, Buffer.from(value)); }
  async create(ctx, id, owner) {
    const held = await ctx.stub.getState(id);
    if (held && held.length > 0) throw new Error('The asset ' + id + ' already exists');
    const asset = { ID: id, Color: 'blue', Size: 5, Owner: owner, AppraisedValue: 300 };
    await ctx.stub.putState(id, Buffer.from(JSON.stringify(asset)));
    return JSON.stringify(asset);
  }`);

/** A city-node process as `npm start` runs it, channels of one organisation with one peer each, stock chaincode in its sandbox, and official clients in a process of their own. */
export class MeasuredChannels {
  readonly #organisation = createTestOrganisation('BenchMSP');
  readonly #orderers = createTestOrganisation('OrdererMSP');
  readonly #package = makeChaincode(contract, 'bench_1');
  #clients: ChildProcess | undefined;
  #answers: AsyncIterator<string> | undefined;

  private constructor(readonly host: TestHost) {}

  /** @param program the bundled city node */
  static async start(program: string): Promise<MeasuredChannels> {
    const host = await TestHost.prepare([cityNode]);
    host.program = ['--enable-source-maps', program];
    host.args = ['--chaincode-runtime', runtimeDirectory()];
    await host.resume();
    await host.certify();
    const made = new MeasuredChannels(host);
    await giveIdentity(host, made.#organisation, 'peer');
    await giveIdentity(host, made.#orderers, 'orderer');
    return made;
  }

  /** A channel without chaincode. */
  async open(channelId: string): Promise<void> {
    await openTestLedger([[this.host, cityNode]], { framework: 'fabric', config: channelConfig(channelId, [this.#organisation], this.#orderers), limits: { ...generousLimits, storageBytesMax: 1e11 } });
  }

  async deploy(channelId: string): Promise<void> {
    const clients = new FabricClients(this.host, channelId);
    try {
      await clients.approve(this.#organisation, chaincode, await clients.install(this.#organisation, this.#package).catch(alreadyInstalled));
      await clients.commit(this.#organisation, chaincode);
    } finally {
      clients.close();
    }
  }

  /** Processor time a transaction: of the clients, the city node with its threads, and the chaincode. */
  async load(load: Omit<Load, 'chaincode'>): Promise<LoadResult & { readonly hostCpuMs: number; readonly chaincodeCpuMs: number }> {
    this.#clients ??= this.#startClients();
    const before = this.#cpu();
    this.#clients.stdin?.write(`${JSON.stringify({ ...load, chaincode } satisfies Load)}\n`);
    const answer = await this.#answers?.next();
    if (answer === undefined || answer.done === true) throw new Error(`the clients ended: ${this.host.output.slice(-2_000)}`);
    const after = this.#cpu();
    const each = (seconds: number) => Number(((seconds * 1_000) / load.transactions).toFixed(2));
    return { ...(JSON.parse(answer.value) as LoadResult), hostCpuMs: each(after.host - before.host), chaincodeCpuMs: each(after.chaincode - before.chaincode) };
  }

  anonymousMiB(): number {
    return memoryOf(this.host.pid).anonymousMiB;
  }

  async remove(): Promise<void> {
    this.#clients?.kill('SIGKILL');
    await this.host.remove();
  }

  #cpu(): { readonly host: number; readonly chaincode: number } {
    return { host: cpuSecondsOf(this.host.pid), chaincode: descendantsOf(this.host.pid).reduce((sum, pid) => sum + cpuSecondsOf(pid), 0) };
  }

  #startClients(): ChildProcess {
    const child = spawn(process.execPath, ['--import', 'tsx', path.resolve(import.meta.dirname, 'client.ts')], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const { pem, key } = this.#organisation.issue({ units: ['client'], notAfterMs: Date.now() + tenYearsMs });
    const connection = {
      address: `localhost:${this.host.join.fabric?.port}`,
      tlsRoot: testAuthority.rootPem,
      mspId: this.#organisation.mspId,
      certificate: Buffer.from(pem).toString('utf8'),
      privateKey: key.export({ format: 'pem', type: 'pkcs8' }),
      connections: 4,
    };
    child.stdin.write(`${JSON.stringify(connection)}\n`);
    return child;
  }
}

function alreadyInstalled(error: unknown): string {
  const [, packageId] = /chaincode already successfully installed \(package ID '([^']+)'\)/.exec(JSON.stringify(error, Object.getOwnPropertyNames(error ?? {}))) ?? [];
  if (packageId === undefined) throw error;
  return packageId;
}
