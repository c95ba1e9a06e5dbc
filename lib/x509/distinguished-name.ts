import { AttributeTypeAndValue, AttributeValue, Name, RelativeDistinguishedName } from '@peculiar/asn1-x509';
import { serializeDer } from './der';

const commonNameOid = '2.5.4.3';
const organisationOid = '2.5.4.10';
const unitOid = '2.5.4.11';

/** RFC 5280 appendix A.1; of organisations and units, too. */
export const commonNameLengthMax = 64;

export interface Subject {
  readonly commonName: string;
  /** Absent: none. */
  readonly organisation?: string;
  /** Organisational units. */
  readonly units?: readonly string[];
}

/** `O=Chainworks, CN=<commonName>` for a text; else what the subject says. */
export function toName(subject: string | Subject): Name {
  const { commonName, organisation, units = [] } = typeof subject === 'string' ? { commonName: subject, organisation: 'Chainworks' } : subject;
  const parts = [
    ...(organisation === undefined ? [] : [[entry(organisationOid, organisation)]]),
    // As Fabric CA writes them: all units are one part of the name, a set, which DER puts in the order of its bytes.
    ...(units.length === 0 ? [] : [units.map((unit) => entry(unitOid, unit)).sort((a, b) => Buffer.compare(serializeDer(a), serializeDer(b)))]),
    [entry(commonNameOid, commonName)],
  ];
  return new Name(parts.map((entries) => new RelativeDistinguishedName(entries)));
}

function entry(type: string, utf8String: string): AttributeTypeAndValue {
  if (utf8String.length === 0 || utf8String.length > commonNameLengthMax) throw new TypeError(`a part of a name has 1 to ${commonNameLengthMax} characters`);
  return new AttributeTypeAndValue({ type, value: new AttributeValue({ utf8String }) });
}

/** The first common name; empty when there is none. */
export function commonNameOf(name: Name): string {
  for (const part of name) {
    for (const { type, value } of part) if (type === commonNameOid) return value.toString();
  }
  return '';
}
