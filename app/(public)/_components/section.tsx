import type { ReactNode } from "react";

type Props = Readonly<{ id: string; title: ReactNode; text: ReactNode; children: ReactNode }>;

/** A part of the landing page: what it says left, what it means right, the evidence below. */
export function Section({ id, title, text, children }: Props) {
  return (
    <section id={id} aria-labelledby={`${id}-title`} className="mx-auto max-w-[1240px] px-4 pt-13 md:px-6 md:pt-19">
      <div className="mb-4 grid items-end gap-2.5 md:mb-5.5 md:grid-cols-[minmax(0,5fr)_minmax(0,7fr)] md:gap-12">
        <h2 id={`${id}-title`} className="text-[1.6rem] leading-[1.15] tracking-[-0.015em] md:text-3xl">
          {title}
        </h2>
        <p className="max-w-[58ch] text-ink-2 md:text-lg">{text}</p>
      </div>
      {children}
    </section>
  );
}
