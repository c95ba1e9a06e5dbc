import { isLedgerError } from '../core/errors';
import type { ChainStorage, LedgerStorage, StagedChain } from '../core/storage';
import { height, type ChainId } from '../core/types';
import { freshOwn, ignoreCut, randomBlock, type Story } from './power-cut-story';
import type { Random } from './random';

/** What the state is after these blocks. */
export function stateAfter(blocks: Story['blocks']): Map<string, string> {
  const model = new Map<string, string>();
  for (const { writes } of blocks) {
    for (const { key, value } of writes) {
      if (value === undefined) model.delete(Buffer.from(key).toString());
      else model.set(Buffer.from(key).toString(), Buffer.from(value).toString());
    }
  }
  return model;
}

/** Stages a longer life of the chain, as other peers would have it, and installs or discards it; the chain goes on beside it until then. */
export function actStaged(storage: LedgerStorage, chain: ChainId, story: Story, random: Random): void {
  const blocks = [...story.blocks];
  // Longer than what the chain itself may reach until then: which of the two lives is found shows by its height.
  for (let more = 400; more > 0; more -= 1) blocks.push(more > 20 ? { bytes: '', writes: [], isNoted: false } : randomBlock(chain, blocks.length, random));
  const staging: NonNullable<Story['staging']> = { blocks, isInstalling: false };
  story.staging = staging;
  const kept = 1 + random.below(15);
  const isDiscarded = random.chance(0.3);
  let stage: StagedChain | undefined;
  const run = async (): Promise<void> => {
    stage = await storage.stage(chain);
    await fill(stage, { blocks, kept, random });
    if (isDiscarded) {
      await stage.discard();
      story.staging = undefined;
      return;
    }
    staging.isInstalling = true;
    const at = blocks.length - 1;
    const noted = blocks.findLastIndex(({ isNoted }) => isNoted);
    const note = noted < 0 ? undefined : Buffer.from(`${noted}`);
    await stage.install({ height: height(at), notes: new Map([['height', note]]) });
    Object.assign(story, { blocks, acknowledged: blocks.length, own: freshOwn(), note: undefined, noteAcknowledged: true, staging: undefined, firstHeight: blocks.length - kept, isFilling: false, installed: story.installed + 1 });
  };
  run().catch(async (error: unknown) => {
    // After the cut it is found out what became of it; a full disk had no room for it.
    if (!isLedgerError(error, 'storage-full')) return;
    await stage?.discard().catch(ignoreCut);
    story.staging = undefined;
  });
}

async function fill(stage: StagedChain, { blocks, kept, random }: { readonly blocks: Story['blocks']; readonly kept: number; readonly random: Random }): Promise<void> {
  const entries = [...stateAfter(blocks)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => ({ key: Buffer.from(key), value: Buffer.from(value) }));
  for (let from = 0; from < entries.length; ) {
    const count = 1 + random.below(4);
    await stage.putState(entries.slice(from, from + count));
    from += count;
  }
  for (const at of [0, ...Array.from({ length: kept }, (_, below) => blocks.length - 1 - below)]) await stage.putBlock(height(at), Buffer.from(blocks[at]?.bytes ?? ''));
}

/** Puts the next older block back. */
export function actFill(opened: ChainStorage, story: Story, onError: (error: unknown) => void): void {
  const at = opened.firstHeight - 1;
  // One that is on its way already takes its place.
  if (story.isFilling) return;
  story.isFilling = true;
  opened.fillBlock(height(at), Buffer.from(story.blocks[at]?.bytes ?? '')).then(() => {
    Object.assign(story, { firstHeight: opened.firstHeight, isFilling: false });
  }, onError);
}

/** The longer life was installed, though nobody lived to hear of it. */
export function takeInstalled(story: Story, found: ChainStorage): void {
  const { staging } = story;
  if (staging?.isInstalling !== true || found.height + 1 < staging.blocks.length) return;
  Object.assign(story, { blocks: staging.blocks, own: freshOwn(), note: undefined, noteAcknowledged: true, staging: undefined, firstHeight: found.firstHeight });
}
