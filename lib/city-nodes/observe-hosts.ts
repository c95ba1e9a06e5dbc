import { isDeepStrictEqual } from 'node:util';
import { ensureAuthority, type AuthorityStanding } from '@/lib/certificates';
import type { ChangedPeers, ChannelHolding, ControlClient, PeerGlance, PeerStatus } from '@/lib/control';
import { getDb, getLogger, singleton } from '@/lib/platform';
import { Prisma } from '@/lib/platform/generated/prisma/client';
import { CertificatePauses } from './certificate-pauses';
import type { AgreementView } from './client';
import { controlClientOf } from './control-client-for';
import { keepHostCertificate, type ChannelHost } from './keep-host-certificate';
import { listHosts } from './list-hosts';
import { agreementOf } from './queries';

/** A host that takes longer is seen at the next sweep. */
const answerMsMax = 2_500;
/** Between two looks at all peers of a host, ms; in between only at those that may have changed. */
const wholeLookMs = 30_000;
/** Peers at rest of which something is missing here are asked for in full, so many a sweep. */
const missingMax = 50;
const unknownPeer = 'The host does not know this peer any more.';

/**
 * Measures every host: its report, and height, size and state of its peers; and brings its channel certificate to date.
 * One that does not answer is left as it was.
 */
export async function observeHosts(): Promise<void> {
  const standing = await ensureAuthority().catch((error: unknown) => {
    getLogger().error({ err: error }, 'the certificate authority cannot be brought to date');
    return undefined;
  });
  await Promise.all(
    (await listHosts()).map((host) =>
      observeHost(host, standing).catch((error: unknown) => getLogger().warn({ hostId: host.id, err: error }, 'host not observed')),
    ),
  );
}

async function observeHost(host: ChannelHost, standing: AuthorityStanding | undefined): Promise<void> {
  const client = controlClientOf(host);
  // Rows first: a peer that is made or removed while the host is asked is looked at in the next sweep.
  const rows = await findPeers(host.id);
  const looks = singleton('host-looks', () => new Map<string, Look>());
  const last = looks.get(host.id);
  const isWhole = last === undefined || Date.now() - last.wholeAtMs >= wholeLookMs;
  const [report, changed] = await Promise.all([client.report({ timeoutMs: answerMsMax }), client.changedPeers(isWhole ? undefined : last.token, { timeoutMs: answerMsMax })]);
  await getDb().host.update({ where: { id: host.id }, data: { lastSeenAt: new Date(), report } });
  const channel = standing ? await keepCertificate(host, report.channel, standing) : report.channel;
  if (channel !== report.channel) await getDb().host.update({ where: { id: host.id }, data: { report: { ...report, ...(channel ? { channel } : {}) } } });
  await writeChanges(rows, changed, client);
  await removeLeftovers(host, [...changed.inUse, ...changed.atRest], new Set(rows.map((row) => nameOf(row.cityNode, row.subChain))));
  // Last: what failed on the way is looked at again.
  looks.set(host.id, { token: changed.token, wholeAtMs: changed.areAll ? Date.now() : (last?.wholeAtMs ?? 0) });
}

/** What a host was last asked for. */
interface Look {
  readonly token: string;
  readonly wholeAtMs: number;
}

/** What a host refuses is tried again with growing pauses, and does not keep its peers from being looked at. */
async function keepCertificate(host: ChannelHost, holding: ChannelHolding | undefined, standing: AuthorityStanding): Promise<ChannelHolding | undefined> {
  const pauses = singleton('host-certificate-pauses', () => new CertificatePauses());
  if (pauses.isPaused(host.id, Date.now())) return holding;
  try {
    const held = await keepHostCertificate(host, holding, standing);
    pauses.noteSuccess(host.id);
    return held;
  } catch (error) {
    const failures = pauses.noteFailure(host.id, Date.now());
    getLogger().warn({ hostId: host.id, failures, err: error }, 'channel certificate not brought to date');
    return holding;
  }
}

interface PeerRow {
  id: string;
  state: 'RESERVED' | 'OPEN' | 'STOPPED';
  height: number;
  sizeBytes: bigint;
  problem: string | null;
  agreement: unknown;
  cityNode: string;
  subChain: string;
  subChainState: string;
}

/** In one statement, because it is done for all of a host's peers each few seconds. */
function findPeers(hostId: string): Promise<PeerRow[]> {
  return getDb().$queryRaw<PeerRow[]>`
    SELECT p.id, p.state::text AS state, p.height, p."sizeBytes", p.problem, p.agreement, c.code AS "cityNode", s.slug AS "subChain", s.state::text AS "subChainState"
    FROM "Peer" p JOIN "CityNode" c ON c.id = p."cityNodeId" JOIN "SubChain" s ON s.id = p."subChainId"
    WHERE p."hostId" = ${hostId} AND p.state IN ('OPEN', 'STOPPED', 'RESERVED')`;
}

