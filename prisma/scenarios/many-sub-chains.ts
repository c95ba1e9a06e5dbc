import { parseArgs } from 'node:util';
import { seedCatalogue } from '@/lib/city-nodes';
import { createId, getDb } from '@/lib/platform';

/**
 * Scenario: an organisation with very many running sub-chains, as rows alone, to look at pages and sweeps with a full
 * database. There is no ledger behind them: use it on a database of its own, without a worker.
 *
 *   npm run with-services -- npx tsx prisma/scenarios/many-sub-chains.ts --count 10000
 */
const { values } = parseArgs({ options: { count: { type: 'string', default: '10000' } } });
const count = Number(values.count);
if (!Number.isInteger(count) || count < 1 || count > 100_000) throw new Error('--count must be between 1 and 100000');

const db = getDb();
await seedCatalogue();
const cityNodes = await db.cityNode.findMany({ take: 7, orderBy: { code: 'asc' } });
const hostId = createId('host');
const organisationId = createId('organisation');
await db.host.create({
  data: { id: hostId, name: `scenario ${hostId}`, controlUrl: 'http://127.0.0.1:1', gatewayUrl: 'http://127.0.0.1:1', secretCiphertext: new Uint8Array(61), lastSeenAt: new Date() },
});
await db.cityNodeHost.createMany({ data: cityNodes.map((cityNode) => ({ hostId, cityNodeId: cityNode.id })) });
await db.cityNode.updateMany({ where: { id: { in: cityNodes.map((cityNode) => cityNode.id) } }, data: { state: 'OPEN' } });
await db.organisation.create({ data: { id: organisationId, name: 'Scenario: many sub-chains' } });

const rows = Array.from({ length: count }, (_, index) => ({
  index,
  applicationId: createId('application'),
  subChainId: createId('subChain'),
  cityNodeId: cityNodes[index % cityNodes.length]?.id ?? '',
}));
const inParts = async (write: (part: typeof rows) => Promise<unknown>) => {
  for (let start = 0; start < rows.length; start += 2_000) await write(rows.slice(start, start + 2_000));
};
await inParts((part) =>
  db.application.createMany({
    data: part.map(({ applicationId, index }) => ({
      id: applicationId,
      organisationId,
      createdById: 'scenario',
      plan: 'STANDARD',
      state: 'RUNNING',
      name: `Application ${index}`,
      framework: 'ethereum',
      frameworkVersion: 'prague',
      finality: 'solo',
      runningAt: new Date(),
    })),
  }),
);
await inParts((part) =>
  db.subChain.createMany({
    data: part.map(({ applicationId, subChainId, index }) => ({
      id: subChainId,
      applicationId,
      slug: `scenario-${hostId.slice(-6)}-${index}`,
      framework: 'ethereum',
      // Above every id that this or another installation gives out.
      chainId: 2n ** 52n - BigInt(Date.now() % 2 ** 30) * 2n ** 17n + BigInt(index),
      state: 'RUNNING',
      openedAt: new Date(),
    })),
  }),
);
await inParts((part) =>
  db.peer.createMany({
    data: part.map(({ subChainId, cityNodeId, index }) => ({ id: createId('peer'), subChainId, cityNodeId, hostId, orders: true, state: 'OPEN', height: index % 500, checkedAt: new Date() })),
  }),
);
await inParts((part) =>
  db.accessKey.createMany({
    data: part.map(({ applicationId }) => ({ id: createId('accessKey'), applicationId, kind: 'HEADER', scope: 'WRITE', label: 'scenario', secretHmac: new Uint8Array(32) })),
  }),
);
process.stdout.write(`${count} sub-chains of organisation ${organisationId} on host ${hostId}\n`);
await db.$disconnect();
