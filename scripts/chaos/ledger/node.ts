import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream, mkdirSync, writeFileSync, type WriteStream } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createControlClient, type ControlClient, type JoinConfig } from '@/lib/control';
import { checkRequest } from '@/lib/x509';
import type { TestAuthority } from '@/lib/x509/testing';
import type { Place } from './network';

const projectDirectory = path.resolve(import.meta.dirname, '../../..');
const startMsMax = 60_000;
const ports = { gateway: 4100, control: 4101, channel: 4102 };

export interface NodeOptions {
  readonly place: Place;
  readonly cityNode: string;
  readonly directory: string;
  readonly logFile: string;
  /** base64 of 32 bytes, the same for all. */
  readonly accessKeyPepper: string;
  /** Certifies the nodes in the portal's place. */
  readonly authority: TestAuthority;
}

/** A real city-node process in a network namespace of its own. */
export class Node {
  readonly join: JoinConfig;
  readonly client: ControlClient;
  readonly cityNode: string;
  readonly directory: string;
  private readonly place: Place;
  private readonly authority: TestAuthority;
  private readonly log: WriteStream;
  private child: ChildProcess | undefined;
  private ended: Promise<unknown> = Promise.resolve();
  /** Ends of the process that nobody asked for. */
  readonly falls: string[] = [];
  private isWanted = false;

  constructor({ place, cityNode, directory, logFile, accessKeyPepper, authority }: NodeOptions) {
    this.place = place;
    this.authority = authority;
    this.cityNode = cityNode;
    this.directory = directory;
    const listener = (port: number) => ({ host: place.address, port });
    this.join = {
      hostId: `host_${cityNode.toLowerCase()}`,
      secret: randomBytes(32).toString('base64'),
      accessKeyPepper,
      authority: authority.rootPem,
      cityNodes: [cityNode],
      gateway: listener(ports.gateway),
      control: listener(ports.control),
      channel: listener(ports.channel),
    };
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(path.join(directory, 'join.json'), JSON.stringify(this.join), { mode: 0o600 });
    this.log = createWriteStream(logFile, { flags: 'a' });
    this.client = createControlClient({ controlUrl: this.controlUrl, secret: this.join.secret, hostId: this.join.hostId });
  }

  get controlUrl(): string {
    return `http://${this.place.address}:${ports.control}`;
  }

  get gatewayUrl(): string {
    return `http://${this.place.address}:${ports.gateway}`;
  }

  get channelAddress(): string {
    return `${this.place.address}:${ports.channel}`;
  }

  /** Starts the process; the caller may wait until it is ready. */
  start(): void {
    const command = [process.execPath, '--import', 'tsx', 'workers/city-node/main.ts', '--data', this.directory, '--log-level', 'info'];
    const [program = 'nsenter', ...args] = [...this.place.enter, 'setpriv', '--pdeathsig', 'KILL', '--', ...command];
    const child = spawn(program, args, { cwd: projectDirectory, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => void this.log.write(part));
    this.child = child;
    this.isWanted = true;
    this.ended = new Promise((resolve) =>
      child.once('exit', (code, signal) => {
        if (this.isWanted && this.child === child) this.falls.push(`${this.cityNode} ended by itself: ${signal ?? `code ${code}`}`);
        resolve(undefined);
      }),
    );
  }

  async untilReady(): Promise<void> {
    const endMs = Date.now() + startMsMax;
    while (Date.now() < endMs) {
      if (this.child?.exitCode !== null) break;
      const isReady = await fetch(`${this.controlUrl}/readyz`, { signal: AbortSignal.timeout(2_000) }).then((response) => response.ok, () => false);
      if (isReady) return;
      await delay(50);
    }
    throw new Error(`the city node ${this.cityNode} does not come up; its log says why`);
  }

  /** Gives it its channel certificate, as the portal does. */
  async certify(): Promise<void> {
    const { request } = await this.client.channelRequest();
    const { chainPem } = this.authority.issueHost({ hostId: this.join.hostId, publicKey: checkRequest(request), addresses: { ipAddresses: [this.place.address] } });
    await this.client.putChannelCertificate({ chain: chainPem, root: this.authority.rootPem, revocations: this.authority.revocationsPem() });
  }

  /** Ends the process and waits for its end. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    this.isWanted = false;
    // A stopped process hears nothing but SIGKILL.
    if (signal !== 'SIGKILL') this.resume();
    this.child?.kill(signal);
    await this.ended;
  }

  pause(): void {
    this.child?.kill('SIGSTOP');
  }

  resume(): void {
    this.child?.kill('SIGCONT');
  }

  closeLog(): void {
    this.log.end();
  }
}
