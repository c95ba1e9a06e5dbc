-- AlterTable
ALTER TABLE "Host" ADD COLUMN     "channelAddress" TEXT;
