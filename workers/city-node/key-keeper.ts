import type { AccessKeyRecord } from '@/lib/control';
import type { AccessKeyTable } from '@/lib/gateway';
import { AppError } from '@/lib/platform/pure/errors';
import type { HostRegister } from './host-register';

/** Looking through all keys for spent ones is worth while this often. */
const sweepMs = 60 * 60 * 1_000;

/** Keeps the access keys of a host: what the doors check and what a restart remembers, in step and bounded. */
export class KeyKeeper {
  private sweptAtMs = -Infinity;

  /** Takes what the register remembers into the table. */
  constructor(
    private readonly register: HostRegister,
    private readonly table: AccessKeyTable,
    private readonly now: () => number,
  ) {
    this.sweep();
    for (const record of register.listAccessKeys()) table.put(record);
  }

  /**
   * Answers with the version that counts now.
   * @throws AppError INVALID_INPUT, NOT_FOUND for a key of a sub-chain that has no peer here
   */
  async put(id: string, record: AccessKeyRecord): Promise<{ id: string; version: number }> {
    const { register, table } = this;
    if (record.id !== id) throw new AppError('INVALID_INPUT', { fields: { id: 'differs from the path' } }, { publicMessage: 'The record is of another key.' });
    this.sweep();
    const before = table.get(id);
    // Records may overtake each other on their way: the newest counts, and a revocation is never taken back by an older one.
    if (before && before.version >= record.version) return { id, version: before.version };
    if (!register.hasChain(record.chain)) {
      // Without a peer there is no door that it could open, so a revocation holds already.
      if (record.revoked && !before) return { id, version: record.version };
      throw new AppError('NOT_FOUND', { subject: 'peer' }, { publicMessage: 'This host has no open peer of this key’s sub-chain.' });
    }
    // A revocation counts at once, also if the disk refuses to remember it: the portal then tries again.
    if (record.revoked && before) table.put({ ...before, revoked: true });
    await register.putAccessKey(record, this.now());
    const held = table.get(id);
    if (!held || held.version < record.version) table.put(record);
    return { id, version: table.get(id)?.version ?? record.version };
  }

  private sweep(): void {
    const nowMs = this.now();
    if (nowMs - this.sweptAtMs < sweepMs) return;
    this.sweptAtMs = nowMs;
    for (const id of this.register.forgetSpentKeys(nowMs)) this.table.remove(id);
  }
}
