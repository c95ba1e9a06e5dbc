"use client";

import { useQuery } from "@tanstack/react-query";
import { fetchJson } from "@/app/_api/fetch-json";
import { invoiceKeys, type InvoiceView } from "@/lib/billing/client";

/** How often money that is on its way is asked about, ms. */
const underWayMs = 4_000;

/** An invoice; while a payment or a refund is on its way it is read again until that has arrived. */
export function useInvoice(initial: InvoiceView): InvoiceView {
  const { data } = useQuery({
    queryKey: invoiceKeys.detail(initial.id),
    queryFn: ({ signal }) => fetchJson<InvoiceView>(`/api/invoices/${initial.id}`, { signal }),
    initialData: initial,
    refetchInterval: ({ state }) => (state.data && isUnderWay(state.data) ? underWayMs : false),
  });
  return data;
}

function isUnderWay({ state, payments }: InvoiceView): boolean {
  return state === "REFUNDING" || payments.some((payment) => payment.state === "PENDING");
}
