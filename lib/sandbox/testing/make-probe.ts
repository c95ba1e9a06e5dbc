/** A system call to try: its number on x86-64 and up to four arguments. */
export interface ProbedCall {
  readonly number: number;
  readonly args?: readonly number[];
}

const base = 0x400000;
const headerBytes = 64 + 56;
/** Results, and memory for arguments behind them, from the beginning of the segment. */
const memoryAt = 0x10000;
/** Zeros that arguments may point to. */
export const PROBE_MEMORY = base + memoryAt + 0x8000;

const CLONE = 56;
const [rax, rsi, rdi, rdx, r10] = [[0x48, 0xb8], [0x48, 0xbe], [0x48, 0xbf], [0x48, 0xba], [0x49, 0xba]] as const;
const systemCall = [0x0f, 0x05];
/** mov eax, 60; xor edi, edi; syscall */
const exit = [0xb8, 60, 0, 0, 0, 0x31, 0xff, ...systemCall];

/**
 * An executable for Linux on x86-64 that makes the calls and writes what each gave, 8 bytes little-endian each, to its output.
 * Chaincode may bring such a thing, and Node.js cannot make these calls.
 */
export function makeProbe(calls: readonly ProbedCall[]): Buffer {
  const code: number[] = [];
  const set = (register: readonly [number, number], value: number) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(value));
    code.push(...register, ...bytes);
  };
  calls.forEach(({ number, args = [] }, index) => {
    set(rdi, args[0] ?? 0);
    set(rsi, args[1] ?? 0);
    set(rdx, args[2] ?? 0);
    set(r10, args[3] ?? 0);
    code.push(0x4d, 0x31, 0xc0, 0x4d, 0x31, 0xc9); // xor r8, r8; xor r9, r9
    set(rax, number);
    code.push(...systemCall);
    // A new process ends at once, its parent goes on: test rax, rax; jnz over the exit.
    if (number === CLONE) code.push(0x48, 0x85, 0xc0, 0x75, exit.length, ...exit);
    const place = Buffer.alloc(4);
    place.writeUInt32LE(base + memoryAt + index * 8);
    code.push(0x48, 0x89, 0x04, 0x25, ...place); // mov [place], rax
  });
  set(rdi, 1);
  set(rsi, base + memoryAt);
  set(rdx, calls.length * 8);
  set(rax, 1);
  code.push(...systemCall, ...exit); // write(1, results)
  if (headerBytes + code.length > memoryAt) throw new Error('too many calls for one probe');
  return Buffer.concat([header(code.length), Buffer.from(code)]);
}

/** ELF: one segment, readable, writable and executable, larger than the file: what is behind the file is memory. */
function header(codeBytes: number): Buffer {
  const bytes = Buffer.alloc(headerBytes);
  const size = BigInt(headerBytes + codeBytes);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1], 0);
  bytes.writeUInt16LE(2, 16); // an executable
  bytes.writeUInt16LE(62, 18); // of x86-64
  bytes.writeUInt32LE(1, 20);
  bytes.writeBigUInt64LE(BigInt(base + headerBytes), 24);
  bytes.writeBigUInt64LE(64n, 32);
  bytes.writeUInt16LE(64, 52);
  bytes.writeUInt16LE(56, 54);
  bytes.writeUInt16LE(1, 56);
  bytes.writeUInt32LE(1, 64);
  bytes.writeUInt32LE(7, 68);
  bytes.writeBigUInt64LE(BigInt(base), 80);
  bytes.writeBigUInt64LE(BigInt(base), 88);
  bytes.writeBigUInt64LE(size, 96);
  bytes.writeBigUInt64LE(BigInt(memoryAt + 0x10000), 104);
  bytes.writeBigUInt64LE(0x1000n, 112);
  return bytes;
}

/** What the calls gave: a result, or a negative error number. */
export function readProbe(output: Buffer): number[] {
  return Array.from({ length: output.length / 8 }, (_, index) => Number(output.readBigInt64LE(index * 8)));
}
