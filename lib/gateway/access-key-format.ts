/** An access key as its holder has it: `ck_….secret`. Both halves are plain in URLs and headers. */
export interface ParsedAccessKey {
  /** Public: names the key in lists and audit rows. */
  readonly id: string;
  /** 256 random bits, base64url; stored nowhere, only its HMAC is. */
  readonly secret: string;
}

const pattern = /^(ck_[0-9a-z]{8,40})\.([A-Za-z0-9_-]{43})$/;

/** The two halves of a key, or undefined for a text of another form. Says nothing about whether the key exists. */
export function parseAccessKey(text: string): ParsedAccessKey | undefined {
  const match = pattern.exec(text);
  return match?.[1] && match[2] ? { id: match[1], secret: match[2] } : undefined;
}

/** The key as it is shown once. */
export function formatAccessKey(key: ParsedAccessKey): string {
  return `${key.id}.${key.secret}`;
}

/** `https://node.example/sin/tide-4417`: where a sub-chain is reached in a city node. */
export function formatEndpoint(gatewayUrl: string, cityNode: string, chain: string): string {
  return `${gatewayUrl.replace(/\/+$/, '')}/${cityNode.toLowerCase()}/${chain}`;
}

/** The same for clients that can take nothing but a URL; the key must be of the kind `url`. */
export function formatUrlKeyEndpoint(gatewayUrl: string, cityNode: string, chain: string, key: ParsedAccessKey): string {
  return `${formatEndpoint(gatewayUrl, cityNode, chain)}/k/${formatAccessKey(key)}`;
}
