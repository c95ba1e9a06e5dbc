import { AppError, getEnv } from "@/lib/platform";

const loopbackNames = new Set(["127.0.0.1", "localhost", "[::1]"]);

/**
 * Refuses a change that another site's page asks for in the visitor's name. Browsers send Origin with every such
 * request and cannot be made to send a false one; programs that send neither header carry no visitor's cookies.
 * @throws AppError FORBIDDEN.
 */
export function checkSameOrigin(headers: Headers): void {
  const site = headers.get("sec-fetch-site");
  const origin = headers.get("origin");
  if (origin !== null && !isOwnOrigin(origin)) throw foreign(`origin ${origin.slice(0, 200)}`);
  if (site !== null && site !== "same-origin" && origin === null) throw foreign(`sec-fetch-site ${site.slice(0, 20)}`);
}

/** The portal's public address; on one machine also under the machine's other names for itself. */
function isOwnOrigin(origin: string): boolean {
  const own = new URL(getEnv().PUBLIC_URL);
  if (origin === own.origin) return true;
  if (!loopbackNames.has(own.hostname) || !URL.canParse(origin)) return false;
  const other = new URL(origin);
  return loopbackNames.has(other.hostname) && other.port === own.port && other.protocol === own.protocol;
}

function foreign(message: string): AppError {
  return new AppError("FORBIDDEN", {}, {
    publicMessage: `This request came from another site. Open the portal at ${getEnv().PUBLIC_URL} and try again.`,
    message: `refused a cross-site change: ${message}`,
  });
}
