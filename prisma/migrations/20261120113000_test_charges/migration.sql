-- AlterEnum
ALTER TYPE "InvoiceState" ADD VALUE 'REFUNDING' BEFORE 'REFUNDED';

-- CreateEnum
CREATE TYPE "TestChargeState" AS ENUM ('SUCCEEDED', 'DECLINED', 'CANCELLED');

-- CreateTable
CREATE TABLE "TestCharge" (
    "idempotencyKey" TEXT NOT NULL,
    "state" "TestChargeState" NOT NULL,
    "declineCode" TEXT,
    "amountMinor" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "refundedAt" TIMESTAMPTZ(3),

    CONSTRAINT "TestCharge_pkey" PRIMARY KEY ("idempotencyKey")
);
