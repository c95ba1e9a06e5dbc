import { beforeAll, describe, expect, it } from "vitest";
import { callRoute, createPublisher, createTenant, type RouteCallOptions } from "@/app/api/_http/testing";
import { givenCityNodes } from "@/lib/applications/testing";
import { getDb } from "@/lib/platform";
import { POST } from "./route";

beforeAll(givenCityNodes);

const create = (options: RouteCallOptions) => callRoute(POST, { method: "POST", path: "/api/test-sub-chains", body: {}, ...options });

describe("202", () => {
  it("makes one with one click and without a verified address, and says which operation to follow", async () => {
    const as = await createTenant();
    const answer = await create({ as });
    expect(answer).toMatchObject({ status: 202, body: { applicationId: expect.stringMatching(/^app_/), operationId: expect.stringMatching(/^op_/) } });
    const { applicationId } = answer.body as { applicationId: string };
    expect(await getDb().application.findUniqueOrThrow({ where: { id: applicationId } })).toMatchObject({ plan: "TEST", organisationId: as.organisationId });
    expect(await getDb().invoice.count({ where: { applicationId } })).toBe(0);
  });

  it("makes one of a double click with one key", async () => {
    const as = await createTenant();
    const first = await create({ as, idempotencyKey: "one-click" });
    expect(await create({ as, idempotencyKey: "one-click" })).toMatchObject({ status: 202, body: first.body });
    expect(await getDb().application.count({ where: { organisationId: as.organisationId } })).toBe(1);
  });
});

describe("400", () => {
  it("names what is wrong with the input", async () => {
    const as = await createTenant();
    expect(await create({ as, body: { name: "" } })).toMatchObject({ status: 400, body: { fields: { name: expect.any(String) } } });
    expect((await create({ as, body: { plan: "STANDARD" } })).status).toBe(400);
    expect((await create({ as, text: "{" })).status).toBe(400);
    expect((await create({ as, body: { contractPackage: { kind: "own", name: "x", abi: [], bytecode: "0xzz" } } })).status).toBe(400);
  });
});

describe("401", () => {
  it("makes none for somebody who is not signed in", async () => {
    expect((await create({})).status).toBe(401);
  });
});

describe("403", () => {
  it("makes none for roles that may not write, and no fourth one", async () => {
    expect((await create({ as: await createPublisher({ role: "VIEWER" }) })).status).toBe(403);
    const as = await createTenant();
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => create({ as })));
    expect(answers.map((answer) => answer.status).toSorted()).toEqual([202, 202, 202, 403, 403]);
    expect(answers.find((answer) => answer.status === 403)?.body).toMatchObject({ code: "QUOTA_EXCEEDED" });
  });
});
