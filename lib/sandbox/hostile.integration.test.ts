import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ChaincodeName } from './chaincode-sandbox';
import { findPrograms } from './confinement/find-programs';
import { sandboxLimits } from './limits';
import { makeProbe, PROBE_MEMORY, readProbe } from './testing/make-probe';
import { contractOf, TestSandbox } from './testing/test-sandbox';

const limits = {
  ...sandboxLimits,
  memoryBytesMax: 200 * 1024 * 1024,
  dataBytesMax: 600 * 1024 * 1024,
  cpuShareMax: 1,
  cpuBurstMs: 20_000,
  logBytesPerSecondMax: 64 * 1024,
  logBurstBytes: 128 * 1024,
  pauseMsMin: 20,
  pauseMsMax: 100,
};

/** Does what a publisher should not, and tells how far it came. */
const hostile = contractOf(
  `
  async read(ctx, file) { return outcome(() => fs.readFileSync(file, 'latin1').slice(0, 2000)); }
  async list(ctx, folder) { return outcome(() => fs.readdirSync(folder)); }
  async write(ctx, file) { return outcome(() => fs.writeFileSync(file, 'x')); }
  async environment() { return { variables: Object.keys(process.env).sort(), descriptors: fs.readdirSync('/proc/self/fd').map((fd) => outcome(() => fs.readlinkSync('/proc/self/fd/' + fd))) }; }
  async tcp(ctx, port) { return failing((done) => net.connect({ host: '127.0.0.1', port: Number(port) }).on('connect', done).on('error', done)); }
  async listen() { return failing((done) => net.createServer().on('error', done).listen(0, '127.0.0.1', done)); }
  async unix(ctx, path) { return failing((done) => net.connect({ path: path.replace('@', '\\0') }).on('connect', done).on('error', done)); }
  async udp(ctx, port) { return failing((done) => { try { dgram.createSocket('udp4').on('error', done).send('x', Number(port), '127.0.0.1', done); } catch (error) { done(error); } }); }
  async fork() {
    const children = [];
    let refused;
    for (let i = 0; i < 200 && !refused; i++) {
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
      refused = await new Promise((resolve) => child.on('spawn', () => resolve()).on('error', (error) => resolve(error.code)));
      children.push(child);
    }
    for (const child of children) child.kill('SIGKILL');
    return { started: children.length - 1, refused };
  }
  // A quarter of what it may have between two looks: it is a look that ends it, not the wall.
  async fillMemory() { for (;;) { hoard.push(Buffer.alloc(8 << 20, 1)); await sleep(25); } }
  async fillMemoryTogether() {
    fs.writeFileSync('/tmp/child.js', 'const hoard = Buffer.alloc(70 << 20, 1); process.send(hoard.length); setInterval(() => hoard.length, 1000)');
    for (let i = 0; i < 2; i++) await new Promise((resolve) => fork('/tmp/child.js', { execArgv: ['--v8-pool-size=0'] }).on('message', resolve));
    hoard.push(Buffer.alloc(50 << 20, 1));
    await sleep(20000);
  }
  async fillMemoryAtOnce() { const all = []; while (all.length < 64) all.push(Buffer.alloc(64 << 20, 1)); return all.length; }
  async fillDisk(ctx, folder) {
    let bytes = 0;
    try { for (let i = 0; i < 200; i++) { fs.writeFileSync(folder + '/file' + i, Buffer.alloc(1 << 20)); bytes += 1 << 20; } } catch (error) { return { bytes, code: error.code }; } finally {
      for (const file of outcome(() => fs.readdirSync(folder)).result ?? []) if (file.startsWith('file')) fs.unlinkSync(folder + '/' + file);
    }
    return { bytes };
  }
  async loop() { for (;;); }
  async loopLater() { setTimeout(() => { for (;;); }, 1); }
  async flood(ctx, ms) {
    const from = Date.now();
    let bytes = 0;
    while (Date.now() - from < Number(ms)) { try { bytes += fs.writeSync(1, line); } catch (error) { if (error.code !== 'EAGAIN') throw error; } }
    return { bytes, ms: Date.now() - from };
  }
  async hang() { await new Promise(() => {}); }
  async leave() { process.exit(3); }
  async crash() { process.kill(process.pid, 'SIGSEGV'); await sleep(20000); }
  async probe(ctx, program) {
    fs.writeFileSync('/tmp/probe', Buffer.from(program, 'base64'), { mode: 0o755 });
    return new Promise((resolve) => execFile('/tmp/probe', { encoding: 'buffer' }, (error, stdout) => resolve({ signal: error && error.signal, output: stdout.toString('base64') })));
  }`,
  `const fs = require('fs'), net = require('net'), dgram = require('dgram');
const { spawn, fork, execFile } = require('child_process');
const hoard = [], line = 'flood '.repeat(100) + '\\n';
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const outcome = (run) => { try { return { result: run() ?? null }; } catch (error) { return { code: error.code }; } };
const failing = (run) => new Promise((resolve) => run((error) => resolve(error ? { code: error.code } : { result: 'done' })));`,
);

