/** Bytes that are not the message they should be, or one beyond the limits; the text says what is wrong. */
export class WireError extends Error {
  override readonly name = 'WireError';
}
