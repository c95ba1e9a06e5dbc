import { isLedgerError } from '../core/errors';
import type { ChainStorage, LedgerStorage } from '../core/storage';
import { chainId, height, type ChainId } from '../core/types';
import type { FilePort } from '../storage/disk/file-port';
import type { IndexPort } from '../storage/disk/index-port';
import { createManualPorts, type ManualPorts } from './manual-ports';
import { createMemoryIndex, type MemoryIndex } from './memory-index';
import { openTestStorage, type TestStorageOptions } from './open-test-storage';
import { createPowerCutFiles, type PowerCutFiles } from './power-cut-files';
import { actFill, actStaged, stateAfter, takeInstalled } from './power-cut-stage';
import { freshStory, randomBlock, type Story } from './power-cut-story';
import { createRandom, type Random } from './random';

export interface PowerCutRun {
  readonly seed: number;
  /** Power cuts in a row, each on the disk the one before left. */
  readonly cuts: number;
  /** What lies between the storage and the disk: a planted bug. */
  readonly wrap?: (files: FilePort) => FilePort;
  /** What lies between the storage and its index: a planted bug. */
  readonly wrapIndex?: (index: IndexPort) => IndexPort;
}

const DIRECTORY = '/ledger';
/** Behind the keys of blocks. */
const OWN_KEY: Uint8Array = Buffer.from('~own');

/**
 * One life of a storage under load with power cuts at seeded moments, and an index that rots now and then. Throws when an acknowledged block, note or removal
 * is not found again, when a block is found torn, or when the state is not that of the blocks found.
 */
export async function runPowerCuts({ seed, cuts, wrap = (files) => files, wrapIndex = (index) => index }: PowerCutRun): Promise<{ acknowledged: number; installed: number }> {
  const random = createRandom(seed);
  let files = createPowerCutFiles();
  let index = createMemoryIndex();
  const stories = new Map<ChainId, Story>();
  const sizes = { segmentBytesMax: random.pick([300, 900, 4_000, 1_000_000]), roomBytes: random.pick([0, 100, 3_000]) };
  for (let cut = 0; cut < cuts; cut += 1) {
    // Also the recovery itself may be cut.
    files.cutAfter(1 + random.below(random.pick([6, 40, 160])));
    index = await live({ files, index, random, stories, sizes, wrap, wrapIndex });
    files = files.restart(random);
    index = index.cut(random.chance(0.5));
  }
  const { storage } = await openChecked({ files, index, random, stories, sizes, wrap, wrapIndex });
  for (const chain of storage.chains()) if (!stories.has(chain)) throw new Error(`chain ${chain} came from nowhere`);
  await storage.close();
  const total = (of: 'acknowledged' | 'installed'): number => [...stories.values()].reduce((sum, story) => sum + story[of], 0);
  return { acknowledged: total('acknowledged'), installed: total('installed') };
}

interface Life {
  readonly files: PowerCutFiles;
  readonly index: MemoryIndex;
  readonly random: Random;
  readonly stories: Map<ChainId, Story>;
  readonly sizes: Pick<TestStorageOptions, 'segmentBytesMax' | 'roomBytes'>;
  readonly wrap: (files: FilePort) => FilePort;
  readonly wrapIndex: (index: IndexPort) => IndexPort;
}

interface Opened {
  readonly storage: LedgerStorage;
  readonly index: MemoryIndex;
  readonly manual: ManualPorts;
}

/** Opens the storage and finds everything again. An index that says of itself that it is damaged is thrown away, as the next process does. */
async function openChecked(life: Life): Promise<Opened> {
  const open = async (index: MemoryIndex): Promise<Opened> => {
    const { files, sizes, stories, wrap, wrapIndex } = life;
    const manual = createManualPorts();
    const storage = await openTestStorage({ directory: DIRECTORY, files: wrap(files), index: wrapIndex(index), manual, ...sizes });
    for (const [chain, story] of stories) checkStory(storage, chain, story);
    return { storage, index, manual };
  };
  try {
    return await open(life.index);
  } catch (error) {
    if (!isLedgerError(error, 'storage-corrupt')) throw error;
    return open(createMemoryIndex());
  }
}

