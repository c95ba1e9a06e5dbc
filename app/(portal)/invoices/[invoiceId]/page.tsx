import type { Metadata } from "next";
import { cache } from "react";
import { requireCurrentSession } from "@/app/_session/get-current-session";
import { getInvoice } from "@/lib/billing";
import { orNotFound } from "../../_data/or-not-found";
import { NoRight } from "../_components/no-right";
import { findPayer } from "../_data/find-payer";
import { InvoiceView } from "./_components/invoice-view";

type Props = Readonly<{ params: Promise<{ invoiceId: string }> }>;

const readInvoice = cache(async (invoiceId: string) => {
  const payer = findPayer(await requireCurrentSession(`/invoices/${invoiceId}`));
  return payer ? orNotFound(getInvoice({ invoiceId, organisationId: payer.id })) : undefined;
});

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const invoice = await readInvoice((await params).invoiceId);
  return invoice ? { title: invoice.number } : {};
}

export default async function InvoicePage({ params }: Props) {
  const invoice = await readInvoice((await params).invoiceId);
  return invoice ? <InvoiceView initial={invoice} /> : <NoRight />;
}
