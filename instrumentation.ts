import type { IncomingMessage } from "node:http";

/**
 * Runs once when the web process starts: a wrong setting ends the start with a message that names it, and every
 * request learns the address of the socket it came by.
 */
export async function register(): Promise<void> {
  // No setting: Next writes the constant in at build time, and leaves the branch out of what it builds for the edge.
  if (process.env.NEXT_RUNTIME === "nodejs") {
    const [{ subscribe }, { getEnv, getSecrets }] = await Promise.all([import("node:diagnostics_channel"), import("@/lib/platform")]);
    getEnv();
    getSecrets();
    subscribe("http.server.request.start", appendSocketAddress);
  }
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