/** Returns the index that the storage had at last. */
async function live(life: Life): Promise<MemoryIndex> {
  const { files, random, stories } = life;
  let opened: Opened;
  try {
    opened = await openChecked(life);
  } catch (error) {
    if (files.isCut) return life.index;
    throw error;
  }
  const { storage, index, manual } = opened;
  for (const [chain, story] of stories) resume(storage, chain, story);
  const rotAt = random.chance(0.3) ? random.below(200) : undefined;
  for (let step = 0; step < 400 && !files.isCut; step += 1) {
    act(storage, stories, random);
    if (step === rotAt) index.rot(random);
    if (random.chance(0.02)) files.setRoom(random.below(2_000));
    if (random.chance(0.1)) files.setRoom(Number.POSITIVE_INFINITY);
    if (random.chance(0.05)) manual.advance(1_000);
    // Sometimes several things gather, sometimes the disk gets its turns.
    for (let turns = random.below(12); turns > 0; turns -= 1) await Promise.resolve();
  }
  return index;
}

function act(storage: LedgerStorage, stories: Map<ChainId, Story>, random: Random): void {
  const chain = chainId(`chain-${random.below(6)}`);
  const story = stories.get(chain) ?? freshStory();
  if ((story.removing && !story.removed) || story.staging?.isInstalling === true) return;
  if (story.removed || story.blocks.length === 0) Object.assign(story, { ...freshStory(), epoch: story.epoch });
  stories.set(chain, story);
  const opened = storage.create(chain);
  const { epoch } = story;
  const onError = (error: unknown): void => {
    // After the cut every pending promise fails; what matters is found on the disk.
    if (!isLedgerError(error, 'storage-full') || story.epoch !== epoch) return;
    story.epoch += 1;
    opened.restart();
    goOn(opened, story);
  };
  if (story.blocks.length > 2 && story.staging === undefined && random.chance(0.03)) {
    story.removing = true;
    storage.remove(chain).then(
      () => {
        story.removed = true;
      },
      (error: unknown) => {
        // Until then it may yet come about, whatever else was refused.
        if (isLedgerError(error, 'storage-full')) story.removing = false;
        onError(error);
      },
    );
    return;
  }
  if (story.blocks.length > 0 && story.staging === undefined && random.chance(0.04)) return actStaged(storage, chain, story, random);
  if (opened.firstHeight > 0 && random.chance(0.3)) return actFill(opened, story, onError);
  if (story.blocks.length > 0 && random.chance(0.1)) {
    const note = `note ${random.below(1_000)}`;
    Object.assign(story, { note, noteAcknowledged: false });
    opened.setNote('n', Buffer.from(note)).then(() => {
      if (story.note === note) story.noteAcknowledged = true;
    }, onError);
    return;
  }
  if (story.blocks.length > 0 && random.chance(0.1)) {
    const { own } = story;
    own.handed += 1;
    const count = own.handed;
    opened.writeLocal([{ key: OWN_KEY, value: Buffer.from(`${count}`) }]).then(() => {
      own.acknowledged = Math.max(own.acknowledged, count);
    }, onError);
    return;
  }
  const at = story.blocks.length;
  const block = randomBlock(chain, at, random);
  const { bytes, writes, isNoted } = block;
  const notes = isNoted ? new Map([['height', Buffer.from(`${at}`)], ['earlier', undefined]]) : undefined;
  story.blocks.push(block);
  opened.commit(height(at), Buffer.from(bytes), writes, notes).then(() => {
    story.acknowledged = Math.max(story.acknowledged, at + 1);
  }, onError);
}

