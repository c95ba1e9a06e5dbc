// Run as a user without rights: calls chaincode in a sandbox once, and writes what that saw of itself.
import { contractOf, TestSandbox } from './test-sandbox';

const test = await TestSandbox.open();
const name = await test.install(
  'alice',
  contractOf(`
  async look() {
    const status = fs.readFileSync('/proc/self/status', 'latin1');
    const children = [];
    let refused;
    for (let i = 0; i < 100 && !refused; i++) {
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
      refused = await new Promise((resolve) => child.on('spawn', () => resolve()).on('error', (error) => resolve(error.code)));
      children.push(child);
    }
    for (const child of children) child.kill('SIGKILL');
    const failing = (run) => { try { run(); return 'done'; } catch (error) { return error.code; } };
    return {
      processes: refused,
      uid: process.getuid(),
      capabilities: [...status.matchAll(/^Cap(?:Prm|Eff|Inh|Amb):\\t(\\w+)/gm)].map((match) => Number('0x' + match[1])),
      seccomp: /^Seccomp:\\t(\\d)/m.exec(status)[1],
      passwords: failing(() => fs.readFileSync('/etc/passwd')),
      root: failing(() => fs.writeFileSync('/x', '')),
      devices: failing(() => fs.writeFileSync('/dev/shm/x', '')),
      socket: await new Promise((resolve) => require('net').connect(1, '127.0.0.1').on('error', (error) => resolve(error.code))),
      environment: failing(() => { if (fs.readFileSync('/proc/1/environ').length > 0) throw { code: 'seen' }; }),
    };
  }`, `const fs = require('fs'), { spawn } = require('child_process');`),
);
try {
  process.stdout.write(JSON.stringify(await test.call(name, 'look')));
} finally {
  await test.close();
}
