import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient, type Prisma } from './generated/prisma/client';
import { getEnv } from './env';
import { singleton } from './singleton';

/** Client inside a transaction; helpers that must be part of a verb's transaction take this. */
export type Tx = Prisma.TransactionClient;
export type Db = PrismaClient;

/** The only place that makes a Prisma client. */
export function getDb(): PrismaClient {
  return singleton('prisma', () => {
    const adapter = new PrismaPg({ connectionString: getEnv().DATABASE_URL, max: 12, connectionTimeoutMillis: 5_000 });
    // 'minimal': the other formats print what was to be stored, which may be a password's hash.
    return new PrismaClient({ adapter, errorFormat: 'minimal', transactionOptions: { maxWait: 5_000, timeout: 10_000 } });
  });
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
