import { beforeAll, describe, expect, it } from "vitest";
import { callRoute, createTenant } from "@/app/api/_http/testing";
import { seedCatalogue } from "@/lib/city-nodes";
import { GET as get } from "./[code]/route";
import { GET as list } from "./route";

beforeAll(async () => {
  await seedCatalogue();
});

const getCityNode = (code: string, as?: { cookie: string }) => callRoute(get, { path: `/api/city-nodes/${code}`, params: { code }, as });

describe("200", () => {
  it("shows the catalogue to everybody; a place without a host is planned and cannot be chosen", async () => {
    const { status, body } = await callRoute(list, { path: "/api/city-nodes" });
    expect(status).toBe(200);
    const { cityNodes } = body as { cityNodes: { code: string; selectable: boolean }[] };
    expect(cityNodes.length).toBeGreaterThan(8);
    expect(cityNodes.find((cityNode) => cityNode.code === "PEK")).toMatchObject({ state: "PLANNED", selectable: false });
  });

  it("shows a city node in either spelling of its code", async () => {
    const visitor = await createTenant();
    for (const code of ["SIN", "sin"]) expect(await getCityNode(code, visitor)).toMatchObject({ status: 200, body: { code: "SIN", city: "Singapore", visiblePeers: [] } });
  });
});

describe("401", () => {
  it("shows hosts and peers to nobody who is not signed in", async () => {
    expect((await getCityNode("SIN")).status).toBe(401);
  });
});

describe("404", () => {
  it("knows no place that is not in the catalogue, and no code that cannot be one", async () => {
    const visitor = await createTenant();
    for (const code of ["QQQ", "Singapore", "1"]) expect(await getCityNode(code, visitor)).toMatchObject({ status: 404, body: { code: "NOT_FOUND" } });
  });
});
