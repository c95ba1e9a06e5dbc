import { notFound } from "next/navigation";
import { z } from "zod";
import { isExplored } from "@/lib/applications";
import { getLedgerPage, type LedgerPage } from "@/lib/explorer";
import { blocksPerPage } from "./blocks-per-page";
import { contractWords } from "./contract-words";
import { readApplication } from "./read-application";
import { readOrAway } from "./read-or-away";

const fromSchema = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional().catch(undefined);

/** A page of the ledger for an address with `?from=<height>`; page undefined while the city node is away or nothing runs. */
export async function readLedgerPage(applicationId: string, from: string | string[] | undefined) {
  const { caller, detail } = await readApplication(applicationId);
  if (!isExplored(detail.application.framework)) notFound();
  const height = from === undefined ? undefined : fromSchema.parse(from);
  const page: LedgerPage | undefined = await readOrAway(
    getLedgerPage(caller, applicationId, { limit: blocksPerPage, ...(height === undefined ? {} : { from: height }) }),
  );
  return { application: detail.application, contract: contractWords(detail), page };
}
