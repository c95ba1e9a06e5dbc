import { requireApplication, type Caller } from '@/lib/access-keys';
import { getDb } from '@/lib/platform';
import type { MetersView } from './client';
import { meterPeriod, planQuota } from './plans';

/** What the application has used in the current period. @throws AppError NOT_FOUND, FORBIDDEN */
export async function getMeters(caller: Caller, applicationId: string, now: number = Date.now()): Promise<MetersView> {
  const { plan } = await requireApplication(caller, applicationId, 'application.read');
  const quota = planQuota(plan);
  const period = meterPeriod(plan, now);
  const [rows, peers] = await Promise.all([
    getDb().meter.findMany({ where: { applicationId, period } }),
    getDb().peer.findMany({
      where: { subChain: { applicationId }, state: { in: ['OPEN', 'STOPPED'] } },
      select: { sizeBytes: true, checkedAt: true, cityNode: { select: { code: true } } },
    }),
  ]);
  const used = (kind: 'REQUESTS' | 'TRANSACTIONS') => Number(rows.find((row) => row.kind === kind)?.value ?? 0n);
  const [fullest] = peers.filter((peer) => peer.checkedAt).toSorted((a, b) => Number(b.sizeBytes - a.sizeBytes));
  const times = [...rows.map((row) => row.updatedAt), ...peers.flatMap((peer) => peer.checkedAt ?? [])].map((time) => time.getTime());
  return {
    plan,
    period,
    requests: { used: used('REQUESTS'), limit: quota.requestsPerPeriod ?? null },
    transactions: { used: used('TRANSACTIONS'), limit: quota.transactionsPerPeriod ?? null },
    storage: { used: fullest ? Number(fullest.sizeBytes) : null, limit: quota.storageBytesMax, cityNode: fullest?.cityNode.code ?? null },
    measuredAt: times.length > 0 ? new Date(Math.max(...times)).toISOString() : null,
  };
}
