/** A snapshot could not be had now: the message says why. The peer stays as it was; it may heal. */
export class JoinFailed extends Error {
  override readonly name = 'JoinFailed';
}
