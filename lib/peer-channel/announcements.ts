import type { Frame, Route } from './wire';

interface Announcement {
  route: Route;
  height: number;
  /** The height that was sent over the present stream and not yet heard. */
  sent: number | undefined;
}

type HeightFrame = Extract<Frame, { kind: 'height' }>;

/**
 * Heights that one host has not heard yet, the newest of each peer there: one at a time is on its way, and one whose
 * stream breaks is sent again over the next. A sub-chain without news has none here.
 */
export class Announcements {
  private readonly all = new Map<string, Announcement>();
  /** Names of those to be sent over the present stream. */
  private readonly due = new Set<string>();

  constructor(private readonly countMax: number) {}

  get count(): number {
    return this.all.size;
  }

  /** False when there is no room for one more. */
  put(route: Route, height: number): boolean {
    const name = nameOf(route);
    const known = this.all.get(name);
    if (known && known.height >= height) return true;
    if (!known && this.all.size >= this.countMax) return false;
    if (known) [known.route, known.height] = [route, height];
    else this.all.set(name, { route, height, sent: undefined });
    if (known?.sent === undefined) this.due.add(name);
    return true;
  }

  next(): HeightFrame | undefined {
    const [name] = this.due;
    if (name === undefined) return undefined;
    this.due.delete(name);
    const one = this.all.get(name);
    if (!one) return this.next();
    one.sent = one.height;
    return { kind: 'height', height: { route: one.route, height: one.height } };
  }

  /** The other side has it, or will not have it: then nothing more is said until there is a newer height. */
  heard(route: Route, height: number): void {
    const name = nameOf(route);
    const one = this.all.get(name);
    if (!one || one.sent === undefined || height < one.sent) return;
    one.sent = undefined;
    if (one.height > height) this.due.add(name);
    else this.all.delete(name);
  }

  /** The stream is another one: nothing that was not heard counts as sent. */
  restart(): void {
    for (const [name, one] of this.all) {
      one.sent = undefined;
      this.due.add(name);
    }
  }
}

function nameOf({ chain, to }: Route): string {
  return `${to} ${chain}`;
}
