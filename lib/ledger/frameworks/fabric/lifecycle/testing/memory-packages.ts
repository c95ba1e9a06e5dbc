import { createHash } from 'node:crypto';
import type { InstalledPackages } from '../installed-packages';

/** Installed packages in memory. A package is "label:anything" here; what begins otherwise is none. */
export class MemoryPackages implements InstalledPackages {
  readonly #packages = new Map<string, Map<string, Uint8Array>>();

  async list(mspId: string) {
    return [...(this.#packages.get(mspId)?.keys() ?? [])].map((packageId) => ({ packageId, label: packageId.split(':', 1)[0] ?? '' }));
  }

  async get(mspId: string, packageId: string) {
    return this.#packages.get(mspId)?.get(packageId);
  }

  async put(mspId: string, bytes: Uint8Array) {
    const [label, rest] = Buffer.from(bytes).toString('utf8').split(':');
    if (label === undefined || rest === undefined) return { refused: 'no label' };
    const packageId = `${label}:${createHash('sha256').update(bytes).digest('hex')}`;
    const mine = this.#packages.get(mspId) ?? new Map<string, Uint8Array>();
    this.#packages.set(mspId, mine.set(packageId, bytes));
    return { packageId, label };
  }
}

export const noPackages: InstalledPackages = new MemoryPackages();
