/** The door for threads: each loads what its work needs, not the whole machine. */
export { serveEthereumJobs } from './frameworks/ethereum/heavy/serve-ethereum-jobs';
export type { ThreadPorts } from './vm/threads';
