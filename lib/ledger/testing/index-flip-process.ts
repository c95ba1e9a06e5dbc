import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isLedgerError } from '../core/errors';
import { openRealStorage, readAll } from './real-index';

/**
 * A process of its own that `index-flip-run.ts` starts, because a broken page may end it. Arguments: the small ledger, a
 * place to work in, then `from`, `to`, `step`: flips a bit of each such byte of the index in turn and says what came of it,
 * `<byte> <outcome>` a line; or `again`: opens what an ended process left there.
 */
const [template = '', work = '', from = '', to = '0', step = '1'] = process.argv.slice(2);
const DATA = 'index/data.mdb';
/** No exception, for the next process is asked instead. */
const CONFUSED = 3;
const good = await openRealStorage(template);
const right = readAll(good);
await good.close();

/** `harmless`, `made anew` at the start or after what was found, or `wrong: …`. */
async function judge(): Promise<string> {
  let isCleared = false;
  const open = () =>
    openRealStorage(work, () => {
      isCleared = true;
    });
  const storage = await open().catch((error: unknown) => {
    // As the log below.
    if (isLedgerError(error, 'storage-corrupt') && !error.details.file.endsWith(DATA)) process.exit(CONFUSED);
    throw error;
  });
  let read: string | undefined;
  try {
    read = readAll(storage);
  } catch (error) {
    if (!isLedgerError(error, 'storage-corrupt')) throw error;
  }
  const damages = await storage.verify();
  await storage.close();
  // The library wrote where it should not have: the log is as it was, but no word of this process counts any more.
  if (damages.some(({ file }) => !file.endsWith(DATA))) process.exit(CONFUSED);
  // An entry that vanished looks like one that never was: that is found by verifying alone.
  if (damages.length === 0) return read !== right ? 'wrong: verifying finds nothing, but something else is read' : isCleared ? 'made anew' : 'harmless';
  const again = await open();
  const whole = isCleared && readAll(again) === right && (await again.verify()).length === 0;
  await again.close();
  return whole ? 'found, made anew' : 'wrong: it was not made anew';
}

const say = (at: string | number, outcome: string): void => void process.stdout.write(`${at} ${outcome}\n`);
if (from === 'again') say('again', await judge());
else {
  const bytes = readFileSync(`${template}/${DATA}`);
  for (let at = Number(from); at < Math.min(Number(to), bytes.length); at += Number(step)) {
    rmSync(work, { recursive: true, force: true });
    cpSync(template, work, { recursive: true });
    const flipped = Buffer.from(bytes);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << at % 8);
    writeFileSync(`${work}/${DATA}`, flipped);
    say(at, 'begins');
    say(at, await judge());
  }
}
