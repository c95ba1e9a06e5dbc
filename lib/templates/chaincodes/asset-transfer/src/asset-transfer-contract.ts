// SPDX-License-Identifier: Apache-2.0
import { Context, Contract, Info, Returns, Transaction } from 'fabric-contract-api';
import { checkText, encodeAsset, readAsset, readWholeNumber, type Asset } from './asset';
import { firstAssets } from './first-assets';

const PAGE_SIZE_MAX = 1_000;

/**
 * Assets that anybody of the channel may create, change, hand over and delete: the contract of fabric-samples'
 * asset-transfer-basic, so that its clients run with it, with checks, events and pages besides.
 *
 * Transactions that change something emit an event of their own name with the asset as its payload.
 */
@Info({ title: 'AssetTransfer', description: 'Assets with an owner' })
export class AssetTransferContract extends Contract {
  public constructor() {
    super('AssetTransfer');
  }

  /** Creates the six first assets. Those that exist stay as they are: it may be called again at any time. */
  @Transaction()
  public async InitLedger(ctx: Context): Promise<void> {
    const created: Asset[] = [];
    for (const asset of firstAssets) {
      if (await this.AssetExists(ctx, asset.ID)) continue;
      await ctx.stub.putState(asset.ID, encodeAsset(asset));
      created.push(asset);
    }
    ctx.stub.setEvent('InitLedger', Buffer.from(JSON.stringify(created)));
  }

  @Transaction()
  public async CreateAsset(ctx: Context, id: string, color: string, size: string, owner: string, appraisedValue: string): Promise<void> {
    const asset = readAsset(id, color, size, owner, appraisedValue);
    if (await this.AssetExists(ctx, id)) throw new Error(`The asset ${id} already exists`);
    await this.write(ctx, 'CreateAsset', asset);
  }

  /** The asset as it was stored. */
  @Transaction(false)
  @Returns('string')
  public async ReadAsset(ctx: Context, id: string): Promise<string> {
    checkText('ID', id, 64);
    const bytes = await ctx.stub.getState(id);
    if (bytes.length === 0) throw new Error(`The asset ${id} does not exist`);
    return Buffer.from(bytes).toString('utf8');
  }

  /** Replaces all of an asset. */
  @Transaction()
  public async UpdateAsset(ctx: Context, id: string, color: string, size: string, owner: string, appraisedValue: string): Promise<void> {
    const asset = readAsset(id, color, size, owner, appraisedValue);
    await this.ReadAsset(ctx, id);
    await this.write(ctx, 'UpdateAsset', asset);
  }

  @Transaction()
  public async DeleteAsset(ctx: Context, id: string): Promise<void> {
    const text = await this.ReadAsset(ctx, id);
    await ctx.stub.deleteState(id);
    ctx.stub.setEvent('DeleteAsset', Buffer.from(text));
  }

  @Transaction(false)
  @Returns('boolean')
  public async AssetExists(ctx: Context, id: string): Promise<boolean> {
    checkText('ID', id, 64);
    return (await ctx.stub.getState(id)).length > 0;
  }

  /** Gives who owned it until now. */
  @Transaction()
  @Returns('string')
  public async TransferAsset(ctx: Context, id: string, newOwner: string): Promise<string> {
    checkText('owner', newOwner, 256);
    const asset = JSON.parse(await this.ReadAsset(ctx, id)) as Asset;
    await this.write(ctx, 'TransferAsset', { ...asset, Owner: newOwner });
    return asset.Owner;
  }

  /** For a channel with few assets; where there are many, pages are read one after another. */
  @Transaction(false)
  @Returns('string')
  public async GetAllAssets(ctx: Context): Promise<string> {
    const texts: string[] = [];
    for await (const { value } of ctx.stub.getStateByRange('', '')) texts.push(Buffer.from(value).toString('utf8'));
    return `[${texts.join(',')}]`;
  }

  /** By ID. The bookmark is empty for the first page, then what the page before gave; it is empty again with the last one. */
  @Transaction(false)
  @Returns('string')
  public async GetAssetsPage(ctx: Context, pageSize: string, bookmark: string): Promise<string> {
    const size = readWholeNumber('page size', pageSize);
    if (size < 1 || size > PAGE_SIZE_MAX) throw new Error(`A page has 1 to ${PAGE_SIZE_MAX} assets, not ${size}`);
    const { iterator, metadata } = await ctx.stub.getStateByRangeWithPagination('', '', size, bookmark);
    const texts: string[] = [];
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) texts.push(Buffer.from(next.value.value).toString('utf8'));
    await iterator.close();
    return `{"assets":[${texts.join(',')}],"bookmark":${JSON.stringify(metadata.bookmark)}}`;
  }

  private async write(ctx: Context, event: string, asset: Asset): Promise<void> {
    const bytes = encodeAsset(asset);
    await ctx.stub.putState(asset.ID, bytes);
    ctx.stub.setEvent(event, bytes);
  }
}
