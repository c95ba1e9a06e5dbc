"use client";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { Direction, Tooltip } from "radix-ui";
import { useState, type ReactNode } from "react";
import { Toaster } from "@/app/_components/ui/toaster";

type Props = Readonly<{ children: ReactNode }>;

/** What every screen can rely on: server state cache, direction, tooltips, toasts. */
export function Providers({ children }: Props) {
  const [queryClient] = useState(
    () =>
      new QueryClient({
        defaultOptions: {
          // Live data comes by server-sent events; the cache only has to survive going to and fro between screens.
          queries: { staleTime: 5_000, retry: 1, refetchOnWindowFocus: true },
          mutations: { retry: false },
        },
      }),
  );
  return (
    <QueryClientProvider client={queryClient}>
      <Direction.Provider dir="ltr">
        <Tooltip.Provider delayDuration={300} skipDelayDuration={100}>
          {children}
          <Toaster />
        </Tooltip.Provider>
      </Direction.Provider>
    </QueryClientProvider>
  );
}
