import { z } from 'zod';
import { chainIdSchema, fabricOrganisationSchema, mspIdSchema, type FabricOrganisation } from '@/lib/control';
import { RecordJournal } from '@/lib/gateway';
import { AppError } from '@/lib/platform/pure/errors';
import { OneAtATime } from '@/lib/platform/pure/one-at-a-time';

const memberSchema = z.object({ mspId: mspIdSchema, rootsHash: z.string().regex(/^[0-9a-f]{64}$/) });
const channelSchema = z.object({ chain: chainIdSchema, channelId: z.string().min(1).max(249), organisations: z.array(memberSchema), orderers: z.array(memberSchema) });
const organisationSchema = z.object({ mspId: mspIdSchema, rootsHash: memberSchema.shape.rootsHash, settings: fabricOrganisationSchema });
const recordSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('channel'), channel: channelSchema }),
  z.object({ kind: z.literal('no-channel'), chain: chainIdSchema }),
  z.object({ kind: z.literal('organisation'), organisation: organisationSchema }),
  z.object({ kind: z.literal('no-organisation'), mspId: mspIdSchema }),
  z.object({ kind: z.literal('entrance'), mspId: mspIdSchema, port: z.int().min(1).max(65_535) }),
]);
type BookRecord = z.infer<typeof recordSchema>;

/** An organisation of a channel; those with the same roots are one organisation. */
export type BookMember = z.infer<typeof memberSchema>;
/** A channel of this host, by its sub-chain. */
export type BookChannel = z.infer<typeof channelSchema>;
/** An organisation that has an identity here. */
export type BookOrganisation = z.infer<typeof organisationSchema>;

const compactBytesMin = 1024 * 1024;

/**
 * Which sub-chain of this host has which channel's name, and which organisations the MSP ids of this host stand for. Clients
 * know channels and organisations by these names alone, so each has one meaning on a host. Durable before it is acted on.
 */
export class FabricBook {
  private readonly channels = new Map<string, BookChannel>();
  private readonly chainOf = new Map<string, string>();
  private readonly organisations = new Map<string, BookOrganisation>();
  private readonly entrances = new Map<string, number>();
  private journal!: RecordJournal;
  private compactedBytes = 0;
  private readonly turn = new OneAtATime();

  private constructor() {}

  static async open(file: string): Promise<FabricBook> {
    const book = new FabricBook();
    book.journal = await RecordJournal.open(file, (record) => book.apply(recordSchema.parse(record)));
    book.compactedBytes = book.journal.sizeBytes;
    return book;
  }

  get sizeBytes(): number {
    return this.journal.sizeBytes;
  }

  listChannels(): readonly BookChannel[] {
    return [...this.channels.values()];
  }

  findChannel(channelId: string): BookChannel | undefined {
    const chain = this.chainOf.get(channelId);
    return chain === undefined ? undefined : this.channels.get(chain);
  }

  channelOf(chain: string): BookChannel | undefined {
    return this.channels.get(chain);
  }

  listOrganisations(): readonly BookOrganisation[] {
    return [...this.organisations.values()];
  }

  findOrganisation(mspId: string): BookOrganisation | undefined {
    return this.organisations.get(mspId);
  }

  /** The port by which clients know an organisation's peer here; undefined while it has none of its own. */
  entranceOf(mspId: string): number | undefined {
    return this.entrances.get(mspId);
  }

  /** Organisations that have their peer here and share a channel of this host with another one that has: an address has to say which is meant. */
  listCrowded(hasPeer: (mspId: string) => boolean): readonly string[] {
    const crowded = this.listChannels().flatMap(({ organisations }) => {
      const here = organisations.map(({ mspId }) => mspId).filter(hasPeer);
      return here.length > 1 ? here : [];
    });
    return [...new Set(crowded)].sort();
  }

  /** Clients remember addresses: an organisation keeps its port. */
  putEntrance(mspId: string, port: number): Promise<void> {
    return this.turn.run(async () => {
      if (this.entrances.get(mspId) !== port) await this.write({ kind: 'entrance', mspId, port });
    });
  }

