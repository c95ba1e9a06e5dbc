// `npm run chaos -- …` as a child, with what it says.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { projectPath } from '../supervisor/project.mjs';

export function spawnChaos(...args) {
  const child = spawn(process.execPath, [projectPath('scripts/chaos.mjs'), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const chaos = { child, output: '', ended: once(child, 'close') };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (chaos.output += chunk));
  return chaos;
}
