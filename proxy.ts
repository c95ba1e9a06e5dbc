import { NextResponse, type NextRequest } from "next/server";

/** Replaced at build time by next.config.js. */
declare const CHAINWORKS_DEVELOPMENT: string;

/**
 * Gives every page its content security policy with a fresh nonce, which Next puts on its own scripts.
 * Inline styles stay allowed: gauges and maps set lengths by style attribute, and no user text becomes CSS.
 */
export function proxy(request: NextRequest): NextResponse {
  const nonce = crypto.randomUUID();
  const policy = [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${CHAINWORKS_DEVELOPMENT === "true" ? " 'unsafe-eval'" : ""}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");

  const headers = new Headers(request.headers);
  headers.set("x-nonce", nonce);
  headers.set("content-security-policy", policy);
  // A layout cannot see its address, and has to send visitors to sign in and back here.
  headers.set("x-path", request.nextUrl.pathname + request.nextUrl.search);

  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  // Only where the browser came by https: the embedded default speaks http on the loopback address.
  if (request.nextUrl.protocol === "https:") {
    response.headers.set("strict-transport-security", "max-age=31536000; includeSubDomains");
  }
  return response;
}

export const config = {
  // Pages only: assets, data routes and prefetches run no scripts of their own.
  matcher: [
    {
      source: "/((?!api/|_next/static|_next/image|healthz|readyz|favicon.svg|mark.svg|map/).*)",
      missing: [
        { type: "header", key: "next-router-prefetch" },
        { type: "header", key: "purpose", value: "prefetch" },
      ],
    },
  ],
};
