import { ByteReader, ByteWriter, CodecError } from '../codec';
import { sha256Hex } from '../crypto';
import type { Hash } from '../types';

/**
 * How blocks become final.
 * `solo`: one validator, no fault tolerance. `crash`: a majority; validators may stop, not lie. `byzantine`: more than
 * two thirds; up to a third, less one, may do anything.
 */
export type Finality = 'solo' | 'crash' | 'byzantine';

export interface Validator {
  /** Name of the peer: the code of its city node. */
  readonly name: string;
  /** P-256, DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
}

/** What the blocks of a height are judged by. A config block changes them from the next height on. */
export interface ChainRules {
  readonly finality: Finality;
  /** In the order of turns; 1 to 16. */
  readonly validators: readonly Validator[];
  /** Version of the framework's rules in force. */
  readonly engineVersion: number;
  /** A version that comes into force with the block of that height. */
  readonly upgrade?: { readonly engineVersion: number; readonly height: number };
}

export const VALIDATORS_MAX = 16;
const NAME_BYTES_MAX = 64;
const PUBLIC_KEY_BYTES_MAX = 256;
const MIN_VALIDATORS = { solo: 1, crash: 3, byzantine: 4 } as const satisfies Record<Finality, number>;
const CODES = { solo: 0, crash: 1, byzantine: 2 } as const satisfies Record<Finality, number>;
const BY_CODE: readonly Finality[] = ['solo', 'crash', 'byzantine'];

/** Signatures that make a block final: any two quorums share a validator that does not lie. */
export function quorumOf(finality: Finality, validators: number): number {
  if (finality === 'byzantine') return Math.floor((2 * validators) / 3) + 1;
  return Math.floor(validators / 2) + 1;
}

/** Validators that may be faulty (stopped; with `byzantine` also lying) while the chain goes on and stays right. */
export function faultsTolerated(finality: Finality, validators: number): number {
  return finality === 'byzantine' ? Math.floor((validators - 1) / 3) : Math.floor((validators - 1) / 2);
}

/** As many validators that one of them is sure to tell the truth: whom to believe that others are further. */
export function believableOf(finality: Finality, validators: number): number {
  return finality === 'byzantine' ? faultsTolerated(finality, validators) + 1 : 1;
}

/** Whose turn it is: everybody's in a circle, at each height beginning one further. */
export function proposerAt(rules: ChainRules, height: number, round: number): number {
  return (height + round) % rules.validators.length;
}

/** The rules in force at a height: an upgrade whose height has come is the version. */
export function rulesAt(rules: ChainRules, height: number): ChainRules {
  if (rules.upgrade === undefined || height < rules.upgrade.height) return rules;
  const { finality, validators, upgrade } = rules;
  return { finality, validators, engineVersion: upgrade.engineVersion };
}

/** What is wrong with the rules, as a clause; undefined when nothing is. */
export function findRulesFault({ finality, validators, engineVersion, upgrade }: ChainRules): string | undefined {
  const count = validators.length;
  if (finality === 'solo' && count !== 1) return `with solo finality exactly one peer orders, not ${count}`;
  if (count < MIN_VALIDATORS[finality]) return `${finality} finality needs at least ${MIN_VALIDATORS[finality]} validators, not ${count}`;
  if (count > VALIDATORS_MAX) return `at most ${VALIDATORS_MAX} validators are possible, not ${count}`;
  // What could not be read again would close the sub-chain with its next start.
  if (validators.some(({ name }) => name === '' || Buffer.byteLength(name, 'utf8') > NAME_BYTES_MAX)) return `a validator’s name has 1 to ${NAME_BYTES_MAX} bytes`;
  if (validators.some(({ publicKey }) => publicKey.length > PUBLIC_KEY_BYTES_MAX)) return `a validator’s key has at most ${PUBLIC_KEY_BYTES_MAX} bytes`;
  const names = new Set(validators.map(({ name }) => name));
  const keys = new Set(validators.map(({ publicKey }) => Buffer.from(publicKey).toString('hex')));
  if (names.size !== count || keys.size !== count) return 'two validators share a name or a key';
  if (upgrade !== undefined && upgrade.engineVersion <= engineVersion) return `version ${upgrade.engineVersion} is not above ${engineVersion}`;
  return undefined;
}

export function encodeRules({ finality, validators, engineVersion, upgrade }: ChainRules): Uint8Array {
  const writer = new ByteWriter(1_024).string('chainworks/rules').u8(1).u8(CODES[finality]).u32(engineVersion);
  writer.u8(upgrade === undefined ? 0 : 1);
  if (upgrade !== undefined) writer.u32(upgrade.engineVersion).u48(upgrade.height);
  return writer.list(validators, ({ name, publicKey }) => writer.string(name).bytes(publicKey)).finish();
}

/** Throws CodecError unless the bytes are exactly one set of rules without a fault. */
export function decodeRules(bytes: Uint8Array): ChainRules {
  const reader = new ByteReader(bytes);
  if (reader.string(32) !== 'chainworks/rules') throw new CodecError('not the rules of a sub-chain');
  const format = reader.u8();
  if (format !== 1) throw new CodecError(`rules of format ${format}, this program reads 1`);
  const finality = BY_CODE[reader.u8()];
  if (finality === undefined) throw new CodecError('a finality mode that this program does not know');
  const engineVersion = reader.u32();
  const upgrade = reader.flag() ? { engineVersion: reader.u32(), height: reader.u48() } : undefined;
  const validators = reader.list(VALIDATORS_MAX, (): Validator => ({ name: reader.string(NAME_BYTES_MAX), publicKey: Uint8Array.from(reader.bytes(PUBLIC_KEY_BYTES_MAX)) }));
  reader.end();
  const rules = { finality, validators, engineVersion, ...(upgrade === undefined ? {} : { upgrade }) };
  const fault = findRulesFault(rules);
  if (fault !== undefined) throw new CodecError(fault);
  return rules;
}

/** The name of the rules in block headers. */
export function hashRules(rules: ChainRules): Hash {
  return sha256Hex(encodeRules(rules));
}

/** Place of a key among the validators; -1 when it is none. */
export function indexOfValidator(rules: ChainRules, publicKey: Uint8Array): number {
  return rules.validators.findIndex((validator) => Buffer.compare(validator.publicKey, publicKey) === 0);
}
