"use client";

import { useEffect, useRef, useState, type ReactNode } from "react";

type Props = Readonly<{ children: ReactNode; /** `pre` keeps line breaks. */ as?: "div" | "pre"; className?: string }>;

/** Scrolls sideways when it must; only then it takes the focus, so that the keyboard can scroll it too. */
export function Scrollable({ children, as: Tag = "div", className }: Props) {
  const frame = useRef<HTMLDivElement & HTMLPreElement>(null);
  const [scrolls, setScrolls] = useState(false);

  useEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setScrolls(element.scrollWidth > element.clientWidth));
    observer.observe(element);
    // Its content can grow while its own width stays.
    if (element.firstElementChild) observer.observe(element.firstElementChild);
    return () => observer.disconnect();
  }, []);

  return (
    <Tag ref={frame} className={className} tabIndex={scrolls ? 0 : undefined}>
      {children}
    </Tag>
  );
}
