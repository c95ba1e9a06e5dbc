import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FabricBook, type BookChannel } from './fabric-book';

let directory: string;
let books: FabricBook[];
const open = async (): Promise<FabricBook> => {
  const book = await FabricBook.open(path.join(directory, 'book.journal'));
  books.push(book);
  return book;
};

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'book-'));
  books = [];
});
afterEach(async () => {
  for (const book of books) await book.close();
  rmSync(directory, { recursive: true, force: true });
});

const [a, b] = ['a', 'b'].map((letter) => letter.repeat(64)) as [string, string];
const settings = { rootCertificates: ['pem'] };
const channel = (chain: string, channelId: string, rootsHash = a): BookChannel => ({ chain, channelId, organisations: [{ mspId: 'Org1MSP', rootsHash }], orderers: [] });

describe('the names of a host’s channels', () => {
  it('mean one sub-chain each, also after a restart, until it is gone', async () => {
    const book = await open();
    await book.putChannel(channel('tide-1', 'one'));
    await book.putChannel(channel('tide-1', 'one'));
    await expect(book.putChannel(channel('tide-2', 'one'))).rejects.toThrow('a channel one already');
    await expect(book.putChannel(channel('tide-1', 'other'))).rejects.toThrow('exists here as channel one');
    await book.close();
    const again = await open();
    expect(again.findChannel('one')?.chain).toBe('tide-1');
    await expect(again.putChannel(channel('tide-2', 'one'))).rejects.toThrow('a channel one already');
    await again.removeChannel('tide-1');
    await again.removeChannel('tide-1');
    await again.putChannel(channel('tide-2', 'one'));
    await again.close();
    expect((await open()).findChannel('one')?.chain).toBe('tide-2');
  });

  it('are given to one of two who ask at the same time', async () => {
    const book = await open();
    const results = await Promise.allSettled([book.putChannel(channel('tide-1', 'one')), book.putChannel(channel('tide-2', 'one'))]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });
});

describe('the MSP ids of a host', () => {
  it('are one organisation each: no channel brings another one under the name', async () => {
    const book = await open();
    await book.putOrganisation('Org1MSP', a, settings);
    await expect(book.putOrganisation('Org1MSP', b, settings)).rejects.toThrow('is another organisation');
    await expect(book.putChannel(channel('tide-1', 'one', b))).rejects.toThrow('is another organisation');
    await book.putChannel(channel('tide-1', 'one', a));
    await book.close();
    await expect((await open()).putOrganisation('Org1MSP', b, settings)).rejects.toThrow('is another organisation');
  });

  it('are not given an identity where a channel means somebody else by them', async () => {
    const book = await open();
    await book.putChannel(channel('tide-1', 'one', b));
    await expect(book.putOrganisation('Org1MSP', a, settings)).rejects.toThrow('The channel one of this host has another organisation Org1MSP');
    await book.removeChannel('tide-1');
    await book.putOrganisation('Org1MSP', a, settings);
    expect(book.findOrganisation('Org1MSP')?.rootsHash).toBe(a);
  });

  it('keep the newest description of an organisation, and are few in the file however often it changes', async () => {
    const book = await open();
    const large = 'x'.repeat(16_000);
    for (let at = 0; at < 200; at += 1) await book.putOrganisation('Org1MSP', a, { rootCertificates: [`${at}${large}`] });
    expect(book.sizeBytes).toBeLessThan(1024 * 1024 + 100_000);
    await book.close();
    expect((await open()).findOrganisation('Org1MSP')?.settings.rootCertificates[0]).toBe(`199${large}`);
  });
});

describe('the addresses of organisations’ peers', () => {
  it('are kept, also by a file that is written anew, until the organisation has no peer here', async () => {
    const book = await open();
    await book.putOrganisation('Org1MSP', a, settings);
    await book.putEntrance('Org1MSP', 7_051);
    const large = 'x'.repeat(16_000);
    for (let at = 0; at < 80; at += 1) await book.putOrganisation('Org2MSP', a, { rootCertificates: [`${at}${large}`] });
    expect(book.sizeBytes).toBeLessThan(1024 * 1024 + 100_000);
    await book.close();
    const again = await open();
    expect([again.entranceOf('Org1MSP'), again.entranceOf('Org2MSP')]).toEqual([7_051, undefined]);
    await again.removeOrganisation('Org1MSP');
    await again.close();
    expect((await open()).entranceOf('Org1MSP')).toBeUndefined();
  });

  it('are needed where two in one channel have theirs here', async () => {
    const book = await open();
    const members = (...mspIds: string[]) => mspIds.map((mspId) => ({ mspId, rootsHash: a }));
    await book.putChannel({ chain: 'tide-1', channelId: 'one', organisations: members('Org1MSP', 'Org2MSP', 'Org3MSP'), orderers: [] });
    await book.putChannel({ chain: 'tide-2', channelId: 'two', organisations: members('Org3MSP', 'Org4MSP'), orderers: [] });
    const crowdedWith = (...here: string[]) => book.listCrowded((mspId) => here.includes(mspId));
    expect(crowdedWith('Org1MSP', 'Org4MSP')).toEqual([]);
    expect(crowdedWith('Org2MSP', 'Org1MSP', 'Org4MSP')).toEqual(['Org1MSP', 'Org2MSP']);
  });
});
