import { decodeBlock } from './block';
import { checkNotes } from './check-notes';
import { sha256Hex, type Signer } from './crypto';
import { isLedgerError, LedgerError } from './errors';
import type { Framework } from './framework';
import { decodeGenesis, encodeGenesis, genesisRules } from './genesis';
import type { GenesisSpec, PeerLink } from './host-types';
import { makeGenesis } from './make-genesis';
import { readPeer } from './peer';
import type { PeerKeys } from './peer-keys';
import type { MachinePorts } from './ports';
import { isReadable, repairBlock } from './repair-block';
import { RulesHistory } from './rules-history';
import { checkOthers } from './snapshot/check-others';
import type { LedgerStorage } from './storage';
import { height, type ChainId } from './types';

export interface HealingOptions {
  readonly storage: LedgerStorage;
  readonly keys: PeerKeys;
  readonly frameworks: ReadonlyMap<string, Framework>;
  readonly link: PeerLink;
  readonly ports: MachinePorts;
  /** Ends the wait for other peers: the host closes. */
  readonly signal: AbortSignal;
  /** Heals in the chain's order of things: `LedgerHost.healChain`. */
  readonly healNow: (chain: ChainId) => Promise<unknown>;
}

/** A damaged peer heals itself so long after that was found; after a failure a while later, doubled each time. */
const DELAY_MS = 1_000;
const PAUSE_MS = 60_000;
const PAUSE_MS_MAX = 30 * 60_000;

/** What another peer's data could replace: not a missing key, and not a program that is too old. */
export function isDamage(error: unknown): boolean {
  return isLedgerError(error, 'storage-corrupt') || (error instanceof Error && (error.name === 'AssertionError' || error.name === 'CodecError'));
}

/** Peers of a host whose stored data is damaged, and how they get it from others. */
export class Healing {
  readonly #options: HealingOptions;
  /** Of each that is damaged: takes the next attempt back. */
  readonly #wanted = new Map<ChainId, () => void>();
  #isClosing = false;

  constructor(options: HealingOptions) {
    this.#options = options;
  }

  isWanted(chain: ChainId): boolean {
    return this.#wanted.has(chain);
  }

  /** The peer is damaged: it heals soon, and again while that fails. */
  want(chain: ChainId): void {
    if (!this.#wanted.has(chain)) this.#arm(chain, 0);
  }

  /** It is not damaged any more, or not here. */
  forget(chain: ChainId): void {
    this.#wanted.get(chain)?.();
    this.#wanted.delete(chain);
  }

  close(): void {
    this.#isClosing = true;
    for (const cancel of this.#wanted.values()) cancel();
  }

  /**
   * Gets damaged blocks from other peers, or begins the ledger again with its genesis block (`spec`, or the stored one);
   * what follows is the caller's to fetch. Returns how far the others are. Errors: `chain-stopped`, `chain-differs`.
   */
  async heal(chain: ChainId, spec?: GenesisSpec): Promise<number> {
    const { storage, keys, frameworks, link, ports } = this.#options;
    const at = storage.height(chain);
    const signer = keys.find(chain);
    if (signer === undefined) throw cannotHeal(chain, 'its key is missing');
    const stored = readGenesis(storage, chain);
    const genesis = spec ?? stored?.genesis;
    if (genesis === undefined) throw cannotHeal(chain, 'its genesis block is damaged, too: open the sub-chain again with its genesis');
    const isOther = stored !== undefined && sha256Hex(encodeGenesis(genesis)) !== sha256Hex(encodeGenesis(stored.genesis));
    if (isOther) throw new LedgerError('chain-differs', { chain }, `${chain} exists here with another genesis block.`);
    if (await this.#healBlocks(chain, signer)) {
      this.forget(chain);
      return at;
    }
    const { record, writes, notes } = await makeGenesis(genesis, keys, frameworks, stored?.engineVersion);
    const rules = RulesHistory.open(genesisRules(genesis, decodeBlock(record).header.engineVersion), undefined);
    const asking = { chain, link, ports, signal: this.#options.signal };
    const reached = await checkOthers({ ...asking, genesisRules: rules, publicKey: signer.publicKey, height: at }).catch((error: unknown) => {
      throw cannotHeal(chain, messageOf(error), error);
    });
    const stage = await storage.stage(chain);
    try {
      await stage.putBlock(height(0), record);
      await stage.putState(writes.flatMap(({ key, value }) => (value === undefined ? [] : [{ key, value }])));
      await stage.install({ height: height(0), notes });
    } finally {
      await stage.discard();
    }
    ports.logger.warn({ chain, height: at }, 'a damaged ledger begins again from its genesis block');
    this.forget(chain);
    return reached;
  }

  /** Whether the peer can be opened, once blocks that it begins with were replaced by those of other peers. */
  async #healBlocks(chain: ChainId, signer: Signer): Promise<boolean> {
    const { storage, frameworks, link, signal } = this.#options;
    const opened = storage.open(chain);
    if (opened === undefined) return false;
    try {
      for (const at of [opened.height, opened.height - 1]) {
        if (at > 0 && !isReadable(opened, at)) await repairBlock(opened, height(at), signer, link, signal);
      }
      readPeer(opened, frameworks);
      checkNotes(opened);
      return true;
    } catch (error) {
      // More is damaged: all of it is fetched anew.
      if (isDamage(error)) return false;
      throw error;
    } finally {
      storage.rest(chain);
    }
  }

  #arm(chain: ChainId, failures: number): void {
    if (this.#isClosing) return;
    const { ports, healNow } = this.#options;
    const pauseMs = failures === 0 ? DELAY_MS : Math.min(PAUSE_MS_MAX, PAUSE_MS * 2 ** Math.min(failures - 1, 10));
    const cancel = ports.schedule(pauseMs, () => {
      healNow(chain).catch((error: unknown) => {
        ports.logger.warn({ chain, reason: messageOf(error) }, 'a damaged peer has not healed');
        if (this.#wanted.has(chain)) this.#arm(chain, failures + 1);
      });
    });
    this.#wanted.set(chain, cancel);
  }
}

/** What a ledger began with, or undefined when that cannot be read either. */
function readGenesis(storage: LedgerStorage, chain: ChainId): { readonly genesis: GenesisSpec; readonly engineVersion: number } | undefined {
  try {
    const record = storage.open(chain)?.block(height(0)) ?? storage.blockOfDamaged(chain, height(0));
    if (record === undefined) return undefined;
    const { genesis, header } = decodeBlock(record);
    return genesis && { genesis: decodeGenesis(genesis), engineVersion: header.engineVersion };
  } catch {
    // Damaged like the rest.
    return undefined;
  }
}

function cannotHeal(chain: ChainId, reason: string, cause?: unknown): LedgerError<'chain-stopped'> {
  return new LedgerError('chain-stopped', { chain, reason }, `The damaged peer of ${chain} cannot heal now: ${reason}.`, { cause });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error';
}
