import { checkMoneyBooks } from '@/lib/billing';
import { controlClientFor } from '@/lib/city-nodes';
import { getDb } from '@/lib/platform';

/**
 * What stands without its application, or the reverse, on one host and in the books: peers, keys, placements, charges.
 * Each finding is one line. Call it when nothing is under way.
 */
export async function findOrphans(hostId: string): Promise<string[]> {
  return (await Promise.all([orphanedPeers(hostId), orphanedKeys(hostId), orphanedRows(), orphanedMoney()])).flat();
}

async function orphanedPeers(hostId: string): Promise<string[]> {
  const listed = new Set((await (await controlClientFor(hostId)).listPeers()).map((peer) => `${peer.cityNode}/${peer.chain}`));
  const rows = await getDb().peer.findMany({
    where: { hostId },
    select: { state: true, publicKey: true, cityNode: { select: { code: true } }, subChain: { select: { slug: true, application: { select: { state: true } } } } },
  });
  const findings: string[] = [];
  for (const { state, publicKey, cityNode, subChain } of rows) {
    const name = `${cityNode.code}/${subChain.slug}`;
    const isThere = listed.delete(name);
    if (state === 'REMOVED' && isThere) findings.push(`peer ${name} was removed and is there`);
    if ((state === 'OPEN' || state === 'STOPPED') && !isThere) findings.push(`peer ${name} is ${state} and not there`);
    if (state === 'RESERVED' && publicKey !== null && !isThere) findings.push(`peer ${name} has a key in its row and none in the city node`);
    if (state === 'STOPPED') findings.push(`peer ${name} has stopped`);
    if ((state === 'REMOVED') !== (subChain.application.state === 'DELETED')) findings.push(`peer ${name} is ${state}, its application ${subChain.application.state}`);
  }
  return [...findings, ...[...listed].map((name) => `peer ${name} has no row`)];
}

async function orphanedKeys(hostId: string): Promise<string[]> {
  const now = Date.now();
  const live = (await (await controlClientFor(hostId)).listAccessKeys()).filter((record) => !record.revoked && (record.expiresAtMs ?? Infinity) > now);
  const rows = await getDb().accessKey.findMany({ where: { id: { in: live.map((record) => record.id) } }, select: { id: true, revokedAt: true, application: { select: { state: true } } } });
  const lapsed = live.flatMap((record) => {
    const row = rows.find((one) => one.id === record.id);
    if (!row) return [`key ${record.id} has no row`];
    if (row.revokedAt) return [`key ${record.id} was revoked and is taken`];
    return ['RUNNING', 'PROVISIONING', 'FAILED'].includes(row.application.state) ? [] : [`key ${record.id} of a ${row.application.state} application is taken`];
  });
  const left = await getDb().accessKey.findMany({ where: { internal: true, revokedAt: null, application: { state: { in: ['RUNNING', 'DELETED'] } } }, select: { id: true } });
  return [...lapsed, ...left.map((key) => `internal key ${key.id} was not revoked`)];
}

async function orphanedRows(): Promise<string[]> {
  const states = { RUNNING: 'RUNNING', DELETED: 'CLOSED', DELETING: 'CLOSING' } as Partial<Record<string, string>>;
  const rows = await getDb().subChain.findMany({ select: { slug: true, state: true, application: { select: { state: true } } } });
  return rows.flatMap(({ slug, state, application }) => {
    const expected = states[application.state] ?? 'OPENING';
    return state === expected ? [] : [`sub-chain ${slug} is ${state}, its application ${application.state}`];
  });
}

async function orphanedMoney(): Promise<string[]> {
  const { sums, negativePrepaid, paymentsWithoutEntry, orphanedCharges } = await checkMoneyBooks();
  const kept = await getDb().invoice.findMany({
    where: { state: { in: ['PAID', 'REFUNDING'] }, application: { state: { in: ['FAILED', 'REJECTED', 'CANCELLED'] } } },
    select: { number: true, state: true },
  });
  return [
    ...sums.filter((sum) => sum.amountMinor !== 0n).map((sum) => `book ${sum.book} does not sum to zero`),
    ...negativePrepaid.map((code) => `${code} paid back more than it took`),
    ...paymentsWithoutEntry.map((id) => `payment ${id} and the journal do not agree`),
    ...orphanedCharges.map((key) => `charge ${key} without a payment, or the reverse`),
    ...kept.map((invoice) => `invoice ${invoice.number} is ${invoice.state} for nothing`),
  ];
}
