-- CreateEnum
CREATE TYPE "Finality" AS ENUM ('solo', 'crash', 'byzantine');

-- AlterTable
ALTER TABLE "Application" ADD COLUMN     "finality" "Finality";

-- AlterTable
ALTER TABLE "Peer" ADD COLUMN     "agreement" JSONB;

-- AlterTable
ALTER TABLE "SubChain" ADD COLUMN     "finality" "Finality" NOT NULL DEFAULT 'solo';

-- What was submitted until now runs, or will run, with one ordering peer.
UPDATE "Application" SET "finality" = 'solo' WHERE "state" <> 'DRAFT';

-- One ordering peer is the rule of solo alone. With a quorum every peer orders; who does is written together with the mode.
DROP INDEX "Peer_one_orders";
