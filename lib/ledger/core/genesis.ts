import { canonicalJson } from './canonical-json';
import { ByteReader, ByteWriter, CodecError } from './codec';
import { findRulesFault, type ChainRules, type Finality } from './consensus/rules';
import { isPublicKey } from './crypto';
import { LedgerError } from './errors';
import type { GenesisPeer, GenesisSpec } from './host-types';
import { chainId, timeMs } from './types';

const FORMAT = 1;
const PEERS_MAX = 16;
const CONFIG_BYTES_MAX = 512 * 1024;

/**
 * The genesis document: everything the peers of a sub-chain agree on before its first block. Its hash is the genesis
 * block's previous hash, so two peers with different documents never share a block.
 */
export function encodeGenesis(spec: GenesisSpec): Uint8Array {
  const config = Buffer.from(canonicalJson(spec.config), 'utf8');
  const writer = new ByteWriter(1_024 + config.length);
  writer.string('chainworks/genesis').u8(FORMAT).string(spec.chain).string(spec.framework).bytes(config).u48(spec.time).string(spec.finality);
  writer.list(spec.peers, (peer) => writer.string(peer.name).bytes(peer.publicKey).u8(peer.orders ? 1 : 0));
  return writer.finish();
}

/** Throws CodecError unless the bytes are exactly one genesis document. */
export function decodeGenesis(bytes: Uint8Array): GenesisSpec {
  const reader = new ByteReader(bytes);
  if (reader.string(32) !== 'chainworks/genesis') throw new CodecError('not a genesis document');
  const format = reader.u8();
  if (format !== FORMAT) throw new CodecError(`genesis document of format ${format}, this program reads ${FORMAT}`);
  const chain = chainId(reader.string(64));
  const framework = reader.string(64);
  const config: unknown = JSON.parse(Buffer.from(reader.bytes(CONFIG_BYTES_MAX)).toString('utf8'));
  const time = timeMs(reader.u48());
  const finality = finalityOf(reader.string(16));
  const peers = reader.list(PEERS_MAX, (): GenesisPeer => ({ name: reader.string(64), publicKey: reader.bytes(256), orders: reader.u8() === 1 }));
  reader.end();
  return { chain, framework, config, time, finality, peers };
}

/** Throws LedgerError `genesis-invalid` that says what is wrong with the peers or the settings. */
export function checkGenesis(spec: GenesisSpec): void {
  const refuse = (message: string): never => {
    throw new LedgerError('genesis-invalid', { chain: spec.chain }, `Genesis of ${spec.chain}: ${message}.`);
  };
  if (spec.peers.length < 1 || spec.peers.length > PEERS_MAX) refuse(`1 to ${PEERS_MAX} peers are possible, not ${spec.peers.length}`);
  const fault = findRulesFault(genesisRules(spec, 1));
  if (fault !== undefined) refuse(fault);
  if (spec.peers.some((peer) => !isPublicKey(peer.publicKey))) refuse('a public key is not P-256 as DER SubjectPublicKeyInfo');
  if (spec.peers.some(({ name }) => name === '' || Buffer.byteLength(name, 'utf8') > 64)) refuse('a peer’s name has 1 to 64 bytes');
  const names = new Set(spec.peers.map((peer) => peer.name));
  const keys = new Set(spec.peers.map((peer) => Buffer.from(peer.publicKey).toString('hex')));
  if (names.size !== spec.peers.length || keys.size !== spec.peers.length) refuse('two peers share a name or a key');
  let config: string;
  try {
    config = canonicalJson(spec.config);
  } catch (error) {
    return refuse(`the configuration is not plain JSON (${error instanceof Error ? error.message : 'unreadable'})`);
  }
  if (Buffer.byteLength(config, 'utf8') > CONFIG_BYTES_MAX) refuse(`the configuration is larger than ${CONFIG_BYTES_MAX} bytes`);
}

/** The rules of the first block: those who order are the validators, in the document's order. */
export function genesisRules({ finality, peers }: Pick<GenesisSpec, 'finality' | 'peers'>, engineVersion: number): ChainRules {
  const validators = peers.filter((peer) => peer.orders).map(({ name, publicKey }) => ({ name, publicKey }));
  return { finality, validators, engineVersion };
}

const FINALITIES: readonly Finality[] = ['solo', 'crash', 'byzantine'];

function finalityOf(text: string): Finality {
  const finality = FINALITIES.find((known) => known === text);
  if (finality === undefined) throw new CodecError(`this program does not know the finality ${JSON.stringify(text)}`);
  return finality;
}