/** Chaincode that does something else where fabric-shim would begin to listen. */
function insteadOfServing(statement: string): string {
  return `const shim = require('fabric-shim'), honest = shim.server; exports.contracts = [];
shim.server = (chaincode, options) => ({ start: async () => { ${statement}; } });`;
}

/** A server of the chaincode's own making, which registers as it should and then does as it likes with `call`. */
function speaking(then: string): string {
  return `const grpc = require('@grpc/grpc-js'), { peer } = require('@hyperledger/fabric-protos'), server = new grpc.Server();
  const message = (type, payload) => { const one = new peer.ChaincodeMessage(); one.setType(type); if (payload) one.setPayload(payload); return one; };
  const id = new peer.ChaincodeID();
  id.setName(options.ccid);
  server.addService(peer.ChaincodeService, { connect: (call) => { call.on('error', () => {}); call.write(message(peer.ChaincodeMessage.Type.REGISTER, id.serializeBinary())); ${then} } });
  server.bindAsync(options.address, grpc.ServerCredentials.createInsecure(), () => {})`;
}

let test: TestSandbox;
let attacker: ChaincodeName;
let neighbour: ChaincodeName;
const asked = (method: string, ...args: string[]) => test.call(attacker, method, args);
const lastWords = () => test.sandbox.output(attacker).filter((line) => line.startsWith('--')).at(-1);

/** Calls until the pause after its last end is over. */
async function again(method: string, ...args: string[]): Promise<unknown> {
  return expect.poll(() => asked(method, ...args).then((value) => ({ value }), () => undefined), { timeout: 20_000, interval: 50 }).toBeTruthy();
}

beforeAll(async () => {
  test = await TestSandbox.open(limits);
  attacker = await test.install('attacker', hostile);
  neighbour = await test.install('neighbour', contractOf(`async ping() { return { here: true }; }`));
  await Promise.all([test.call(attacker, 'list', ['/']), test.call(neighbour, 'ping')]);
});
afterEach(async () => {
  expect(await test.call(neighbour, 'ping')).toEqual({ here: true });
});
afterAll(() => test.close());

