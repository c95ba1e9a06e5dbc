import { describe, expect, it } from "vitest";
import { listAuditEventsSchema } from "@/lib/audit/client";
import { auditPath } from "./audit-path";

describe("auditPath", () => {
  it("comes back as the same filter", () => {
    const filter = { action: "application.", subjectId: "app_1&b=2", organisationId: "org 3", before: "77" };
    const { searchParams } = new URL(auditPath(filter), "http://portal");
    expect(listAuditEventsSchema.parse(Object.fromEntries(searchParams))).toEqual(filter);
  });

  it("says nothing about what is not asked for", () => {
    expect(auditPath({ action: " ", subjectId: undefined })).toBe("/admin/audit");
  });
});
