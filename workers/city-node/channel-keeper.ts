import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import type { ChannelHolding, ControlLogger, PutChannelCertificate } from '@/lib/control';
import { nodeFiles, openSecretFiles, type SecretFiles } from '@/lib/ledger';
import { AppError } from '@/lib/platform/pure/errors';
import { OneAtATime } from '@/lib/platform/pure/one-at-a-time';
import { createPrivateKey256, createRequest, encodePem, hashPublicKey, isX509Refusal, publicKeyOf, readChain, readRevocationLists, verifyChain, type RefusalReason, type RevocationListFacts } from '@/lib/x509';
import type { ChannelCertificates, ChannelIdentity } from '@/lib/peer-channel';
import { readListFile, writeListFile } from './revocation-file';

export interface ChannelKeeperOptions {
  /** `<data>/channel`. */
  readonly directory: string;
  readonly nodeKey: Uint8Array;
  readonly hostId: string;
  /** PEM of the root that the host joined with. */
  readonly authority: string;
  readonly now: () => number;
  readonly logger: ControlLogger;
}

/** A key with its certificate, or one that waits for its first. */
const secretSchema = z.object({ privateKey: z.base64(), chain: z.string().optional() });

/** The key in use stands in one file with its certificate, so that both change together; a new key waits in the other. */
const inUse = 'in-use';
const waiting = 'waiting';

/** What a stored certificate may be and still be this host's: the portal renews it. Anything else is not from its authority. */
const healing = new Set<RefusalReason>(['expired', 'not-yet-valid', 'revoked', 'unknown-status']);

interface Key {
  readonly privateKey: KeyObject;
  readonly publicKeyHash: string;
}

interface Held extends Key {
  readonly chain: string;
  readonly serial: string;
  readonly notAfterMs: number;
}

/**
 * The host's key and certificate for the peer channel. Keys are made here, lie encrypted under the node key and never
 * leave the process; what certifies them is checked against the root that the host joined with, not against what a call
 * brings along.
 */
export class ChannelKeeper implements ChannelIdentity {
  private held: Held | undefined;
  private next: Key | undefined;
  private lists: readonly RevocationListFacts[] = [];
  private readonly listeners = new Set<() => void>();
  /** Calls come one after another: two of them at once would make two keys. */
  private readonly turn = new OneAtATime();

  private constructor(
    private readonly options: ChannelKeeperOptions,
    private readonly secrets: SecretFiles,
  ) {}

  /** Reads what an earlier process kept. Throws when a key does not open under this node key. */
  static async open(options: ChannelKeeperOptions): Promise<ChannelKeeper> {
    const keeper = new ChannelKeeper(options, openSecretFiles(nodeFiles, options.directory, options.nodeKey));
    await keeper.load();
    return keeper;
  }

