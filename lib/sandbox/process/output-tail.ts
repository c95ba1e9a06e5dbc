import { StringDecoder } from 'node:string_decoder';

export interface OutputLimits {
  readonly logBytesPerSecondMax: number;
  readonly logBurstBytes: number;
  readonly logKeptCharsMax: number;
  readonly logLineCharsMax: number;
}

/** The last lines that a chaincode wrote, and how fast it may write more. Survives the processes that it listens to. */
export class OutputTail {
  private lines: string[] = [];
  private keptChars = 0;
  private open = '';
  private decoder = new StringDecoder('utf8');
  private budget: number;
  private at: number;

  /** `now` in milliseconds, never stepping back. */
  constructor(
    private readonly limits: OutputLimits,
    now: number,
  ) {
    this.budget = limits.logBurstBytes;
    this.at = now;
  }

  /** Keeps what was written; gives the milliseconds for which nothing more should be read. */
  write(chunk: Uint8Array, now: number): number {
    const { logBytesPerSecondMax, logBurstBytes, logLineCharsMax } = this.limits;
    const pieces = (this.open + this.decoder.write(Buffer.from(chunk))).split('\n');
    this.open = pieces.pop() ?? '';
    for (const piece of pieces) this.keep(piece);
    // A line without an end is cut: what is beyond would be cut off anyway.
    if (this.open.length > logLineCharsMax) this.open = this.open.slice(0, logLineCharsMax + 1);

    this.budget = Math.min(logBurstBytes, this.budget + ((now - this.at) * logBytesPerSecondMax) / 1000) - chunk.length;
    this.at = now;
    return this.budget >= 0 ? 0 : Math.ceil((-this.budget * 1000) / logBytesPerSecondMax);
  }

  /** A line of our own, beside the chaincode's. */
  note(line: string): void {
    this.finishLine();
    this.keep(line);
  }

  /** The process has ended: what it began to write is a line. */
  finishLine(): void {
    const rest = this.open + this.decoder.end();
    this.open = '';
    this.decoder = new StringDecoder('utf8');
    if (rest !== '') this.keep(rest);
  }

  /** Oldest first. Control characters, which could mislead a terminal, are left out. */
  read(): readonly string[] {
    return this.open === '' ? this.lines : [...this.lines, clean(this.open, this.limits.logLineCharsMax)];
  }

  private keep(line: string): void {
    const kept = clean(line, this.limits.logLineCharsMax);
    this.lines.push(kept);
    this.keptChars += kept.length + 1;
    let gone = 0;
    while (this.keptChars > this.limits.logKeptCharsMax && gone < this.lines.length) this.keptChars -= (this.lines[gone++]?.length ?? 0) + 1;
    if (gone > 0) this.lines = this.lines.slice(gone);
  }
}

/** Escape sequences of colours, which go whole, and all other control characters but the tab. */
const tricks = new RegExp(String.raw`\x1b\[[0-9;]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f-\x9f]`, 'g');

function clean(line: string, charsMax: number): string {
  const plain = line.replace(tricks, '');
  return plain.length > charsMax ? `${plain.slice(0, charsMax)}…` : plain;
}
