import { isLedgerError, type ChainId, type LedgerHost, type PeerStatus } from '@/lib/ledger';
import { readMemory } from '../measure-process';
import type { DedicatedReport } from './protocol';

/** What happens is told so soon after at the latest, if no answer goes out before. */
const tellMs = 250;
/** The process's memory is read no more often. */
const memoryMs = 5_000;

/** Tells the city node's process how the peer is, so that it can say so at once. Nothing runs while nothing happens. */
export class StatusTeller {
  private told = '';
  private memoryBytes = 0;
  private memoryAt = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly chain: ChainId,
    private readonly host: LedgerHost,
    private readonly tell: (report: DedicatedReport) => void,
  ) {}

  async begin(): Promise<void> {
    await this.measure();
    this.tellAll();
  }

  /** If what others depend on is different from what they were told. */
  tellNews(): void {
    const status = this.read();
    if (factsOf(status) !== this.told) this.send(status);
  }

  /** Something begins. */
  expectNews(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.measure().then(() => this.tellAll());
    }, tellMs);
  }

  end(): void {
    clearTimeout(this.timer);
  }

  private tellAll(): void {
    this.send(this.read());
  }

  private send(status: PeerStatus | undefined): void {
    this.told = factsOf(status);
    this.tell({ ...(status === undefined ? {} : { status }), memoryBytes: this.memoryBytes });
  }

  /** Opens nothing: a peer that has just arrived must not act before it is asked to. */
  private read(): PeerStatus | undefined {
    try {
      return this.host.peerStatus(this.chain);
    } catch (error) {
      if (isLedgerError(error, 'chain-unknown')) return undefined;
      throw error;
    }
  }

  private async measure(): Promise<void> {
    const now = performance.now();
    if (this.memoryAt !== 0 && now - this.memoryAt < memoryMs) return;
    this.memoryAt = now;
    const { costBytes, rssBytes } = await readMemory();
    this.memoryBytes = costBytes ?? rssBytes;
  }
}

function factsOf(status: PeerStatus | undefined): string {
  if (status === undefined) return 'none';
  const { state, height, orders, stopped } = status;
  return `${state} ${height} ${orders} ${stopped?.by ?? ''} ${stopped?.time ?? ''}`;
}