async function writeChanges(rows: readonly PeerRow[], { areAll, inUse, atRest }: ChangedPeers, client: ControlClient): Promise<void> {
  const checkedAt = new Date();
  const statuses = new Map<string, PeerStatus | PeerGlance>([...inUse, ...atRest].map((status) => [nameOf(status.cityNode, status.chain), status]));
  let missing = 0;
  for (const row of rows) {
    // Before it is opened and while it is removed, the peer is its operation's own affair.
    if (row.state === 'RESERVED' || row.subChainState === 'CLOSING') continue;
    let status = statuses.get(nameOf(row.cityNode, row.subChain));
    if (status === undefined && !areAll) continue;
    if (status !== undefined && lacksAgreement(row, status)) {
      // The others' turn comes with a later look at all of them.
      if (missing >= missingMax) continue;
      missing += 1;
      status = await client.peerStatus({ cityNode: row.cityNode, chain: row.subChain }, { timeoutMs: answerMsMax });
    }
    const seen = measured(row, status);
    const same = seen.state === row.state && seen.height === row.height && seen.sizeBytes === row.sizeBytes && seen.problem === row.problem && isDeepStrictEqual(seen.agreement, row.agreement);
    if (same) continue;
    logProblem(row, seen);
    logEvidence(row, seen.agreement);
    const agreement = seen.agreement ?? Prisma.DbNull;
    await getDb().peer.updateMany({ where: { id: row.id, state: { in: ['OPEN', 'STOPPED'] } }, data: { ...seen, agreement, checkedAt } });
  }
}

type Measured = Pick<PeerRow, 'state' | 'height' | 'sizeBytes' | 'problem'> & { agreement: AgreementView | null };

/** Its blocks went on, or it was never read, since somebody last asked for its rules. */
function lacksAgreement(row: PeerRow, status: PeerStatus | PeerGlance): boolean {
  return !('evidence' in status) && status.state === 'running' && (row.agreement === null || row.height !== status.height);
}

function measured(row: PeerRow, status: PeerStatus | PeerGlance | undefined): Measured {
  if (!status) return { state: 'STOPPED', height: row.height, sizeBytes: row.sizeBytes, problem: unknownPeer, agreement: null };
  return {
    state: status.state === 'running' ? 'OPEN' : 'STOPPED',
    height: status.height,
    sizeBytes: BigInt(status.resources.diskBytes),
    problem: status.problem ?? (status.state === 'running' ? null : 'The peer is not open.'),
    agreement: 'evidence' in status ? toAgreement(status) : agreementOf(row.agreement),
  };
}

function toAgreement({ finality, validators, quorum, consensus, evidence }: PeerStatus): AgreementView | null {
  if (finality === undefined || validators === undefined || quorum === undefined) return null;
  return { finality, validators, quorum, ...(consensus === undefined ? {} : { consensus }), evidence };
}

/** A validator that signed twice is a fault or a break-in: somebody has to look. */
function logEvidence(row: PeerRow, agreement: AgreementView | null): void {
  const count = agreement?.evidence.length ?? 0;
  if (count <= (agreementOf(row.agreement)?.evidence.length ?? 0)) return;
  const [newest] = agreement?.evidence ?? [];
  getLogger().error({ peerId: row.id, subChain: row.subChain, culprit: newest?.culprit, height: newest?.height, kind: newest?.kind }, 'a peer says that it holds proof of a validator that signed two different blocks');
}

function logProblem(row: PeerRow, { state, problem }: Pick<PeerRow, 'state' | 'problem'>): void {
  if (problem === null || problem === row.problem) return;
  const facts = { peerId: row.id, subChain: row.subChain, problem };
  if (state === 'STOPPED') getLogger().error(facts, 'peer stopped');
  // Its words change with every block that it lacks; the first ones are enough.
  else if (row.problem === null) getLogger().warn(facts, 'peer falls behind');
}

/**
 * A worker that was thought dead may send its last call after the sub-chain was deleted, and so bring a peer back:
 * it is removed again. Only what a row says was removed: a peer without any row may be a sign of a database that was
 * restored from an old copy, and is kept and reported.
 */
async function removeLeftovers(host: ChannelHost, statuses: readonly PeerGlance[], known: ReadonlySet<string>): Promise<void> {
  const strangers = statuses.filter((status) => !known.has(nameOf(status.cityNode, status.chain)));
  if (strangers.length === 0) return;
  const rows = await getDb().peer.findMany({
    where: { hostId: host.id, subChain: { slug: { in: strangers.map((status) => status.chain) } } },
    select: { state: true, cityNode: { select: { code: true } }, subChain: { select: { slug: true } } },
  });
  const states = new Map(rows.map((row) => [nameOf(row.cityNode.code, row.subChain.slug), row.state]));
  for (const { cityNode, chain } of strangers) {
    const state = states.get(nameOf(cityNode, chain));
    const ids = { hostId: host.id, cityNode, subChain: chain };
    if (state === undefined) getLogger().error(ids, 'the host holds a peer that the portal has no row of; it is kept');
    if (state !== 'REMOVED') continue;
    getLogger().warn(ids, 'a removed peer came back; it is removed again');
    await controlClientOf(host).removeChain({ cityNode, chain });
  }
}

function nameOf(cityNode: string, chain: string): string {
  return `${cityNode}/${chain}`;
}
