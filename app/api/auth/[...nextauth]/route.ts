import NextAuth from "next-auth";
import { NextRequest } from "next/server";
import { authOptions } from "@/app/_session/auth-options";
import { checkSameOrigin } from "@/app/api/_http/check-same-origin";
import { failed } from "@/app/api/_http/define-route";
import { readText } from "@/app/api/_http/read-body";
import { createId } from "@/lib/platform";

type Context = { params: Promise<{ nextauth: string[] }> };

// Of next-auth's pages and actions the portal uses these; what is not used is not there.
const used = new Set(["GET csrf", "POST callback/credentials"]);

/** Token, address and password at their longest, with every character escaped. */
const formBytesMax = 16 * 1024;

async function handle(request: NextRequest, context: Context): Promise<Response> {
  const { nextauth } = await context.params;
  if (!used.has(`${request.method} ${nextauth.join("/")}`)) return new Response(null, { status: 404 });
  try {
    if (request.method !== "POST") return await NextAuth(request, context, authOptions());
    checkSameOrigin(request.headers);
    // next-auth would read a body of any length.
    const body = await readText(request, formBytesMax);
    const { url, method, headers } = request;
    return await NextAuth(new NextRequest(url, { method, headers, body }), context, authOptions());
  } catch (error) {
    return failed(error, createId("request"), `${request.method} /api/auth/${nextauth.join("/")}`);
  }
}

export { handle as GET, handle as POST };
