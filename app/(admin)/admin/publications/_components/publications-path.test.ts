import { describe, expect, it } from "vitest";
import { listPublicationsSchema } from "@/lib/applications/client";
import { publicationsPath } from "./publications-path";

describe("publicationsPath", () => {
  it("says nothing about the usual queue", () => {
    expect(publicationsPath({ search: "  ", state: "SUBMITTED", page: 1 })).toBe("/admin/publications");
  });

  it("keeps the filter beside a publication", () => {
    expect(publicationsPath({ state: "FAILED", page: 2 }, "app_1")).toBe("/admin/publications/app_1?state=FAILED&page=2");
  });

  it("comes back as the same filter, whatever was typed", () => {
    const filter = { search: "50 % & more=less?", state: "REJECTED", page: 3 } as const;
    const { searchParams } = new URL(publicationsPath(filter), "http://portal");
    expect(listPublicationsSchema.parse(Object.fromEntries(searchParams))).toEqual(filter);
  });
});