/** After a cut the storage may be ahead of what was acknowledged, never behind: the story goes on from what is there. */
function resume(storage: LedgerStorage, chain: ChainId, story: Story): void {
  const found = storage.open(chain);
  if (found === undefined) {
    Object.assign(story, { ...freshStory(), removed: story.removing });
    return;
  }
  takeInstalled(story, found);
  Object.assign(story, { staging: undefined, removing: false, removed: false });
  goOn(found, story);
}

/** The story is what is durable. */
function goOn(found: ChainStorage, story: Story): void {
  if (found.height + 1 < story.acknowledged) throw new Error(`${found.chain}: height ${found.height}, but ${story.acknowledged} blocks were acknowledged`);
  Object.assign(story, { firstHeight: found.firstHeight, isFilling: false });
  story.blocks.length = found.height + 1;
  Object.assign(story, { acknowledged: found.height + 1, ...noteOf(found) });
}

/** The note that is durable; where the index is damaged, it is found again by the next process. */
function noteOf(found: ChainStorage): Pick<Story, 'note' | 'noteAcknowledged'> {
  try {
    const note = found.note('n');
    return { note: note === undefined ? undefined : Buffer.from(note).toString(), noteAcknowledged: true };
  } catch (error) {
    if (!isLedgerError(error, 'storage-corrupt')) throw error;
    return { note: undefined, noteAcknowledged: false };
  }
}

function checkStory(storage: LedgerStorage, chain: ChainId, story: Story): void {
  const found = storage.open(chain);
  if (story.removed) {
    if (found !== undefined) throw new Error(`${chain}: came back after its removal was acknowledged`);
    return;
  }
  if (found === undefined) {
    if (story.acknowledged > 0 && !story.removing) throw new Error(`${chain}: ${story.acknowledged} acknowledged blocks are gone`);
    return;
  }
  if (found.height + 1 < story.acknowledged) throw new Error(`${chain}: height ${found.height}, but ${story.acknowledged} blocks were acknowledged`);
  takeInstalled(story, found);
  if (found.firstHeight > story.firstHeight) throw new Error(`${chain}: blocks from ${story.firstHeight} on were acknowledged, they begin at ${found.firstHeight}`);
  if (found.height + 1 > story.blocks.length) throw new Error(`${chain}: more blocks than were ever committed`);
  story.blocks.slice(0, found.height + 1).forEach(({ bytes }, at) => {
    const isThere = at === 0 || at >= found.firstHeight;
    if (Buffer.from(found.block(height(at)) ?? []).toString() !== (isThere ? bytes : '')) throw new Error(`${chain}: block ${at} is not what was committed`);
  });
  const model = stateAfter(story.blocks.slice(0, found.height + 1));
  const state = found.state.range({ from: Buffer.from('\0'), to: Buffer.from('z'), limit: 1_000 }).map(({ key, value }) => `${Buffer.from(key)}=${Buffer.from(value)}`);
  const wanted = [...model].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => `${key}=${value}`);
  if (state.join() !== wanted.join()) throw new Error(`${chain}: state ${state.join()} where the blocks give ${wanted.join()}`);
  const noted = story.blocks.slice(0, found.height + 1).findLastIndex(({ isNoted }) => isNoted);
  const notedHeight = Buffer.from(found.note('height') ?? []).toString();
  if (notedHeight !== (noted < 0 ? '' : `${noted}`)) throw new Error(`${chain}: the note of block ${noted} says ${notedHeight}: block and note came apart`);
  const own = Number(Buffer.from(found.state.get(OWN_KEY) ?? []).toString());
  if (own < story.own.acknowledged || own > story.own.handed) throw new Error(`${chain}: the state has change ${own} between blocks, but ${story.own.acknowledged} were acknowledged and ${story.own.handed} handed over`);
  const note = found.note('n');
  if (story.noteAcknowledged && story.note !== undefined && Buffer.from(note ?? []).toString() !== story.note) throw new Error(`${chain}: an acknowledged note is gone`);
}
