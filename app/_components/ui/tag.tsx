import type { ReactNode } from "react";

/** A neutral word on an edge: a kind or a mark, not a state (that is Status). */
export function Tag({ children }: Readonly<{ children: ReactNode }>) {
  return <span className="tag">{children}</span>;
}
