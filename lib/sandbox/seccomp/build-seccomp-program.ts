import { architectures, judgedCalls, missingCalls, refusedCalls, type Architecture } from './syscall-numbers';

// Instructions of classic BPF (linux/bpf_common.h) and what a filter may answer (linux/seccomp.h).
const LOAD = 0x20;
const JUMP_EQUAL = 0x15;
const JUMP_GREATER_EQUAL = 0x35;
const JUMP_ANY_BIT = 0x45;
const RETURN = 0x06;
const ALLOW = 0x7fff0000;
const KILL_PROCESS = 0x80000000;
const refuseWith = (errno: number) => 0x00050000 | errno;
const EPERM = 1;
const ENOSYS = 38;

// struct seccomp_data: the number, the architecture, the instruction pointer, six arguments of 64 bits.
const NUMBER_AT = 0;
const ARCHITECTURE_AT = 4;
/** The low half of an argument, on a little-endian machine. All flags that are judged lie there. */
const argumentAt = (index: number) => 16 + 8 * index;

/** From here on are the calls of the x32 ABI: other numbers for the same calls. */
const X32_BIT = 0x40000000;
const AF_UNIX = 1;
const MAP_SHARED = 1;
/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. A new time namespace is made by unshare and clone3 alone. */
const NEW_NAMESPACES = 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000;
/** Writing into a terminal's input, and line disciplines: TIOCSTI, TIOCLINUX, TIOCSETD. */
const terminalTricks = [0x5412, 0x541c, 0x5423];

type Instruction = readonly [code: number, jumpTrue: number, jumpFalse: number, value: number];

/**
 * The filter for `bwrap --seccomp`: an array of `struct sock_filter`. Everything is allowed but what the tables name; a call of
 * another architecture ends the process. Throws on an architecture that the tables do not know.
 */
export function buildSeccompProgram(architecture: string): Buffer {
  if (!(architecture in architectures)) {
    throw new Error(`No seccomp filter for the architecture ${architecture}: chaincode can run on ${Object.keys(architectures).join(' and ')} only.`);
  }
  const { audit, column } = architectures[architecture as Architecture];
  const program: Instruction[] = [
    [LOAD, 0, 0, ARCHITECTURE_AT],
    [JUMP_EQUAL, 1, 0, audit],
    [RETURN, 0, 0, KILL_PROCESS],
    [LOAD, 0, 0, NUMBER_AT],
    [JUMP_GREATER_EQUAL, 0, 1, X32_BIT],
    [RETURN, 0, 0, KILL_PROCESS],
  ];
  const numberOf = (numbers: readonly (number | undefined)[]) => numbers[column];

  /** `whenIt` runs for one call, and each of its paths returns. */
  const forCall = (numbers: readonly (number | undefined)[], whenIt: readonly Instruction[]): void => {
    const number = numberOf(numbers);
    if (number !== undefined) program.push([JUMP_EQUAL, 0, whenIt.length, number], ...whenIt);
  };
  const refused: Instruction = [RETURN, 0, 0, refuseWith(EPERM)];
  const allowed: Instruction = [RETURN, 0, 0, ALLOW];

  // The most frequent one first.
  forCall(judgedCalls.mmap, [[LOAD, 0, 0, argumentAt(3)], [JUMP_ANY_BIT, 0, 1, MAP_SHARED], refused, allowed]);
  for (const numbers of [judgedCalls.socket, judgedCalls.socketpair]) {
    forCall(numbers, [[LOAD, 0, 0, argumentAt(0)], [JUMP_EQUAL, 1, 0, AF_UNIX], refused, allowed]);
  }
  forCall(judgedCalls.clone, [[LOAD, 0, 0, argumentAt(0)], [JUMP_ANY_BIT, 0, 1, NEW_NAMESPACES], refused, allowed]);
  const tricks = terminalTricks.flatMap((trick): Instruction[] => [[JUMP_EQUAL, 0, 1, trick], refused]);
  forCall(judgedCalls.ioctl, [[LOAD, 0, 0, argumentAt(1)], ...tricks, allowed]);
  for (const numbers of Object.values(refusedCalls)) forCall(numbers, [refused]);
  for (const numbers of Object.values(missingCalls)) forCall(numbers, [[RETURN, 0, 0, refuseWith(ENOSYS)]]);
  program.push(allowed);

  const bytes = Buffer.alloc(program.length * 8);
  program.forEach(([code, jumpTrue, jumpFalse, value], index) => {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(jumpTrue, index * 8 + 2);
    bytes.writeUInt8(jumpFalse, index * 8 + 3);
    bytes.writeUInt32LE(value, index * 8 + 4);
  });
  return bytes;
}
