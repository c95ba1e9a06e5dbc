import { findCertificateFault } from '../../core/consensus/certificate';
import { isEvidence, type Evidence } from '../../core/consensus/evidence';
import { decodeMessage } from '../../core/consensus/messages';
import { quorumOf, type ChainRules } from '../../core/consensus/rules';
import type { ChainId, Hash } from '../../core/types';
import { genesisTip, tipAfter, type ChainEntry, type Tip } from './chain-entry';
import type { Voices } from './voices';

/** What must never be seen. */
export type Violation =
  | 'fork'
  | 'certificate'
  | 'state'
  | 'two words'
  | 'evidence'
  | 'unchecked'
  | 'fault'
  | 'exception'
  | 'size'
  /** Of the framework: peers that came to different results, or to wrong ones. */
  | 'roots'
  | 'codes'
  | 'acknowledged'
  | 'values'
  | 'history'
  | 'private data';

export interface Finding {
  readonly what: Violation;
  readonly why: string;
  readonly atMs: number;
}

export interface ChecksPorts {
  readonly chain: ChainId;
  readonly voices: Voices;
  readonly genesisRules: ChainRules;
  readonly byzantine: ReadonlySet<number>;
  readonly now: () => number;
  readonly onFinal: (entry: ChainEntry) => void;
  /** Planted: see `Plant.trustsSmallCertificates`. */
  readonly trustsSmallCertificates: boolean;
}

const RECORD_BYTES_MAX = 64 * 1024;

/** Sees everything that honest peers do, across all their lives, and keeps the first thing that must not be. */
export class Checks {
  finding: Finding | undefined;
  /** The one chain, as whoever was first at a height made it final. */
  readonly chain: ChainEntry[] = [];
  readonly included = new Set<number>();
  tip: Tip;
  maxRound = 0;
  evidences = 0;
  recordBytesMax = 0;
  readonly #ports: ChecksPorts;
  /** Per peer: what it signed, by kind, height and round. */
  readonly #said = new Map<string, string>();

  constructor(ports: ChecksPorts) {
    this.#ports = ports;
    this.tip = genesisTip(ports.genesisRules);
  }

  report(what: Violation, why: string): void {
    this.finding ??= { what, why, atMs: this.#ports.now() };
  }

  exception(peer: number, error: unknown): void {
    this.report('exception', `p${peer}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }

  /** An honest peer made a block final: with solo finality once it is durable, else at once. */
  final(peer: number, entry: ChainEntry): void {
    const { height, hash, certificate, rules, state } = entry;
    const known = this.chain[height - 1];
    this.maxRound = Math.max(this.maxRound, certificate.round);
    if (known === undefined) {
      if (height !== this.chain.length + 1 || entry.block.previousHash !== this.tip.hash) return this.report('fork', `p${peer} has block ${height} on a parent that is not final`);
      this.#checkCertificate(peer, entry);
      this.chain.push(entry);
      for (const id of entry.block.transactions) {
        if (this.included.has(id)) this.report('state', `transaction ${id} is in the chain twice`);
        this.included.add(id);
      }
      this.tip = tipAfter(entry);
      this.#ports.onFinal(entry);
      return undefined;
    }
    if (known.hash !== hash) return this.report('fork', `p${peer} has block ${short(hash)} at height ${height}, where ${short(known.hash)} is final`);
    if (known.state !== state) return this.report('state', `p${peer} has another state after block ${height}`);
    if (certificate.round !== known.certificate.round || certificate.signatures.length !== known.certificate.signatures.length) this.#checkCertificate(peer, entry);
    if (rules.validators.length !== known.rules.validators.length || rules.finality !== known.rules.finality || rules.engineVersion !== known.rules.engineVersion) {
      this.report('state', `p${peer} has other rules at height ${height}`);
    }
    return undefined;
  }

  #checkCertificate(peer: number, { height, hash, certificate, rules }: ChainEntry): void {
    const { chain, voices, trustsSmallCertificates } = this.#ports;
    const needed = quorumOf(rules.finality, rules.validators.length);
    if (trustsSmallCertificates && certificate.signatures.length === needed - 1) return;
    const fault = findCertificateFault({ chain, height, hash }, certificate, rules, voices.verify);
    if (fault !== undefined) this.report('certificate', `p${peer}, block ${height}: ${fault}`);
  }

  /** Everything that leaves an honest peer: it never signs two things for one place, in none of its lives. */
  sends(peer: number, place: number, bytes: Uint8Array): void {
    const code = bytes[1] as number;
    if (code > 3 || bytes[2] !== place) return;
    const message = decodeMessage(bytes);
    if (message.kind === 'head' || message.kind === 'question' || message.kind === 'answer') return;
    const key = `${peer}|${code}|${message.height}|${message.round}`;
    const said = message.kind === 'proposal' ? `${message.hash}|${message.validRound}` : message.hash;
    const before = this.#said.get(key);
    if (before === undefined) this.#said.set(key, said);
    else if (before !== said) this.report('two words', `p${peer} signed two ${message.kind}s for height ${message.height}, round ${message.round}: ${short(before)} and ${short(said)}`);
  }

  keeps(peer: number, record: Uint8Array): void {
    this.recordBytesMax = Math.max(this.recordBytesMax, record.length);
    if (record.length > RECORD_BYTES_MAX) this.report('size', `p${peer} persists a record of ${record.length} bytes`);
  }

  evidence(peer: number, evidence: Evidence): void {
    const { chain, voices, byzantine } = this.#ports;
    this.evidences += 1;
    if (!isEvidence(chain, evidence, voices.verify)) return this.report('evidence', `p${peer} accuses without proof: ${evidence.kind} of height ${evidence.height}`);
    for (const liar of byzantine) if (Buffer.compare(voices.publicKeyOf(liar), evidence.culprit) === 0) return undefined;
    return this.report('evidence', `p${peer} proves that an honest peer signed two ${evidence.kind}s for height ${evidence.height}, round ${evidence.round}`);
  }
}

export function short(hash: Hash | string): string {
  return hash.slice(0, 8);
}
