import { NextIntlClientProvider, useMessages } from "next-intl";
import type { ReactNode } from "react";

/** The sample texts travel to the browser on this page only; the root layout leaves them out everywhere else. */
export function DesignMessages({ children }: Readonly<{ children: ReactNode }>) {
  return <NextIntlClientProvider messages={useMessages()}>{children}</NextIntlClientProvider>;
}
