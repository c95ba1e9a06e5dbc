import { assert } from '@/lib/platform/pure/assert';
import type { Framework } from './core/framework';
import { ARRIVING_NOTE } from './core/move/arrival';
import { readPeer, readRules, type StoredPeer } from './core/peer';
import type { PeerKeys } from './core/peer-keys';
import type { MachinePorts } from './core/ports';
import { publicReason } from './core/public-reason';
import type { ChainStorage, LedgerStorage } from './core/storage';
import type { ChainId, Hash, Height } from './core/types';
import { ABSTAIN_NOTE, ABSTAIN_UNKNOWN } from './core/validator';
import { corrupt } from './storage/disk/corrupt';
import { openLedgerDirectory } from './storage/disk/open-ledger-directory';

/** The copied ledgers of one city node. */
export interface CopiedLedger {
  /** By which the peers of its sub-chains are called: the city node's code. */
  readonly name: string;
  readonly directory: string;
  readonly keyEncryptionKey: Uint8Array;
  /** Where an index is made from the log; in the directory by default. */
  readonly indexDirectory?: string;
}

export interface CopiedLedgerFacts {
  readonly name: string;
  /** Peers whose ledger hangs together, by name of the sub-chain. */
  readonly heads: readonly { readonly chain: ChainId; readonly height: Height; readonly hash: Hash }[];
  /** Peers whose ledger or key does not, and why; without a sub-chain: bytes of the log that nobody can be told to own. */
  readonly faults: readonly { readonly chain?: ChainId; readonly reason: string }[];
  /** Peers that were made silent. */
  readonly silenced: readonly ChainId[];
}

interface CopiedLedgersOptions {
  readonly ledgers: readonly CopiedLedger[];
  readonly frameworks: readonly Framework[];
  readonly ports: Pick<MachinePorts, 'schedule' | 'yieldTurn' | 'logger'>;
}

/** Looks at each sub-chain so many at a time before others have their turn. */
const CHAINS_A_TURN = 100;

/**
 * Opens copies of ledgers that no host uses, reads every byte of their logs and says what is there. The index is made
 * from the log where there is none; a torn tail is cut off. Errors: those of a host that opens the directory.
 */
export function readCopiedLedgers({ ledgers, frameworks, ports }: CopiedLedgersOptions): Promise<CopiedLedgerFacts[]> {
  return eachLedger(ledgers, ports, (ledger, opened) => readFacts(ledger, opened, { frameworks, ports }));
}

/**
 * The same for ledgers that come back from a backup, before a host opens them: looks whether each peer's key opens and is
 * the one that signed, and makes those silent that may have signed, after the backup, what others still hold. All ledgers
 * that were copied at the same instant belong into one call: what they told each other afterwards is gone everywhere, as
 * after a power cut of all of them, so a sub-chain that lives in these alone just goes on. Safe to repeat.
 */
export async function reviveCopiedLedgers({ ledgers, frameworks, ports }: CopiedLedgersOptions): Promise<CopiedLedgerFacts[]> {
  const restored = new Map<string, ReadonlySet<ChainId>>();
  await eachLedger(ledgers, ports, async ({ name }, { keys }) => void restored.set(name, new Set([...(restored.get(name) ?? []), ...keys.chains()])));
  return eachLedger(ledgers, ports, (ledger, opened) => readFacts(ledger, opened, { frameworks, ports, restored }));
}

async function eachLedger<T>(ledgers: readonly CopiedLedger[], ports: CopiedLedgersOptions['ports'], work: (ledger: CopiedLedger, opened: Opened) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (const ledger of ledgers) {
    const opened = await openLedgerDirectory({ ...ledger, ports });
    try {
      results.push(await work(ledger, opened));
    } finally {
      await opened.keys.close();
      await opened.storage.close();
    }
  }
  return results;
}

interface Opened {
  readonly storage: LedgerStorage;
  readonly keys: PeerKeys;
}

interface FactsOptions extends Omit<CopiedLedgersOptions, 'ledgers'> {
  /** Given: the ledgers are about to be used. Sub-chains by city node whose peers there come back together. */
  readonly restored?: ReadonlyMap<string, ReadonlySet<ChainId>>;
}

async function readFacts({ name }: CopiedLedger, { storage, keys }: Opened, { frameworks, ports, restored }: FactsOptions): Promise<CopiedLedgerFacts> {
  const damages = (await storage.verify()).filter(({ isRepaired }) => !isRepaired);
  const known = new Map(frameworks.map((framework) => [framework.name, framework]));
  const heads: CopiedLedgerFacts['heads'][number][] = [];
  const faults: CopiedLedgerFacts['faults'][number][] = [];
  for (const { chain, what, file, offset } of damages) if (chain === undefined) faults.push({ reason: `${what}: file ${file.slice(file.lastIndexOf('/') + 1)}, offset ${offset}` });
  const silenced: ChainId[] = [];
  const notes: Promise<void>[] = [];
  for (const [at, chain] of [...storage.chains()].sort().entries()) {
    if (at % CHAINS_A_TURN === 0) await ports.yieldTurn();
    try {
      const damage = storage.damageOf(chain);
      if (damage !== undefined) throw damage;
      const stored = storage.open(chain);
      assert(stored !== undefined, 'a chain that is listed can be opened');
      // Half of a copy: the peer itself is where it comes from.
      if (stored.note(ARRIVING_NOTE) !== undefined) continue;
      // Whatever is wrong with it: what can be opened may sign one day, when others have mended it.
      if (restored !== undefined && mayHaveForgotten(stored, restored)) {
        silenced.push(chain);
        notes.push(stored.setNote(ABSTAIN_NOTE, ABSTAIN_UNKNOWN));
      }
      const wrong = damages.find((one) => one.chain === chain);
      if (wrong !== undefined) throw corrupt(wrong.file, wrong.offset, wrong.what);
      const peer = readPeer(stored, known);
      if (restored !== undefined) checkKey(chain, peer, keys);
      heads.push({ chain, height: peer.head.height, hash: peer.head.hash });
    } catch (error) {
      faults.push({ chain, reason: publicReason(error) });
    } finally {
      storage.rest(chain);
    }
  }
  await Promise.all(notes);
  return { name, heads, faults, silenced };
}

function checkKey(chain: ChainId, { publicKey }: StoredPeer, keys: PeerKeys): void {
  const signer = keys.find(chain);
  assert(signer !== undefined, 'the peer’s key is missing');
  assert(Buffer.compare(publicKey, signer.publicKey) === 0, 'the peer’s key is not the one that signed its blocks');
}

/**
 * Somebody who was not set back with this peer may hold what it signed after the backup: as a validator, or to become
 * one. So too when it cannot be told who they are.
 */
function mayHaveForgotten(stored: ChainStorage, restored: ReadonlyMap<string, ReadonlySet<ChainId>>): boolean {
  const names = readNames(stored);
  return names === undefined || names.some((name) => restored.get(name)?.has(stored.chain) !== true);
}

/** Of the peers of its genesis and of the validators of its next block. */
function readNames(stored: ChainStorage): string[] | undefined {
  try {
    const { genesis, history } = readRules(stored);
    return [...genesis.peers, ...history.at(stored.height + 1).validators].map((peer) => peer.name);
  } catch {
    return undefined;
  }
}
