import type { ServedChannel, ServicePorts } from './ports';

/** Blocks that are read before others have their turn. */
const PACE = 4;

/** The blocks from a number on, as they come; ends never by itself. Rejects with the signal's reason, `FabricReadError`, `LedgerError`. */
export async function* followBlocks(ports: ServicePorts, channel: ServedChannel, first: number, signal: AbortSignal): AsyncGenerator<{ readonly number: number; readonly bytes: Uint8Array }, void> {
  for (let number = first; ; number += 1) {
    if (number >= channel.height()) await channel.waitAbove(number, signal);
    else if (number % PACE === 0) await ports.yieldTurn();
    signal.throwIfAborted();
    const bytes = await channel.block(number, signal);
    if (bytes === undefined) throw new Error(`block ${number} is there by the height of the channel, and cannot be read`);
    yield { number, bytes };
  }
}
