import type { MeterRecord } from '@/lib/control';
import { controlClientOf, listHosts, type HostAddress } from '@/lib/city-nodes';
import { getDb, getLogger, type Tx } from '@/lib/platform';
import { meterPeriod } from './plans';

const answerMsMax = 3_000;
const recordsMax = 1_000;
/** Pages of one host in one sweep; the next sweep reads on. */
const pagesMax = 20;

/** Adds up what the doors of each host have counted since the last time. Each record counts exactly once. */
export async function collectMeters(): Promise<{ records: number }> {
  const hosts = await listHosts();
  const counts = await Promise.all(
    hosts.map((host) =>
      collectHost(host).catch((error: unknown) => {
        getLogger().warn({ hostId: host.id, err: error }, 'meters not collected');
        return 0;
      }),
    ),
  );
  return { records: counts.reduce((sum, count) => sum + count, 0) };
}

async function collectHost(host: HostAddress): Promise<number> {
  const client = controlClientOf(host);
  let records = 0;
  for (let pages = 0; pages < pagesMax; pages++) {
    const { meterSequence } = await getDb().host.findUniqueOrThrow({ where: { id: host.id }, select: { meterSequence: true } });
    const after = Number(meterSequence);
    const page = await client.meters({ after, limit: recordsMax }, { timeoutMs: answerMsMax });
    if (page.lastSequence < after) {
      await restartSequence(host.id, meterSequence, page.lastSequence);
      return records;
    }
    const fresh = page.records.filter((record) => record.sequence > after);
    const last = fresh.at(-1);
    if (!last) return records;
    const counted = await getDb().$transaction((tx) => addUp(tx, host.id, meterSequence, BigInt(last.sequence), fresh));
    // Another worker was faster; what it has read it acknowledges.
    if (!counted) return records;
    records += fresh.length;
    await client.acknowledgeMeters(last.sequence, { timeoutMs: answerMsMax });
    if (fresh.length < recordsMax) return records;
  }
  return records;
}

/** The cursor moves in the same transaction as the sums: a crash, or a second worker, cannot count a record twice. */
async function addUp(tx: Tx, hostId: string, from: bigint, to: bigint, records: readonly MeterRecord[]): Promise<boolean> {
  const moved = await tx.host.updateMany({ where: { id: hostId, meterSequence: from }, data: { meterSequence: to } });
  if (moved.count === 0) return false;
  const sums = await sumByMeter(tx, records);
  if (sums.length === 0) return true;
  await tx.$executeRaw`
    INSERT INTO "Meter" ("applicationId", kind, period, value, "updatedAt")
    SELECT s.id, s.kind::"MeterKind", s.period, s.value, clock_timestamp()
    FROM unnest(${sums.map((sum) => sum.applicationId)}::text[], ${sums.map((sum) => sum.kind)}::text[],
      ${sums.map((sum) => sum.period)}::text[], ${sums.map((sum) => sum.value)}::bigint[]) AS s(id, kind, period, value)
    ON CONFLICT ("applicationId", kind, period) DO UPDATE SET value = "Meter".value + EXCLUDED.value, "updatedAt" = EXCLUDED."updatedAt"`;
  return true;
}

interface Sum {
  applicationId: string;
  kind: 'REQUESTS' | 'TRANSACTIONS';
  period: string;
  value: bigint;
}

async function sumByMeter(tx: Tx, records: readonly MeterRecord[]): Promise<Sum[]> {
  const slugs = [...new Set(records.map((record) => record.chain))];
  const subChains = await tx.subChain.findMany({ where: { slug: { in: slugs } }, select: { slug: true, applicationId: true, application: { select: { plan: true } } } });
  const bySlug = new Map(subChains.map((subChain) => [subChain.slug, subChain]));
  const sums = new Map<string, Sum>();
  for (const record of records) {
    const subChain = bySlug.get(record.chain);
    if (!subChain) {
      getLogger().warn({ subChain: record.chain, sequence: record.sequence }, 'meter record of an unknown sub-chain');
      continue;
    }
    const period = meterPeriod(subChain.application.plan, record.atMs);
    for (const [kind, value] of [['REQUESTS', record.requests], ['TRANSACTIONS', record.transactions]] as const) {
      if (value === 0) continue;
      const key = `${subChain.applicationId} ${kind} ${period}`;
      const sum = sums.get(key) ?? { applicationId: subChain.applicationId, kind, period, value: 0n };
      sums.set(key, { ...sum, value: sum.value + BigInt(value) });
    }
  }
  // Always in the same order: two hosts of one sub-chain may be added up at once without a deadlock.
  return [...sums.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
}

/** The host counts from the start again: its directory was replaced. What it counted before is in the sums already. */
async function restartSequence(hostId: string, from: bigint, lastSequence: number): Promise<void> {
  getLogger().error({ hostId, cursor: Number(from), lastSequence }, 'the host’s meter records begin anew');
  await getDb().host.updateMany({ where: { id: hostId, meterSequence: from }, data: { meterSequence: 0n } });
}
