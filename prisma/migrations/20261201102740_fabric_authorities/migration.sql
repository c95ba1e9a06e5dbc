-- CreateTable
CREATE TABLE "FabricAuthority" (
    "id" TEXT NOT NULL,
    "organisationId" TEXT NOT NULL,
    "caName" TEXT NOT NULL,
    "mspId" TEXT NOT NULL,
    "certificate" BYTEA NOT NULL,
    "keyIdentifier" TEXT NOT NULL,
    "privateKeyCiphertext" BYTEA NOT NULL,
    "notBefore" TIMESTAMPTZ(3) NOT NULL,
    "notAfter" TIMESTAMPTZ(3) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "FabricAuthority_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "FabricAffiliation" (
    "authorityId" TEXT NOT NULL,
    "path" TEXT NOT NULL,

    CONSTRAINT "FabricAffiliation_pkey" PRIMARY KEY ("authorityId","path")
);

-- CreateTable
CREATE TABLE "FabricIdentity" (
    "id" TEXT NOT NULL,
    "authorityId" TEXT NOT NULL,
    "enrollmentId" TEXT NOT NULL,
    "secretHash" TEXT,
    "type" TEXT NOT NULL,
    "affiliation" TEXT NOT NULL,
    "attributes" JSONB NOT NULL,
    "maxEnrollments" INTEGER NOT NULL,
    "enrollments" INTEGER NOT NULL DEFAULT 0,
    "failedAttempts" INTEGER NOT NULL DEFAULT 0,
    "revokedAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "FabricIdentity_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "FabricCertificate" (
    "id" TEXT NOT NULL,
    "authorityId" TEXT NOT NULL,
    "serial" TEXT NOT NULL,
    "enrollmentId" TEXT NOT NULL,
    "publicKeyHash" TEXT NOT NULL,
    "certificate" BYTEA NOT NULL,
    "notBefore" TIMESTAMPTZ(3) NOT NULL,
    "notAfter" TIMESTAMPTZ(3) NOT NULL,
    "revokedAt" TIMESTAMPTZ(3),
    "revocationReason" INTEGER,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "FabricCertificate_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "FabricAuthority_organisationId_key" ON "FabricAuthority"("organisationId");

-- CreateIndex
CREATE UNIQUE INDEX "FabricAuthority_caName_key" ON "FabricAuthority"("caName");

-- CreateIndex
CREATE UNIQUE INDEX "FabricAuthority_mspId_key" ON "FabricAuthority"("mspId");

-- CreateIndex
CREATE UNIQUE INDEX "FabricAuthority_keyIdentifier_key" ON "FabricAuthority"("keyIdentifier");

-- CreateIndex
CREATE INDEX "FabricIdentity_authorityId_affiliation_idx" ON "FabricIdentity"("authorityId", "affiliation");

-- CreateIndex
CREATE UNIQUE INDEX "FabricIdentity_authorityId_enrollmentId_key" ON "FabricIdentity"("authorityId", "enrollmentId");

-- CreateIndex
CREATE INDEX "FabricCertificate_authorityId_enrollmentId_createdAt_idx" ON "FabricCertificate"("authorityId", "enrollmentId", "createdAt");

-- CreateIndex
CREATE INDEX "FabricCertificate_authorityId_revokedAt_idx" ON "FabricCertificate"("authorityId", "revokedAt");

-- CreateIndex
CREATE INDEX "FabricCertificate_authorityId_notAfter_idx" ON "FabricCertificate"("authorityId", "notAfter");

-- CreateIndex
CREATE UNIQUE INDEX "FabricCertificate_authorityId_serial_key" ON "FabricCertificate"("authorityId", "serial");

-- AddForeignKey
ALTER TABLE "FabricAuthority" ADD CONSTRAINT "FabricAuthority_organisationId_fkey" FOREIGN KEY ("organisationId") REFERENCES "Organisation"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "FabricAffiliation" ADD CONSTRAINT "FabricAffiliation_authorityId_fkey" FOREIGN KEY ("authorityId") REFERENCES "FabricAuthority"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "FabricIdentity" ADD CONSTRAINT "FabricIdentity_authorityId_fkey" FOREIGN KEY ("authorityId") REFERENCES "FabricAuthority"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "FabricCertificate" ADD CONSTRAINT "FabricCertificate_authorityId_fkey" FOREIGN KEY ("authorityId") REFERENCES "FabricAuthority"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
