import { X509Certificate } from "node:crypto";
import { openssl } from "@/lib/x509/testing";

// What Node and OpenSSL say of certificates and lists, in PEM: other eyes than the product's own.

export const subjectOf = (pem: string): string[] => new X509Certificate(pem).subject.split("\n");

export const serialOf = (pem: string): string => new X509Certificate(pem).serialNumber.toLowerCase();

export function attributesOf(pem: string): Record<string, string> {
  const json = /\{"attrs":\{.*?\}\}/s.exec(new X509Certificate(pem).raw.toString("utf8"))?.[0] ?? "{}";
  return (JSON.parse(json) as { attrs: Record<string, string> }).attrs;
}

/** Of the authority, with colons. */
export function akiOf(pem: string): string {
  const { output } = openssl(["x509", "-in", "c.pem", "-noout", "-ext", "authorityKeyIdentifier"], { "c.pem": pem });
  return output.split("\n").at(1)?.trim().replace("keyid:", "") ?? "";
}

/** Serial numbers of a list as Fabric CA hands it out: PEM in base64. */
export function listedSerials(crl: string): string[] {
  const { output } = openssl(["crl", "-in", "l.pem", "-noout", "-text"], { "l.pem": Buffer.from(crl, "base64") });
  return [...output.matchAll(/Serial Number: ([0-9A-F]+)/g)].map(([, serial = ""]) => serial.toLowerCase());
}

interface RequestWishes {
  /** As OpenSSL writes alternative names. */
  hosts?: string;
  /** What `-newkey` takes. */
  key?: string;
  extension?: string;
  digest?: string;
}

/** A request of OpenSSL's (PEM), for what the official client cannot write. */
export function requestOf(commonName: string, { hosts, key = "ec -pkeyopt ec_paramgen_curve:prime256v1", extension, digest = "sha256" }: RequestWishes = {}): string {
  const extensions = [...(hosts ? [`subjectAltName=${hosts}`] : []), ...(extension ? [extension] : [])].flatMap((one) => ["-addext", one]);
  const { output } = openssl(["req", "-new", "-nodes", "-newkey", ...key.split(" "), "-keyout", "k.pem", `-${digest}`, "-subj", `/O=Somebody/CN=${commonName}`, ...extensions]);
  return /-----BEGIN CERTIFICATE REQUEST-----.*-----END CERTIFICATE REQUEST-----/s.exec(output)?.[0] ?? output;
}
