import { decodeMessage } from '../../core/consensus/messages';
import { short } from './checks';
import { mix } from './voices';

const PREFIX_BYTES = 49;

/**
 * What happened, as one number: two runs of a seed that differ anywhere differ here. Of messages only what is before
 * their signatures is taken, which are by chance with real keys. With `print`, every event as a line, too.
 */
export class EventLog {
  events = 0;
  #a = 1;
  #b = 2;
  readonly #print: ((line: string) => void) | undefined;
  readonly #now: () => number;

  constructor(now: () => number, print: ((line: string) => void) | undefined) {
    this.#now = now;
    this.#print = print;
  }

  get hash(): string {
    return (this.#a >>> 0).toString(16).padStart(8, '0') + (this.#b >>> 0).toString(16).padStart(8, '0');
  }

  note(peer: number, what: string, details: () => string, ...numbers: readonly number[]): void {
    this.events += 1;
    this.#take(this.#now());
    this.#take(peer);
    this.#take(what.length * 256 + what.charCodeAt(0));
    for (const number of numbers) this.#take(number);
    this.#print?.(`${String(this.#now()).padStart(8)} p${peer} ${what} ${details()}`);
  }

  noteMessage(peer: number, from: number, message: Uint8Array): void {
    const [a, b] = mix(message.subarray(0, PREFIX_BYTES), from);
    this.note(peer, 'hears', () => `from p${from} ${describe(message)}`, a, b);
  }

  #take(number: number): void {
    this.#a = Math.imul(this.#a ^ number ^ (number / 0x1_0000_0000), 0x9e3779b1);
    this.#b = Math.imul(this.#b ^ number ^ (this.#a >>> 13), 0x5f356495);
  }
}

function describe(bytes: Uint8Array): string {
  try {
    const message = decodeMessage(bytes);
    if (message.kind === 'head' || message.kind === 'answer') return `${message.kind} ${message.height}`;
    if (message.kind === 'question') return message.kind;
    const proof = message.kind === 'proposal' && message.validRound >= 0 ? ` with proof of round ${message.validRound}` : '';
    return `${message.kind} of #${message.sender} for ${message.height}/${message.round} ${short(message.hash)}${proof}`;
  } catch {
    return `${bytes.length} bytes of nothing`;
  }
}
