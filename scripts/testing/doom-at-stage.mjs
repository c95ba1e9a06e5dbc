// Loaded before a city node: kills it, or the process of the peer that moves, at a stage of a move. In its address: stage, victim.
import fs from 'node:fs';

const { searchParams } = new URL(import.meta.url);
const [stage, victim] = [searchParams.get('stage'), searchParams.get('victim')];
let pid = 0;

/** The log says what happens just then. */
function look(text) {
  const begun = [...text.matchAll(/"pid":(\d+)[^\n]*the process of a peer runs/g)].at(-1);
  if (begun) pid = Number(begun[1]);
  if (text.includes(`"stage":"${stage}"`)) process.kill(victim === 'city node' ? process.pid : pid, 'SIGKILL');
}

for (const name of ['write', 'writeSync']) {
  const original = fs[name];
  fs[name] = (fd, data, ...rest) => {
    look(String(data));
    return original(fd, data, ...rest);
  };
}
