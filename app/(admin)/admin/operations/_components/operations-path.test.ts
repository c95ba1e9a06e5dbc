import { describe, expect, it } from "vitest";
import { operationFilterSchema, operationsPath } from "./operations-path";

describe("operationsPath", () => {
  it("comes back as the same filter", () => {
    const filter = { state: "FAILED", applicationId: "app_1&x=2", after: "op_9" } as const;
    const { searchParams } = new URL(operationsPath(filter), "http://portal");
    expect(operationFilterSchema.parse(Object.fromEntries(searchParams))).toEqual(filter);
  });

  it("says nothing about what is not asked for", () => {
    expect(operationsPath({ state: undefined, applicationId: "" })).toBe("/admin/operations");
  });
});
