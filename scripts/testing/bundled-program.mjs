// Says where a bundled program of the sources as they are lies, for tests that start real processes. Argument: which.
import { bundleCityNode, bundlePrograms } from '../supervisor/bundle.mjs';

const [name] = process.argv.slice(2);
process.stdout.write(name === 'cityNode' ? await bundleCityNode() : (await bundlePrograms())[name]);