  /**
   * Gives a sub-chain its channel's name. The same again changes nothing.
   * @throws AppError CONFLICT where the name, or the MSP id of one of its organisations, means something else here
   */
  putChannel(channel: BookChannel): Promise<void> {
    return this.turn.run(async () => {
      const holder = this.chainOf.get(channel.channelId);
      if (holder !== undefined && holder !== channel.chain) {
        throw conflict('channel', `This host has a channel ${channel.channelId} already, of another sub-chain. Choose another channel name.`);
      }
      const known = this.channels.get(channel.chain);
      if (known !== undefined && JSON.stringify(known) !== JSON.stringify(channel)) {
        throw conflict('channel', `The sub-chain exists here as channel ${known.channelId} with other organisations.`);
      }
      for (const member of [...channel.organisations, ...channel.orderers]) this.requireSame(member);
      if (known === undefined) await this.write({ kind: 'channel', channel });
    });
  }

  /** Idempotent. */
  removeChannel(chain: string): Promise<void> {
    return this.turn.run(async () => {
      if (this.channels.has(chain)) await this.write({ kind: 'no-channel', chain });
    });
  }

  /**
   * Says what an MSP id stands for here; a newer description of the same organisation replaces the older one.
   * @throws AppError CONFLICT where it is another organisation's
   */
  putOrganisation(mspId: string, rootsHash: string, settings: FabricOrganisation): Promise<void> {
    return this.turn.run(async () => {
      const member = { mspId, rootsHash };
      this.requireSame(member);
      const isForeign = (one: BookMember): boolean => one.mspId === mspId && one.rootsHash !== rootsHash;
      const other = this.listChannels().find(({ organisations, orderers }) => [...organisations, ...orderers].some(isForeign));
      if (other !== undefined) throw conflict('organisation', `The channel ${other.channelId} of this host has another organisation ${mspId}, with other root certificates.`);
      const organisation = { ...member, settings };
      if (JSON.stringify(this.organisations.get(mspId)) !== JSON.stringify(organisation)) await this.write({ kind: 'organisation', organisation });
    });
  }

  /** Idempotent. */
  removeOrganisation(mspId: string): Promise<void> {
    return this.turn.run(async () => {
      if (this.organisations.has(mspId)) await this.write({ kind: 'no-organisation', mspId });
    });
  }

  async close(): Promise<void> {
    await this.turn.idle();
    await this.journal.close();
  }

  private requireSame({ mspId, rootsHash }: BookMember): void {
    const known = this.organisations.get(mspId);
    if (known === undefined || known.rootsHash === rootsHash) return;
    throw conflict('organisation', `The MSP id ${mspId} is another organisation's on this host: its root certificates differ. Choose another MSP id.`);
  }

  private async write(record: BookRecord): Promise<void> {
    await this.journal.append([recordSchema.parse(record)]);
    this.apply(record);
    const { sizeBytes } = this.journal;
    if (sizeBytes < compactBytesMin || sizeBytes < 2 * this.compactedBytes) return;
    await this.journal.rewrite(() => [
      ...this.listChannels().map((channel) => ({ kind: 'channel', channel })),
      ...this.listOrganisations().map((organisation) => ({ kind: 'organisation', organisation })),
      ...[...this.entrances].map(([mspId, port]) => ({ kind: 'entrance', mspId, port })),
    ]);
    this.compactedBytes = this.journal.sizeBytes;
  }

  private apply(record: BookRecord): void {
    switch (record.kind) {
      case 'channel':
        this.channels.set(record.channel.chain, record.channel);
        this.chainOf.set(record.channel.channelId, record.channel.chain);
        return;
      case 'no-channel': {
        const known = this.channels.get(record.chain);
        this.channels.delete(record.chain);
        if (known !== undefined) this.chainOf.delete(known.channelId);
        return;
      }
      case 'organisation':
        this.organisations.set(record.organisation.mspId, record.organisation);
        return;
      case 'no-organisation':
        this.organisations.delete(record.mspId);
        this.entrances.delete(record.mspId);
        return;
      case 'entrance':
        this.entrances.set(record.mspId, record.port);
    }
  }
}

function conflict(subject: string, publicMessage: string): AppError<'CONFLICT'> {
  return new AppError('CONFLICT', { subject }, { publicMessage });
}
