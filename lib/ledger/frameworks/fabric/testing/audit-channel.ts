import { Fields } from './audit-fields';
import { Members, type Member } from './audit-members';
import { PolicyTree } from './audit-policies';

/** A channel as one configuration has it. */
export interface AuditedChannel {
  readonly channelId: string;
  readonly members: Members;
  readonly policies: PolicyTree;
  /** Those of its applications: the name of their group by MSP id. */
  readonly organisations: ReadonlyMap<string, string>;
}

/** Reads the configuration in the payload of a transaction of the kind CONFIG. */
export function readChannel(channelId: string, configEnvelope: Buffer): AuditedChannel {
  const root = new Fields(configEnvelope).message(1).message(2);
  const organisations = new Map<string, string>();
  for (const [name, group] of root.entries(2).get('Application')?.entries(2) ?? []) {
    const msp = mspOf(group);
    if (msp !== undefined) organisations.set(msp.message(2).text(1), name);
  }
  return { channelId, members: new Members(listMsps(root)), policies: new PolicyTree(root), organisations };
}

function mspOf(group: Fields): Fields | undefined {
  const value = group.entries(3).get('MSP');
  return value && new Fields(value.bytes(2));
}

function listMsps(group: Fields): Fields[] {
  const own = mspOf(group);
  return [...(own === undefined ? [] : [own]), ...[...group.entries(2).values()].flatMap(listMsps)];
}

/** Each of them once, in their order; whoever is nobody of the channel left out. */
export function listSigners({ members }: AuditedChannel, identities: readonly Buffer[]): Member[] {
  const distinct = [...new Map(identities.map((identity) => [identity.toString('latin1'), identity])).values()];
  return distinct.flatMap((identity) => members.find(identity) ?? []);
}
