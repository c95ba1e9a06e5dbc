/** One server-sent event. */
export interface StreamEvent {
  /** Where to go on after a reconnect; comes back as `lastEventId`. One line. */
  id?: string;
  /** Default `message`. */
  event?: string;
  /** Sent as JSON. */
  data: unknown;
}

const encoder = new TextEncoder();

/** A comment, which browsers skip: keeps proxies from taking the connection for dead. */
export const heartbeat = encoder.encode(": still here\n\n");

/** First piece of a stream: how many milliseconds the browser waits before it reconnects. */
export const reconnectHint = encoder.encode("retry: 2000\n\n");

/** The event as it goes over the wire; JSON has no line breaks, so one data line is enough. */
export function encodeEvent({ id, event, data }: StreamEvent): Uint8Array {
  const lines = [id === undefined ? "" : `id: ${oneLine(id)}\n`, event === undefined ? "" : `event: ${oneLine(event)}\n`];
  return encoder.encode(`${lines.join("")}data: ${JSON.stringify(data)}\n\n`);
}

function oneLine(text: string): string {
  return text.replace(/[\r\n\0]/g, " ");
}
