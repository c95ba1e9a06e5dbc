"use client";

import { createContext, useContext, type ReactNode } from "react";

const TopEnd = createContext<ReactNode>(null);

/** Carries the right end of the top bar from the layout, which knows the user, to the pages, which draw the bar with their own breadcrumbs. */
export function ConsoleSlots({ topEnd, children }: Readonly<{ topEnd: ReactNode; children: ReactNode }>) {
  return <TopEnd.Provider value={topEnd}>{children}</TopEnd.Provider>;
}

export function ConsoleTopEnd() {
  return useContext(TopEnd);
}
