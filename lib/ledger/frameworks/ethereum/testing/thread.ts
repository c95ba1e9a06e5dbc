import { serveEthereumJobs } from '../heavy/serve-ethereum-jobs';

/** So much time passes with each look at the clock: a test does not depend on how fast the machine is. */
const TICK_MS = 0.5;
let nowMs = 0;

await serveEthereumJobs({ yieldTurn: () => new Promise((resolve) => setImmediate(resolve)), nowMs: () => (nowMs += TICK_MS) });
