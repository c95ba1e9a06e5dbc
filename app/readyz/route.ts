import { checkReadiness } from "@/lib/platform";

export const dynamic = "force-dynamic";

/** Whether this process can do its work; the supervisor waits for it before it prints the address. */
export async function GET(): Promise<Response> {
  const { ready, checks } = await checkReadiness();
  return Response.json({ status: ready ? "ready" : "not ready", checks }, { status: ready ? 200 : 503, headers: { "cache-control": "no-store" } });
}
