// SPDX-License-Identifier: Apache-2.0
import { Context, Contract, Info, Returns, Transaction } from 'fabric-contract-api';
import { decodeEvidence, encodeEvidence, type Evidence } from './evidence';
import { readHash, readLine, readMetadata, readPageSize } from './read-arguments';

const TITLE_CHARS_MAX = 200;
const REASON_CHARS_MAX = 500;
/** Keys that list entries by their time; each entry lies under its hash besides. */
const BY_TIME = 'byTime';

/**
 * Notes the SHA-256 hash of a document once: who noted it, when, under which title. The document itself never touches the
 * ledger. An entry is never deleted; whoever noted it may revoke it, or note another in its place.
 */
@Info({ title: 'EvidenceNotary', description: 'Fingerprints of documents' })
export class EvidenceNotaryContract extends Contract {
  public constructor() {
    super('EvidenceNotary');
  }

  /** Event EvidenceNotarised. */
  @Transaction()
  @Returns('string')
  public async Notarise(ctx: Context, hash: string, title: string, metadata: string): Promise<string> {
    const evidence = await this.create(ctx, hash, title, metadata);
    return this.finish(ctx, 'EvidenceNotarised', encodeEvidence(evidence));
  }

  /** Notes `hash` in the place of `oldHash`, which stays and points to it. Event EvidenceSuperseded with the new entry. */
  @Transaction()
  @Returns('string')
  public async Supersede(ctx: Context, oldHash: string, hash: string, title: string, metadata: string): Promise<string> {
    const old = await this.readOwn(ctx, oldHash);
    const evidence = await this.create(ctx, hash, title, metadata, old.hash);
    await ctx.stub.putState(old.hash, encodeEvidence({ ...old, state: 'superseded', supersededBy: evidence.hash }));
    return this.finish(ctx, 'EvidenceSuperseded', encodeEvidence(evidence));
  }

  /** Event EvidenceRevoked. */
  @Transaction()
  @Returns('string')
  public async Revoke(ctx: Context, hash: string, reason: string): Promise<string> {
    readLine('reason', reason, REASON_CHARS_MAX);
    const evidence = await this.readOwn(ctx, hash);
    const bytes = encodeEvidence({ ...evidence, reason, state: 'revoked' });
    await ctx.stub.putState(evidence.hash, bytes);
    return this.finish(ctx, 'EvidenceRevoked', bytes);
  }

  @Transaction(false)
  @Returns('string')
  public async GetEvidence(ctx: Context, hash: string): Promise<string> {
    return encodeEvidence(await this.read(ctx, readHash(hash))).toString('utf8');
  }

  /** Also of one that was revoked or superseded since. */
  @Transaction(false)
  @Returns('boolean')
  public async IsNotarised(ctx: Context, hash: string): Promise<boolean> {
    return (await ctx.stub.getState(readHash(hash))).length > 0;
  }

  /** What an entry was from each of its transactions on, the newest first. */
  @Transaction(false)
  @Returns('string')
  public async GetHistory(ctx: Context, hash: string): Promise<string> {
    const { hash: key } = await this.read(ctx, readHash(hash));
    const changes: { at: string; evidence: Evidence; txId: string }[] = [];
    for await (const { timestamp, txId, value } of ctx.stub.getHistoryForKey(key)) {
      const at = new Date(Number(timestamp.seconds) * 1_000 + Math.floor(timestamp.nanos / 1_000_000)).toISOString();
      changes.push({ at, evidence: decodeEvidence(value), txId });
    }
    return JSON.stringify(changes);
  }

  /** By time, the oldest first. The bookmark is empty for the first page, then what the page before gave; the last gives none. */
  @Transaction(false)
  @Returns('string')
  public async ListEvidence(ctx: Context, pageSize: string, bookmark: string): Promise<string> {
    const size = readPageSize(pageSize);
    const { iterator, metadata } = await ctx.stub.getStateByPartialCompositeKeyWithPagination(BY_TIME, [], size, this.readBookmark(ctx, bookmark));
    const entries: Evidence[] = [];
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
      const [, hash] = ctx.stub.splitCompositeKey(next.value.key).attributes;
      entries.push(await this.read(ctx, hash ?? ''));
    }
    await iterator.close();
    return JSON.stringify({ bookmark: Buffer.from(metadata.bookmark).toString('base64url'), entries });
  }

  /** Puts a new entry and its place in the list into the state. */
  private async create(ctx: Context, hash: string, title: string, metadata: string, supersedes?: string): Promise<Evidence> {
    const evidence: Evidence = {
      hash: readHash(hash),
      metadata: readMetadata(metadata),
      notarisedAt: ctx.stub.getDateTimestamp().toISOString(),
      state: 'valid',
      submitter: { id: ctx.clientIdentity.getID(), mspId: ctx.clientIdentity.getMSPID() },
      supersedes,
      title: readLine('title', title, TITLE_CHARS_MAX),
    };
    const there = await ctx.stub.getState(evidence.hash);
    if (there.length > 0) throw new Error(`The evidence ${evidence.hash} is notarised already, since ${decodeEvidence(there).notarisedAt}`);
    await ctx.stub.putState(evidence.hash, encodeEvidence(evidence));
    // An empty value would delete the key.
    await ctx.stub.putState(ctx.stub.createCompositeKey(BY_TIME, [evidence.notarisedAt, evidence.hash]), Buffer.from([0]));
    return evidence;
  }

  private async read(ctx: Context, hash: string): Promise<Evidence> {
    const bytes = await ctx.stub.getState(hash);
    if (bytes.length === 0) throw new Error(`The evidence ${hash} is not notarised`);
    return decodeEvidence(bytes);
  }

  /** One that holds, and that the client who asks noted itself. */
  private async readOwn(ctx: Context, hash: string): Promise<Evidence> {
    const evidence = await this.read(ctx, readHash(hash));
    const { id, mspId } = evidence.submitter;
    if (id !== ctx.clientIdentity.getID() || mspId !== ctx.clientIdentity.getMSPID()) throw new Error(`Only who notarised the evidence ${evidence.hash} may revoke or supersede it`);
    if (evidence.state !== 'valid') throw new Error(`The evidence ${evidence.hash} is ${evidence.state} already`);
    return evidence;
  }

  /** A bookmark is a key of the list, whose separators no command line passes on: it goes out in letters and digits. */
  private readBookmark(ctx: Context, bookmark: string): string {
    if (bookmark === '') return '';
    const key = Buffer.from(bookmark, 'base64url').toString('utf8');
    if (!key.startsWith(ctx.stub.createCompositeKey(BY_TIME, []))) throw new Error('The bookmark is none that a page gave');
    return key;
  }

  private finish(ctx: Context, event: string, bytes: Buffer): string {
    ctx.stub.setEvent(event, bytes);
    return bytes.toString('utf8');
  }
}
