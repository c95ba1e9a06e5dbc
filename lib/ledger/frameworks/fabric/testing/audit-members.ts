import { X509Certificate } from 'node:crypto';
import { isTrusted, readRevocationList, type Authorities } from './audit-certificates';
import { Fields } from './audit-fields';

const ROLES = ['member', 'admin', 'client', 'peer', 'orderer'] as const;
const [BY_ROLE, BY_UNIT, BY_IDENTITY] = [0n, 1n, 2n];

/** An organisation's certificates, as a channel's configuration has them. */
interface Organisation {
  readonly authorities: Authorities;
  readonly admins: readonly X509Certificate[];
  /** Units without one of which nobody is a member; empty: any will do. */
  readonly units: readonly string[];
  /** Unit by role; empty where roles are not told apart by units. */
  readonly roles: ReadonlyMap<string, string>;
}

/** Somebody of the channel whose certificate holds. */
export interface Member {
  readonly mspId: string;
  /** Whether it is who a msp.MSPPrincipal means. */
  satisfies(principal: Fields): boolean;
}

/** Who is known in a channel. */
export class Members {
  readonly #organisations = new Map<string, Organisation>();
  readonly #known = new Map<string, Member | undefined>();

  /** @param configs each a msp.MSPConfig */
  constructor(configs: readonly Fields[]) {
    for (const config of configs) {
      const msp = config.message(2);
      this.#organisations.set(msp.text(1), readOrganisation(msp));
    }
  }

  /** Undefined for whoever is no member of an organisation here: unknown, of another authority, revoked, without a role. */
  find(identity: Buffer): Member | undefined {
    const name = identity.toString('latin1');
    if (!this.#known.has(name)) this.#known.set(name, this.#read(identity));
    return this.#known.get(name);
  }

  #read(identity: Buffer): Member | undefined {
    const fields = new Fields(identity);
    const mspId = fields.text(1);
    const organisation = this.#organisations.get(mspId);
    const certificate = readCertificate(fields.bytes(2));
    if (organisation === undefined || certificate === undefined || !isTrusted(certificate, organisation.authorities)) return undefined;
    const units = certificate.subject.split('\n').flatMap((line) => (line.startsWith('OU=') ? [line.slice(3)] : []));
    const isListed = organisation.admins.some((one) => one.raw.equals(certificate.raw));
    if (organisation.units.length > 0 && !organisation.units.some((unit) => units.includes(unit))) return undefined;
    const roles = [...organisation.roles].flatMap(([role, unit]) => units.filter((one) => one === unit).map(() => role));
    if (organisation.roles.size > 0 && (roles.length > 1 || (roles.length === 0 && !isListed))) return undefined;
    const held = new Set(['member', ...roles, ...(isListed ? ['admin'] : [])]);
    return {
      mspId,
      satisfies(principal) {
        const [kind, bytes] = [principal.number(1), principal.bytes(2)];
        if (kind === BY_IDENTITY) return bytes.equals(identity);
        const meant = new Fields(bytes);
        if (meant.text(1) !== mspId) return false;
        if (kind === BY_ROLE) return held.has(ROLES[Number(meant.number(2))] ?? '');
        return kind === BY_UNIT && units.includes(meant.text(2));
      },
    };
  }
}

function readOrganisation(msp: Fields): Organisation {
  const certificates = (field: number) => msp.list(field).map((pem) => new X509Certificate(pem));
  const units = msp.message(11);
  const roles = ([['client', 2], ['peer', 3], ['admin', 4], ['orderer', 5]] as const).map(([role, field]): [string, string] => [role, units.message(field).text(2)]);
  return {
    authorities: { roots: certificates(2), intermediates: certificates(3), revocationLists: msp.list(5).map(readRevocationList) },
    admins: certificates(4),
    units: msp.messages(7).map((one) => one.text(2)),
    roles: new Map(units.number(1) === 0n ? [] : roles.filter(([, unit]) => unit !== '')),
  };
}

function readCertificate(pem: Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}