describe('hostile chaincode sees nothing of the host', () => {
  it('no files: not users, not secrets, not what others installed', async () => {
    const secret = path.join(test.directory, 'secret');
    writeFileSync(secret, 'secret');
    for (const file of [secret, '/etc/passwd', '/etc/shadow', import.meta.filename, '/root/.bashrc']) expect(await asked('read', file), file).toEqual({ code: 'ENOENT' });
    expect(await asked('list', '/')).toEqual({ result: ['chaincode', 'dev', 'lib', 'lib64', 'proc', 'run', 'runtime', 'tmp'].filter((name) => readdirSync('/').includes(name) || /chaincode|runtime/.test(name)) });
    expect(await asked('list', '/chaincode')).toEqual({ result: ['code', 'node_modules'] });
  });

  it('no other processes, and no environment but its own', async () => {
    const { result } = (await asked('list', '/proc')) as { result: string[] };
    expect(result.filter((name) => /^\d+$/.test(name)).length).toBeLessThan(5);
    const { variables, descriptors } = (await asked('environment')) as { variables: string[]; descriptors: { result?: string }[] };
    expect(variables).toEqual(['CORE_PEER_LOCALMSPID', 'GRPC_SSL_CIPHER_SUITES', 'HOME', 'NODE_ENV', 'PWD', 'TZ']);
    const targets = descriptors.map((one) => one.result ?? '').filter((target) => target.startsWith('/'));
    expect(targets.every((target) => /^\/(dev|proc|chaincode|memfd)/.test(target)), targets.join(' ')).toBe(true);
    expect((await asked('read', '/proc/1/environ')) as object).not.toMatchObject({ result: expect.stringMatching(/./) });
  });

  it('no right and a user of its own', async () => {
    const { result } = (await asked('read', '/proc/self/status')) as { result: string };
    for (const kind of ['Inh', 'Prm', 'Eff', 'Bnd', 'Amb']) expect(result).toContain(`Cap${kind}:\t0000000000000000`);
    expect(result).toMatch(/NoNewPrivs:\t1\nSeccomp:\t2/);
    const uids = [attacker, neighbour].map((name) => uidInside(test.sandbox.use().find((one) => one.name.publisher === name.publisher)!.pid!));
    expect(new Set(uids).size).toBe(2);
    expect(uids).not.toContain('0');
  });

  it('nothing to write to but its scratch space', async () => {
    for (const folder of ['/', '/chaincode', '/chaincode/code', '/chaincode/node_modules/fabric-shim', '/dev', '/dev/shm', '/runtime', '/run', '/lib']) {
      expect(await asked('write', `${folder}/x`), folder).toEqual({ code: 'EROFS' });
    }
    expect(await asked('write', '/tmp/x')).toEqual({ result: null });
  });
});

