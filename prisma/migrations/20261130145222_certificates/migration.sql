-- CreateEnum
CREATE TYPE "AuthorityKind" AS ENUM ('ROOT', 'INTERMEDIATE');

-- CreateEnum
CREATE TYPE "CertificateProfile" AS ENUM ('HOST');

-- CreateEnum
CREATE TYPE "RevocationReason" AS ENUM ('SUPERSEDED', 'KEY_COMPROMISE');

-- CreateTable
CREATE TABLE "CertificateAuthority" (
    "id" TEXT NOT NULL,
    "kind" "AuthorityKind" NOT NULL,
    "issuerId" TEXT,
    "certificate" BYTEA NOT NULL,
    "keyIdentifier" TEXT NOT NULL,
    "privateKeyCiphertext" BYTEA NOT NULL,
    "notBefore" TIMESTAMPTZ(3) NOT NULL,
    "notAfter" TIMESTAMPTZ(3) NOT NULL,
    "revocations" BYTEA NOT NULL,
    "revocationsNumber" BIGINT NOT NULL,
    "revocationsFrom" TIMESTAMPTZ(3) NOT NULL,
    "revocationsUntil" TIMESTAMPTZ(3) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "CertificateAuthority_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Certificate" (
    "id" TEXT NOT NULL,
    "authorityId" TEXT NOT NULL,
    "serial" TEXT NOT NULL,
    "profile" "CertificateProfile" NOT NULL,
    "subjectId" TEXT NOT NULL,
    "publicKeyHash" TEXT NOT NULL,
    "addresses" JSONB NOT NULL,
    "certificate" BYTEA NOT NULL,
    "notBefore" TIMESTAMPTZ(3) NOT NULL,
    "notAfter" TIMESTAMPTZ(3) NOT NULL,
    "revokedAt" TIMESTAMPTZ(3),
    "revocationReason" "RevocationReason",
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Certificate_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "CertificateAuthority_keyIdentifier_key" ON "CertificateAuthority"("keyIdentifier");

-- CreateIndex
CREATE INDEX "Certificate_profile_subjectId_createdAt_idx" ON "Certificate"("profile", "subjectId", "createdAt");

-- CreateIndex
CREATE INDEX "Certificate_publicKeyHash_idx" ON "Certificate"("publicKeyHash");

-- CreateIndex
CREATE INDEX "Certificate_authorityId_revokedAt_idx" ON "Certificate"("authorityId", "revokedAt");

-- CreateIndex
CREATE UNIQUE INDEX "Certificate_authorityId_serial_key" ON "Certificate"("authorityId", "serial");

-- AddForeignKey
ALTER TABLE "CertificateAuthority" ADD CONSTRAINT "CertificateAuthority_issuerId_fkey" FOREIGN KEY ("issuerId") REFERENCES "CertificateAuthority"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Certificate" ADD CONSTRAINT "Certificate_authorityId_fkey" FOREIGN KEY ("authorityId") REFERENCES "CertificateAuthority"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Every host pins the root: there is one, whoever makes it.
CREATE UNIQUE INDEX "CertificateAuthority_one_root" ON "CertificateAuthority" ("kind") WHERE "kind" = 'ROOT';
-- Revoked with a reason, or not at all.
ALTER TABLE "Certificate" ADD CONSTRAINT "Certificate_revoked_for_a_reason" CHECK (("revokedAt" IS NULL) = ("revocationReason" IS NULL));
