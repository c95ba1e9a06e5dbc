export const dynamic = "force-dynamic";

/** Says that this process answers. Whether it can work (database, queue) is the question of /readyz. */
export function GET(): Response {
  return Response.json({ status: "ok" }, { headers: { "cache-control": "no-store" } });
}