describe('hostile chaincode reaches nobody', () => {
  it('by TCP, UDP, or a listener of its own: it has no such sockets', async () => {
    const [server, datagrams] = [createServer(), createSocket('udp4')];
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    await new Promise<void>((resolve) => datagrams.bind(0, '127.0.0.1', resolve));
    const refused = { code: expect.stringMatching(/^(EPERM|EACCES)$/) };
    expect(await asked('tcp', String((server.address() as AddressInfo).port))).toEqual(refused);
    expect(await asked('udp', String(datagrams.address().port))).toEqual(refused);
    expect(await asked('listen')).toEqual(refused);
    server.close();
    datagrams.close();
  });

  it('by a network, had it sockets: there is none but its own', async () => {
    const { result } = (await asked('read', '/proc/self/net/dev')) as { result: string };
    const names = (text: string) => [...text.matchAll(/^\s*([^\s:|]+):/gm)].map((match) => match[1]);
    expect(names(result)).toEqual(['lo']);
    expect(names(result)).not.toEqual(names(readFileSync('/proc/self/net/dev', 'latin1')));
  });

  it("by the host's sockets of the file system or abstract ones", async () => {
    const [named, abstract] = [createServer(), createServer()];
    const file = path.join(test.directory, 'host.sock');
    await new Promise<void>((resolve) => named.listen(file, resolve));
    await new Promise<void>((resolve) => abstract.listen('\0chaincode-test', resolve));
    expect(await asked('unix', file)).toEqual({ code: 'ENOENT' });
    expect(await asked('unix', '@chaincode-test')).toEqual({ code: 'ECONNREFUSED' });
    named.close();
    abstract.close();
  });

  it.runIf(process.arch === 'x64')('by the kernel: what could lead out is refused to programs of its own', async () => {
    const calls: Record<string, { number: number; args?: number[]; gives?: number }> = {
      'clone(CLONE_NEWUSER)': { number: 56, args: [0x10000011] },
      'ptrace(TRACEME)': { number: 101 },
      'unshare(CLONE_NEWUSER)': { number: 272, args: [0x10000000] },
      'unshare(CLONE_NEWNS)': { number: 272, args: [0x20000] },
      'setns': { number: 308, args: [0, 0] },
      'mount': { number: 165, args: [PROBE_MEMORY, PROBE_MEMORY, PROBE_MEMORY, 0] },
      'umount2': { number: 166, args: [PROBE_MEMORY, 0] },
      'chroot': { number: 161, args: [PROBE_MEMORY] },
      'bpf': { number: 321, args: [0, PROBE_MEMORY, 64] },
      'keyctl(GET_KEYRING_ID)': { number: 250, args: [0, -3, 0] },
      'userfaultfd': { number: 323, args: [1] },
      'perf_event_open': { number: 298, args: [PROBE_MEMORY, 0, -1, -1] },
      'io_uring_setup': { number: 425, args: [1, PROBE_MEMORY], gives: -38 },
      'clone3': { number: 435, args: [PROBE_MEMORY, 64], gives: -38 },
      'memfd_create': { number: 319, args: [PROBE_MEMORY, 0] },
      'shmget': { number: 29, args: [0, 4096, 0o1600] },
      'mmap(MAP_SHARED)': { number: 9, args: [0, 4096, 3, 0x21] },
      'socket(AF_INET)': { number: 41, args: [2, 1, 0] },
      'socket(AF_INET6)': { number: 41, args: [10, 1, 0] },
      'socket(AF_NETLINK)': { number: 41, args: [16, 3, 0] },
      'socket(AF_VSOCK)': { number: 41, args: [40, 1, 0] },
      'personality': { number: 135, args: [0xffffffff] },
      'kexec_load': { number: 246 },
      'reboot': { number: 169 },
      'init_module': { number: 175 },
    };
    const { output, signal } = (await asked('probe', makeProbe(Object.values(calls)).toString('base64'))) as { output: string; signal: string | null };
    expect(signal).toBeNull();
    const results = readProbe(Buffer.from(output, 'base64'));
    expect(Object.fromEntries(Object.keys(calls).map((name, index) => [name, results[index]]))).toEqual(
      Object.fromEntries(Object.entries(calls).map(([name, { gives = -1 }]) => [name, gives])),
    );
    // A call of the x32 ABI, under whose numbers the filter would not know it.
    expect(await asked('probe', makeProbe([{ number: 0x40000000 + 39 }]).toString('base64'))).toMatchObject({ signal: 'SIGSYS' });
    expect(readProbe(Buffer.from(((await asked('probe', makeProbe([{ number: 39 }]).toString('base64'))) as { output: string }).output, 'base64'))[0]).toBeGreaterThan(0);
  });
});

