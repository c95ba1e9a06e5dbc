import { describe, expect, it } from "vitest";
import { callRoute, createAdmin, createTenant } from "@/app/api/_http/testing";
import { recordAuditEvent } from "@/lib/audit";
import { createId, getDb } from "@/lib/platform";
import { GET } from "./route";

const read = (query: string, as?: { cookie: string }) => callRoute(GET, { path: `/api/admin/audit-events${query}`, as });

async function givenEvents(count: number) {
  const { userId, organisationId } = await createTenant();
  const subjectId = createId("request");
  await getDb().$transaction(async (tx) => {
    for (let index = 0; index < count; index++) {
      const actor = index === 0 ? { kind: "SYSTEM" as const } : { kind: "USER" as const, userId };
      await recordAuditEvent(tx, { actor, organisationId, action: `thing.do-${index % 2}`, subject: { type: "thing", id: subjectId } });
    }
  });
  return { userId, organisationId, subjectId };
}

describe("200", () => {
  it("shows who did what, newest first, and pages to the beginning without a gap or a repetition", async () => {
    const admin = await createAdmin();
    const { userId, organisationId, subjectId } = await givenEvents(60);
    const first = (await read(`?subjectId=${subjectId}`, admin)).body as { events: { id: string }[]; next: string };
    const second = (await read(`?subjectId=${subjectId}&before=${first.next}`, admin)).body as { events: { id: string }[]; next: null };
    const ids = [...first.events, ...second.events].map((event) => BigInt(event.id));
    expect(first.events).toHaveLength(50);
    expect(second).toMatchObject({ next: null });
    expect(new Set(ids).size).toBe(60);
    expect(ids).toEqual(ids.toSorted((a, b) => (a < b ? 1 : -1)));
    expect(first.events[0]).toMatchObject({ actor: { kind: "USER", userId, name: expect.any(String) }, organisationId, subject: { type: "thing", id: subjectId } });
    expect(second.events.at(-1)).toMatchObject({ actor: { kind: "SYSTEM" } });
  });

  it("filters by organisation and by the beginning of the action", async () => {
    const admin = await createAdmin();
    const { organisationId } = await givenEvents(4);
    const { body } = await read(`?organisationId=${organisationId}&action=thing.do-1`, admin);
    expect(body).toMatchObject({ events: [{ action: "thing.do-1" }, { action: "thing.do-1" }], next: null });
  });
});

describe("400", () => {
  it("refuses a place to go on from that is no event number", async () => {
    expect(await read("?before=x", await createAdmin())).toMatchObject({ status: 400, body: { fields: { before: expect.any(String) } } });
  });
});

describe("401", () => {
  it("tells nobody who is not signed in", async () => {
    expect((await read("")).status).toBe(401);
  });
});

describe("403", () => {
  it("tells nobody but the portal admin, not even an organisation's owner", async () => {
    expect((await read("", await createTenant())).status).toBe(403);
  });
});
