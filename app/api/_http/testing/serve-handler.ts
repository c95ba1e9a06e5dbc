import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { RouteHandler } from "../define-route";

/** Serves a route's functions over HTTP as Next does, for clients that know nothing but an address. */
export async function serveHandlers(handlers: Readonly<Record<string, RouteHandler>>): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks);
      const headers = new Headers(Object.entries(incoming.headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)] as [string, string]])));
      // As instrumentation.ts has it: the socket's own address is the last entry.
      headers.set("x-forwarded-for", [headers.get("x-forwarded-for"), incoming.socket.remoteAddress].filter(Boolean).join(", "));
      const method = incoming.method ?? "GET";
      const handler = handlers[method];
      const hasBody = method !== "GET" && method !== "HEAD" && body.length > 0;
      const request = new Request(`http://${incoming.headers.host}${incoming.url}`, { method, headers, ...(hasBody ? { body: new Uint8Array(body) } : {}) });
      const response = handler ? await handler(request) : new Response(null, { status: 405 });
      outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(Buffer.from(await response.arrayBuffer()));
    })().catch((error: unknown) => outgoing.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () => new Promise<void>((resolve) => (server.closeAllConnections(), server.close(() => resolve())));
  return { url, close };
}
