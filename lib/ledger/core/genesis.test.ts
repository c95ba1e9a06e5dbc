import { describe, expect, it } from 'vitest';
import { CodecError } from './codec';
import { generatePrivateKey, openSigner } from './crypto';
import { checkGenesis, decodeGenesis, encodeGenesis, orderingPeer } from './genesis';
import type { GenesisSpec } from './host-types';
import { chainId, timeMs } from './types';

const key = (): Uint8Array => openSigner(generatePrivateKey()).publicKey;
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
    expect(orderingPeer(decoded).name).toBe('SIN');
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

  const [first, second] = [spec.peers[0], spec.peers[1]] as [GenesisSpec['peers'][0], GenesisSpec['peers'][0]];
  it.each<[string, Partial<GenesisSpec>, RegExp]>([
    ['no peer', { peers: [] }, /1 to 16/],
    ['too many peers', { peers: Array.from({ length: 17 }, (_, at) => ({ name: `P${at}`, publicKey: key(), orders: at === 0 })) }, /1 to 16/],
    ['nobody who orders', { peers: [{ ...first, orders: false }, second] }, /exactly one/],
    ['two who order', { peers: [first, { ...second, orders: true }] }, /exactly one/],
    ['two with one name', { peers: [first, { ...second, name: 'SIN' }] }, /share/],
    ['two with one key', { peers: [first, { ...second, publicKey: first.publicKey }] }, /share/],
    ['a key that is none', { peers: [{ ...first, publicKey: Buffer.from('no key') }] }, /P-256/],
    ['a peer without name', { peers: [{ ...first, name: '' }] }, /name/],
    ['settings that are not JSON', { config: { fraction: 0.5 } }, /plain JSON/],
    ['settings without measure', { config: { text: 'x'.repeat(600_000) } }, /larger/],
  ])('with %s is refused with the reason', (_name, change, reason) => {
    expect(() => checkGenesis({ ...spec, ...change })).toThrow(reason);
    expect(() => checkGenesis({ ...spec, ...change })).toThrow(expect.objectContaining({ code: 'genesis-invalid' }));
  });

  it('as it should be passes', () => {
    expect(() => checkGenesis(spec)).not.toThrow();
  });
});
