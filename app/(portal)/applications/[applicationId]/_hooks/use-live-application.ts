"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { fetchJson } from "@/app/_api/fetch-json";
import { useEventStream, type EventStreamState } from "@/app/_api/use-event-stream";
import type { ApplicationDetail } from "@/lib/applications";
import { applicationEventSchema, applicationKeys, isFinal, isRunning, type ApplicationEvent } from "@/lib/applications/client";
import { explorerKeys, ledgerPageSchema, type LedgerPage } from "@/lib/explorer/client";
import { meterKeys, metersViewSchema, type MetersView } from "@/lib/metering/client";

/** As often as the hosts are asked. */
const peersEveryMs = 5_000;

/** What the server drew the page with. */
export interface InitialApplication {
  detail: ApplicationDetail;
  /** Undefined before it runs, and while its city node is away. */
  ledger: LedgerPage | undefined;
  meters: MetersView | undefined;
}

export interface LiveApplication extends InitialApplication {
  stream: EventStreamState;
}

/** An application's page as the server drew it, then after each change. */
export function useLiveApplication(initial: InitialApplication): LiveApplication {
  const queryClient = useQueryClient();
  const { id } = initial.detail.application;
  const path = `/api/applications/${id}` as const;
  const { data: detail } = useQuery({
    queryKey: applicationKeys.detail(id),
    queryFn: ({ signal }) => fetchJson<ApplicationDetail>(path, { signal }),
    initialData: initial.detail,
    // Peers report to the database, which tells nobody.
    refetchInterval: ({ state }) => (state.data && isRunning(state.data.application.state) ? peersEveryMs : false),
  });
  const running = isRunning(detail.application.state);
  const { data: ledger } = useQuery({
    queryKey: explorerKeys.ledger(id),
    queryFn: ({ signal }) => fetchJson(`${path}/blocks?limit=10`, { signal, schema: ledgerPageSchema }),
    enabled: running,
    ...(initial.ledger ? { initialData: initial.ledger } : {}),
  });
  const { data: meters } = useQuery({
    queryKey: meterKeys.ofApplication(id),
    queryFn: ({ signal }) => fetchJson(`${path}/meters`, { signal, schema: metersViewSchema }),
    enabled: running,
    ...(initial.meters ? { initialData: initial.meters } : {}),
  });

  const stream = useEventStream({
    path: isFinal(detail.application.state) ? undefined : `${path}/events`,
    schema: applicationEventSchema,
    onEvent: (event) => {
      if (event.kind === "ledger") queryClient.setQueryData(explorerKeys.ledger(id), event.page);
      else if (event.kind === "meters") queryClient.setQueryData(meterKeys.ofApplication(id), event.meters);
      else {
        const before = queryClient.getQueryData<ApplicationDetail>(applicationKeys.detail(id));
        if (before && isShown(before, event)) return;
        void queryClient.invalidateQueries({ queryKey: applicationKeys.detail(id) });
      }
    },
  });
  return { detail, ledger, meters, stream };
}

/** A refund that goes on moves the invoice alone. */
function isShown({ application, invoice }: ApplicationDetail, event: Extract<ApplicationEvent, { kind: "state" }>): boolean {
  if (event.state !== application.state || event.version > application.version || event.stateReason !== application.stateReason) return false;
  return event.invoiceState === (invoice?.state ?? null);
}
