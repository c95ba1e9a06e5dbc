import { createECDH } from 'node:crypto';
import { openSigner, sha256, sha256Hex, verifySignature, type Signer, type VerifySignature } from '../../core/crypto';
import type { Hash } from '../../core/types';

/** How the peers of a simulation sign, and how blocks get their names. */
export interface Voices {
  publicKeyOf(peer: number): Uint8Array;
  sign(peer: number, statement: Uint8Array): Uint8Array;
  readonly verify: VerifySignature;
  nameOf(block: Uint8Array): Hash;
}

/** Two 32-bit mixes side by side (after cyrb53): quick, and as good as needed where nobody computes a collision. */
export function mix(bytes: Uint8Array, seed: number): readonly [number, number] {
  let a = 0xdeadbeef ^ seed;
  let b = 0x41c6ce57 ^ seed;
  for (const byte of bytes) {
    a = Math.imul(a ^ byte, 0x9e3779b1);
    b = Math.imul(b ^ byte, 0x5f356495);
  }
  a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35);
  b = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return [a >>> 0, b >>> 0];
}

const CHEAP_KEY = Buffer.from('simulated-key-0');

/**
 * A keyed mix in place of P-256. Unforgeable by convention: whoever plays the adversary signs with the keys of the
 * peers that it holds, and replays what it heard, but never computes another peer's mix.
 */
export function createCheapVoices(seed: number): Voices {
  const keys = Array.from({ length: 32 }, (_, peer) => {
    const key = Uint8Array.from(CHEAP_KEY);
    key[key.length - 1] = peer;
    return key;
  });
  const signed = (peer: number, statement: Uint8Array): readonly [number, number] => mix(statement, Math.imul(seed ^ (peer + 1), 0x9e3779b1));
  return {
    publicKeyOf: (peer) => keys[peer] as Uint8Array,
    sign: (peer, statement) => {
      const [a, b] = signed(peer, statement);
      const signature = Buffer.allocUnsafe(8);
      signature.writeUInt32BE(a, 0);
      signature.writeUInt32BE(b, 4);
      return signature;
    },
    verify: (publicKey, statement, signature) => {
      if (signature.length !== 8 || publicKey.length !== CHEAP_KEY.length) return false;
      const [a, b] = signed(publicKey[publicKey.length - 1] as number, statement);
      const given = Buffer.from(signature.buffer, signature.byteOffset, 8);
      return given.readUInt32BE(0) === a && given.readUInt32BE(4) === b;
    },
    nameOf: (block) => {
      const [a, b] = mix(block, seed);
      const half = a.toString(16).padStart(8, '0') + b.toString(16).padStart(8, '0');
      return (half + half + half + half) as Hash;
    },
  };
}

const realSigners = new Map<number, Signer>();

/** P-256 with keys that depend on the peer's number alone, so that a seed gives the same blocks in every process. */
export function createRealVoices(): Voices {
  const signerOf = (peer: number): Signer => {
    const known = realSigners.get(peer);
    if (known !== undefined) return known;
    const pair = createECDH('prime256v1');
    pair.setPrivateKey(sha256(Buffer.from(`simulated peer ${peer}`)));
    const point = pair.getPublicKey();
    const signer = openSigner(Buffer.concat([pair.getPrivateKey(), point.subarray(1)]));
    realSigners.set(peer, signer);
    return signer;
  };
  return {
    publicKeyOf: (peer) => signerOf(peer).publicKey,
    sign: (peer, statement) => signerOf(peer).sign(statement),
    verify: verifySignature,
    nameOf: (block) => sha256Hex(block),
  };
}
