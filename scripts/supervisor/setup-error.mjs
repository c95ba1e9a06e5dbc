/** Something the person at the terminal can put right: printed as it stands, without a stack. */
export class SetupError extends Error {
  name = 'SetupError';
}
