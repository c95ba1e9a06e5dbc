// Says where a bundled program of the sources as they are lies, for tests that start real processes. Argument: which.
import path from 'node:path';
import { bundle, bundleCityNode, bundlePrograms, bundleSimulator } from '../supervisor/bundle.mjs';

const testPrograms = {
  kind: 'tests',
  sources: ['workers'],
  modules: { 'die-at-places': 'workers/testing/die-at-places.ts', 'telling-worker': 'workers/testing/telling-worker.ts' },
};

async function find(name) {
  if (name in testPrograms.modules) return path.join(await bundle(testPrograms), `${name}.mjs`);
  if (name === 'sim') return bundleSimulator();
  return name === 'cityNode' ? bundleCityNode() : (await bundlePrograms())[name];
}

const [name] = process.argv.slice(2);
process.stdout.write(await find(name));
