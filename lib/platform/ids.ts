import { randomBytes } from 'node:crypto';

/** Prefix of each kind of id, so that an id in a log says what it names. */
const prefixes = {
  user: 'usr',
  session: 'ses',
  emailToken: 'emt',
  organisation: 'org',
  application: 'app',
  subChain: 'sub',
  peer: 'peer',
  cityNode: 'city',
  host: 'host',
  accessKey: 'ck',
  authority: 'ca',
  certificate: 'crt',
  fabricAuthority: 'fca',
  fabricIdentity: 'fid',
  fabricCertificate: 'fcr',
  operation: 'op',
  invoice: 'inv',
  payment: 'pay',
  moneyEntry: 'mon',
  moneyLine: 'mol',
  moneyAccount: 'moa',
  request: 'req',
} as const;

const crockford = '0123456789abcdefghjkmnpqrstvwxyz';

/** `op_01jd…`: prefix, 48 bits of time in milliseconds, 80 random bits (ULID layout, lower case), sortable by time. */
export function createId(kind: keyof typeof prefixes, now: number = Date.now()): string {
  const bytes = Buffer.concat([Buffer.alloc(6), randomBytes(10)]);
  bytes.writeUIntBE(now, 0, 6);
  return `${prefixes[kind]}_${encodeBase32(bytes)}`;
}

/** True for the text form of an id of this kind; says nothing about whether the row exists. */
export function isId(kind: keyof typeof prefixes, text: string): boolean {
  return text.startsWith(`${prefixes[kind]}_`) && /^[a-z]+_[0-9a-hjkmnp-tv-z]{26}$/.test(text);
}

/** When an id of {@link createId} was made, in milliseconds since 1970; undefined for a text of another form. */
export function timeOfId(id: string): number | undefined {
  const time = /^[a-z]+_([0-9a-hjkmnp-tv-z]{10})[0-9a-hjkmnp-tv-z]{16}$/.exec(id)?.[1];
  if (time === undefined) return undefined;
  return [...time].reduce((value, digit) => value * 32 + crockford.indexOf(digit), 0);
}

function encodeBase32(bytes: Buffer): string {
  let value = BigInt(`0x${bytes.toString('hex')}`);
  let text = '';
  for (let index = 0; index < 26; index++) {
    text = crockford[Number(value & 31n)] + text;
    value >>= 5n;
  }
  return text;
}
