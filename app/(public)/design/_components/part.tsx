import type { ReactNode } from "react";
import { classNames } from "@/app/_components/ui/class-names";

const spans = { 4: "md:col-span-6 lg:col-span-4", 6: "md:col-span-6", 8: "md:col-span-12 lg:col-span-8", 12: "md:col-span-12" } as const;

export function Part({ title, span = 6, children }: Readonly<{ title: string; span?: keyof typeof spans; children: ReactNode }>) {
  return (
    <div className={classNames("grid min-w-0 content-start gap-3", spans[span])}>
      <h2 className="border-b border-line pb-1.5 text-sm font-medium text-ink-2">{title}</h2>
      {children}
    </div>
  );
}

export function Row({ children }: Readonly<{ children: ReactNode }>) {
  return <div className="flex flex-wrap items-center gap-2">{children}</div>;
}