  current(): ChannelCertificates | undefined {
    if (!this.held) return undefined;
    const { chain, privateKey } = this.held;
    return { chainPem: chain, privateKeyPem: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(), rootPem: this.options.authority, crlPem: toPem(this.lists) };
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  holding(): ChannelHolding | undefined {
    if (!this.held) return undefined;
    const { serial, notAfterMs, publicKeyHash } = this.held;
    return { serial, notAfterMs, publicKeyHash, revocations: this.lists.map(({ authority, number }) => ({ authority, number })) };
  }

  /** A request for the key that waits, else for the one in use; for a new one where neither may be used. */
  request({ retire }: { retire?: string | undefined }): Promise<{ request: string; publicKeyHash: string; holding?: ChannelHolding }> {
    return this.turn.run(async () => {
      const usable = [this.next, this.held].find((key) => key && key.publicKeyHash !== retire);
      const key = usable ?? (await this.createKey());
      const holding = this.holding();
      return { request: createRequest(key.privateKey, this.options.hostId), publicKeyHash: key.publicKeyHash, ...(holding ? { holding } : {}) };
    });
  }

  /**
   * Takes a certificate for one of this host's keys into use. Lists that are older than the ones at hand are left aside:
   * nobody takes a revocation back.
   * @throws AppError CONFLICT for what is not this host's or not of its authority, INVALID_INPUT for what is no certificate
   */
  put(input: PutChannelCertificate): Promise<ChannelHolding> {
    return this.turn.run(async () => {
      const { authority, hostId, now } = this.options;
      const lists = refusedAsAnswer(() => this.newest(input));
      const end = refusedAsAnswer(() => {
        const [root] = readChain(input.root);
        const [pinned] = readChain(authority);
        if (!root || !pinned || Buffer.compare(root.der, pinned.der) !== 0) throw conflict('certificate authority', 'This host joined another certificate authority. Join it anew.');
        return verifyChain({ chain: input.chain, root: authority, revocations: toPem(lists), nowMs: now(), hostId });
      });
      const publicKeyHash = hashPublicKey(end.publicKey);
      const key = [this.next, this.held].find((one) => one?.publicKeyHash === publicKeyHash);
      if (!key) throw conflict('public key', 'This certificate is not for a key of this host. Ask it for a request again.');
      const chain = readChain(input.chain).map(({ der }) => encodePem('CERTIFICATE', der)).join('');
      await this.store({ ...key, chain, serial: end.serial, notAfterMs: end.notAfterMs }, lists);
      const holding = this.holding();
      if (!holding) throw new Error('a stored certificate is held');
      return holding;
    });
  }

  private async load(): Promise<void> {
    const { directory, authority, hostId, now, logger } = this.options;
    this.next = this.readSecret(waiting);
    const stored = this.readSecret(inUse);
    if (!stored?.chain) return;
    this.lists = await readListFile(directory, logger);
    try {
      verifyChain({ chain: stored.chain, root: authority, revocations: toPem(this.lists), nowMs: now(), hostId });
    } catch (error) {
      if (!isX509Refusal(error)) throw error;
      logger.warn({ reason: error.reason, err: error.message }, 'the channel certificate is not good any more');
      // Joined anew with another portal: its key may go on, its certificate may not.
      if (!healing.has(error.reason)) {
        this.next ??= stored;
        return;
      }
    }
    const [end] = readChain(stored.chain);
    if (end) this.held = { ...stored, chain: stored.chain, serial: end.serial, notAfterMs: end.notAfterMs };
  }

  private readSecret(name: string): (Key & { chain: string | undefined }) | undefined {
    const bytes = this.secrets.read(name);
    if (!bytes) return undefined;
    const { privateKey, chain } = secretSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
    return { ...toKey(createPrivateKey({ key: Buffer.from(privateKey, 'base64'), format: 'der', type: 'pkcs8' })), chain };
  }

  private async createKey(): Promise<Key> {
    const key = toKey(createPrivateKey256());
    await this.secrets.write(waiting, toSecret(key));
    this.next = key;
    return key;
  }

  private async store(held: Held, lists: readonly RevocationListFacts[]): Promise<void> {
    const isSameChain = this.held?.chain === held.chain;
    const isSameLists = toPem(lists) === toPem(this.lists);
    if (isSameChain && isSameLists) return;
    if (!isSameLists) await writeListFile(this.options.directory, toPem(lists));
    if (!isSameChain) await this.secrets.write(inUse, toSecret(held));
    // In use only once it is durable; the key that waited is now the one in use.
    this.held = held;
    this.lists = lists;
    if (this.next?.publicKeyHash === held.publicKeyHash) {
      this.next = undefined;
      await this.secrets.remove(waiting);
    }
    this.options.logger.info({ serial: held.serial, notAfter: new Date(held.notAfterMs).toISOString(), revocations: lists.length }, 'channel certificate in use');
    for (const listener of this.listeners) this.tell(listener);
  }

  private tell(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      this.options.logger.error({ err: error instanceof Error ? error.message : 'unknown' }, 'a listener of the channel certificate failed');
    }
  }

  private newest({ revocations }: PutChannelCertificate): RevocationListFacts[] {
    return readRevocationLists(revocations).map((list) => {
      const present = this.lists.find(({ authority }) => authority === list.authority);
      return present && present.number > list.number ? present : list;
    });
  }
}

function toKey(privateKey: KeyObject): Key {
  return { privateKey, publicKeyHash: hashPublicKey(publicKeyOf(createPublicKey(privateKey))) };
}

function toSecret({ privateKey, chain }: Key & { chain?: string }): Uint8Array {
  return Buffer.from(JSON.stringify({ privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'), chain }));
}

function toPem(lists: readonly RevocationListFacts[]): string {
  return lists.map(({ der }) => encodePem('X509 CRL', der)).join('');
}

function conflict(subject: string, publicMessage: string): AppError<'CONFLICT'> {
  return new AppError('CONFLICT', { subject }, { publicMessage });
}

function refusedAsAnswer<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!isX509Refusal(error)) throw error;
    if (error.reason === 'malformed') throw new AppError('INVALID_INPUT', { fields: { certificate: error.message } }, { publicMessage: error.message, cause: error });
    throw new AppError('CONFLICT', { subject: 'certificate', state: error.reason }, { publicMessage: error.message, cause: error });
  }
}
