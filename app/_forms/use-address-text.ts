"use client";

import { useEffect, useEffectEvent, useState } from "react";

/** A pause in typing after which the address is changed. */
const typingMs = 250;

/**
 * The text of a search field whose truth is the page's address: typing asks for another address after a pause, and an
 * address that changes without it (a link, back in the history) changes the text.
 */
export function useAddressText(shown: string, ask: (text: string) => void): { text: string; type: (text: string) => void; asked: (text: string) => void } {
  const [text, setText] = useState(shown);
  /** Asked for here and not arrived yet, in that order. */
  const [requested, setRequested] = useState<readonly string[]>([]);
  const [seen, setSeen] = useState(shown);
  if (shown !== seen) {
    setSeen(shown);
    const own = requested.lastIndexOf(shown.trim());
    // What was asked for here arrives while somebody may be typing on: that stays.
    if (own < 0) setText(shown);
    setRequested(own < 0 ? [] : requested.slice(own + 1));
  }
  const asked = (next: string) => setRequested([...requested, next.trim()]);
  const askTyped = useEffectEvent(() => {
    asked(text);
    ask(text);
  });
  useEffect(() => {
    if (text.trim() === seen.trim()) return;
    const timer = window.setTimeout(askTyped, typingMs);
    return () => window.clearTimeout(timer);
  }, [text, seen]);
  return { text, type: setText, asked };
}
