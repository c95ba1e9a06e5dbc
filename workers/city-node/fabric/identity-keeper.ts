import { createHash, createPrivateKey, createPublicKey, randomBytes, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { fabricIdentityNameSchema, type ControlLogger, type FabricHolding, type FabricIdentityName, type PutFabricCertificate } from '@/lib/control';
import { nodeFiles, openSecretFiles, type BlockSigner, type ChainId, type LocalRoles, type SecretFiles } from '@/lib/ledger';
import { AppError } from '@/lib/platform/pure/errors';
import { OneAtATime } from '@/lib/platform/pure/one-at-a-time';
import { createPrivateKey256, createRequest, hashPublicKey, publicKeyOf } from '@/lib/x509';
import type { FabricBook } from './fabric-book';
import type { Fabric } from './late-framework';

export interface IdentityKeeperOptions {
  readonly directory: string;
  readonly nodeKey: Uint8Array;
  readonly hostId: string;
  readonly book: FabricBook;
  readonly fabric: Fabric;
  readonly now: () => number;
  readonly logger: ControlLogger;
}

const secretSchema = fabricIdentityNameSchema.extend({ privateKey: z.base64(), certificate: z.string().optional() });

/** Organisations' peers and orderers that one host may carry. */
const IDENTITIES_MAX = 2_000;
const NONCE_BYTES = 24;

interface Key {
  readonly privateKey: KeyObject;
  readonly publicKeyHash: string;
}

interface Held extends Key {
  readonly holding: FabricHolding;
  readonly certificate: string;
  readonly signer: BlockSigner;
}

type Organisation = ReturnType<Fabric['openOrganisation']>;

/**
 * The identities of Fabric organisations that this host carries: their peers, which endorse and keep private data, and their
 * orderers, which sign its copies of blocks. Keys are made here and lie encrypted under the node key.
 */
export class IdentityKeeper {
  private readonly held = new Map<string, Held>();
  private readonly next = new Map<string, Key>();
  private readonly organisations = new Map<string, Organisation>();
  /** Calls come one after another: two of them at once would make two keys. */
  private readonly turn = new OneAtATime();

  private constructor(
    private readonly options: IdentityKeeperOptions,
    private readonly secrets: SecretFiles,
  ) {}

  /** Reads what an earlier process kept. Throws when a key does not open under this node key. */
  static async open(options: IdentityKeeperOptions): Promise<IdentityKeeper> {
    const keeper = new IdentityKeeper(options, openSecretFiles(nodeFiles, options.directory, options.nodeKey));
    keeper.load();
    // A process that ended in the middle of taking one in or out left its name taken.
    const named = new Set(keeper.list().map(({ mspId }) => mspId));
    for (const { mspId } of options.book.listOrganisations()) if (!named.has(mspId)) await options.book.removeOrganisation(mspId);
    return keeper;
  }

  list(): FabricHolding[] {
    return [...this.held.values()].map(({ holding }) => holding).sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  }

  /** Who endorses for an organisation; undefined when it has no peer here. */
  signerOf(mspId: string): BlockSigner | undefined {
    return this.held.get(nameOf({ mspId, role: 'peer' }))?.signer;
  }

  /** An organisation's MSP outside of channels; undefined when it has no peer here. */
  localMsps(mspId: string): Organisation['msps'] | undefined {
    return this.signerOf(mspId) && this.organisations.get(mspId)?.msps;
  }

  /** Who this host is in a channel. */
  rolesOf(chain: ChainId): LocalRoles {
    const channel = this.options.book.channelOf(chain);
    if (channel === undefined) return { organisations: [] };
    const organisations = channel.organisations.map(({ mspId }) => mspId).filter((mspId) => this.signerOf(mspId) !== undefined);
    const [orderer] = channel.orderers.flatMap(({ mspId }) => this.held.get(nameOf({ mspId, role: 'orderer' }))?.signer ?? []);
    return { organisations, ...(orderer === undefined ? {} : { orderer }) };
  }

  /** A request for the key that waits, else for the one in use; for a new one where neither may be used. */
  request(identity: FabricIdentityName, { retire }: { retire?: string | undefined }): Promise<{ request: string; publicKeyHash: string; holding?: FabricHolding }> {
    return this.turn.run(async () => {
      const name = nameOf(identity);
      const usable = [this.next.get(name), this.held.get(name)].find((key) => key && key.publicKeyHash !== retire);
      const key = usable ?? (await this.createKey(identity));
      const holding = this.held.get(name)?.holding;
      return { request: createRequest(key.privateKey, this.options.hostId), publicKeyHash: key.publicKeyHash, ...(holding === undefined ? {} : { holding }) };
    });
  }

  /**
   * Takes the certificate of one of this host's keys into use, and the organisation's description as the newest.
   * @throws AppError INVALID_INPUT for what is no certificate of the organisation, CONFLICT for another key's, or where the MSP id is another organisation's here
   */
  put(identity: FabricIdentityName, { certificate, organisation: settings }: PutFabricCertificate): Promise<FabricHolding> {
    return this.turn.run(async () => {
      const { fabric, book, now } = this.options;
      const { mspId, role } = identity;
      const name = nameOf(identity);
      const organisation = this.refusedAsAnswer(() => fabric.openOrganisation({ mspId, ...settings }));
      const facts = this.refusedAsAnswer(() => fabric.readMemberCertificate(organisation, certificate, role));
      const publicKeyHash = hashPublicKey(facts.publicKey);
      const key = [this.next.get(name), this.held.get(name)].find((one) => one?.publicKeyHash === publicKeyHash);
      if (key === undefined) throw conflict('public key', 'This certificate is not for a key of this host. Ask it for a request again.');
      if (now() > facts.notAfterMs) throw conflict('certificate', `This certificate ended ${new Date(facts.notAfterMs).toISOString()}.`);
      await book.putOrganisation(mspId, organisation.rootsHash, settings);
      await this.secrets.write(name, toSecret(identity, key.privateKey, certificate));
      this.organisations.set(mspId, organisation);
      const held = this.hold(identity, key, certificate, facts);
      if (this.next.get(name)?.publicKeyHash === publicKeyHash) {
        this.next.delete(name);
        await this.secrets.remove(waiting(name));
      }
      return held.holding;
    });
  }

  /** Idempotent. */
  remove(identity: FabricIdentityName): Promise<void> {
    return this.turn.run(async () => {
      const name = nameOf(identity);
      this.held.delete(name);
      this.next.delete(name);
      await this.secrets.remove(waiting(name));
      await this.secrets.remove(name);
      const { mspId } = identity;
      if (this.list().some((one) => one.mspId === mspId)) return;
      this.organisations.delete(mspId);
      await this.options.book.removeOrganisation(mspId);
    });
  }

  private load(): void {
    const { fabric, book } = this.options;
    for (const { mspId, settings } of book.listOrganisations()) this.organisations.set(mspId, fabric.openOrganisation({ mspId, ...settings }));
    for (const name of this.secrets.names()) {
      const secret = secretSchema.parse(JSON.parse(Buffer.from(this.secrets.read(name) ?? []).toString('utf8')));
      const key = toKey(createPrivateKey({ key: Buffer.from(secret.privateKey, 'base64'), format: 'der', type: 'pkcs8' }));
      const { certificate } = secret;
      const organisation = this.organisations.get(secret.mspId);
      const facts = certificate === undefined ? undefined : organisation && this.readAgain(organisation, secret, certificate);
      if (certificate === undefined || facts === undefined) this.next.set(nameOf(secret), key);
      else this.hold(secret, key, certificate, facts);
    }
  }

  /** One that its organisation has revoked meanwhile is out of use; its key may get another. */
  private readAgain(organisation: Organisation, { mspId, role }: FabricIdentityName, certificate: string): ReturnType<Fabric['readMemberCertificate']> | undefined {
    const { fabric, logger } = this.options;
    try {
      return fabric.readMemberCertificate(organisation, certificate, role);
    } catch (error) {
      if (!(error instanceof fabric.FabricRefusal)) throw error;
      logger.warn({ mspId, role, err: error.message }, 'the certificate of an organisation is not good any more');
      return undefined;
    }
  }

  private hold({ mspId, role }: FabricIdentityName, key: Key, certificate: string, { serial, notAfterMs }: { serial: string; notAfterMs: number }): Held {
    const signer = { ...this.options.fabric.createIdentitySigner(mspId, certificate, key.privateKey), nonce: () => new Uint8Array(randomBytes(NONCE_BYTES)) };
    const held = { ...key, certificate, signer, holding: { mspId, role, serial, notAfterMs, publicKeyHash: key.publicKeyHash } };
    this.held.set(nameOf({ mspId, role }), held);
    return held;
  }

  private async createKey(identity: FabricIdentityName): Promise<Key> {
    const name = nameOf(identity);
    if (!this.next.has(name) && new Set([...this.next.keys(), ...this.held.keys()]).size >= IDENTITIES_MAX) {
      throw conflict('identities', `This host carries ${IDENTITIES_MAX} identities of organisations, as many as it may. Remove one first.`);
    }
    const key = toKey(createPrivateKey256());
    await this.secrets.write(waiting(name), toSecret(identity, key.privateKey));
    this.next.set(name, key);
    return key;
  }

  private refusedAsAnswer<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof this.options.fabric.FabricRefusal)) throw error;
      throw new AppError('INVALID_INPUT', { fields: { certificate: error.message } }, { publicMessage: `The organisation or the certificate cannot be used: ${error.message}.`, cause: error });
    }
  }
}

/** As a secret's file is named: an MSP id has letters that a file's name may not have. */
function nameOf({ mspId, role }: FabricIdentityName): string {
  return `${role}-${createHash('sha256').update(mspId).digest('hex').slice(0, 40)}`;
}

function waiting(name: string): string {
  return `${name}-next`;
}

function toKey(privateKey: KeyObject): Key {
  return { privateKey, publicKeyHash: hashPublicKey(publicKeyOf(createPublicKey(privateKey))) };
}

function toSecret({ mspId, role }: FabricIdentityName, privateKey: KeyObject, certificate?: string): Uint8Array {
  return Buffer.from(JSON.stringify({ mspId, role, privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'), ...(certificate === undefined ? {} : { certificate }) }));
}

function conflict(subject: string, publicMessage: string): AppError<'CONFLICT'> {
  return new AppError('CONFLICT', { subject }, { publicMessage });
}
