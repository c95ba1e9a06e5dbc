import { describe, expect, it } from 'vitest';
import { buildSeccompProgram } from './build-seccomp-program';
import { architectures, missingCalls, refusedCalls, type Architecture } from './syscall-numbers';

/** What the kernel would answer: an interpreter of the few instructions that the filter uses, after linux/net/core/filter.c. */
function judge(program: Buffer, call: { arch: number; number: number; args?: number[] }): string {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(call.number, 0);
  data.writeUInt32LE(call.arch, 4);
  (call.args ?? []).forEach((value, index) => data.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)), 16 + index * 8));
  let loaded = 0;
  for (let at = 0; at * 8 < program.length; ) {
    const code = program.readUInt16LE(at * 8);
    const [whenTrue, whenFalse, value] = [program[at * 8 + 2]!, program[at * 8 + 3]!, program.readUInt32LE(at * 8 + 4)];
    if (code === 0x06) return { 0x7fff0000: 'allow', 0x80000000: 'kill', 0x00050001: 'EPERM', 0x00050026: 'ENOSYS' }[value] ?? String(value);
    if (code === 0x20) {
      loaded = data.readUInt32LE(value);
      at++;
      continue;
    }
    const holds = { 0x15: loaded === value, 0x35: loaded >= value, 0x45: (loaded & value) !== 0 }[code];
    expect(holds, `instruction ${code} at ${at}`).toBeDefined();
    at += 1 + (holds ? whenTrue : whenFalse);
  }
  throw new Error('the program ends without an answer');
}

describe.each(Object.keys(architectures) as Architecture[])('the filter for %s', (name) => {
  const { audit, column } = architectures[name];
  const program = buildSeccompProgram(name);
  const ask = (number: number, ...args: number[]) => judge(program, { arch: audit, number, args });
  const pick = (numbers: readonly (number | undefined)[]) => numbers[column]!;

  it('refuses every call of its table', () => {
    for (const [call, numbers] of Object.entries(refusedCalls)) {
      if (numbers[column] !== undefined) expect(ask(numbers[column]), call).toBe('EPERM');
    }
    for (const [call, numbers] of Object.entries(missingCalls)) expect(ask(pick(numbers)), call).toBe('ENOSYS');
  });

  it('lets pass what Node.js lives on', () => {
    const calls = name === 'x64' ? [0, 1, 2, 3, 10, 13, 59, 60, 202, 231, 232, 257, 281, 334] : [56, 57, 63, 64, 93, 94, 98, 134, 221, 226];
    for (const number of calls) expect(ask(number), String(number)).toBe('allow');
  });

  it('allows sockets of the file system alone: no IPv4, IPv6, netlink, packet, vsock', () => {
    for (const socket of name === 'x64' ? [41, 53] : [198, 199]) {
      expect(ask(socket, 1, 1, 0)).toBe('allow');
      for (const family of [0, 2, 10, 16, 17, 38, 40, 41]) expect(ask(socket, family, 1, 0), String(family)).toBe('EPERM');
    }
  });

  it('allows threads and processes, but no namespace', () => {
    const clone = name === 'x64' ? 56 : 220;
    expect(ask(clone, 0x3d0f00)).toBe('allow');
    expect(ask(clone, 0x11)).toBe('allow');
    for (const flag of [0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000]) expect(ask(clone, flag | 0x11)).toBe('EPERM');
  });

  it('allows no memory that is shared, which would count for nobody', () => {
    const mmap = name === 'x64' ? 9 : 222;
    expect(ask(mmap, 0, 4096, 3, 0x22)).toBe('allow');
    for (const flags of [0x01, 0x21, 0x03]) expect(ask(mmap, 0, 4096, 3, flags)).toBe('EPERM');
  });

  it('lets no terminal be written to from inside', () => {
    const ioctl = name === 'x64' ? 16 : 29;
    expect(ask(ioctl, 0, 0x5401)).toBe('allow');
    for (const request of [0x5412, 0x541c, 0x5423]) expect(ask(ioctl, 0, request)).toBe('EPERM');
  });

  it('ends a process that calls by another architecture', () => {
    const others = [0x40000003, 0xc000003e, 0xc00000b7, 0x40000028].filter((other) => other !== audit);
    for (const arch of others) expect(judge(program, { arch, number: 1 })).toBe('kill');
    expect(ask(0x40000001)).toBe('kill');
  });
});

it('an architecture without a table is refused, not left open', () => {
  expect(() => buildSeccompProgram('riscv64')).toThrow(/No seccomp filter for the architecture riscv64/);
});
