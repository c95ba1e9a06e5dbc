import { TestChain } from './test-chain';
import { createThreadedFramework } from './threaded-framework';

/**
 * A process of its own, started as the product starts its processes: executes the block of the transaction (hexadecimal)
 * in its first argument in a thread, and writes its state root and what the threads' log says.
 */
const [transaction] = process.argv.slice(2);
if (transaction === undefined) throw new Error('usage: threads-process <transaction>');
const log: unknown[] = [];
const logger = { info: (fields: unknown) => void log.push(fields), warn: (fields: unknown) => void log.push(fields), error: (fields: unknown) => void log.push(fields) };
const framework = await createThreadedFramework({ limits: { gas: 0, ms: 0 }, logger });
const chain = await TestChain.open({}, framework);
const { stateRoot, workerMs } = await chain.seal([new Uint8Array(Buffer.from(transaction, 'hex'))]);
process.stdout.write(JSON.stringify({ stateRoot, wasInThread: workerMs !== undefined, log }));
await framework.close();
