import { AttributeTypeAndValue, AttributeValue, Name, RelativeDistinguishedName } from '@peculiar/asn1-x509';

const commonNameOid = '2.5.4.3';
const organisationOid = '2.5.4.10';

/** RFC 5280 appendix A.1. */
export const commonNameLengthMax = 64;

/** `O=Chainworks, CN=<commonName>`. */
export function toName(commonName: string): Name {
  if (commonName.length === 0 || commonName.length > commonNameLengthMax) throw new TypeError(`a common name has 1 to ${commonNameLengthMax} characters`);
  const entry = (type: string, utf8String: string) => new RelativeDistinguishedName([new AttributeTypeAndValue({ type, value: new AttributeValue({ utf8String }) })]);
  return new Name([entry(organisationOid, 'Chainworks'), entry(commonNameOid, commonName)]);
}

/** The first common name; empty when there is none. */
export function commonNameOf(name: Name): string {
  for (const part of name) {
    for (const { type, value } of part) if (type === commonNameOid) return value.toString();
  }
  return '';
}
