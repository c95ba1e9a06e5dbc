import { setImmediate } from 'node:timers/promises';
import { serveEthereumJobs } from '@/lib/ledger/thread';

// A thread for heavy work of Ethereum chains begins here: its world is handed over, as main.ts does for the main thread.
await serveEthereumJobs({ yieldTurn: () => setImmediate(), nowMs: () => performance.now() });
