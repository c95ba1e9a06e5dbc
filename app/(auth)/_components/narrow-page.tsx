import type { ReactNode } from "react";
import { PlainShell } from "@/app/_components/shell/plain-shell";

type Props = Readonly<{ title: ReactNode; subtitle?: ReactNode; end?: ReactNode; children: ReactNode }>;

/** One short form in the middle of a plain page. */
export function NarrowPage({ title, subtitle, end, children }: Props) {
  return (
    <PlainShell end={end ? <span className="text-sm text-ink-2">{end}</span> : undefined}>
      <div className="mx-auto grid w-full max-w-[400px] gap-5 md:pt-10">
        <div className="grid gap-1.5">
          <h1 className="h1 text-3xl max-md:text-2xl">{title}</h1>
          {subtitle ? <p className="text-ink-2">{subtitle}</p> : null}
        </div>
        {children}
      </div>
    </PlainShell>
  );
}
