import { existsSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { FabricHolding, FabricIdentityName, HostReport, OpenChain, PutFabricCertificate } from '@/lib/control';
import type { ChainId, LocalRoles, PeerTaskCall } from '@/lib/ledger';
import { AppError } from '@/lib/platform/pure/errors';
import { toAppError, translated } from '../ledger-errors';
import { FABRIC, LateFabricFramework } from './late-framework';
import type { FabricRooms, FabricRoomsOptions } from './open-fabric-rooms';
import type { ServedFabric, ServeFabricOptions } from './serve-fabric';

export type FabricPartOptions = Omit<FabricRoomsOptions, 'fabric'>;
type Ground = Omit<ServeFabricOptions, 'rooms' | 'logger' | 'now'>;

const NO_ROLES: LocalRoles = { organisations: [] };

/**
 * Fabric in a city node. Nothing of it is loaded before the host's first channel or identity, and by a later process only
 * if there was one: what tells is that `<data>/fabric` exists.
 */
export class FabricPart {
  readonly framework: LateFabricFramework;
  private ground: Ground | undefined;
  private rooms: FabricRooms | undefined;
  private served: ServedFabric | undefined;
  private opening: Promise<FabricRooms> | undefined;
  private isClosed = false;
  /** Sub-chains that are being opened, with how many peers. */
  private readonly pending = new Map<string, number>();

  constructor(private readonly options: FabricPartOptions) {
    this.framework = new LateFabricFramework({ yieldTurn: () => setImmediate(), rolesOf: (chain) => this.rooms?.identities.rolesOf(chain) ?? NO_ROLES });
  }

  /** Before ledgers are opened: they may hold channels. */
  async prepare(): Promise<void> {
    if (existsSync(this.options.directory)) await this.openRooms();
  }

  /** Once the ledgers are open. Rejects when the door cannot listen. */
  async begin(ground: Ground): Promise<void> {
    this.ground = ground;
    if (this.rooms === undefined) return;
    // A process that ended in the middle of opening or removing one left its name taken.
    for (const { chain } of this.rooms.book.listChannels()) await this.release(chain);
    await this.open();
  }

  /** Undefined while there is no door. */
  get port(): number | undefined {
    return this.served?.port;
  }

  /** Where clients reach it; undefined while there is no door. */
  get addresses(): HostReport['fabric'] {
    return this.served?.addresses;
  }

  /**
   * Opens a sub-chain with its channel's name, which is given to it before and is free again when nothing came of it.
   * @throws AppError INVALID_INPUT, CONFLICT, UNAVAILABLE, and what `open` rejects with
   */
  async withName<T>(chain: string, input: Pick<OpenChain, 'framework' | 'config'>, open: () => Promise<T>): Promise<T> {
    if (input.framework !== FABRIC) return open();
    const rooms = await this.open();
    this.pending.set(chain, (this.pending.get(chain) ?? 0) + 1);
    try {
      await this.reserve(rooms, chain, input);
      const opened = await open();
      await this.served?.channelsChanged();
      return opened;
    } finally {
      const left = (this.pending.get(chain) ?? 1) - 1;
      if (left > 0) this.pending.set(chain, left);
      else this.pending.delete(chain);
      await this.release(chain);
    }
  }

  private async reserve({ fabric, book }: FabricRooms, chain: string, { config }: Pick<OpenChain, 'config'>): Promise<void> {
    const parsed = fabric.fabricConfigSchema.safeParse(config);
    if (!parsed.success) {
      const fields = Object.fromEntries(parsed.error.issues.slice(0, 10).map((issue) => [['config', ...issue.path].join('.'), issue.message]));
      throw new AppError('INVALID_INPUT', { fields }, { publicMessage: `The channel’s configuration cannot be used: ${Object.entries(fields).map(([at, why]) => `${at}: ${why}`).join('; ')}.` });
    }
    const memberOf = (one: (typeof parsed.data.organisations)[number]) => ({ mspId: one.mspId, rootsHash: fabric.hashRoots(one) });
    const { channelId, organisations, ordererOrganisations } = parsed.data;
    try {
      await book.putChannel({ chain, channelId, organisations: organisations.map(memberOf), orderers: ordererOrganisations.map(memberOf) });
    } catch (error) {
      if (!(error instanceof fabric.FabricRefusal)) throw error;
      throw new AppError('INVALID_INPUT', { fields: { config: error.message } }, { publicMessage: `The channel’s configuration cannot be used: ${error.message}.`, cause: error });
    }
  }

  /** A sub-chain without a ledger here needs no channel's name, unless one is being opened. Idempotent. */
  async release(chain: string): Promise<void> {
    const ledgers = [...(this.ground?.ledgers.values() ?? [])];
    if (this.rooms === undefined || this.pending.has(chain) || ledgers.some((ledger) => ledger.has(chain as ChainId))) return;
    await this.rooms.book.removeChannel(chain);
    this.served?.forget(chain as ChainId);
    await this.served?.channelsChanged();
  }

  /**
   * The answer of a peer here to another host's organisation, in Fabric's own bytes.
   * @throws AppError UNSUPPORTED for what is no channel, FORBIDDEN for who may not ask
   */
  async answerPeer(chain: ChainId, cityNode: string, signed: Uint8Array, hostId: string): Promise<Uint8Array> {
    const { rooms, ground } = this;
    const ledger = ground?.ledgers.get(cityNode);
    if (rooms === undefined || ledger === undefined || rooms.book.channelOf(chain) === undefined) {
      throw new AppError('UNSUPPORTED', { what: 'request to a peer' }, { publicMessage: 'Peers of this sub-chain are asked nothing.' });
    }
    try {
      return await rooms.fabric.queryChannel(ledger, chain, { kind: 'member-private-data', signed, hostId, nowMs: this.options.now() }, new AbortController().signal);
    } catch (error) {
      if (error instanceof rooms.fabric.FabricReadError) throw new AppError('FORBIDDEN', {}, { publicMessage: error.message, cause: error });
      throw toAppError(error);
    }
  }

  /**
   * What this host does for another one that carries peers of the same channel, in the framework's own bytes.
   * @throws AppError UNSUPPORTED for what is no channel, UNAVAILABLE
   */
  async answerTask(chain: ChainId, call: PeerTaskCall): Promise<Uint8Array> {
    const answer = this.served?.answerTask(chain, call);
    if (answer === undefined) throw new AppError('UNSUPPORTED', { what: 'task for a peer' }, { publicMessage: 'Peers of this sub-chain have no tasks.' });
    return translated(() => answer);
  }

  async request(identity: FabricIdentityName, input: { retire?: string | undefined }): Promise<{ request: string; publicKeyHash: string; holding?: FabricHolding }> {
    return (await this.open()).identities.request(identity, input);
  }

  async putCertificate(identity: FabricIdentityName, input: PutFabricCertificate): Promise<FabricHolding> {
    const { identities } = await this.open();
    const holding = await identities.put(identity, input);
    await this.served?.identitiesChanged();
    return holding;
  }

  async removeIdentity(identity: FabricIdentityName): Promise<void> {
    await this.rooms?.identities.remove(identity);
    await this.served?.identitiesChanged();
  }

  listIdentities(): FabricHolding[] {
    return this.rooms?.identities.list() ?? [];
  }

  /** Ends the door, every chaincode and what is being read. Before the ledgers are closed. */
  async end(): Promise<void> {
    this.isClosed = true;
    await this.opening?.catch(() => undefined);
    const { served } = this;
    this.served = undefined;
    await served?.close();
  }

  /** After the ledgers. */
  async close(): Promise<void> {
    await this.end();
    const { rooms } = this;
    this.rooms = undefined;
    await rooms?.chaincode.close();
    await rooms?.close();
  }

  /** All of it. What failed is tried again by the next call. */
  private open(): Promise<FabricRooms> {
    if (this.isClosed) return Promise.reject(new AppError('UNAVAILABLE', { what: 'city node' }, { publicMessage: 'The city node is shutting down. Try again in a moment.' }));
    this.opening ??= this.openAll().finally(() => {
      this.opening = undefined;
    });
    return this.opening;
  }

  private async openAll(): Promise<FabricRooms> {
    const rooms = await this.openRooms();
    if (this.served === undefined && this.ground !== undefined) {
      const { serveFabric } = await import('./serve-fabric');
      const { logger, now } = this.options;
      this.served = await serveFabric({ ...this.ground, rooms, logger, now }).catch((error: unknown) => {
        const message = error instanceof Error ? error.message : 'unknown';
        throw new AppError('UNAVAILABLE', { what: 'door for Fabric' }, { publicMessage: `The host’s door for Fabric’s clients could not be opened: ${message}`, cause: error });
      });
    }
    return rooms;
  }

  private async openRooms(): Promise<FabricRooms> {
    if (this.rooms !== undefined) return this.rooms;
    const begunAt = performance.now();
    const [fabric, { openFabricRooms }] = await Promise.all([this.framework.load(), import('./open-fabric-rooms')]);
    this.rooms = await openFabricRooms({ ...this.options, fabric });
    this.options.logger.info({ ms: Math.round(performance.now() - begunAt) }, 'Fabric loaded');
    return this.rooms;
  }
}
