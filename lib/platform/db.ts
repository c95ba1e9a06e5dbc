import { PrismaPg } from '@prisma/adapter-pg';
import { Prisma, PrismaClient } from './generated/prisma/client';
import { getEnv } from './env';
import { singleton } from './singleton';

/** Client inside a transaction; helpers that must be part of a verb's transaction take this. */
export type Tx = Prisma.TransactionClient;
export type Db = PrismaClient;

/** The only place that makes a Prisma client. */
export function getDb(): PrismaClient {
  return singleton('prisma', () => {
    const adapter = new PrismaPg({ connectionString: getEnv().DATABASE_URL, max: 12, connectionTimeoutMillis: 5_000 });
    const client = new PrismaClient({ adapter, errorFormat: 'minimal', transactionOptions: { maxWait: 5_000, timeout: 10_000 } });
    const guarded = client.$extends({ query: { $allOperations: ({ args, query }) => query(args).catch((error: unknown) => Promise.reject(withoutArguments(error))) } });
    // An extended client has no `$on`, which nobody here uses; all else is the same.
    return guarded as unknown as PrismaClient;
  });
}

/** Prisma prints the whole query into the message of one that it refuses, in every error format: values must not reach a log. */
function withoutArguments(error: unknown): unknown {
  if (!(error instanceof Prisma.PrismaClientValidationError)) return error;
  const [invocation = '', ...rest] = error.message.trim().split('\n\n');
  // What remains: which call, and in the last part what is wrong, by the field's name.
  const message = [invocation.split('\n')[0], rest.at(-1)].join(' ');
  return new Prisma.PrismaClientValidationError(message, { clientVersion: error.clientVersion });
}

/** True for a violation of a unique constraint (Prisma P2002). */
export function isUniqueViolation(error: unknown): boolean {
  return hasPrismaCode(error, 'P2002');
}

/** True when an update or delete found no row (Prisma P2025). */
export function isRowMissing(error: unknown): boolean {
  return hasPrismaCode(error, 'P2025');
}

function hasPrismaCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
