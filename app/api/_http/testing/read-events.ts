export interface ReceivedEvent {
  event: string;
  id: string | undefined;
  data: unknown;
}

/** Reads a stream until it ends or `count` events have come, then lets it go as a closed tab does. */
export async function readEvents(response: Response, count: number): Promise<ReceivedEvent[]> {
  const events: ReceivedEvent[] = [];
  let buffer = "";
  const decoder = new TextDecoder();
  const reader = (response.body ?? new ReadableStream<Uint8Array>()).getReader();
  while (events.length < count) {
    const { done, value } = await reader.read();
    if (done) break;
    const blocks = (buffer + decoder.decode(value, { stream: true })).split("\n\n");
    buffer = blocks.pop() ?? "";
    events.push(...blocks.flatMap(parseBlock));
  }
  await reader.cancel();
  return events;
}

function parseBlock(block: string): ReceivedEvent[] {
  const field = (name: string) => block.split("\n").find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
  const data = field("data");
  return data === undefined ? [] : [{ event: field("event") ?? "message", id: field("id"), data: JSON.parse(data) }];
}
