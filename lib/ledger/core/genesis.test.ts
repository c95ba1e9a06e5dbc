import { describe, expect, it } from 'vitest';
import { CodecError } from './codec';
import { createKey } from './crypto';
import { checkGenesis, decodeGenesis, encodeGenesis, genesisRules } from './genesis';
import type { Finality, GenesisSpec } from './host-types';
import { chainId, timeMs } from './types';

const key = (): Uint8Array => createKey().signer.publicKey;
const spec: GenesisSpec = {
  chain: chainId('tide-4417'),
  framework: 'counter',
  config: { b: 1, a: ['x', null, true] },
  time: timeMs(1_760_000_000_000),
  finality: 'solo',
  peers: [
    { name: 'SIN', publicKey: key(), orders: true },
    { name: 'FRA', publicKey: key(), orders: false },
  ],
};

describe('genesis document', () => {
  it('comes back from its bytes', () => {
    const decoded = decodeGenesis(encodeGenesis(spec));
    expect(encodeGenesis(decoded)).toEqual(encodeGenesis(spec));
    expect(decoded).toMatchObject({ chain: 'tide-4417', framework: 'counter', config: { a: ['x', null, true], b: 1 }, finality: 'solo' });
  });

  it('says the rules of the first block: those who order, in the document’s order', () => {
    expect(genesisRules(decodeGenesis(encodeGenesis(spec)), 7)).toMatchObject({ finality: 'solo', engineVersion: 7, validators: [{ name: 'SIN' }] });
    const crash: GenesisSpec = { ...spec, finality: 'crash', peers: ['NYC', 'FRA', 'SIN'].map((name) => ({ name, publicKey: key(), orders: true })) };
    const rules = genesisRules(decodeGenesis(encodeGenesis(crash)), 1);
    expect(rules.validators.map(({ name }) => name)).toEqual(['NYC', 'FRA', 'SIN']);
    expect(rules.validators.map(({ publicKey }) => Buffer.from(publicKey))).toEqual(crash.peers.map(({ publicKey }) => Buffer.from(publicKey)));
  });

  it('of a finality that this program does not know is refused', () => {
    expect(() => decodeGenesis(encodeGenesis({ ...spec, finality: 'probable' as Finality }))).toThrow(/does not know the finality "probable"/);
  });

  it('is the same for the same settings in another order of keys, and another for anything else', () => {
    const bytes = (other: Partial<GenesisSpec>): string => Buffer.from(encodeGenesis({ ...spec, ...other })).toString('hex');
    expect(bytes({ config: { a: ['x', null, true], b: 1 } })).toBe(bytes({}));
    const others = [{ chain: chainId('tide-4418') }, { framework: 'other' }, { config: { b: 2 } }, { time: timeMs(1) }, { peers: spec.peers.slice(0, 1) }, { peers: [...spec.peers].reverse() }];
    expect(new Set([bytes({}), ...others.map(bytes)]).size).toBe(others.length + 1);
  });

  it('is refused when truncated, followed by something or of another kind', () => {
    const bytes = encodeGenesis(spec);
    for (let length = 0; length < bytes.length; length += 7) expect(() => decodeGenesis(bytes.subarray(0, length))).toThrow();
    expect(() => decodeGenesis(Buffer.concat([bytes, Uint8Array.of(1)]))).toThrow(CodecError);
    expect(() => decodeGenesis(Buffer.from('something else altogether'))).toThrow(CodecError);
  });

  const ordering = (count: number): GenesisSpec['peers'] => Array.from({ length: count }, (_, at) => ({ name: `P${at}`, publicKey: key(), orders: true }));
  const [first, second] = [spec.peers[0], spec.peers[1]] as [GenesisSpec['peers'][0], GenesisSpec['peers'][0]];
  it.each<[string, Partial<GenesisSpec>, RegExp]>([
    ['no peer', { peers: [] }, /1 to 16/],
    ['too many peers', { peers: Array.from({ length: 17 }, (_, at) => ({ name: `P${at}`, publicKey: key(), orders: at === 0 })) }, /1 to 16/],
    ['nobody who orders', { peers: [{ ...first, orders: false }, second] }, /exactly one/],
    ['two who order', { peers: [first, { ...second, orders: true }] }, /exactly one/],
    ['three with crash finality of whom one does not order', { finality: 'crash', peers: ordering(3).map((peer, at) => ({ ...peer, orders: at > 0 })) }, /crash finality needs at least 3 validators, not 2/],
    ['two with crash finality', { finality: 'crash', peers: ordering(2) }, /at least 3 validators, not 2/],
    ['three with byzantine finality', { finality: 'byzantine', peers: ordering(3) }, /at least 4 validators, not 3/],
    ['two with one name', { peers: [first, { ...second, name: 'SIN' }] }, /share/],
    ['two with one key', { peers: [first, { ...second, publicKey: first.publicKey }] }, /share/],
    ['a key that is none', { peers: [{ ...first, publicKey: Buffer.from('no key') }] }, /P-256/],
    ['a peer without name', { peers: [{ ...first, name: '' }] }, /name/],
    ['a peer whose name could not be read again', { peers: [first, { ...second, name: 'ü'.repeat(33) }] }, /1 to 64 bytes/],
    ['settings that are not JSON', { config: { fraction: 0.5 } }, /plain JSON/],
    ['settings without measure', { config: { text: 'x'.repeat(600_000) } }, /larger/],
  ])('with %s is refused with the reason', (_name, change, reason) => {
    expect(() => checkGenesis({ ...spec, ...change })).toThrow(reason);
    expect(() => checkGenesis({ ...spec, ...change })).toThrow(expect.objectContaining({ code: 'genesis-invalid' }));
  });

  it('as it should be passes, with every finality', () => {
    expect(() => checkGenesis(spec)).not.toThrow();
    expect(() => checkGenesis({ ...spec, finality: 'crash', peers: ordering(3) })).not.toThrow();
    expect(() => checkGenesis({ ...spec, finality: 'byzantine', peers: ordering(16) })).not.toThrow();
  });
});
