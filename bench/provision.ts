// From the 2xx of the approval to the receipt of a transfer that stock viem sends from this process over HTTP.
// Runs inside `scripts/bench.mjs`, which starts the whole product and says where it answers.
import { z } from 'zod';
import { adminSession, type PortalSession } from './provision/portal-session';
import { firstReceipt } from './provision/first-receipt';
import { publicationsPerPublisher, signUpPublisher, submitPublication, type Publication } from './provision/publisher';
import { recordResult } from './record-result';
import { percentile, round } from './statistics';

const env = z
  .object({ CHAINWORKS_BENCH_URL: z.url(), CHAINWORKS_DATA: z.string(), CHAINWORKS_BENCH_ADMIN: z.email() })
  .parse(process.env);
const cityNodes = ['SIN', 'PAR'];

async function submitMany(count: number): Promise<Publication[]> {
  const publications: Publication[] = [];
  let session: PortalSession | undefined;
  for (let index = 0; index < count; index++) {
    if (index % publicationsPerPublisher === 0) session = await signUpPublisher(env.CHAINWORKS_BENCH_URL);
    publications.push(await submitPublication(session!, cityNodes));
  }
  return publications;
}

/** Milliseconds per publication; all are approved at once. */
async function burst(admin: PortalSession, publications: readonly Publication[]): Promise<number[]> {
  return Promise.all(
    publications.map(async (publication) => {
      await admin.post(`/api/admin/publications/${publication.applicationId}/approve`);
      const from = performance.now();
      await firstReceipt(publication);
      return performance.now() - from;
    }),
  );
}

const admin = await adminSession(env.CHAINWORKS_BENCH_URL, env.CHAINWORKS_DATA, env.CHAINWORKS_BENCH_ADMIN);
await burst(admin, await submitMany(1)); // the first one after a start also loads code
const single: number[] = [];
for (const publication of await submitMany(15)) single.push(...(await burst(admin, [publication])));
const ten: number[] = [];
for (let index = 0; index < 3; index++) ten.push(...(await burst(admin, await submitMany(10))));
const hundred = await burst(admin, await submitMany(100));

const result = recordResult(
  'provision',
  'Approval to first receipt',
  {
    p50Ms1: round(percentile(single, 0.5), 0),
    p95Ms1: round(percentile(single, 0.95), 0),
    p50Ms10: round(percentile(ten, 0.5), 0),
    p50Ms100: round(percentile(hundred, 0.5), 0),
    p95Ms100: round(percentile(hundred, 0.95), 0),
  },
  [
    'The clock runs from the 2xx of the approval until stock viem, in the bench’s process, holds the receipt of a transfer sent over HTTP through the gateway, making an access key included. ERC-20 template on two city nodes of one host, the whole product on one machine. One at a time (15, after one to warm up), in bursts of 10 (three) and one burst of 100.',
  ],
);
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