describe('hostile chaincode takes no more than its share', () => {
  it('of processes', async () => {
    const { started, refused } = (await asked('fork')) as { started: number; refused: string };
    expect(refused).toBe('EAGAIN');
    expect(started).toBeLessThan(sandboxLimits.tasksMax);
  });

  it('of disk: what it can fill is small', async () => {
    const { bytes, code } = (await asked('fillDisk', '/tmp')) as { bytes: number; code: string };
    expect(code).toBe('ENOSPC');
    expect(bytes).toBeLessThanOrEqual(sandboxLimits.scratchBytesMax);
    expect(await asked('fillDisk', '/run/chaincode')).toEqual({ bytes: 0, code: 'ENOSPC' });
  });

  it('of memory: it is ended, and its publisher reads why', async () => {
    await expect(asked('fillMemory')).rejects.toMatchObject({ code: 'stream-terminated', message: 'chaincode stream terminated' });
    await expect.poll(lastWords).toMatch(/^-- the chaincode used \d+ bytes of memory: 209715200 are allowed$/);
    await again('list', '/');
  });

  it('of memory in several processes, each of which would be small enough', async () => {
    await expect(asked('fillMemoryTogether')).rejects.toMatchObject({ code: 'stream-terminated' });
    await expect.poll(lastWords).toMatch(/bytes of memory/);
    await again('list', '/');
  });

  it('of memory between two looks: there is a wall', async () => {
    const blind = await TestSandbox.open({ ...limits, memoryBytesMax: 2 ** 40 });
    const name = await blind.install('attacker', hostile);
    await expect(blind.call(name, 'fillMemoryAtOnce')).rejects.toThrow('Array buffer allocation failed');
    await blind.close();
  });

  it('of time: a transaction without end costs its own process, which starts again', async () => {
    await expect(test.call(attacker, 'loop', [], { timeoutMs: 500 })).rejects.toMatchObject({ code: 'timeout', message: 'timeout expired while executing transaction' });
    expect(await test.call(neighbour, 'ping')).toEqual({ here: true });
    await again('list', '/');
    expect(lastWords()).toMatch(/^-- transaction tx\d+ took longer than 500 ms$/);
  });

  it('of processors: who uses more is paused, and goes on later', async () => {
    const slow = await TestSandbox.open({ ...limits, cpuShareMax: 0.1, cpuBurstMs: 200 });
    const name = await slow.install('attacker', hostile);
    await slow.call(name, 'loopLater');
    const state = () => stateInside(slow.sandbox.use()[0]!.pid!);
    await expect.poll(state, { timeout: 10_000, interval: 20 }).toBe('T');
    await expect.poll(state, { timeout: 10_000, interval: 20 }).not.toBe('T');
    await slow.close();
  });

  it('of its log: it waits, and the last lines are kept', async () => {
    const { bytes, ms } = (await asked('flood', '1500')) as { bytes: number; ms: number };
    const onTheWay = 512 * 1024;
    expect(bytes).toBeLessThan(limits.logBurstBytes + (limits.logBytesPerSecondMax * ms) / 1000 + onTheWay);
    const kept = test.sandbox.output(attacker);
    expect(kept.join('\n').length).toBeLessThanOrEqual(limits.logKeptCharsMax);
    expect(kept.at(-1)).toMatch(/^flood flood/);
  });
});

