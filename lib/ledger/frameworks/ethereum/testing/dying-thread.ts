import { serveEthereumJobs } from '../heavy/serve-ethereum-jobs';

// A thread that ends with the first slice of any work.
await serveEthereumJobs({ yieldTurn: async () => process.exit(3), nowMs: () => 0 });
