const eventName = "chainworks:session-ended";

/** Any call or stream that was told that the session is over says so here, once for the whole page. */
export function announceSessionEnded(): void {
  if (typeof window !== "undefined") window.dispatchEvent(new Event(eventName));
}

/** Calls back each time; gives the function that stops listening. */
export function onSessionEnded(listener: () => void): () => void {
  window.addEventListener(eventName, listener);
  return () => window.removeEventListener(eventName, listener);
}
