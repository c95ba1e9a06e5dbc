import { describe, expect, it } from 'vitest';
import { SandboxUsers } from './choose-user';

const everybody = [{ inside: 0, count: 4_294_967_295 }];

describe('the users of sandboxes', () => {
  it('are numbers of their own when root starts them, never two of the same at a time', () => {
    const users = new SandboxUsers(4_194_303, everybody, true);
    const taken = Array.from({ length: 64 }, () => users.take());
    const uids = taken.map((user) => (user.kind === 'own' ? user.uid : -1));
    expect(new Set(uids).size).toBe(64);
    expect(Math.min(...uids)).toBeGreaterThanOrEqual(0x70000000);
    expect(Math.max(...uids)).toBeLessThan(0x80000000);
    expect(() => users.take()).toThrow(/More than 64/);
    users.giveBack(taken[5]!);
    expect(users.take()).toEqual(taken[5]);
  });

  it('differ between processes of one machine', () => {
    const [one, other] = [new SandboxUsers(1_000, everybody, true), new SandboxUsers(1_001, everybody, true)];
    const uids = [one, other].flatMap((users) => Array.from({ length: 64 }, () => users.take())).map((user) => user.kind === 'own' && user.uid);
    expect(new Set(uids).size).toBe(128);
  });

  it('come of a user namespace where no others can be had', () => {
    expect(new SandboxUsers(1_000, everybody, false).take()).toEqual({ kind: 'namespace' });
    expect(new SandboxUsers(1_000, [{ inside: 0, count: 65_536 }], true).take()).toEqual({ kind: 'namespace' });
  });
});
