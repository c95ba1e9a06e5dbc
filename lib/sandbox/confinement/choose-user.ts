import { readFileSync } from 'node:fs';

/** As whom the code runs, seen from outside. */
export type SandboxUser =
  /** A user of the kernel that nobody else has: what root can give. */
  | { readonly kind: 'own'; readonly uid: number }
  /** The caller's user under another name, in a user namespace: all that somebody without rights can do. */
  | { readonly kind: 'namespace' };

/** Numbers that neither distributions nor container managers give out (systemd, UIDS-GIDS). */
const firstUid = 0x70000000;
const slotsPerProcess = 64;

/** Gives users out: one sandbox at a time has each of them. */
export class SandboxUsers {
  /** So many at a time. */
  static readonly count = slotsPerProcess;
  private readonly free: number[];
  private readonly canGive: boolean;

  constructor(pid = process.pid, uidMap = readUidMap(), isRoot = process.getuid?.() === 0) {
    const base = firstUid + (pid % 0x400000) * slotsPerProcess;
    this.free = Array.from({ length: slotsPerProcess }, (_, slot) => base + slot);
    this.canGive = isRoot && uidMap.some(({ inside, count }) => inside <= base && base + slotsPerProcess <= inside + count);
  }

  /** Throws when all are taken: more sandboxes than `slotsPerProcess` are a mistake of the caller's. */
  take(): SandboxUser {
    if (!this.canGive) return { kind: 'namespace' };
    const uid = this.free.shift();
    if (uid === undefined) throw new Error(`More than ${slotsPerProcess} sandboxes run at a time.`);
    return { kind: 'own', uid };
  }

  /** Once all its processes are gone. */
  giveBack(user: SandboxUser): void {
    if (user.kind === 'own') this.free.push(user.uid);
  }
}

/** Which numbers of users there are: in a container without rights, root has few. */
function readUidMap(): { inside: number; count: number }[] {
  const lines = readFileSync('/proc/self/uid_map', 'utf8').trim().split('\n');
  return lines.map((line) => line.trim().split(/\s+/).map(Number)).map(([inside = 0, , count = 0]) => ({ inside, count }));
}
