// Official clients in a process of their own. `client.ts`, told by one line of JSON on its input, answers by one on its output.
import { Client, credentials } from '@grpc/grpc-js';
import { connect, signers } from '@hyperledger/fabric-gateway';
import { createHash, createPrivateKey } from 'node:crypto';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { percentile, round } from '../statistics';
import { loadSchema, type LoadResult } from './load';

const connectionSchema = z.object({ address: z.string(), tlsRoot: z.string(), mspId: z.string(), certificate: z.string(), privateKey: z.string(), connections: z.number() });
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const read = async (): Promise<unknown> => JSON.parse(String((await lines.next()).value ?? 'null'));

const { address, tlsRoot, mspId, certificate, privateKey, connections } = connectionSchema.parse(await read());
const opened = Array.from({ length: connections }, () => {
  // grpc-js shares one connection among clients of one address unless it is told not to.
  const client = new Client(address, credentials.createSsl(Buffer.from(tlsRoot)), { 'grpc.use_local_subchannel_pool': 1 });
  return connect({ client, identity: { mspId, credentials: Buffer.from(certificate) }, signer: signers.newPrivateKeySigner(createPrivateKey(privateKey)), hash: (message) => createHash('sha256').update(message).digest() });
});
let made = 0;

for (;;) {
  const told = await read();
  if (told === null) break;
  const { channels, chaincode, transaction, clients, transactions, valueBytes } = loadSchema.parse(told);
  const value = 'v'.repeat(valueBytes);
  const samples: number[] = [];
  let left = transactions;
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  // Each client sends its next transaction when the last one stands in a block.
  await Promise.all(
    Array.from({ length: clients }, async (_, at) => {
      const contract = opened[at % opened.length]!.getNetwork(channels[at % channels.length]!).getContract(chaincode);
      while (left > 0) {
        left -= 1;
        const sentAt = performance.now();
        await contract.submitTransaction(transaction, `k${process.pid}-${made++}`, value);
        samples.push(performance.now() - sentAt);
      }
    }),
  );
  const seconds = (performance.now() - startedAt) / 1_000;
  const used = process.cpuUsage(cpu);
  const result: LoadResult = { perSecond: round(samples.length / seconds, 0), p50Ms: round(percentile(samples, 0.5)), p99Ms: round(percentile(samples, 0.99)), clientCpuMs: round((used.user + used.system) / 1_000 / samples.length, 2) };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
process.exit(0);