describe('hostile chaincode that ends or lies', () => {
  it('by leaving fails what runs on it, waits a while, and starts again', async () => {
    const other = test.call(attacker, 'hang').catch((error: unknown) => error);
    await expect(asked('leave')).rejects.toMatchObject({ code: 'stream-terminated' });
    expect(await other).toMatchObject({ code: 'stream-terminated' });
    await expect.poll(lastWords).toMatch(/ended with code 3|closed the connection|connection to the chaincode failed/);
    await again('list', '/');
  });

  it('by crashing is no more than that', async () => {
    await expect(asked('crash')).rejects.toMatchObject({ code: 'stream-terminated' });
    await again('list', '/');
  });

  it('again and again is told to wait', async () => {
    const waiting = await TestSandbox.open({ ...limits, pauseMsMin: 60_000, pauseMsMax: 60_000 });
    const name = await waiting.install('attacker', hostile);
    await expect(waiting.call(name, 'leave')).rejects.toMatchObject({ code: 'stream-terminated' });
    await expect.poll(() => waiting.call(name, 'leave').catch((error: unknown) => error), { timeout: 10_000 }).toMatchObject({ code: 'backing-off', details: { retryAfterMs: expect.any(Number) } });
    await waiting.close();
  });

  it('about its name is not believed', async () => {
    const liar = await test.install('liar', insteadOfServing(`honest(chaincode, { ...options, ccid: 'neighbours:1234' }).start()`));
    await expect(test.call(liar, 'x')).rejects.toMatchObject({ code: 'start-failed', message: expect.stringMatching(/the chaincode registered as "neighbours:1234", not as "test_1.0:/) });
  });

  it('about the protocol is sent away', async () => {
    const liar = await test.install('liar', insteadOfServing(`require('net').createServer((socket) => socket.on('error', () => {}).end('HTTP/1.1 200 OK\\r\\n\\r\\n')).listen('/run/chaincode/chaincode.sock')`));
    await expect(test.call(liar, 'x')).rejects.toMatchObject({ code: 'start-failed', message: expect.stringMatching(/the connection to the chaincode failed/) });
  });

  it('by asking without end is sent away', async () => {
    const flooder = await test.install('liar', insteadOfServing(speaking(`call.on('data', () => {}); const more = () => { while (call.write(message(peer.ChaincodeMessage.Type.GET_STATE))); call.once('drain', more); }; more();`)));
    await expect(test.call(flooder, 'x')).rejects.toMatchObject({ code: 'stream-terminated', cause: new Error('the chaincode sent more than 1000 messages that belong to no transaction') });
  });

  it('by not listening is sent away before much waits for it', async () => {
    const small = await TestSandbox.open({ ...limits, queuedBytesMax: 4 * 1024 * 1024 });
    const deaf = await small.install('liar', insteadOfServing(speaking('')));
    const calls = Array.from({ length: 20 }, () => small.call(deaf, 'x', ['y'.repeat(1024 * 1024)]).catch((error: unknown) => error));
    for (const error of await Promise.all(calls)) {
      expect(error).toMatchObject({ code: 'stream-terminated', cause: { message: expect.stringMatching(/the chaincode does not read: \d+ bytes wait for it/) } });
    }
    await small.close();
  });

  it('about its socket leads nobody to a socket of the host', async () => {
    const file = path.join(test.directory, 'host.sock');
    let visitors = 0;
    const server = createServer((socket) => {
      visitors++;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(file, resolve));
    const liar = await test.install('liar', insteadOfServing(`require('fs').symlinkSync(${JSON.stringify(file)}, '/run/chaincode/chaincode.sock'); setTimeout(() => process.exit(7), 500)`));
    await expect(test.call(liar, 'x')).rejects.toMatchObject({ code: 'start-failed', message: expect.stringMatching(/ended with code 7/) });
    expect(visitors).toBe(0);
    server.close();
  });
});

it.runIf(process.getuid?.() === 0)('somebody without rights locks code in as well', () => {
  const script = path.join(import.meta.dirname, 'testing/unprivileged-process.ts');
  const user = ['--reuid', '65533', '--regid', '65533', '--clear-groups'];
  const { stdout, stderr } = spawnSync('setpriv', [...user, process.execPath, '--import', 'tsx', script], { encoding: 'utf8', cwd: path.resolve(import.meta.dirname, '../..') });
  expect(stdout, stderr).not.toBe('');
  expect(JSON.parse(stdout)).toEqual({
    uid: 65534,
    capabilities: [0, 0, 0, 0],
    seccomp: '2',
    passwords: 'ENOENT',
    root: 'EROFS',
    devices: 'EROFS',
    socket: 'EPERM',
    environment: 'done',
    processes: 'EAGAIN',
  });
});

it('without bubblewrap nothing is run: the error says what to install', async () => {
  await expect(findPrograms(['/nowhere'])).rejects.toMatchObject({ code: 'unavailable', message: expect.stringMatching(/`bwrap` is missing.*apt-get install bubblewrap.*never run without/) });
});

/** The one that is Node.js among the processes below: the last of the chain. */
function nodeBelow(pid: number): number {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1').split(' ').filter(Boolean).map(Number));
  return children[0] === undefined ? pid : nodeBelow(children[0]);
}

function uidInside(pid: number): string {
  return /^Uid:\t(\d+)/m.exec(readFileSync(`/proc/${nodeBelow(pid)}/status`, 'latin1'))![1]!;
}

function stateInside(pid: number): string {
  return /^State:\t(\w)/m.exec(readFileSync(`/proc/${nodeBelow(pid)}/status`, 'latin1'))![1]!;
}
