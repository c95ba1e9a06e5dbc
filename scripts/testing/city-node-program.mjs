// Says where the bundled city node of the sources as they are lies, for tests that start real processes.
import { bundleCityNode } from '../supervisor/bundle.mjs';

process.stdout.write((await bundleCityNode()).program);
