export type SecretPiece = Readonly<{ text: string; /** Place of its first character in the text. */ at: number; secret: boolean }>;

/** Finds secrets in a text, so that a page can show them masked and still copy them whole. The pieces joined give the text back. */
export function splitSecrets(text: string, secrets: ReadonlyArray<string>): ReadonlyArray<SecretPiece> {
  const known = secrets.filter((secret) => secret.length > 0);
  const pieces: SecretPiece[] = [];
  let from = 0;
  let plainFrom = 0;
  while (from < text.length) {
    const secret = known.find((candidate) => text.startsWith(candidate, from));
    if (secret === undefined) {
      from += 1;
      continue;
    }
    if (from > plainFrom) pieces.push({ text: text.slice(plainFrom, from), at: plainFrom, secret: false });
    pieces.push({ text: secret, at: from, secret: true });
    from += secret.length;
    plainFrom = from;
  }
  if (plainFrom < text.length) pieces.push({ text: text.slice(plainFrom), at: plainFrom, secret: false });
  return pieces;
}

/** Enough to tell two keys apart, too little to use one. */
export const maskSecret = (secret: string): string => `${secret.slice(0, 4)}${"•".repeat(8)}`;

/** The text with every secret replaced by as many letters. */
export const coverSecrets = (text: string, secrets: ReadonlyArray<string>): string =>
  splitSecrets(text, secrets)
    .map((piece) => (piece.secret ? "S".repeat(piece.text.length) : piece.text))
    .join("");
