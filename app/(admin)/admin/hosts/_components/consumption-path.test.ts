import { describe, expect, it } from "vitest";
import { consumptionFilterSchema, consumptionPath, sortedBy } from "./consumption-path";

const usual = consumptionFilterSchema.parse({});

describe("the address of a host's page", () => {
  it("holds what is asked for, and can be read back", () => {
    const filter = consumptionFilterSchema.parse({ search: "tide & co", sort: "disk", order: "asc", offset: "50", cityNode: "SIN" });
    const path = consumptionPath("host_1", filter);
    expect(consumptionFilterSchema.parse(Object.fromEntries(new URL(path, "http://portal").searchParams))).toEqual(filter);
  });

  it("is short for what everybody sees first", () => {
    expect(consumptionPath("host_1", usual)).toBe("/admin/hosts/host_1");
    expect(consumptionPath("host_1", { ...usual, search: "" })).toBe("/admin/hosts/host_1");
  });
});

describe("a column's head", () => {
  it("puts the most first, names from A, turns the order, and begins at the first page", () => {
    expect(sortedBy({ ...usual, offset: 50 }, "disk")).toMatchObject({ sort: "disk", order: "desc", offset: 0 });
    expect(sortedBy(usual, "share")).toMatchObject({ sort: "share", order: "asc" });
    expect(sortedBy(usual, "name")).toMatchObject({ sort: "name", order: "asc" });
    expect(sortedBy(sortedBy(usual, "name"), "name")).toMatchObject({ order: "desc" });
  });
});
