const eventName = "chainworks:session-ended";
const resumedName = "chainworks:session-resumed";

/** Any call or stream that was told that the session is over says so here, once for the whole page. */
export function announceSessionEnded(): void {
  if (typeof window !== "undefined") window.dispatchEvent(new Event(eventName));
}

/** Calls back each time; gives the function that stops listening. */
export function onSessionEnded(listener: () => void): () => void {
  window.addEventListener(eventName, listener);
  return () => window.removeEventListener(eventName, listener);
}

/** The same person signed in again above the page: what stopped for want of a session goes on. */
export function announceSessionResumed(): void {
  if (typeof window !== "undefined") window.dispatchEvent(new Event(resumedName));
}

/** Calls back each time; gives the function that stops listening. */
export function onSessionResumed(listener: () => void): () => void {
  window.addEventListener(resumedName, listener);
  return () => window.removeEventListener(resumedName, listener);
}
