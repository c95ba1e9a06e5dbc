import type { IncomingMessage } from "node:http";

/**
 * Runs once when the web process starts: from then on every request says by which socket it came.
 * Node's module is fetched at run time, because Next also compiles this file for a runtime that has none.
 */
export function register(): void {
  globalThis.process?.getBuiltinModule?.("node:diagnostics_channel").subscribe("http.server.request.start", appendSocketAddress);
}

/**
 * Appends the socket's address to X-Forwarded-For, as a proxy would. Next leaves a header that the client sent as it
 * is, and route handlers cannot see the socket: without this, whoever sends a made-up header escapes the rate limits.
 */
function appendSocketAddress(message: unknown): void {
  const { request } = message as { request: IncomingMessage };
  const claimed = request.headers["x-forwarded-for"];
  const address = request.socket.remoteAddress?.replace(/^::ffff:/, "") ?? "unknown";
  request.headers["x-forwarded-for"] = claimed === undefined ? address : `${String(claimed)}, ${address}`;
}
