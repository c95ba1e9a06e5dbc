import { hash, verify } from '@node-rs/argon2';
import { AppError } from '@/lib/platform';
import { guessableBecause, type PasswordContext } from './guessable-password';

// argon2id (the library's default kind) with the first set of the OWASP password storage cheat sheet: 19 MiB, 2 passes, 1 lane.
const costs = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

let decoy: Promise<string> | undefined;

/** argon2id in PHC form. The text is normalised (NFKC), so that two keyboards write the same password. */
export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize('NFKC'), costs);
}

/** Whether the password fits; without a stored hash (unknown account) it does the same work and says no. */
export async function verifyPassword(stored: string | undefined, password: string): Promise<boolean> {
  decoy ??= hashPassword('a decoy that no account has');
  const fits = await verify(stored ?? (await decoy), password.normalize('NFKC'));
  return stored !== undefined && fits;
}

/** @throws AppError INVALID_INPUT at `field` when the password is easily guessed. */
export function refuseGuessable(password: string, context: PasswordContext, field: string): void {
  const reason = guessableBecause(password, context);
  if (reason) throw new AppError('INVALID_INPUT', { fields: { [field]: reason } }, { publicMessage: reason });
}
