import { AppError } from "@/lib/platform";

// Prisma: cannot reach, timed out, refused, closed, no free connection (P2024), transaction could not start (P2028).
const databaseCodes = new Set(["P1000", "P1001", "P1002", "P1003", "P1008", "P1010", "P1011", "P1017", "P2024", "P2028", "P2037"]);
// SQLSTATE: connection exceptions, server shutting down or starting, too many connections, disk full.
const databaseStates = /^(08\w{3}|57P0[1-3]|53[0-3]00)$/;
const networkCodes = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "ENOTFOUND", "EAI_AGAIN"]);
const adapterKinds = new Set(["DatabaseNotReachable", "ConnectionClosed", "SocketTimeout", "TooManyConnections", "TlsConnectionError"]);

const depthMax = 8;

/** The UNAVAILABLE error for a database or Redis that is away, found anywhere in the chain of causes; else undefined. */
export function worldErrorOf(error: unknown): AppError<"UNAVAILABLE"> | undefined {
  let current: unknown = error;
  for (let depth = 0; depth < depthMax && typeof current === "object" && current !== null; depth++) {
    const what = neighbourOf(current);
    if (what) {
      return new AppError("UNAVAILABLE", { what }, {
        publicMessage: "A part of the portal does not answer just now. Nothing was changed; try again in a moment.",
        message: `${what} does not answer`,
        cause: error,
      });
    }
    current = "cause" in current ? current.cause : undefined;
  }
  return undefined;
}

function neighbourOf(error: object): "database" | "redis" | "network" | undefined {
  const name = "name" in error ? error.name : "";
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const kind = "kind" in error && typeof error.kind === "string" ? error.kind : "";
  const message = "message" in error && typeof error.message === "string" ? error.message : "";
  if (name === "PrismaClientInitializationError" || databaseCodes.has(code) || databaseStates.test(code) || adapterKinds.has(kind)) return "database";
  // node-postgres gives these two no code.
  if (/^(Connection terminated|timeout exceeded when trying to connect)/.test(message)) return "database";
  if (name === "MaxRetriesPerRequestError" || message === "Connection is closed.") return "redis";
  return networkCodes.has(code) ? "network" : undefined;
}
