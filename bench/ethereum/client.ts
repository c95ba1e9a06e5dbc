// A process of its own, so that signing, waiting and parsing cost the measured node nothing of its event loop.
// Takes a job as JSON on standard input, answers with one line of JSON: { "ms": number }.
import http from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

const jobSchema = z.object({
  url: z.url(),
  headers: z.record(z.string(), z.string()),
  /** Per lane: signed transactions in order. One keep-alive connection each. */
  lanes: z.array(z.array(z.string())),
  /** Transactions in one JSON-RPC batch; 1: no batch. */
  batch: z.number().int().min(1),
  /** Address of each lane, and the count of transactions it must reach. */
  expect: z.array(z.object({ address: z.string(), count: z.number().int() })),
});

const answerSchema = z.union([z.object({ result: z.string() }), z.array(z.object({ result: z.string() }))]);
const job = jobSchema.parse(JSON.parse(await text(process.stdin)));
const agent = new http.Agent({ keepAlive: true, maxSockets: job.lanes.length });
let nextId = 1;

const call = (method: string, params: unknown[]) => ({ jsonrpc: '2.0', id: nextId++, method, params });

async function post(body: unknown): Promise<z.infer<typeof answerSchema>> {
  const payload = JSON.stringify(body);
  const answer = await new Promise<string>((resolve, reject) => {
    const request = http.request(job.url, {
      agent,
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload), ...job.headers },
    });
    request.on('error', reject);
    request.on('response', (response) => text(response).then(resolve, reject));
    request.end(payload);
  });
  const parsed = answerSchema.safeParse(JSON.parse(answer));
  if (!parsed.success) throw new Error(`refused: ${answer.slice(0, 400)}`);
  return parsed.data;
}

async function runLane(lane: string[]): Promise<void> {
  for (let at = 0; at < lane.length; at += job.batch) {
    const calls = lane.slice(at, at + job.batch).map((raw) => call('eth_sendRawTransaction', [raw]));
    await post(job.batch === 1 ? calls[0] : calls);
  }
}

/** The clock stops when every transaction is in a block, however early a node answers. */
async function waitUntilMined({ address, count }: { address: string; count: number }): Promise<void> {
  for (;;) {
    const answer = await post(call('eth_getTransactionCount', [address, 'latest']));
    if (!Array.isArray(answer) && Number(answer.result) >= count) return;
  }
}

const from = performance.now();
await Promise.all(job.lanes.map(runLane));
for (const one of job.expect) await waitUntilMined(one);
process.stdout.write(`${JSON.stringify({ ms: performance.now() - from })}\n`);
agent.destroy();
